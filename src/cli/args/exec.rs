//! The command line of `exec`.

use std::ffi::OsString;

use clap::{Args, ValueEnum};

use super::Selectors;

/// Flags of `exec`.
#[derive(Debug, Args)]
pub struct ExecArgs {
    /// Which role
    #[command(flatten)]
    pub selectors: Selectors,
    /// Words that name the role
    #[arg(value_name = "QUERY")]
    pub query: Option<String>,
    /// The role that this shell is in, as `.` in place of the words
    #[arg(short, long, conflicts_with_all = ["profile", "arn", "account", "role", "query"])]
    pub env: bool,
    /// Region to set, instead of the role's own
    #[arg(short, long, value_name = "REGION", conflicts_with = "no_region")]
    pub region: Option<String>,
    /// Leave the region variables as they are
    #[arg(long)]
    pub no_region: bool,
    /// How the command gets at the credentials; `credentials_as` otherwise
    #[arg(long = "as", value_name = "HOW")]
    pub form: Option<FormArg>,
    /// With a profile, set the keys as well
    #[arg(short = 'x', long)]
    pub export_all_env_vars: bool,
    /// Fetch new credentials even when stored ones are good
    #[arg(long)]
    pub sts_refresh: bool,
    /// Do not ask before a protected role is used
    #[arg(long)]
    pub yes: bool,
    /// The command; without one, a shell
    #[arg(last = true, value_name = "CMD")]
    pub command: Vec<OsString>,
}

/// How programs get at a role's credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FormArg {
    /// As a profile if rolecall has written one for the role, else as keys.
    Auto,
    /// Keys in variables.
    Keys,
    /// AWS_PROFILE: every SDK then renews by itself.
    Profile,
    /// A credentials endpoint on this machine for the command alone, which renews.
    Endpoint,
}
