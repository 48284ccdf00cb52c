//! The command line of `eks-token`.

use clap::Args;

use super::Selectors;

/// Flags of `eks-token`.
#[derive(Debug, Args)]
pub struct EksTokenArgs {
    /// Which role
    #[command(flatten)]
    pub selectors: Selectors,
    /// Name of the cluster (a local cluster on Outposts: its id)
    #[arg(long, visible_alias = "cluster-name", value_name = "NAME")]
    pub cluster: String,
    /// Region to sign for, instead of AWS_REGION or the instance's own
    #[arg(short, long, value_name = "REGION", value_parser = super::parse_region)]
    pub region: Option<String>,
}
