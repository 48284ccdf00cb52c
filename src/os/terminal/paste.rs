//! Lines that a person pastes on the terminal while something else goes on.
//!
//! The terminal makes the lines, as it does for every program that reads them: nothing has to be
//! put back afterwards, whatever ends it.

use std::fs::File;
use std::io::Read;
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::thread::JoinHandle;

use rustix::process::getpgrp;
use rustix::termios::tcgetpgrp;

use crate::domain::Secret;
use crate::os::terminal::readiness::wait_readable;
use crate::os::terminal::tty;

/// The longest line that a terminal makes.
const MAX_LINE_LEN: usize = 4096;

/// A thread that reads lines. Dropping it ends it: what is typed from then on is for somebody else.
#[derive(Debug)]
pub struct PasteReader {
    stop: Option<UnixStream>,
    thread: Option<JoinHandle<()>>,
}

impl PasteReader {
    /// Reads from now on; every line that is not blank is handed over. `None` where there is no
    /// terminal, or another program has it: one that reads in the background is stopped by the
    /// shell.
    pub fn start(hear: impl FnMut(Secret<String>) + Send + 'static) -> Option<Self> {
        let terminal = tty::open().ok()?;
        if tcgetpgrp(&terminal).ok()? != getpgrp() {
            return None;
        }
        let (stop, stopped) = UnixStream::pair().ok()?;
        let thread = std::thread::Builder::new()
            .name("pasted".into())
            .spawn(move || read_lines(terminal, &stopped, hear))
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

fn read_lines(mut terminal: File, stopped: &UnixStream, mut hear: impl FnMut(Secret<String>)) {
    let mut bytes = [0; MAX_LINE_LEN];
    loop {
        let Ok([false, true]) = wait_readable([stopped.as_fd(), terminal.as_fd()], None) else {
            return;
        };
        // An end of input, or a terminal that is gone.
        let Ok(count @ 1..) = terminal.read(&mut bytes) else { return };
        let text = String::from_utf8_lossy(&bytes[..count]);
        let line = text.trim();
        if !line.is_empty() {
            hear(Secret::from(line));
        }
    }
}
