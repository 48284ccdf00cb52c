//! The command line of `credentials`.

use std::path::PathBuf;

use clap::Args;

/// Flags of `credentials`. Its selectors are its own: several profiles, and `-a` is `--append`.
#[derive(Debug, Args)]
pub struct CredentialsArgs {
    /// Roles by the names of their profiles
    #[arg(short, long, value_name = "NAME,…", value_delimiter = ',')]
    pub profile: Vec<String>,
    /// Role by its ARN, or ACCOUNT:ROLE
    #[arg(long, value_name = "ARN")]
    pub arn: Option<String>,
    /// Account by its id or name
    #[arg(short = 'A', long, value_name = "ID|NAME")]
    pub account: Option<String>,
    /// Role by its name, in the account
    #[arg(short = 'R', long, value_name = "NAME")]
    pub role: Option<String>,
    /// Words that name the role; without any name it is the one that this shell is in
    #[arg(value_name = "QUERY")]
    pub query: Option<String>,
    /// Write to this file (`-` is stdout); without --append or --default it must not exist yet
    #[arg(short, long, value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// Replace or add these sections in the file (the AWS credentials file unless --file names
    /// one); all else stays
    #[arg(short, long)]
    pub append: bool,
    /// Name the section `[default]`; in a file only its three keys change
    #[arg(long)]
    pub default: bool,
    /// Fetch new credentials even when stored ones are good
    #[arg(long)]
    pub sts_refresh: bool,
    /// Keep the file fresh until stopped
    #[arg(long)]
    pub watch: bool,
    /// Ask neither before a protected role is used nor before permanent keys are replaced
    #[arg(long)]
    pub yes: bool,
}
