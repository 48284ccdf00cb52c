//! The command line of `console`.

use clap::Args;

use super::Selectors;

/// Flags of `console`.
#[derive(Debug, Args)]
pub struct ConsoleArgs {
    /// Which role; by default this shell's
    #[command(flatten)]
    pub selectors: Selectors,
    /// Use the role that matches, or open this console page
    #[arg(value_name = "URL|QUERY")]
    pub query: Vec<String>,
    /// Sign the console out after MIN minutes, 15 to 720
    #[arg(short, long, value_name = "MIN", value_parser = clap::value_parser!(u32).range(15..=720))]
    pub duration: Option<u32>,
    /// Open the page in this region instead of the role's own
    #[arg(short, long, value_name = "REGION", value_parser = super::parse_region)]
    pub region: Option<String>,
    /// Open a service, such as s3, cfn or logs
    #[arg(short, long, value_name = "NAME", conflicts_with = "destination")]
    pub service: Option<String>,
    /// Open the page with this URL
    #[arg(long, value_name = "URL")]
    pub destination: Option<String>,
    /// Use the keys in the environment instead of a role's
    #[arg(short, long, conflicts_with_all = ["query", "profile", "arn", "account", "role", "prompt", "link"])]
    pub env: bool,
    /// Print the portal's shortcut link, which contains no secret
    #[arg(long, conflicts_with = "duration")]
    pub link: bool,
    /// Pick the role even if this shell has one
    #[arg(short = 'P', long)]
    pub prompt: bool,
    /// Fetch new credentials even if stored ones are valid
    #[arg(long, hide_short_help = true, conflicts_with_all = ["env", "link"])]
    pub sts_refresh: bool,
    /// Do not ask before a protected role is used
    #[arg(long)]
    pub yes: bool,
}
