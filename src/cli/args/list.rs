//! The command line of `list`.

use clap::Args;

/// Flags of `list`.
#[derive(Debug, Args)]
pub struct ListArgs {
    /// Show these columns; see --list-fields
    #[arg(value_name = "FIELD")]
    pub fields: Vec<String>,
    /// List the columns
    #[arg(short = 'f', long)]
    pub list_fields: bool,
    /// List roles whose FIELD starts with VALUE; repeatable
    #[arg(short = 'P', long, value_name = "FIELD=VALUE")]
    pub prefix: Vec<String>,
    /// List roles that match; words are compared literally
    #[arg(short, long, value_name = "QUERY")]
    pub query: Option<String>,
    /// Sort by this column
    #[arg(short, long, value_name = "FIELD")]
    pub sort: Option<String>,
    /// Reverse the order
    #[arg(long)]
    pub reverse: bool,
    /// Print CSV with a header
    #[arg(long, conflicts_with = "json")]
    pub csv: bool,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}
