//! The command line of `status`.

use clap::Args;

/// Flags of `status`.
#[derive(Debug, Args)]
pub struct StatusArgs {
    /// Print JSON
    #[arg(long)]
    pub json: bool,
    /// Print nothing; exit code 4 if not signed in
    #[arg(long)]
    pub quiet: bool,
}
