//! Which role a command means: selectors, this shell's role, and their resolution.

pub mod resolve;
