//! The person's terminal, whatever stdin and stdout are.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};

use super::signals::LastWill;
use crate::domain::{Error, Kind, Result, Secret};

/// Opens the controlling terminal for reading and writing.
///
/// # Errors
/// [`Kind::Usage`] when the process has none: in a pipe of a service, in CI, under `setsid`.
pub fn open() -> Result<File> {
    OpenOptions::new().read(true).write(true).open("/dev/tty").map_err(|_| {
        Error::new(Kind::Usage, "there is no terminal to draw on")
            .hint("name the role: `rolecall exec --account ID --role NAME -- COMMAND`")
            .hint("`rolecall list` and `rolecall pick --filter QUERY` need no terminal")
    })
}

/// Whether there is a terminal to draw on.
pub fn present() -> bool {
    open().is_ok()
}

/// Asks for something on the terminal that is not to be seen while it is typed.
///
/// # Errors
/// When there is no terminal or it goes away.
pub fn ask_unseen(question: &str) -> Result<Secret<String>> {
    use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};
    let said = |error: io::Error| Error::new(Kind::Usage, format!("asking on the terminal: {error}"));
    let mut terminal = open()?;
    let before = tcgetattr(&terminal).map_err(|error| said(error.into()))?;
    let mut unseen = before.clone();
    unseen.local_modes.remove(LocalModes::ECHO);
    unseen.local_modes.insert(LocalModes::ECHONL | LocalModes::ICANON | LocalModes::ISIG);
    // Ctrl-C ends the process here, and must not leave a terminal that shows nothing of what is typed.
    let (theirs, modes) = (terminal.try_clone().map_err(said)?, before.clone());
    let _guard = LastWill::new(move || drop(tcsetattr(&theirs, OptionalActions::Now, &modes)))?;
    terminal.write_all(question.as_bytes()).map_err(said)?;
    tcsetattr(&terminal, OptionalActions::Flush, &unseen).map_err(|error| said(error.into()))?;
    let mut line = String::new();
    let read = io::BufRead::read_line(&mut io::BufReader::new(&terminal), &mut line);
    let back = tcsetattr(&terminal, OptionalActions::Now, &before);
    read.map_err(said)?;
    back.map_err(|error| said(error.into()))?;
    Ok(Secret::new(line))
}

/// What the cursor looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cursor {
    /// As the person has it.
    Usual,
    /// A line before the letter: what is typed goes there.
    Bar,
    /// Over the letter: what is typed are commands.
    Block,
}

/// Gives the cursor another look. Nothing here blinks.
///
/// # Errors
/// When the terminal is gone.
pub fn shape(mut terminal: &File, cursor: Cursor) -> io::Result<()> {
    terminal.write_all(match cursor {
        Cursor::Usual => b"\x1b[0 q",
        Cursor::Bar => b"\x1b[6 q",
        Cursor::Block => b"\x1b[2 q",
    })
}

/// Columns and rows; 80×24 when the terminal does not say.
pub fn size(terminal: &File) -> (u16, u16) {
    match rustix::termios::tcgetwinsize(terminal) {
        Ok(size) if size.ws_col > 0 && size.ws_row > 0 => (size.ws_col, size.ws_row),
        _ => (80, 24),
    }
}

/// Bytes that were typed before anybody read them, as far as they make up lines.
pub fn typed_ahead(terminal: &File) -> usize {
    rustix::io::ioctl_fionread(terminal).ok().and_then(|bytes| usize::try_from(bytes).ok()).unwrap_or(0)
}

/// What undoes everything a full-screen program may have switched on: mouse, bracketed paste, synchronized output, the hidden cursor,
/// the second screen. Harmless where nothing was switched on.
const WHOLE_AGAIN: &[u8] = b"\x1b[?2026l\x1b[?1006l\x1b[?1015l\x1b[?1003l\x1b[?1002l\x1b[?1000l\x1b[?2004l\x1b[0m\x1b[?1049l\x1b[?25h";

/// The same for a program that has only the rows from the cursor's on.
const ROWS_BLANK_AGAIN: &[u8] = b"\x1b[?2026l\x1b[?7h\x1b[?2004l\x1b[0m\r\x1b[J\x1b[?25h";

/// Blanks the rows from the cursor's on, and switches off what a program that draws there may have switched on, in one write.
///
/// # Errors
/// When the terminal is gone.
pub fn restore_rows(mut terminal: &File) -> io::Result<()> {
    terminal.write_all(ROWS_BLANK_AGAIN)?;
    terminal.flush()
}

/// Gives the first screen back, in one write.
///
/// # Errors
/// When the terminal is gone.
pub fn restore(mut terminal: &File) -> io::Result<()> {
    terminal.write_all(WHOLE_AGAIN)?;
    terminal.flush()
}
