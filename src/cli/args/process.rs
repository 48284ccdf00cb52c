//! The command line of `process`.

use clap::Args;

use super::Selectors;

/// Flags of `process`.
#[derive(Debug, Args)]
pub struct ProcessArgs {
    /// Which role
    #[command(flatten)]
    pub selectors: Selectors,
    /// Fetch new credentials even when stored ones are good
    #[arg(long)]
    pub sts_refresh: bool,
    /// Neither take stored credentials nor store new ones
    #[arg(long)]
    pub no_cache: bool,
    /// Sign in by a browser when nobody is: one helper in the background does it for all who wait
    #[arg(long)]
    pub auto_login: bool,
    /// How long to wait for it [default: while it is open; 20s without a terminal]
    #[arg(long, value_name = "DURATION")]
    pub wait: Option<String>,
    /// How much life stored credentials must have left; never more than a third of their lifetime
    #[arg(long, value_name = "DURATION", default_value = ProcessArgs::DEFAULT_WINDOW)]
    pub window: String,
}

impl ProcessArgs {
    /// `--window` where it is not given.
    pub const DEFAULT_WINDOW: &str = "15m";
}
