//! Setting up: from an address that somebody pasted to an instance in the configuration file.

pub mod discover;
pub mod first_run;
pub mod hook;
pub mod instance;
pub mod start_url;
