//! The command line of `logout`.

use clap::Args;

/// Flags of `logout`.
#[derive(Debug, Args)]
pub struct LogoutArgs {
    /// Sign out of this IAM Identity Center, as with --sso
    #[arg(value_name = "INSTANCE", conflicts_with = "all")]
    pub instance: Option<String>,
    /// Sign out of every IAM Identity Center
    #[arg(long)]
    pub all: bool,
    /// Sign out of several without asking
    #[arg(long, requires = "all")]
    pub yes: bool,
}
