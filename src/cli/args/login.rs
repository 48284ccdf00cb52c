//! The command line of `login`.

use clap::{Args, ValueEnum};

/// Flags of `login`.
#[derive(Debug, Args)]
pub struct LoginArgs {
    /// Sign in to every IAM Identity Center
    #[arg(long)]
    pub all: bool,
    /// Sign in anew even when a token is still valid
    #[arg(long)]
    pub force: bool,
    /// Only say by the exit code (0 or 4) whether somebody is signed in, to any of several, or
    /// with --all to each; uses no network
    #[arg(long)]
    pub check: bool,
    /// How to sign in: pkce (a browser on this machine, or one whose reply is pasted here),
    /// device-code (a code to compare, in any browser), auto (what fits)
    #[arg(long, value_name = "FLOW", default_value = "auto", hide_possible_values = true)]
    pub flow: FlowArg,
    /// Do not read the list of roles afterwards
    #[arg(long)]
    pub no_cache_refresh: bool,
    /// Leave the profiles in the AWS config file as they are, whatever `auto_config_check` says
    #[arg(long)]
    pub no_config_check: bool,
    /// How many accounts to read at a time
    #[arg(long, value_name = "N")]
    pub threads: Option<usize>,
}

/// How to sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FlowArg {
    /// By a browser on this machine where there is one, else by code.
    Auto,
    /// A browser on this machine (authorization code with PKCE).
    Pkce,
    /// A code to compare, in any browser.
    DeviceCode,
}
