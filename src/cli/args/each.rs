//! The command line of `each`.

use std::ffi::OsString;

use clap::Args;

/// Flags of `each`.
#[derive(Debug, Args)]
pub struct EachArgs {
    /// Which roles; words are compared literally, `role:*` matches all
    #[arg(value_name = "QUERY", required = true)]
    pub words: Vec<String>,
    /// How many commands run at a time
    #[arg(short, long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u8).range(1..=64))]
    pub jobs: u8,
    /// One line of JSON for each role, with all that its command wrote
    #[arg(long)]
    pub json: bool,
    /// Only list the roles
    #[arg(long)]
    pub dry_run: bool,
    /// One role in each account, by `prefer_roles`
    #[arg(long)]
    pub per_account: bool,
    /// Do not ask before protected roles are used
    #[arg(long)]
    pub yes: bool,
    /// The command, run without a shell
    #[arg(last = true, value_name = "CMD", required_unless_present = "dry_run")]
    pub command: Vec<OsString>,
}
