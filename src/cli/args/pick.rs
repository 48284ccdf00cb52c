//! The command line of `pick`.

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};

use crate::config::Action;
use crate::domain::Height;

/// Flags of the picker.
#[derive(Debug, Clone, Default, PartialEq, Eq, Args)]
pub struct PickArgs {
    /// What to type into the picker before it opens
    #[arg(value_name = "QUERY")]
    pub words: Vec<String>,
    /// The same as QUERY
    #[arg(short, long, value_name = "QUERY", conflicts_with = "words")]
    pub query: Option<String>,
    /// Take the role without opening the picker if only one matches
    #[arg(short = '1', long)]
    pub select_1: bool,
    /// End with exit code 1 at once if none matches
    #[arg(short = '0', long)]
    pub exit_0: bool,
    /// Print matching roles, best first, without opening the picker
    #[arg(short, long)]
    pub filter: bool,
    /// Allow several roles to be marked with Tab
    #[arg(short, long)]
    pub multi: bool,
    /// What Enter does: shell, exports, profile, console or print
    #[arg(long, value_name = "ACTION", value_parser = parse_action(), hide_possible_values = true)]
    pub action: Option<Action>,
    /// What to print of each chosen role
    #[arg(long, value_name = "FIELD")]
    pub print: Option<String>,
    /// Region to work in, instead of the role's own
    #[arg(short, long, value_name = "REGION")]
    pub region: Option<String>,
    /// Rows below the prompt (15), or a share of the screen (40%), instead of the whole screen
    #[arg(long, value_name = "N[%]")]
    pub height: Option<Height>,
    /// A numbered prompt of plain lines, for screen readers and simple terminals; TERM=dumb asks
    /// for it too
    #[arg(long)]
    pub plain: bool,
    /// No mouse
    #[arg(long)]
    pub no_mouse: bool,
}

/// Reads `--action`.
fn parse_action() -> impl TypedValueParser<Value = Action> {
    PossibleValuesParser::new(Action::ALL.iter().map(|action| action.as_str()))
        .try_map(|word| word.parse::<Action>())
}
