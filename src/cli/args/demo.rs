//! The command line of `demo`.

use std::ffi::OsString;

use clap::{Args, ValueEnum};

/// The default of `--accounts`.
const DEFAULT_ACCOUNTS: usize = 40;
/// The default of `--roles`.
const DEFAULT_ROLES: usize = 6;

/// Flags of `demo`.
#[derive(Debug, Args)]
pub struct DemoArgs {
    /// Simulate N accounts
    #[arg(long, value_name = "N", default_value_t = DEFAULT_ACCOUNTS)]
    pub accounts: usize,
    /// Simulate at most N roles in an account
    #[arg(long, value_name = "N", default_value_t = DEFAULT_ROLES)]
    pub roles: usize,
    /// Delay every response by MS milliseconds
    #[arg(long, value_name = "MS", default_value_t = 0)]
    pub latency: u64,
    /// Accept N requests per second in the access portal
    #[arg(long, value_name = "N")]
    pub throttle: Option<f64>,
    /// Start in a state, such as offline; --help lists all
    #[arg(long, value_name = "STATE")]
    pub state: Option<DemoState>,
    /// Run this command there; `shell` and `serve` keep the demo running
    #[arg(value_name = "CMD", trailing_var_arg = true, allow_hyphen_values = true)]
    pub command: Vec<OsString>,
}

impl Default for DemoArgs {
    fn default() -> Self {
        Self {
            accounts: DEFAULT_ACCOUNTS,
            roles: DEFAULT_ROLES,
            latency: 0,
            throttle: None,
            state: None,
            command: Vec::new(),
        }
    }
}

/// States to try before meeting them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum DemoState {
    /// Nothing is set up; the start URL is corp.awsapps.com/start
    Bare,
    /// Not signed in, and no list of roles yet
    FirstDay,
    /// The user is signed in but has no role
    NoRoles,
    /// AWS can't be reached, and the list is two days old
    Offline,
    /// AWS throttles the first fetch of the list
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
