//! Inventory, history, marks, consents and the lives of sessions on disk.

pub mod confirmations;
pub mod envelope;
pub mod favorites;
pub mod history;
pub mod inventory;
pub mod session_lengths;
