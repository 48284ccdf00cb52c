//! The terminal as the picker holds it: taken on entering, whole again on leaving, panicking or
//! dying by a signal.

use std::cell::Cell;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::panic::PanicHookInfo;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crossterm::event::EnableBracketedPaste;
use crossterm::queue;
use crossterm::terminal::{BeginSynchronizedUpdate, EndSynchronizedUpdate, EnterAlternateScreen};
use ratatui::backend::{Backend, CrosstermBackend};
use ratatui::layout::Rect;
use ratatui::{Terminal, TerminalOptions, Viewport};

use super::inline::Inline;
use super::state::State;
use super::view;
use crate::domain::{Error, Height, Result};
use crate::os::job::JobControl;
use crate::os::raw_mode::RawMode;
use crate::os::signals::TerminationGuard;
use crate::os::tty::{self, CursorShape};

type Whole = Arc<dyn Fn() + Send + Sync>;
type Hook = Arc<dyn Fn(&PanicHookInfo<'_>) + Send + Sync>;

/// A frame of a large screen fits: one write to the terminal.
const BUFFER: usize = 64 * 1024;

/// Writes to the terminal, whole frames at a time: a frame flushes after each of its parts, and
/// every write wakes the terminal.
struct Writer {
    buffer: BufWriter<File>,
    /// Whether more is to come before anything is worth showing.
    held: Rc<Cell<bool>>,
}

impl Write for Writer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.buffer.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.held.get() { Ok(()) } else { self.buffer.flush() }
    }
}

/// What is drawn on.
enum Canvas {
    /// The second screen, all of it.
    Full(Terminal<CrosstermBackend<Writer>>),
    /// Rows of the first one.
    Rows(Terminal<Inline<Writer>>),
}

/// The screen while the picker has it.
pub(super) struct Screen {
    canvas: Canvas,
    /// Whether the writer waits for the end of a frame.
    held: Rc<Cell<bool>>,
    /// For leaving, beside the writer.
    tty: Arc<File>,
    raw: Arc<RawMode>,
    height: Height,
    mouse: bool,
    /// Columns and rows of the terminal when it was last looked at.
    size: (u16, u16),
    /// Bytes that were typed before the picker had the terminal: a line's end among them is a line
    /// feed, whatever key it was.
    typed_ahead: usize,
    job: JobControl,
    /// Held while drawing, so that a signal does not restore the screen in the middle of a frame.
    drawing: Arc<Mutex<()>>,
    /// Makes the terminal whole again.
    whole: Whole,
    /// What the cursor looks like.
    cursor: CursorShape,
    /// Whether that is not how it usually looks.
    shaped: Arc<AtomicBool>,
    previous_hook: Hook,
    last_will: TerminationGuard,
}

impl Screen {
    /// Takes the terminal: raw mode, second screen or some rows, mouse if wanted. Asks it nothing.
    /// The second screen comes with the first frame; signals wait until [`Screen::attend`].
    pub(super) fn enter(height: Height, mouse: bool) -> Result<Self> {
        let tty = Arc::new(tty::open()?);
        let held = Rc::new(Cell::new(false));
        let writer = Writer {
            buffer: BufWriter::with_capacity(BUFFER, tty.try_clone().map_err(said)?),
            held: held.clone(),
        };
        let size = tty::size(&tty);
        let rows = height.rows(size.1);
        let restore: fn(&File) -> io::Result<()> =
            if rows.is_some() { tty::restore_rows } else { tty::restore_screen };
        let shaped = Arc::<AtomicBool>::default();
        let raw = Arc::new(RawMode::new(tty.clone()));
        let (theirs, other, modes) = (tty.clone(), shaped.clone(), raw.clone());
        let whole: Whole = Arc::new(move || {
            let _ = restore(&theirs);
            // Only if it was touched: a shell may have given it a look of its own.
            if other.swap(false, Ordering::SeqCst) {
                let _ = tty::set_cursor_shape(&theirs, CursorShape::Default);
            }
            let _ = modes.leave();
        });
        let previous_hook: Hook = Arc::from(std::panic::take_hook());
        std::panic::set_hook(hook(whole.clone(), previous_hook.clone()));
        let drawing = Arc::new(Mutex::new(()));
        let (theirs, gate) = (whole.clone(), drawing.clone());
        let last_will = TerminationGuard::new_deferred(move || {
            let _held = gate.lock().unwrap_or_else(PoisonError::into_inner);
            theirs();
        })?;
        let canvas = match rows {
            Some(rows) => {
                Canvas::Rows(Terminal::new(Inline::new(writer, (size.0, rows))).map_err(said)?)
            }
            // The size is ours to tell: ratatui would allocate whatever the terminal claims.
            None => {
                let viewport = Viewport::Fixed(Rect::new(0, 0, size.0, size.1));
                Canvas::Full(
                    Terminal::with_options(
                        CrosstermBackend::new(writer),
                        TerminalOptions { viewport },
                    )
                    .map_err(said)?,
                )
            }
        };
        // Rows below the prompt are clicked at places that nobody knows.
        let mouse = mouse && rows.is_none();
        let typed_ahead = tty::typed_ahead(&tty);
        let job = JobControl::new()?;
        let cursor = CursorShape::Default;
        let mut screen = Self {
            canvas,
            held,
            tty,
            raw,
            height,
            mouse,
            size,
            typed_ahead,
            job,
            drawing,
            whole,
            cursor,
            shaped,
            previous_hook,
            last_will,
        };
        screen.take()?;
        Ok(screen)
    }

    /// Obeys signals from now on.
    pub(super) fn attend(&mut self) -> Result<()> {
        self.last_will.start()?;
        self.job.start_waker()
    }

