//! The command line of `demo`.

use std::ffi::OsString;

use clap::{Args, ValueEnum};

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
    /// Begin in one of the states that people meet
    #[arg(long, value_name = "STATE")]
    pub state: Option<DemoState>,
    /// A command of rolecall to run there, or `serve` to stay and print the variables that lead
    /// there
    #[arg(value_name = "CMD", trailing_var_arg = true, allow_hyphen_values = true)]
    pub command: Vec<OsString>,
}

/// States that people meet, to be looked at before they are met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum DemoState {
    /// Nothing is set up; the start URL is corp.awsapps.com/start
    Bare,
    /// Nobody has signed in yet and nothing was read
    FirstDay,
    /// Somebody is signed in who has no role
    NoRoles,
    /// AWS can't be reached, and the list is two days old
    Offline,
    /// AWS asks to slow down while the list is read for the first time
    Throttled,
    /// AWS refuses every role with a 403
    Refused,
    /// This machine's clock is 12 minutes behind AWS's
    Clock,
    /// The vault is locked; its passphrase is `sesame`
    Locked,
    /// There is no vault yet and no passphrase for one
    NoVault,
    /// Every sign-in expires before it is confirmed
    Expired,
    /// Every sign-in is declined
    Declined,
}
