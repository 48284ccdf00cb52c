//! The roles: the roster, their names, fields, rules, chains and history.

pub mod chain;
pub mod fields;
pub mod file_profiles;
pub mod history;
pub mod load;
pub mod marked_section;
pub mod named_profile;
pub mod names;
pub mod other_profiles;
pub mod profile;
pub mod profile_format;
pub(in crate::ops) mod profile_names;
pub mod profile_role;
pub mod roster;
pub mod rules;
pub mod snapshot;
