//! The command line of `doctor`.

use clap::Args;

/// Flags of `doctor`.
#[derive(Debug, Args)]
pub struct DoctorArgs {
    /// Apply safe fixes: file modes, expired tokens, AWS settings
    #[arg(long)]
    pub fix: bool,
    /// Undo the last change of --fix in the AWS config file
    #[arg(long, conflicts_with_all = ["fix", "offline", "json"])]
    pub undo: bool,
    /// Skip checks of clock, network, start URL and region
    #[arg(long)]
    pub offline: bool,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}
