//! The command line of `cache`.

use clap::Args;

/// Flags of `cache`.
#[derive(Debug, Args)]
pub struct CacheArgs {
    /// How many accounts to read at a time
    #[arg(long, value_name = "N")]
    pub threads: Option<usize>,
    /// The changes as JSON
    #[arg(long)]
    pub json: bool,
}
