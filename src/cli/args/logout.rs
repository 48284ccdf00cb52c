//! The command line of `logout`.

use clap::Args;

/// Flags of `logout`.
#[derive(Debug, Args)]
pub struct LogoutArgs {
    /// Sign out of every IAM Identity Center
    #[arg(long)]
    pub all: bool,
    /// Sign out of several without asking
    #[arg(long, requires = "all")]
    pub yes: bool,
}
