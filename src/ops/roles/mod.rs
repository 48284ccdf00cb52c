//! Which roles there are, what they are called, and which one a person means.

pub mod chain;
pub mod fields;
pub mod history;
pub mod names;
pub mod profile;
pub mod profile_format;
pub(in crate::ops) mod profile_names;
pub mod roster;
pub mod rules;
pub mod snapshot;
