//! The command line of the hidden `complete`, which completion scripts run.

use clap::Args;

use crate::shell::Dialect;

use super::init::parse_hooked_shell;

/// Flags of the hidden command that the completion scripts run.
#[derive(Debug, Args)]
pub struct CompleteArgs {
    /// The shell whose words these are
    #[arg(long, value_parser = parse_hooked_shell())]
    pub shell: Dialect,
    /// The word under the cursor as the shell would cut it
    #[arg(long, default_value = "")]
    pub current: String,
    /// The words are one line, as it was typed
    #[arg(long)]
    pub line: bool,
    /// The words typed so far, the program's name first, the one under the cursor last
    #[arg(last = true)]
    pub words: Vec<String>,
}
