//! Setting up: from an address that somebody pasted to an instance in the configuration file.

pub mod address;
pub mod discover;
pub mod first;
pub mod hook;
pub mod instance;
