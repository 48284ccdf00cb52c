//! The confirmation before other programs' files are written: `--yes`, or a typed y.

use crate::cli::ui;
use crate::domain::{Error, ErrorKind, Result};

/// Asks whether to carry out the plan that was printed.
///
/// # Errors
/// [`ErrorKind::Usage`] if no user can be asked, [`ErrorKind::Cancelled`] if the answer is no.
pub(super) fn confirm(yes: bool, question: &str) -> Result<()> {
    if yes {
        return Ok(());
    }
    if !ui::can_prompt() {
        return Err(Error::new(
            ErrorKind::Usage,
            "nothing was written: there is no terminal to ask on",
        )
        .hint("add --yes"));
    }
    if ui::confirm(question)? {
        Ok(())
    } else {
        Err(Error::new(ErrorKind::Cancelled, "nothing was written"))
    }
}
