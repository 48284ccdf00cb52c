//! Sets up an instance: from a pasted address to an entry in the configuration file.

pub mod discover;
pub mod first_run;
pub mod hook;
pub mod instance;
pub mod start_url;
