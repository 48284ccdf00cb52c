//! The command line of the helper behind `exec --as endpoint`.

use clap::Args;

/// Flags of the helper.
#[derive(Debug, Args)]
pub struct EndpointHelperArgs {
    /// The role, as ACCOUNT:ROLE
    #[arg(long, value_name = "ARN")]
    pub arn: String,
    /// This is the second process, which serves; the first only starts it
    #[arg(long)]
    pub serve: bool,
}
