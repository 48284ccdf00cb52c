//! The controlling terminal, whatever stdin and stdout are.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, Read, Write};
use std::os::fd::AsFd;

use rustix::termios::tcgetwinsize;

use crate::domain::{Error, ErrorKind, Result, ResultExt, Secret};
use crate::os::process::signals::TerminationGuard;

/// Opens the controlling terminal for reading and writing.
///
/// # Errors
/// [`ErrorKind::Usage`] if the process has none: in a service, in CI, under `setsid`.
pub fn open() -> Result<File> {
    OpenOptions::new().read(true).write(true).open("/dev/tty").map_err(|error| {
        Error::new(ErrorKind::Usage, "no terminal to draw on")
            .with_source(error)
            .hint("name the role: `rolecall exec --account ID --role NAME -- COMMAND`")
            .hint("`rolecall list` and `rolecall pick --filter QUERY` need no terminal")
    })
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

/// Asks a question on the terminal and reads a line without showing it.
///
/// # Errors
/// [`ErrorKind::Usage`] if there is no terminal, it goes away, or more than
/// [`MAX_PASSPHRASE_CHARS`] characters are typed.
pub fn prompt_hidden(question: &str) -> Result<Secret<String>> {
    use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};
    const ASKING: &str = "asking on the terminal";
    let mut terminal = open()?;
    let visible = tcgetattr(&terminal).context(ErrorKind::Usage, ASKING)?;
    let mut hidden = visible.clone();
    hidden.local_modes.remove(LocalModes::ECHO);
    hidden.local_modes.insert(LocalModes::ECHONL | LocalModes::ICANON | LocalModes::ISIG);
    // Ctrl-C ends the process here, and must not leave a terminal that does not echo.
    let restored = terminal.try_clone().context(ErrorKind::Usage, ASKING)?;
    let modes = visible.clone();
    let _guard =
        TerminationGuard::new(move || _ = tcsetattr(&restored, OptionalActions::Now, &modes))?;
    // Before the question: what is typed after it must neither be shown nor dropped.
    tcsetattr(&terminal, OptionalActions::Flush, &hidden).context(ErrorKind::Usage, ASKING)?;
    let mut line = String::new();
    let read = terminal
        .write_all(question.as_bytes())
        .and_then(|()| io::BufReader::new(&terminal).read_line(&mut line));
    let line = Secret::new(line);
    // After the end of the input (Ctrl-D) the cursor is still behind the question.
    if !line.expose().ends_with('\n') {
        let _ = terminal.write_all(b"\n");
    }
    let restored = tcsetattr(&terminal, OptionalActions::Now, &visible);
    read.context(ErrorKind::Usage, ASKING)?;
    restored.context(ErrorKind::Usage, ASKING)?;
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
pub fn set_cursor_shape(mut terminal: &File, cursor: CursorShape) -> io::Result<()> {
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
pub fn size(terminal: impl AsFd) -> (u16, u16) {
    match tcgetwinsize(terminal) {
        Ok(size) if size.ws_col > 0 && size.ws_row > 0 => clamp_size(size.ws_col, size.ws_row),
        _ => (80, 24),
    }
}

/// Returns the columns of the terminal behind an output stream; `None` if it is not a terminal.
pub fn columns(stream: impl AsFd) -> Option<u16> {
    rustix::termios::isatty(&stream).then(|| size(stream).0)
}

fn clamp_size(columns: u16, rows: u16) -> (u16, u16) {
    let columns = columns.min(MAX_COLUMNS);
    let max_rows = MAX_CELLS / u32::from(columns);
    (columns, rows.min(u16::try_from(max_rows).unwrap_or(u16::MAX)))
}

/// Returns the number of bytes that were typed and not read yet. In line mode only complete lines
/// count.
pub fn typed_ahead(terminal: &File) -> usize {
    rustix::io::ioctl_fionread(terminal)
        .ok()
        .and_then(|bytes| usize::try_from(bytes).ok())
        .unwrap_or(0)
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
pub fn restore_rows(mut terminal: &File) -> io::Result<()> {
    terminal.write_all(RESTORE_ROWS)?;
    terminal.flush()
}

/// Leaves the alternate screen and undoes what was switched on, in one write.
///
/// # Errors
/// The error of the write: the terminal is gone.
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
