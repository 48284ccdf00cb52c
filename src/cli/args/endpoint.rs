//! The command line of the helper of `exec --as endpoint`.

use clap::Args;

/// Flags of the helper.
#[derive(Debug, Args)]
pub struct EndpointHelperArgs {
    /// The role, as ACCOUNT:ROLE
    #[arg(long, value_name = "ARN")]
    pub arn: String,
    /// Serve, rather than start the process that does
    #[arg(long)]
    pub serve: bool,
}
