//! The command line of `settings`.

use clap::{Args, Subcommand};

/// Flags of `settings`.
#[derive(Debug, Args)]
pub struct SettingsArgs {
    /// What to do; `show` by default
    #[command(subcommand)]
    pub command: Option<SettingsCommand>,
}

/// Commands of `settings`.
#[derive(Debug, Subcommand)]
pub enum SettingsCommand {
    /// Show every setting with its value and origin
    Show {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Print one value; exit code 1 if it has none
    Get {
        /// Print the value of this key, such as threads
        #[arg(value_name = "KEY")]
        key: String,
    },
    /// Set a value in the configuration file; keep comments and order
    Set {
        /// Set the value of this key
        #[arg(value_name = "KEY")]
        key: String,
        /// Set text, or TOML such as 8, true or ["a", "b"]
        #[arg(value_name = "VALUE", allow_hyphen_values = true)]
        value: String,
    },
    /// Remove a value from the configuration file
    Unset {
        /// Remove the value of this key
        #[arg(value_name = "KEY")]
        key: String,
    },
    /// Edit the configuration file in VISUAL or EDITOR and check it
    Edit,
    /// Print the path of the configuration file
    Path,
}
