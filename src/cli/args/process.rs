//! The command line of `process`.

use clap::Args;

use super::Selectors;

/// Flags of `process`.
#[derive(Debug, Args)]
pub struct ProcessArgs {
    /// Which role
    #[command(flatten)]
    pub selectors: Selectors,
    /// Use the role that matches, such as ACCOUNT/ROLE
    #[arg(value_name = "QUERY")]
    pub query: Vec<String>,
    /// Fetch new credentials even if stored ones are valid
    #[arg(long)]
    pub sts_refresh: bool,
    /// Bypass the credential cache
    #[arg(long)]
    pub no_cache: bool,
    /// Sign in with a browser in the background if it is needed
    #[arg(long)]
    pub auto_login: bool,
    /// Wait this long [default: while open; 20s without a terminal]
    #[arg(long, value_name = "DURATION")]
    pub wait: Option<String>,
    /// Renew credentials this long before they end, at most a third
    #[arg(long, value_name = "DURATION", default_value = "15m")]
    pub window: String,
}
