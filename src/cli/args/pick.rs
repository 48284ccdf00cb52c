//! The command line of `pick`.

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};

use crate::config::Action;
use crate::domain::Height;

/// Flags of the picker.
#[derive(Debug, Clone, Default, PartialEq, Eq, Args)]
pub struct PickArgs {
    /// Open the picker with this query
    #[arg(value_name = "QUERY")]
    pub words: Vec<String>,
    /// Use this query, like QUERY
    #[arg(short, long, value_name = "QUERY", conflicts_with = "words")]
    pub query: Option<String>,
    /// Take a single match without opening the picker
    #[arg(short = '1', long)]
    pub select_1: bool,
    /// Exit with code 1 if no role matches
    #[arg(short = '0', long)]
    pub exit_0: bool,
    /// Print matching roles, best first, without opening the picker
    #[arg(short, long)]
    pub filter: bool,
    /// Allow several roles to be marked with Tab
    #[arg(short, long)]
    pub multi: bool,
    /// Make Enter do shell, exports, profile, console or print
    #[arg(long, value_name = "ACTION", value_parser = parse_action(), hide_possible_values = true)]
    pub action: Option<Action>,
    /// Print this field of each selected role
    #[arg(long, value_name = "FIELD")]
    pub print: Option<String>,
    /// Use this region instead of the role's own
    #[arg(short, long, value_name = "REGION", value_parser = super::parse_exported_region)]
    pub region: Option<String>,
    /// Use rows below the prompt (15) or a share of the screen (40%)
    #[arg(long, value_name = "N[%]")]
    pub height: Option<Height>,
    /// Prompt with numbered lines, for screen readers; also with TERM=dumb
    #[arg(long)]
    pub plain: bool,
    /// Ignore the mouse
    #[arg(long)]
    pub no_mouse: bool,
}

/// Parses `--action`.
fn parse_action() -> impl TypedValueParser<Value = Action> {
    PossibleValuesParser::new(Action::ALL.iter().map(|action| action.as_str()))
        .try_map(|word| word.parse::<Action>())
}
