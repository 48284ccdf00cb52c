//! The command line of `tags`.

use clap::Args;

/// Flags of `tags`.
#[derive(Debug, Args)]
pub struct TagsArgs {
    /// Show roles in this account, by id or name
    #[arg(short = 'A', long, value_name = "ID|NAME")]
    pub account: Option<String>,
    /// Show roles of this name
    #[arg(short = 'R', long, value_name = "NAME")]
    pub role: Option<String>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}
