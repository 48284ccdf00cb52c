//! The command line of `history`.

use clap::Args;

/// Flags of `history`.
#[derive(Debug, Args)]
pub struct HistoryArgs {
    /// Only the last N
    #[arg(short = 'n', long = "last", value_name = "N")]
    pub last: Option<usize>,
    /// As JSON
    #[arg(long)]
    pub json: bool,
}
