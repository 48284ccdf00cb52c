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
    /// Query that matches the role
    #[arg(value_name = "QUERY")]
    pub query: Vec<String>,
    /// Use the role that this shell is in, like the query `.`
    #[arg(short, long, conflicts_with_all = ["profile", "arn", "account", "role", "query"])]
    pub env: bool,
    /// Region to set instead of the role's own
    #[arg(short, long, value_name = "REGION", value_parser = super::parse_region, conflicts_with = "no_region")]
    pub region: Option<String>,
    /// Leave the region variables as they are
    #[arg(long)]
    pub no_region: bool,
    /// How the command gets credentials: auto, keys, profile or endpoint
    #[arg(long = "as", value_name = "HOW", hide_possible_values = true)]
    pub form: Option<FormArg>,
    /// With a profile, set the keys as well
    #[arg(short = 'x', long)]
    pub export_all_env_vars: bool,
    /// Fetch new credentials even if stored ones are valid
    #[arg(long)]
    pub sts_refresh: bool,
    /// Do not ask before a protected role is used
    #[arg(long)]
    pub yes: bool,
    /// Command to run; without one, a shell
    #[arg(last = true, value_name = "CMD")]
    pub command: Vec<OsString>,
}

/// How programs get a role's credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FormArg {
    /// As a profile if rolecall has written one for the role, else as keys.
    Auto,
    /// Keys in variables.
    Keys,
    /// AWS_PROFILE, which lets every SDK renew them.
    Profile,
    /// A credentials endpoint on this machine for this command, which renews them.
    Endpoint,
}
