//! The terminal as the picker holds it: taken on entering, whole again on leaving, panicking or dying by a signal.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::panic::PanicHookInfo;
use std::sync::{Arc, Mutex, PoisonError};

use crossterm::event::EnableBracketedPaste;
use crossterm::terminal::{BeginSynchronizedUpdate, EndSynchronizedUpdate, EnterAlternateScreen, disable_raw_mode, enable_raw_mode};
use crossterm::{execute, queue};
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use ratatui::layout::Rect;

use super::state::State;
use super::view;
use crate::domain::{Error, Result};
use crate::os::signals::LastWill;
use crate::os::tty;

type Backend = CrosstermBackend<BufWriter<File>>;
type Hook = Arc<dyn Fn(&PanicHookInfo<'_>) + Send + Sync>;

/// A frame of a large screen fits: one write to the terminal.
const BUFFER: usize = 64 * 1024;

/// The screen while the picker has it.
pub(super) struct Screen {
    terminal: Terminal<Backend>,
    /// For leaving, beside the writer.
    tty: Arc<File>,
    mouse: bool,
    /// Held while drawing, so that a signal does not restore the screen in the middle of a frame.
    drawing: Arc<Mutex<()>>,
    previous_hook: Hook,
    _last_will: LastWill,
}

impl Screen {
    /// Takes the terminal: raw mode, second screen, mouse if wanted. Asks it nothing.
    pub(super) fn enter(mouse: bool) -> Result<Self> {
        let tty = Arc::new(tty::open()?);
        let writer = tty.try_clone().map_err(said)?;
        let previous_hook: Hook = Arc::from(std::panic::take_hook());
        std::panic::set_hook(hook(tty.clone(), previous_hook.clone()));
        let drawing = Arc::new(Mutex::new(()));
        let (theirs, gate) = (tty.clone(), drawing.clone());
        let last_will = LastWill::new(move || {
            let _held = gate.lock().unwrap_or_else(PoisonError::into_inner);
            let _ = tty::restore(&theirs);
            let _ = disable_raw_mode();
        })?;
        let terminal = Terminal::new(CrosstermBackend::new(BufWriter::with_capacity(BUFFER, writer))).map_err(said)?;
        let mut screen = Self { terminal, tty, mouse, drawing, previous_hook, _last_will: last_will };
        screen.take()?;
        Ok(screen)
    }

    fn take(&mut self) -> Result<()> {
        enable_raw_mode().map_err(said)?;
        let writer = self.terminal.backend_mut();
        execute!(writer, EnterAlternateScreen, EnableBracketedPaste).map_err(said)?;
        if self.mouse {
            // Clicks and the wheel only: crossterm's own command also reports every movement, which would wake an idle picker.
            writer.write_all(b"\x1b[?1000h\x1b[?1006h").map_err(said)?;
            Write::flush(writer).map_err(said)?;
        }
        Ok(())
    }

    /// Columns and rows.
    pub(super) fn size(&self) -> (u16, u16) {
        tty::size(&self.tty)
    }

    /// Draws one frame; the terminal shows it at once or not at all.
    pub(super) fn draw(&mut self, state: &State) -> Result<()> {
        let _held = self.drawing.lock().unwrap_or_else(PoisonError::into_inner);
        queue!(self.terminal.backend_mut(), BeginSynchronizedUpdate).map_err(said)?;
        self.terminal
            .draw(|frame| {
                let cursor = view::draw(state, frame.area(), frame.buffer_mut());
                frame.set_cursor_position(cursor);
            })
            .map_err(said)?;
        let writer = self.terminal.backend_mut();
        queue!(writer, EndSynchronizedUpdate).map_err(said)?;
        Write::flush(writer).map_err(said)
    }

    /// Forgets what the terminal shows, so that the next frame writes every cell.
    pub(super) fn forget(&mut self) -> Result<()> {
        let (width, height) = self.size();
        self.terminal.resize(Rect::new(0, 0, width, height)).map_err(said)
    }

    /// Gives the terminal to the shell until it says go on.
    pub(super) fn suspend(&mut self) -> Result<()> {
        self.leave();
        crate::os::signals::stop_job();
        self.take()?;
        self.forget()
    }

    fn leave(&mut self) {
        let _ = Write::flush(self.terminal.backend_mut());
        let _ = tty::restore(&self.tty);
        let _ = disable_raw_mode();
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        self.leave();
        if !std::thread::panicking() {
            let previous = self.previous_hook.clone();
            drop(std::panic::take_hook());
            std::panic::set_hook(Box::new(move |info| previous(info)));
        }
    }
}

/// Restores the screen before the message is printed, so that it is seen and the shell works. A panic beside the drawing thread that
/// does not end the process leaves the screen alone.
fn hook(tty: Arc<File>, previous: Hook) -> Box<dyn Fn(&PanicHookInfo<'_>) + Send + Sync> {
    let drawing = std::thread::current().id();
    Box::new(move |info| {
        if cfg!(panic = "abort") || std::thread::current().id() == drawing {
            let _ = tty::restore(&tty);
            let _ = disable_raw_mode();
        }
        previous(info);
    })
}

fn said(error: std::io::Error) -> Error {
    Error::internal(format!("drawing on the terminal: {error}"))
}
