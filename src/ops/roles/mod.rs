//! Which roles there are, what they are called, and which one a person means.

pub mod chain;
pub mod fields;
pub mod format;
pub mod names;
pub mod past;
pub mod profile;
pub mod remembered;
pub mod resolve;
pub mod roster;
pub mod rules;
pub(in crate::ops) mod written;
