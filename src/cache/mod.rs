//! Inventory, history, marks, consents and the lives of sessions on disk.

pub mod consents;
pub mod frame;
pub mod history;
pub mod inventory;
pub mod lives;
pub mod marks;
