//! The passphrase of the vault, as the user types it at the terminal.

use std::io::IsTerminal;

use crate::domain::{Error, ErrorKind, Result, ResultExt, Secret};
use crate::os::terminal::tty;
use crate::vault::PassphraseQuestion;

use crate::cli::ui;

/// Asks for the passphrase of a vault that a command needs. Returns `None` for an empty line.
///
/// # Errors
/// If the terminal can't be read.
pub(super) fn ask(question: PassphraseQuestion) -> Result<Option<Secret<String>>> {
    let _paused = ui::waiting::pause();
    match question {
        PassphraseQuestion::Unlock => {
            ui::print_message("the vault is locked");
            type_one("passphrase: ")
        }
        PassphraseQuestion::TryAgain => {
            ui::print_message("the passphrase does not open the vault; try again");
            type_one("passphrase: ")
        }
        PassphraseQuestion::Choose => {
            ui::print_message("the vault, which stores tokens and credentials, needs a passphrase");
            choose()
        }
    }
}

/// Asks for a new passphrase until it is typed the same twice.
fn choose() -> Result<Option<Secret<String>>> {
    loop {
        let Some(chosen) = type_one("new passphrase: ")? else { return Ok(None) };
        match type_one("again: ")? {
            Some(again) if again == chosen => return Ok(Some(chosen)),
            Some(_) => ui::print_message("the two differ; try again"),
            None => return Ok(None),
        }
    }
}

/// Reads a passphrase from the terminal without echo; `None` for an empty line.
fn type_one(question: &str) -> Result<Option<Secret<String>>> {
    let typed = trim_line(&tty::prompt_hidden(question)?);
    Ok(Some(typed).filter(|typed| !typed.expose().is_empty()))
}

fn trim_line(line: &Secret<String>) -> Secret<String> {
    Secret::from(line.expose().trim_end_matches(['\r', '\n']))
}

/// Reads one line from stdin, byte for byte: [`ui::prompt`] would replace bytes that are not UTF-8,
/// and so change the passphrase.
fn read_stdin_line() -> Result<Secret<String>> {
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).context(ErrorKind::Os, "reading the passphrase")?;
    Ok(Secret::new(line))
}

/// Reads a passphrase from the terminal without echo, or from a line of stdin.
///
/// # Errors
/// [`ErrorKind::Usage`] for an empty one; [`ErrorKind::Os`] if stdin can't be read.
pub(super) fn read(question: &str) -> Result<Secret<String>> {
    let typed = if std::io::stdin().is_terminal() {
        tty::prompt_hidden(question)?
    } else {
        read_stdin_line()?
    };
    if typed.expose().is_empty() {
        return Err(Error::new(ErrorKind::Usage, "no passphrase was given")
            .hint("type it at a terminal, or pass it as a line of standard input"));
    }
    let trimmed = trim_line(&typed);
    if trimmed.expose().is_empty() {
        Err(Error::new(ErrorKind::Usage, "an empty passphrase protects nothing"))
    } else {
        Ok(trimmed)
    }
}