    fn take(&mut self) -> Result<()> {
        self.raw.enter().map_err(said)?;
        self.size = tty::size(&self.tty);
        let room = self.room();
        match &mut self.canvas {
            Canvas::Full(terminal) => {
                self.held.set(true);
                let writer = terminal.backend_mut();
                queue!(writer, EnterAlternateScreen, EnableBracketedPaste).map_err(said)?;
                if self.mouse {
                    // Clicks and the wheel only: crossterm's own command also reports every
                    // movement, which would wake an idle picker.
                    writer.write_all(b"\x1b[?1000h\x1b[?1006h").map_err(said)?;
                }
                Ok(())
            }
            Canvas::Rows(terminal) => {
                terminal.backend_mut().open(room, b"\x1b[?2004h").map_err(said)?;
                terminal.resize(Rect::new(0, 0, room.0, room.1)).map_err(said)
            }
        }
    }

    /// Bytes that were typed before the picker had the terminal.
    pub(super) fn typed_ahead(&self) -> usize {
        self.typed_ahead
    }

    /// The terminal, to read keys from.
    pub(super) fn keyboard(&self) -> Result<File> {
        self.tty.try_clone().map_err(said)
    }

    /// Columns and rows to draw on.
    pub(super) fn room(&self) -> (u16, u16) {
        (self.size.0, self.height.rows(self.size.1).unwrap_or(self.size.1))
    }

    /// Looks whether the terminal has another size now, and if so makes room anew; says how much
    /// there is then.
    pub(super) fn resized(&mut self) -> Result<Option<(u16, u16)>> {
        if self.job.take_stop_request() {
            self.stop(false)?;
            return Ok(Some(self.room()));
        }
        if self.job.take_continued() {
            // Somebody else stopped the process; the shell has since set up the terminal for
            // itself.
            let _ = self.raw.leave();
            self.take()?;
            self.forget()?;
            return Ok(Some(self.room()));
        }
        let size = tty::size(&self.tty);
        if size == self.size {
            return Ok(None);
        }
        self.size = size;
        let room = self.room();
        let _held = self.drawing.lock().unwrap_or_else(PoisonError::into_inner);
        let area = Rect::new(0, 0, room.0, room.1);
        match &mut self.canvas {
            Canvas::Full(terminal) => {
                // Shown with the next frame.
                self.held.set(true);
                terminal.resize(area).map_err(said)?;
            }
            Canvas::Rows(terminal) => {
                terminal.backend_mut().resize(room).map_err(said)?;
                terminal.resize(area).map_err(said)?;
            }
        }
        Ok(Some(room))
    }

    /// Draws one frame; the terminal shows it at once or not at all.
    pub(super) fn draw(&mut self, state: &State) -> Result<()> {
        let _held = self.drawing.lock().unwrap_or_else(PoisonError::into_inner);
        match &mut self.canvas {
            Canvas::Full(terminal) => {
                self.held.set(true);
                queue!(terminal.backend_mut(), BeginSynchronizedUpdate).map_err(said)?;
                frame(terminal, state)?;
                let writer = terminal.backend_mut();
                queue!(writer, EndSynchronizedUpdate).map_err(said)?;
                self.held.set(false);
                Write::flush(writer).map_err(said)?;
            }
            Canvas::Rows(terminal) => frame(terminal, state)?,
        }
        let cursor = state.cursor();
        if cursor != self.cursor {
            self.shaped.store(cursor != CursorShape::Default, Ordering::SeqCst);
            tty::set_cursor_shape(&self.tty, cursor).map_err(said)?;
            self.cursor = cursor;
        }
        Ok(())
    }

    /// Forgets what the terminal shows, so that the next frame writes every cell.
    pub(super) fn forget(&mut self) -> Result<()> {
        let (width, height) = self.room();
        let area = Rect::new(0, 0, width, height);
        match &mut self.canvas {
            Canvas::Full(terminal) => terminal.resize(area).map_err(said),
            Canvas::Rows(terminal) => terminal.resize(area).map_err(said),
        }
    }

    /// Gives the terminal to the shell until it says go on.
    pub(super) fn suspend(&mut self) -> Result<()> {
        self.stop(true)
    }

    fn stop(&mut self, all: bool) -> Result<()> {
        self.leave();
        self.job.stop(all);
        self.take()?;
        self.forget()
    }

    fn leave(&mut self) {
        // What is still to be written would otherwise come after the end.
        self.held.set(false);
        match &mut self.canvas {
            Canvas::Full(terminal) => drop(Write::flush(terminal.backend_mut())),
            Canvas::Rows(terminal) => drop(terminal.backend_mut().send()),
        }
        (self.whole)();
        self.cursor = CursorShape::Default;
    }
}

fn frame<B: Backend<Error = io::Error>>(terminal: &mut Terminal<B>, state: &State) -> Result<()> {
    let draw = |frame: &mut ratatui::Frame<'_>| {
        let cursor = view::draw(state, frame.area(), frame.buffer_mut());
        frame.set_cursor_position(cursor);
    };
    terminal.draw(draw).map(drop).map_err(said)
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

/// Restores the screen before the message is printed, so that it is seen and the shell works. A
/// panic beside the drawing thread that does not end the process leaves the screen alone.
fn hook(whole: Whole, previous: Hook) -> Box<dyn Fn(&PanicHookInfo<'_>) + Send + Sync> {
    let drawing = std::thread::current().id();
    Box::new(move |info| {
        if cfg!(panic = "abort") || std::thread::current().id() == drawing {
            whole();
        }
        previous(info);
    })
}

fn said(error: io::Error) -> Error {
    Error::os(format!("drawing on the terminal: {error}"))
}
