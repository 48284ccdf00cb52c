//! The command line of `cache`.

use clap::Args;

/// Flags of `cache`.
#[derive(Debug, Args)]
pub struct CacheArgs {
    /// How many accounts to read at a time
    #[arg(long, value_name = "N")]
    pub threads: Option<usize>,
    /// Leave the profiles in the AWS config file as they are, whatever `auto_config_check` says
    #[arg(long)]
    pub no_config_check: bool,
    /// The changes as JSON
    #[arg(long)]
    pub json: bool,
}
