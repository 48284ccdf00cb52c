//! The console of this process.

use std::fmt;
use std::io::{self, Read, Write};
use std::str;
use std::sync::Mutex;

use crossterm_winapi::{Console, Handle, ScreenBuffer};

use crate::domain::{ErrorKind, Result, ResultExt, Secret};
use crate::os::mutex::lock;
use crate::os::process::signals::TerminationGuard;
use crate::os::terminal::console::{self, Echo, ModeGuard};

/// The most bytes of one write. Old consoles refuse more than 64 KiB of UTF-16.
const MAX_WRITE: usize = 16 * 1024;

/// The output of the console, whatever stdout is. Writing text as bytes would need the console's
/// code page to be UTF-8.
pub struct Tty {
    handle: Handle,
    /// The start of a character whose other bytes have not been written yet.
    partial: Mutex<Vec<u8>>,
}

impl fmt::Debug for Tty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tty").finish_non_exhaustive()
    }
}

impl Tty {
    fn new() -> io::Result<Self> {
        let handle = Handle::current_out_handle()?;
        // Without sequences the text is still readable.
        let _ = console::enable_sequences(&handle);
        Ok(Self { handle, partial: Mutex::default() })
    }

    /// Opens the console once more.
    ///
    /// # Errors
    /// None; other platforms have a limit of open files.
    pub fn try_clone(&self) -> io::Result<Self> {
        Ok(Self { handle: self.handle.clone(), partial: Mutex::default() })
    }
}

impl Write for &Tty {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let taken = bytes.len().min(MAX_WRITE);
        let mut partial = lock(&self.partial);
        let mut text = std::mem::take(&mut *partial);
        text.extend_from_slice(&bytes[..taken]);
        let console = Console::from(self.handle.clone());
        let mut rest = text.as_slice();
        while !rest.is_empty() {
            match str::from_utf8(rest) {
                Ok(_) => {
                    console.write_char_buffer(rest)?;
                    rest = &[];
                }
                Err(error) => {
                    let (valid, other) = rest.split_at(error.valid_up_to());
                    if !valid.is_empty() {
                        console.write_char_buffer(valid)?;
                    }
                    let Some(wrong) = error.error_len() else {
                        other.clone_into(&mut partial);
                        break;
                    };
                    console.write_char_buffer("\u{fffd}".as_bytes())?;
                    rest = &other[wrong..];
                }
            }
        }
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Write for Tty {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        (&*self).write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The console as a source of lines. What is typed is echoed, and Backspace deletes.
#[derive(Debug)]
pub struct TtyInput {
    output: Tty,
    waiting: Vec<u8>,
}

impl Read for TtyInput {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.waiting.is_empty() {
            let _modes = ModeGuard::keys()?;
            let line = console::read_line(&self.output, Echo::Shown)?;
            self.waiting = line.unwrap_or_default().into_bytes();
        }
        let count = self.waiting.len().min(buffer.len());
        buffer[..count].copy_from_slice(&self.waiting[..count]);
        self.waiting.drain(..count);
        Ok(count)
    }
}

pub(super) fn open() -> io::Result<Tty> {
    Tty::new()
}

pub(super) fn open_input() -> io::Result<TtyInput> {
    // A process without a console can't open its input either.
    drop(console::open_input()?);
    Ok(TtyInput { output: Tty::new()?, waiting: Vec::new() })
}

/// Makes the console obey the sequences for colours, also those that are written to stdout and
/// stderr.
pub fn enable_sequences() {
    // An old console shows them as text.
    let _ = Handle::current_out_handle().and_then(|handle| console::enable_sequences(&handle));
}

/// Asks a question and reads a line without showing it.
pub(super) fn read_hidden(question: &str) -> Result<Secret<String>> {
    const ASKING: &str = "asking on the console";
    let mut terminal = super::open()?;
    let modes = ModeGuard::keys().context(ErrorKind::Usage, ASKING)?;
    let previous = modes.previous();
    // Ctrl-C ends the process here, and must not leave a console that does not echo.
    let _guard = TerminationGuard::new(move || {
        let _ = console::input_modes().and_then(|console| console.set_mode(previous));
        if let Ok(mut terminal) = super::open() {
            let _ = terminal.write_all(super::CANCELLED.as_bytes());
        }
    })?;
    terminal.write_all(question.as_bytes()).context(ErrorKind::Usage, ASKING)?;
    let line = console::read_line(&terminal, Echo::Hidden).context(ErrorKind::Usage, ASKING)?;
    Ok(Secret::new(line.unwrap_or_default()))
}

/// Returns columns and rows of the window; `None` if the console does not report them.
pub(super) fn window_size(terminal: &Tty) -> Option<(u16, u16)> {
    size_of(terminal.handle.clone())
}

/// The same for standard output; `None` if it is not a console.
pub(super) fn stdout_size() -> Option<(u16, u16)> {
    size_of(Handle::output_handle().ok()?)
}

/// Returns columns and rows of the console, to which standard error writes.
pub(super) fn stderr_size() -> Option<(u16, u16)> {
    size_of(Handle::current_out_handle().ok()?)
}

fn size_of(handle: Handle) -> Option<(u16, u16)> {
    // The window's last column and row, counted from 0.
    let last = ScreenBuffer::new(handle).info().ok()?.terminal_size();
    Some((u16::try_from(last.width).ok()? + 1, u16::try_from(last.height).ok()? + 1))
}

/// Returns 0: what was typed arrives in raw mode as if it were typed now.
pub fn typed_ahead(_: &Tty) -> usize {
    0
}
