//! The command line of `eks-token`.

use clap::Args;

use super::Selectors;

/// Flags of `eks-token`.
#[derive(Debug, Args)]
pub struct EksTokenArgs {
    /// Which role
    #[command(flatten)]
    pub selectors: Selectors,
    /// Use the role that matches, such as ACCOUNT/ROLE
    #[arg(value_name = "QUERY")]
    pub query: Vec<String>,
    /// Print a token for this cluster (local on Outposts: its id)
    #[arg(long, visible_alias = "cluster-name", value_name = "NAME")]
    pub cluster: String,
    /// Sign for this region instead of AWS_REGION or the instance's
    #[arg(short, long, value_name = "REGION", value_parser = super::parse_region)]
    pub region: Option<String>,
}
