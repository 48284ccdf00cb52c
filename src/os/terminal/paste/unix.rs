//! Reads the terminal in line mode: there are no modes to restore afterwards, whatever ends the
//! process.

use std::fs::File;
use std::io::Read;
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::thread::JoinHandle;

use rustix::process::getpgrp;
use rustix::termios::tcgetpgrp;

use crate::domain::Secret;
use crate::os::readiness::wait_readable;
use crate::os::terminal::tty;

/// The most bytes of a line that a terminal delivers.
const MAX_LINE_LEN: usize = 4096;

/// A thread that reads lines. Dropping it ends the thread, so that the next reader of the terminal
/// gets what is typed afterwards.
#[derive(Debug)]
pub struct PasteReader {
    stop: Option<UnixStream>,
    thread: Option<JoinHandle<()>>,
}

impl PasteReader {
    /// Starts to read and passes every line that is not blank to `on_line`. `None` without a
    /// terminal, or if this process is in the background: reading would stop it.
    pub fn start(on_line: impl FnMut(Secret<String>) + Send + 'static) -> Option<Self> {
        let terminal = tty::open().ok()?;
        if tcgetpgrp(&terminal).ok()? != getpgrp() {
            return None;
        }
        let (stop, stopped) = UnixStream::pair().ok()?;
        let thread = std::thread::Builder::new()
            .name("paste".into())
            .spawn(move || read_lines(terminal, &stopped, on_line))
            .ok()?;
        Some(Self { stop: Some(stop), thread: Some(thread) })
    }
}

impl Drop for PasteReader {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn read_lines(mut terminal: File, stopped: &UnixStream, mut on_line: impl FnMut(Secret<String>)) {
    let mut bytes = [0; MAX_LINE_LEN];
    loop {
        let Ok([false, true]) = wait_readable([stopped.as_fd(), terminal.as_fd()], None) else {
            return;
        };
        // Otherwise the input has ended or the terminal is gone.
        let Ok(count @ 1..) = terminal.read(&mut bytes) else { return };
        let text = String::from_utf8_lossy(&bytes[..count]);
        let line = text.trim();
        if !line.is_empty() {
            on_line(Secret::from(line));
        }
    }
}
