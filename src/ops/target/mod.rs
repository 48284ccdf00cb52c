//! Which role a command means: selectors, this shell's role, and their resolution.

pub mod current;
pub mod instances;
pub mod lookup;
mod named;
pub mod other_profile;
pub mod profile_variable;
pub mod resolve;
mod resolved_role;
pub mod search;
pub mod selector;
mod unusable_profile;
