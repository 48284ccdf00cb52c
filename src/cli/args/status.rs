//! The command line of `status`.

use clap::Args;

/// Flags of `status`.
#[derive(Debug, Args)]
pub struct StatusArgs {
    /// As JSON
    #[arg(long)]
    pub json: bool,
    /// Print nothing; exit code 4 when nobody is signed in, to any of several
    #[arg(long)]
    pub quiet: bool,
}
