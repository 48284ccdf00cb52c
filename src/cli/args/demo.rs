//! The command line of `demo`.

use std::ffi::OsString;

use clap::Args;

/// Flags of `demo`.
#[derive(Debug, Args)]
pub struct DemoArgs {
    /// Accounts in the made-up organisation
    #[arg(long, value_name = "N", default_value_t = 40)]
    pub accounts: usize,
    /// Roles in an account, at most
    #[arg(long, value_name = "N", default_value_t = 6)]
    pub roles: usize,
    /// What every answer is delayed by
    #[arg(long, value_name = "MS", default_value_t = 0)]
    pub latency: u64,
    /// Requests a second that the portal allows
    #[arg(long, value_name = "N")]
    pub throttle: Option<f64>,
    /// A command of rolecall to run there, or `serve` to stay and print the variables that lead there
    #[arg(value_name = "CMD", trailing_var_arg = true, allow_hyphen_values = true)]
    pub command: Vec<OsString>,
}
