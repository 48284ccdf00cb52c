//! Inventory, history, marks and consents on disk.

pub mod consents;
pub mod frame;
pub mod history;
pub mod inventory;
pub mod marks;
