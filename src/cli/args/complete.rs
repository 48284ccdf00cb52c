//! The command line of the hidden `complete`, which completion scripts run.

use clap::Args;

use crate::shell::Dialect;

use super::init::parse_hooked_shell;

/// Flags of the hidden command that the completion scripts run.
#[derive(Debug, Args)]
pub struct CompleteArgs {
    /// Shell that the words are from
    #[arg(long, value_parser = parse_hooked_shell())]
    pub shell: Dialect,
    /// Word under the cursor, as the shell splits it
    #[arg(long, default_value = "")]
    pub current: String,
    /// The words are one line, as typed
    #[arg(long)]
    pub line: bool,
    /// Words typed so far, from the program's name to the cursor
    #[arg(last = true)]
    pub words: Vec<String>,
}
