//! The command line of `cache`.

use clap::Args;

/// Flags of `cache`.
#[derive(Debug, Args)]
pub struct CacheArgs {
    /// Read the roles of this IAM Identity Center, as with --sso
    #[arg(value_name = "INSTANCE")]
    pub instance: Option<String>,
    /// Fetch N accounts at a time
    #[arg(long, value_name = "N", value_parser = super::parse_threads)]
    pub threads: Option<usize>,
    /// Do not update profiles, despite `auto_config_check`
    #[arg(long)]
    pub no_config_check: bool,
    /// Print the changes as JSON
    #[arg(long)]
    pub json: bool,
}
