//! The command line of `doctor`.

use clap::Args;

/// Flags of `doctor`.
#[derive(Debug, Args)]
pub struct DoctorArgs {
    /// Put right what can be put right safely: modes of files, ended tokens, start URLs and regions that are plainly others
    #[arg(long)]
    pub fix: bool,
    /// Ask nobody: leave out clock, network, and whether AWS takes start URL and region
    #[arg(long)]
    pub offline: bool,
    /// As JSON
    #[arg(long)]
    pub json: bool,
}
