//! The person's terminal, whatever stdin and stdout are.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, Read, Write};
use std::os::fd::AsFd;

use rustix::termios::tcgetwinsize;

use crate::domain::{Error, ErrorKind, Result, Secret};
use crate::os::process::signals::TerminationGuard;

/// Opens the controlling terminal for reading and writing.
///
/// # Errors
/// [`Kind::Usage`] when the process has none: in a pipe of a service, in CI, under `setsid`.
pub fn open() -> Result<File> {
    OpenOptions::new().read(true).write(true).open("/dev/tty").map_err(|_| {
        Error::new(ErrorKind::Usage, "there is no terminal to draw on")
            .hint("name the role: `rolecall exec --account ID --role NAME -- COMMAND`")
            .hint("`rolecall list` and `rolecall pick --filter QUERY` need no terminal")
    })
}

/// Whether there is a terminal to draw on.
pub fn is_present() -> bool {
    open().is_ok()
}

/// The most characters of a passphrase that is typed. Terminals in line mode cut longer lines
/// without a word, on macOS at 1,024 bytes.
pub const MAX_PASSPHRASE_CHARS: usize = 1_000;

/// The most bytes of a line that is read from a terminal or a pipe.
const MAX_LINE_LEN: u64 = 64 * 1024;

/// Reads a line, with its line feed. Bytes that are not UTF-8, as from a terminal with another
/// encoding, become replacement characters; bytes after the first 64 KiB are dropped. `None` at the
/// end of the input.
///
/// # Errors
/// The error of the read.
pub fn read_line(mut input: impl BufRead) -> io::Result<Option<String>> {
    let mut line = Vec::new();
    if input.by_ref().take(MAX_LINE_LEN).read_until(b'\n', &mut line)? == 0 {
        return Ok(None);
    }
    if !line.ends_with(b"\n") {
        skip_line(input)?;
    }
    Ok(Some(String::from_utf8_lossy(&line).into_owned()))
}

/// Reads on to the end of the line and forgets it.
fn skip_line(mut input: impl BufRead) -> io::Result<()> {
    loop {
        let bytes = input.fill_buf()?;
        let (length, ended) = match bytes.iter().position(|byte| *byte == b'\n') {
            Some(at) => (at + 1, true),
            None => (bytes.len(), bytes.is_empty()),
        };
        input.consume(length);
        if ended {
            return Ok(());
        }
    }
}

/// Asks for something on the terminal that is not to be seen while it is typed.
///
/// # Errors
/// [`Kind::Usage`] if there is no terminal, it goes away, or more than [`LONGEST_PASSPHRASE`]
/// characters are typed.
pub fn prompt_hidden(question: &str) -> Result<Secret<String>> {
    use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};
    let said =
        |error: io::Error| Error::new(ErrorKind::Usage, format!("asking on the terminal: {error}"));
    let mut terminal = open()?;
    let before = tcgetattr(&terminal).map_err(|error| said(error.into()))?;
    let mut unseen = before.clone();
    unseen.local_modes.remove(LocalModes::ECHO);
    unseen.local_modes.insert(LocalModes::ECHONL | LocalModes::ICANON | LocalModes::ISIG);
    // Ctrl-C ends the process here, and must not leave a terminal that shows nothing of what is
    // typed.
    let (theirs, modes) = (terminal.try_clone().map_err(said)?, before.clone());
    let _guard =
        TerminationGuard::new(move || _ = tcsetattr(&theirs, OptionalActions::Now, &modes))?;
    terminal.write_all(question.as_bytes()).map_err(said)?;
    tcsetattr(&terminal, OptionalActions::Flush, &unseen).map_err(|error| said(error.into()))?;
    let mut line = String::new();
    let read = io::BufReader::new(&terminal).read_line(&mut line);
    let back = tcsetattr(&terminal, OptionalActions::Now, &before);
    read.map_err(said)?;
    back.map_err(|error| said(error.into()))?;
    let line = Secret::new(line);
    if line.expose().trim_end_matches(['\r', '\n']).chars().count() > MAX_PASSPHRASE_CHARS {
        return Err(Error::new(ErrorKind::Usage, "what was typed is longer than 1,000 characters")
            .hint("put the passphrase into a file and run the command again with AWS_SSO_FILE_PASSWORD_FILE=FILE"));
    }
    Ok(line)
}

/// What the cursor looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CursorShape {
    /// As the person has it.
    Default,
    /// A line before the letter: what is typed goes there.
    Bar,
    /// Over the letter: what is typed are commands.
    Block,
}

