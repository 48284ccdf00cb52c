//! The command line of `history`.

use clap::Args;

/// Flags of `history`.
#[derive(Debug, Args)]
pub struct HistoryArgs {
    /// Show only the last N uses
    #[arg(short = 'n', long = "last", value_name = "N")]
    pub last: Option<usize>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}
