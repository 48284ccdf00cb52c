//! The device of the controlling terminal.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, Write};
use std::os::fd::AsFd;

use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcgetwinsize, tcsetattr};

use crate::domain::{ErrorKind, Result, ResultExt, Secret};
use crate::os::process::signals::TerminationGuard;

/// The controlling terminal.
pub type Tty = File;
/// The controlling terminal as a source of lines.
pub type TtyInput = File;

pub(super) fn open() -> io::Result<Tty> {
    OpenOptions::new().read(true).write(true).open("/dev/tty")
}

pub(super) fn open_input() -> io::Result<TtyInput> {
    open()
}

/// Does nothing: a terminal obeys the sequences for colours.
pub const fn enable_sequences() {}

/// Asks a question and reads a line without showing it.
pub(super) fn read_hidden(question: &str) -> Result<Secret<String>> {
    const ASKING: &str = "asking on the terminal";
    let mut terminal = super::open()?;
    let visible = tcgetattr(&terminal).context(ErrorKind::Usage, ASKING)?;
    let mut hidden = visible.clone();
    hidden.local_modes.remove(LocalModes::ECHO);
    hidden.local_modes.insert(LocalModes::ECHONL | LocalModes::ICANON | LocalModes::ISIG);
    // Ctrl-C ends the process here, and must not leave a terminal that does not echo.
    let restored = terminal.try_clone().context(ErrorKind::Usage, ASKING)?;
    let modes = visible.clone();
    let _guard = TerminationGuard::new(move || {
        let _ = tcsetattr(&restored, OptionalActions::Now, &modes);
        let _ = (&restored).write_all(super::CANCELLED.as_bytes());
    })?;
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
    Ok(line)
}

/// Returns columns and rows; `None` if the terminal does not report them.
pub(super) fn window_size(terminal: impl AsFd) -> Option<(u16, u16)> {
    tcgetwinsize(terminal).ok().map(|size| (size.ws_col, size.ws_row))
}

/// The same for standard output; `None` if it is not a terminal.
pub(super) fn stdout_size() -> Option<(u16, u16)> {
    let stdout = rustix::stdio::stdout();
    rustix::termios::isatty(stdout).then(|| window_size(stdout).unwrap_or_default())
}

/// Returns columns and rows of the terminal behind standard error.
pub(super) fn stderr_size() -> Option<(u16, u16)> {
    window_size(rustix::stdio::stderr())
}

/// Returns the number of bytes that were typed and not read yet. In line mode only complete lines
/// count.
pub fn typed_ahead(terminal: &Tty) -> usize {
    rustix::io::ioctl_fionread(terminal)
        .ok()
        .and_then(|bytes| usize::try_from(bytes).ok())
        .unwrap_or(0)
}
