//! The controlling terminal, whatever stdin and stdout are.

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

use std::io::{self, BufRead, Read, Write};

use crate::domain::{Error, ErrorKind, Result, Secret};

#[cfg(unix)]
use unix as platform;
#[cfg(windows)]
use windows as platform;

pub use platform::{Tty, TtyInput, enable_sequences, typed_ahead};

/// Opens the controlling terminal for writing and, on Unix, for reading.
///
/// # Errors
/// [`ErrorKind::Usage`] if the process has none: in a service, in CI, under `setsid`.
pub fn open() -> Result<Tty> {
    platform::open().map_err(no_terminal)
}

/// Opens the controlling terminal to read lines.
///
/// # Errors
/// As [`open()`].
pub fn open_input() -> Result<TtyInput> {
    platform::open_input().map_err(no_terminal)
}

fn no_terminal(error: io::Error) -> Error {
    Error::new(ErrorKind::Usage, "no terminal to draw on")
        .with_source(error)
        .hint("name the role: `rolecall exec --account ID --role NAME -- COMMAND`")
        .hint("`rolecall list` and `rolecall pick --filter QUERY` need no terminal")
}

/// Whether there is a terminal to draw on.
pub fn is_present() -> bool {
    open().is_ok()
}

/// The most characters of a typed passphrase. Terminals in line mode silently truncate longer
/// lines, on macOS at 1,024 bytes.
pub const MAX_PASSPHRASE_CHARS: usize = 1_000;

/// The most bytes of a line that is read from a terminal or a pipe.
const MAX_LINE_LEN: u64 = 64 * 1024;

/// Reads a line including its line feed. Bytes that are not UTF-8, as from a terminal with another
/// encoding, become replacement characters. Bytes after the first 64 KiB are dropped. `None` at the
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

/// Discards the rest of the line.
fn skip_line(mut input: impl BufRead) -> io::Result<()> {
    loop {
        let bytes = input.fill_buf()?;
        let (length, ended) = match bytes.iter().position(|byte| *byte == b'\n') {
            Some(index) => (index + 1, true),
            None => (bytes.len(), bytes.is_empty()),
        };
        input.consume(length);
        if ended {
            return Ok(());
        }
    }
}

/// What is written if Ctrl-C ends the process at a question: the cursor is still behind it.
pub const CANCELLED: &str = "\r\nrolecall: cancelled\r\n";

/// Asks a question on the terminal and reads a line without showing it.
///
/// # Errors
/// [`ErrorKind::Usage`] if there is no terminal, it goes away, or more than
/// [`MAX_PASSPHRASE_CHARS`] characters are typed.
pub fn prompt_hidden(question: &str) -> Result<Secret<String>> {
    let line = platform::read_hidden(question)?;
    if line.expose().trim_end_matches(['\r', '\n']).chars().count() > MAX_PASSPHRASE_CHARS {
        return Err(Error::new(ErrorKind::Usage, "the passphrase is longer than 1,000 characters")
            .hint(
                "put the passphrase into a file and run the command again with \
                 AWS_SSO_FILE_PASSWORD_FILE=FILE",
            ));
    }
    Ok(line)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CursorShape {
    /// The shape that the user has configured.
    Default,
    /// A vertical line, for text input.
    Bar,
    /// A block over the letter, for commands.
    Block,
}

/// Changes the shape of the cursor. It does not blink.
///
/// # Errors
/// The error of the write: the terminal is gone.
pub fn set_cursor_shape(mut terminal: &Tty, cursor: CursorShape) -> io::Result<()> {
    terminal.write_all(match cursor {
        CursorShape::Default => b"\x1b[0 q",
        CursorShape::Bar => b"\x1b[6 q",
        CursorShape::Block => b"\x1b[2 q",
    })
}

/// The most columns that are used: almost twice those of an 8K screen with the smallest letters.
const MAX_COLUMNS: u16 = 2_000;
/// The most cells that are used. An 8K screen with letters of 6 × 10 pixels has 1,280 × 432.
const MAX_CELLS: u32 = 600_000;

/// Returns the columns and rows to draw on; 80 × 24 if the terminal does not report them. Of a
/// window that is larger than any screen, only a part is used: any program can set the size to
/// 65,535 × 65,535, and all those cells would take 200 GB of memory.
pub fn size(terminal: &Tty) -> (u16, u16) {
    usable_size(platform::window_size(terminal))
}

/// The same for the terminal behind standard error.
pub fn stderr_size() -> (u16, u16) {
    usable_size(platform::stderr_size())
}

fn usable_size(reported: Option<(u16, u16)>) -> (u16, u16) {
    match reported {
        Some((columns, rows)) if columns > 0 && rows > 0 => clamp_size(columns, rows),
        _ => (80, 24),
    }
}

/// Returns the columns of the terminal behind standard output; `None` if it is not a terminal.
pub fn stdout_columns() -> Option<u16> {
    let (columns, rows) = platform::stdout_size()?;
    Some(if columns > 0 && rows > 0 { clamp_size(columns, rows).0 } else { 80 })
}

fn clamp_size(columns: u16, rows: u16) -> (u16, u16) {
    let columns = columns.min(MAX_COLUMNS);
    let max_rows = MAX_CELLS / u32::from(columns);
    (columns, rows.min(u16::try_from(max_rows).unwrap_or(u16::MAX)))
}

/// The sequence that undoes everything that a full-screen program may have switched on: mouse,
/// bracketed paste, synchronized output, the hidden cursor, the alternate screen. It has no effect
/// on anything that is off.
const RESTORE_SCREEN: &[u8] = b"\x1b[?2026l\x1b[?1006l\x1b[?1015l\x1b[?1003l\x1b[?1002l\
    \x1b[?1000l\x1b[?2004l\x1b[0m\x1b[?1049l\x1b[?25h";

/// The same for a program that draws from the cursor's row down.
const RESTORE_ROWS: &[u8] = b"\x1b[?2026l\x1b[?7h\x1b[?2004l\x1b[0m\r\x1b[J\x1b[?25h";

/// Clears the rows from the cursor's row down, and switches off what a program that draws there may
/// have switched on, in one write.
///
/// # Errors
/// The error of the write: the terminal is gone.
pub fn restore_rows(mut terminal: &Tty) -> io::Result<()> {
    terminal.write_all(RESTORE_ROWS)?;
    terminal.flush()
}

/// Leaves the alternate screen and undoes what was switched on, in one write.
///
/// # Errors
/// The error of the write: the terminal is gone.
pub fn restore_screen(mut terminal: &Tty) -> io::Result<()> {
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
    fn a_line_without_an_end_is_cut() {
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
