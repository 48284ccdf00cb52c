//! The command line of `settings`.

use clap::{Args, Subcommand};

/// Flags of `settings`.
#[derive(Debug, Args)]
pub struct SettingsArgs {
    /// What to do; `show` when nothing is said
    #[command(subcommand)]
    pub command: Option<SettingsCommand>,
}

/// What `settings` does.
#[derive(Debug, Subcommand)]
pub enum SettingsCommand {
    /// Every setting with its value and where that came from
    Show {
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// One value; exit code 1 when there is none
    Get {
        /// Its key, such as threads or instances.corp.start_url
        #[arg(value_name = "KEY")]
        key: String,
    },
    /// Change one value in your configuration file; comments and order stay
    Set {
        /// Its key
        #[arg(value_name = "KEY")]
        key: String,
        /// Its value: a text, or TOML such as 8, true or ["a", "b"]
        #[arg(value_name = "VALUE", allow_hyphen_values = true)]
        value: String,
    },
    /// Take one value out of your configuration file, so that the usual one counts again
    Unset {
        /// Its key
        #[arg(value_name = "KEY")]
        key: String,
    },
    /// Open the configuration file in VISUAL or EDITOR, and check it afterwards
    Edit,
    /// Where the configuration file is
    Path,
}
