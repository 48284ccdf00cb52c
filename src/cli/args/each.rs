//! The command line of `each`.

use std::ffi::OsString;

use clap::Args;

/// Flags of `each`.
#[derive(Debug, Args)]
pub struct EachArgs {
    /// Use the roles that match literally; `role:*` matches all
    #[arg(value_name = "QUERY", required = true)]
    pub words: Vec<String>,
    /// Run N commands at a time
    #[arg(short, long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u8).range(1..=64))]
    pub jobs: u8,
    /// Print a line of JSON for each role, with its command's output
    #[arg(long)]
    pub json: bool,
    /// List the roles and run nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Use one role per account, by `prefer_roles`
    #[arg(long)]
    pub per_account: bool,
    /// Do not ask before protected roles are used
    #[arg(long)]
    pub yes: bool,
    /// Run this command, without a shell
    #[arg(last = true, value_name = "CMD", required_unless_present = "dry_run")]
    pub command: Vec<OsString>,
}
