//! The command line of `doctor`.

use clap::Args;

/// Flags of `doctor`.
#[derive(Debug, Args)]
pub struct DoctorArgs {
    /// Fix what has one safe fix: file modes, ended tokens, AWS settings
    #[arg(long)]
    pub fix: bool,
    /// Take back what --fix changed last in the AWS config file
    #[arg(long, conflicts_with_all = ["fix", "offline", "json"])]
    pub undo: bool,
    /// Ask nobody: leave out clock, network, and whether AWS takes start URL and region
    #[arg(long)]
    pub offline: bool,
    /// As JSON
    #[arg(long)]
    pub json: bool,
}
