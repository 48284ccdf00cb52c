//! Inventory, history and marks on disk.
