//! Inventory, history and marks on disk.

pub mod frame;
pub mod history;
pub mod inventory;
pub mod marks;