/// Gives the cursor another look. Nothing here blinks.
///
/// # Errors
/// When the terminal is gone.
pub fn set_cursor_shape(mut terminal: &File, cursor: CursorShape) -> io::Result<()> {
    terminal.write_all(match cursor {
        CursorShape::Default => b"\x1b[0 q",
        CursorShape::Bar => b"\x1b[6 q",
        CursorShape::Block => b"\x1b[2 q",
    })
}

/// The most columns that are drawn on: twice those of the widest screen with the smallest letters.
const MAX_COLUMNS: u16 = 2_000;
/// The most cells that are drawn on. An 8K screen with letters of 6 × 10 pixels has 1,280 × 432.
const MAX_CELLS: u32 = 600_000;

/// Columns and rows to draw on; 80 × 24 if the terminal does not tell. A window that claims more
/// than any screen has is drawn on in part: anybody can set its size to 65,535 × 65,535, and memory
/// for all those cells would take 200 GB.
pub fn size(terminal: impl AsFd) -> (u16, u16) {
    match tcgetwinsize(terminal) {
        Ok(size) if size.ws_col > 0 && size.ws_row > 0 => clamp_size(size.ws_col, size.ws_row),
        _ => (80, 24),
    }
}

/// The columns of the terminal behind an output stream; `None` if it is not a terminal.
pub fn columns(stream: impl AsFd) -> Option<u16> {
    rustix::termios::isatty(&stream).then(|| size(stream).0)
}

fn clamp_size(columns: u16, rows: u16) -> (u16, u16) {
    let columns = columns.min(MAX_COLUMNS);
    let most_rows = MAX_CELLS / u32::from(columns);
    (columns, rows.min(u16::try_from(most_rows).unwrap_or(u16::MAX)))
}

/// Bytes that were typed before anybody read them, as far as they make up lines.
pub fn typed_ahead(terminal: &File) -> usize {
    rustix::io::ioctl_fionread(terminal)
        .ok()
        .and_then(|bytes| usize::try_from(bytes).ok())
        .unwrap_or(0)
}

/// What undoes everything a full-screen program may have switched on: mouse, bracketed paste,
/// synchronized output, the hidden cursor, the second screen. Harmless where nothing was switched
/// on.
const RESTORE_SCREEN: &[u8] = b"\x1b[?2026l\x1b[?1006l\x1b[?1015l\x1b[?1003l\x1b[?1002l\x1b[?1000l\x1b[?2004l\x1b[0m\x1b[?1049l\x1b[?25h";

/// The same for a program that has only the rows from the cursor's on.
const RESTORE_ROWS: &[u8] = b"\x1b[?2026l\x1b[?7h\x1b[?2004l\x1b[0m\r\x1b[J\x1b[?25h";

/// Blanks the rows from the cursor's on, and switches off what a program that draws there may have
/// switched on, in one write.
///
/// # Errors
/// When the terminal is gone.
pub fn restore_rows(mut terminal: &File) -> io::Result<()> {
    terminal.write_all(RESTORE_ROWS)?;
    terminal.flush()
}

/// Gives the first screen back, in one write.
///
/// # Errors
/// When the terminal is gone.
pub fn restore_screen(mut terminal: &File) -> io::Result<()> {
    terminal.write_all(RESTORE_SCREEN)?;
    terminal.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_read_whatever_its_bytes_are() {
        let mut input: &[u8] = b"pr\xf6d\nnext";
        assert_eq!(read_line(&mut input).unwrap().as_deref(), Some("pr\u{fffd}d\n"));
        assert_eq!(read_line(&mut input).unwrap().as_deref(), Some("next"));
        assert_eq!(read_line(&mut input).unwrap(), None);
    }

    #[test]
    fn a_line_without_an_end_does_not_grow_without_one() {
        let text = [vec![b'x'; 300_000], b"\nnext\n".to_vec()].concat();
        let mut input = io::BufReader::new(&text[..]);
        assert_eq!(read_line(&mut input).unwrap().map(|line| line.len()), Some(64 * 1024));
        assert_eq!(read_line(&mut input).unwrap().as_deref(), Some("next\n"));
    }

    #[test]
    fn no_window_is_too_large_to_be_drawn() {
        for (columns, rows) in
            [(u16::MAX, u16::MAX), (u16::MAX, 1), (1, u16::MAX), (3_000, 2_000), (1, 1)]
        {
            let (wide, high) = clamp_size(columns, rows);
            assert!(
                wide >= 1 && high >= 1 && u32::from(wide) * u32::from(high) <= MAX_CELLS,
                "{columns} × {rows}: {wide} × {high}"
            );
        }
        assert_eq!([clamp_size(1_280, 432), clamp_size(80, 24)], [(1_280, 432), (80, 24)]);
    }
}
