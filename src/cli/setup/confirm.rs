//! A person's word before other programs' files are written: `--yes`, or a typed y.

use std::io::IsTerminal;

use crate::domain::{Error, ErrorKind, Result};

use crate::cli::ui;

/// Nothing when the plan that stands above may be carried out.
///
/// # Errors
/// [`Kind::Usage`] where nobody can be asked, [`Kind::Cancelled`] when the person says no.
pub(super) fn confirm(yes: bool, question: &str) -> Result<()> {
    if yes {
        return Ok(());
    }
    if !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
        return Err(Error::new(
            ErrorKind::Usage,
            "nothing was written: there is no terminal to ask at",
        )
        .hint("add --yes"));
    }
    let answer = ui::prompt(&format!("{question} [y/N] "))?;
    let said = ["y", "yes"].contains(&answer.trim().to_ascii_lowercase().as_str());
    if said { Ok(()) } else { Err(Error::new(ErrorKind::Cancelled, "nothing was written")) }
}
