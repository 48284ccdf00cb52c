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
    /// Use the role that matches
    #[arg(value_name = "QUERY")]
    pub query: Vec<String>,
    /// Use this shell's role, like the query `.`
    #[arg(short, long, conflicts_with_all = ["profile", "arn", "account", "role", "query"])]
    pub env: bool,
    /// Set this region instead of the role's own
    #[arg(short, long, value_name = "REGION", value_parser = super::parse_exported_region, conflicts_with = "no_region")]
    pub region: Option<String>,
    /// Leave the region variables as they are
    #[arg(long)]
    pub no_region: bool,
    /// Give credentials as auto, keys, profile or endpoint
    #[arg(long = "as", value_name = "HOW", hide_possible_values = true)]
    pub form: Option<FormArg>,
    /// Set the keys as well as a profile
    #[arg(short = 'x', long)]
    pub export_all_env_vars: bool,
    /// Fetch new credentials even if stored ones are valid
    #[arg(long)]
    pub sts_refresh: bool,
    /// Do not ask before a protected role is used
    #[arg(long)]
    pub yes: bool,
    /// Run this command instead of a shell
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
