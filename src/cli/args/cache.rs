//! The command line of `cache`.

use clap::Args;

/// Flags of `cache`.
#[derive(Debug, Args)]
pub struct CacheArgs {
    /// Fetch N accounts at a time
    #[arg(long, value_name = "N")]
    pub threads: Option<usize>,
    /// Do not update profiles, despite `auto_config_check`
    #[arg(long)]
    pub no_config_check: bool,
    /// Print the changes as JSON
    #[arg(long)]
    pub json: bool,
}
