//! The command line of `login`.

use clap::{Args, ValueEnum};

/// Flags of `login`.
#[derive(Debug, Args)]
pub struct LoginArgs {
    /// Sign in to this IAM Identity Center, as with --sso
    #[arg(value_name = "INSTANCE", conflicts_with = "all")]
    pub instance: Option<String>,
    /// Sign in to every IAM Identity Center
    #[arg(long)]
    pub all: bool,
    /// Sign in again even if the token is valid
    #[arg(long)]
    pub force: bool,
    /// Check for a sign-in (--all: for each) with exit code 0 or 4
    #[arg(long)]
    pub check: bool,
    /// Sign in with pkce (a browser here), device-code (any) or auto
    #[arg(long, value_name = "FLOW", default_value = "auto", hide_possible_values = true)]
    pub flow: FlowArg,
    /// Renew role credentials at their next use
    #[arg(long, conflicts_with = "check")]
    pub sts_refresh: bool,
    /// Do not fetch the list of roles afterwards
    #[arg(long)]
    pub no_cache_refresh: bool,
    /// Do not update profiles, despite `auto_config_check`
    #[arg(long)]
    pub no_config_check: bool,
    /// Fetch N accounts at a time
    #[arg(long, value_name = "N", value_parser = super::parse_threads)]
    pub threads: Option<usize>,
}

/// How to sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FlowArg {
    /// A browser on this machine if there is one, else a code.
    Auto,
    /// A browser on this machine (authorization code with PKCE).
    Pkce,
    /// A code to compare, in any browser.
    DeviceCode,
}
