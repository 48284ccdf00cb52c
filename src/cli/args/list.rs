//! The command line of `list`.

use clap::Args;

/// Flags of `list`.
#[derive(Debug, Args)]
pub struct ListArgs {
    /// Columns to show; see --list-fields
    #[arg(value_name = "FIELD")]
    pub fields: Vec<String>,
    /// List the columns
    #[arg(short = 'f', long)]
    pub list_fields: bool,
    /// Only roles whose FIELD starts with VALUE; repeatable
    #[arg(short = 'P', long, value_name = "FIELD=VALUE")]
    pub prefix: Vec<String>,
    /// Only roles that match; words are compared literally
    #[arg(short, long, value_name = "QUERY")]
    pub query: Option<String>,
    /// Column to sort by
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
