//! Files that can be rebuilt or that remember usage: inventories, history, favourites,
//! confirmations and session lengths.

pub mod confirmations;
pub mod envelope;
pub mod favorites;
pub mod history;
pub mod inventory;
pub mod session_lengths;
mod state_file;
