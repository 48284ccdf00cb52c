//! The command line of `time`.

use clap::Args;

/// Flags of `time`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Args)]
pub struct TimeArgs {
    /// Print JSON
    #[arg(long)]
    pub json: bool,
    /// Exit with code 4 without valid credentials
    #[arg(long)]
    pub exit_code: bool,
}
