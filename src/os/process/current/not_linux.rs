//! Protection of this process's memory, which only Linux offers.

/// Does nothing.
pub fn make_undumpable() {}
