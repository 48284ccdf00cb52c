//! The command line of `credentials`.

use std::path::PathBuf;

use clap::Args;

use super::path_parser;

/// Flags of `credentials`. Its selectors are its own: several profiles, and no `-a` for `--arn`.
#[derive(Debug, Args)]
pub struct CredentialsArgs {
    /// Use the roles of these profiles
    #[arg(short, long, value_name = "NAME,…", value_delimiter = ',')]
    pub profile: Vec<String>,
    /// Use the role with this ARN, or ACCOUNT/ROLE
    #[arg(long, value_name = "ARN")]
    pub arn: Option<String>,
    /// Use a role in this account, by id or name
    #[arg(short = 'A', long, value_name = "ID|NAME")]
    pub account: Option<String>,
    /// Use the role of this name in the account
    #[arg(short = 'R', long, value_name = "NAME")]
    pub role: Option<String>,
    /// Use the role that matches [default: this shell's role]
    #[arg(value_name = "QUERY")]
    pub query: Vec<String>,
    /// Write a new FILE; `-` is stdout
    #[arg(short, long, value_name = "FILE", value_parser = path_parser())]
    pub file: Option<PathBuf>,
    /// Edit sections in the file [default: the credentials file]
    #[arg(long)]
    pub append: bool,
    /// Edit sections, as --append does, if no role follows
    #[arg(short = 'a', value_name = "ROLE", num_args = 0..=1, hide = true)]
    pub append_letter: Option<Option<String>>,
    /// Name the section `[default]`; its other keys stay
    #[arg(long)]
    pub default: bool,
    /// Fetch new credentials even if stored ones are valid
    #[arg(long)]
    pub sts_refresh: bool,
    /// Keep the file up to date until stopped
    #[arg(long)]
    pub watch: bool,
    /// Do not ask before protected roles or replacing permanent keys
    #[arg(long)]
    pub yes: bool,
}

impl CredentialsArgs {
    /// Whether sections of an existing file are edited.
    pub fn edits_file(&self) -> bool {
        self.append || self.append_letter.is_some()
    }

    /// The word after `-a`, which other commands read as a role.
    pub fn word_after_letter(&self) -> Option<&str> {
        self.append_letter.as_ref()?.as_deref()
    }
}
