//! The command line of `eval`.

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, ValueEnum};

use crate::domain::Result;
use crate::shell::{Dialect, EnvFormat};

use super::Selectors;
use super::exec::FormArg;

/// Flags of `eval`.
#[derive(Debug, Args)]
#[command(after_help = evaluation_help())]
pub struct EvalArgs {
    /// Which role
    #[command(flatten)]
    pub selectors: Selectors,
    /// Use the role that matches
    #[arg(value_name = "QUERY")]
    pub query: Vec<String>,
    /// Leave the role and restore AWS_PROFILE
    #[arg(short, long, conflicts_with_all = ["profile", "arn", "account", "role", "query", "refresh", "region", "no_region", "form", "export_all_env_vars", "overwrite_env", "format"])]
    pub clear: bool,
    /// Renew the credentials of this shell's role
    #[arg(long, conflicts_with_all = ["profile", "arn", "account", "role", "query"])]
    pub refresh: bool,
    /// Set this region instead of the role's own
    #[arg(short, long, value_name = "REGION", value_parser = parse_region_or_nothing, num_args = 0..=1, default_missing_value = "", conflicts_with = "no_region")]
    pub region: Option<String>,
    /// Leave the region variables as they are
    #[arg(long)]
    pub no_region: bool,
    /// Write for this shell instead of the calling one
    #[arg(long, value_name = "NAME", value_parser = parse_dialect())]
    pub shell: Option<Dialect>,
    /// Give programs credentials as auto, keys or profile
    #[arg(long = "as", value_name = "HOW", value_parser = parse_form(), hide_possible_values = true)]
    pub form: Option<FormArg>,
    /// Set the keys as well as a profile
    #[arg(short = 'x', long)]
    pub export_all_env_vars: bool,
    /// Overwrite the shell's own keys permanently
    #[arg(long)]
    pub overwrite_env: bool,
    /// Print as env, dotenv or json, for other programs
    #[arg(long, value_name = "FORMAT", value_parser = parse_format(), conflicts_with_all = ["shell", "overwrite_env"])]
    pub format: Option<EnvFormat>,
    /// Do not ask before a protected role is used
    #[arg(long)]
    pub yes: bool,
}

/// How each shell evaluates the output of `eval`.
fn evaluation_help() -> String {
    let line = |dialect: Dialect| {
        format!("  {dialect:10}  {}\n", dialect.eval_command("rolecall eval QUERY"))
    };
    let lines: String = Dialect::ALL.into_iter().map(line).collect();
    format!(
        "To evaluate it:\n{lines}\nIf no role is named, the picker opens on the terminal, even \
         while the output is captured."
    )
}

/// Parses `--as`; `eval` has no endpoint.
fn parse_form() -> impl TypedValueParser<Value = FormArg> {
    let shared = FormArg::value_variants().iter().filter(|form| **form != FormArg::Endpoint);
    PossibleValuesParser::new(shared.filter_map(ValueEnum::to_possible_value))
        .try_map(|name| FormArg::from_str(&name, false))
}

/// Parses `-r REGION`. `-r` alone is the old `--refresh`, and its value is empty.
fn parse_region_or_nothing(text: &str) -> Result<String> {
    if text.is_empty() { Ok(String::new()) } else { super::parse_exported_region(text) }
}

fn parse_dialect() -> impl TypedValueParser<Value = Dialect> {
    PossibleValuesParser::new(Dialect::ALL.map(Dialect::as_str))
        .try_map(|name| name.parse::<Dialect>())
}

fn parse_format() -> impl TypedValueParser<Value = EnvFormat> {
    PossibleValuesParser::new(EnvFormat::ALL.map(EnvFormat::as_str))
        .try_map(|name| name.parse::<EnvFormat>())
}
