//! Inventory, history and marks on disk.

pub mod history;
pub mod inventory;
pub mod marks;
