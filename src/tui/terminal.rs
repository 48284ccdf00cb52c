//! The terminal while the picker uses it: set up on entry, restored on exit, on a panic and on a
//! termination signal.

use std::cell::Cell;
use std::io::{self, BufWriter, Write};
use std::panic::PanicHookInfo;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use crossterm::event::EnableBracketedPaste;
use crossterm::queue;
use crossterm::terminal::{BeginSynchronizedUpdate, EndSynchronizedUpdate, EnterAlternateScreen};
use ratatui::backend::{Backend, CrosstermBackend};
use ratatui::layout::Rect;
use ratatui::{Terminal, TerminalOptions, Viewport};

use super::Appearance;
use super::inline_backend::InlineBackend;
use super::input::background;
use super::state::State;
use super::view;
use crate::domain::{ErrorKind, Height, Result, ResultExt};
use crate::os::mutex::lock;
use crate::os::process::job_control::{JobControl, StopScope};
use crate::os::process::signals::TerminationGuard;
use crate::os::terminal::raw_mode::RawMode;
use crate::os::terminal::tty::{self, CursorShape, Tty};

type RestoreFn = Arc<dyn Fn() + Send + Sync>;
type PanicHook = Arc<dyn Fn(&PanicHookInfo<'_>) + Send + Sync>;

/// What the picker was doing when writing to the terminal failed.
const DRAWING: &str = "drawing on the terminal";

/// Large enough for a frame of a large screen, so that a frame is one write.
const BUFFER_SIZE: usize = 64 * 1024;

/// Writes whole frames to the terminal. ratatui flushes after each part of a frame, and every write
/// wakes the terminal.
struct FrameWriter {
    buffer: BufWriter<Tty>,
    /// Whether `flush` does nothing, because the frame is not complete.
    hold_flush: Rc<Cell<bool>>,
}

impl Write for FrameWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.buffer.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.hold_flush.get() { Ok(()) } else { self.buffer.flush() }
    }
}

/// The part of the terminal that the picker draws on.
enum Canvas {
    /// The whole alternate screen.
    Full(Terminal<CrosstermBackend<FrameWriter>>),
    /// Some rows of the main screen.
    Inline(Terminal<InlineBackend<FrameWriter>>),
}

/// The terminal, set up for the picker. Dropping it restores the terminal.
pub(super) struct Screen {
    canvas: Canvas,
    /// Shared with the writer; see [`FrameWriter::hold_flush`].
    hold_flush: Rc<Cell<bool>>,
    /// The terminal, to restore it.
    tty: Arc<Tty>,
    raw_mode: Arc<RawMode>,
    height: Height,
    mouse: bool,
    /// Whether to ask the terminal for its background.
    asks_background: bool,
    /// When it was asked.
    asked_background: Option<Instant>,
    /// The last known size of the terminal in columns and rows.
    size: (u16, u16),
    /// The number of bytes typed before raw mode was on. Enter is a line feed among them.
    typed_ahead: usize,
    job: JobControl,
    /// Locked while drawing, so that a signal does not restore the screen in the middle of a frame.
    draw_lock: Arc<Mutex<()>>,
    /// Restores the terminal.
    restore: RestoreFn,
    /// The current shape of the cursor.
    cursor_shape: CursorShape,
    /// Whether the shape differs from the default.
    cursor_changed: Arc<AtomicBool>,
    previous_hook: PanicHook,
    termination_guard: TerminationGuard,
}

impl Screen {
    /// Sets up the terminal: raw mode, the alternate screen or some rows, and the mouse if wanted.
    /// Asks for the background if the appearance depends on it; the answer arrives among the keys,
    /// and nothing waits for it. The alternate screen appears with the first frame; signals wait
    /// for [`Screen::handle_signals`].
    pub(super) fn enter(height: Height, appearance: Appearance) -> Result<Self> {
        let tty = Arc::new(tty::open()?);
        let hold_flush = Rc::new(Cell::new(false));
        let writer = FrameWriter {
            buffer: BufWriter::with_capacity(
                BUFFER_SIZE,
                tty.try_clone().context(ErrorKind::Os, DRAWING)?,
            ),
            hold_flush: hold_flush.clone(),
        };
        let size = tty::size(&tty);
        let rows = height.rows(size.1);
        let cursor_changed = Arc::<AtomicBool>::default();
        let raw_mode = Arc::new(RawMode::new(tty.clone()));
        let restore_fn: fn(&Tty) -> io::Result<()> =
            if rows.is_some() { tty::restore_rows } else { tty::restore_screen };
        let restore: RestoreFn = {
            let (tty, cursor_changed, raw_mode) =
                (tty.clone(), cursor_changed.clone(), raw_mode.clone());
            Arc::new(move || {
                let _ = restore_fn(&tty);
                // Only if it was changed: the shell may have set a shape of its own.
                if cursor_changed.swap(false, Ordering::SeqCst) {
                    let _ = tty::set_cursor_shape(&tty, CursorShape::Default);
                }
                let _ = raw_mode.leave();
            })
        };
        let previous_hook: PanicHook = Arc::from(std::panic::take_hook());
        std::panic::set_hook(panic_hook(restore.clone(), previous_hook.clone()));
        let draw_lock = Arc::new(Mutex::new(()));
        let termination_guard = {
            let (restore, draw_lock) = (restore.clone(), draw_lock.clone());
            TerminationGuard::new_deferred(move || {
                let _guard = lock(&draw_lock);
                restore();
            })?
        };
        let canvas = match rows {
            Some(rows) => Canvas::Inline(
                Terminal::new(InlineBackend::new(writer, (size.0, rows)))
                    .context(ErrorKind::Os, DRAWING)?,
            ),
            // The size is fixed, because ratatui would allocate whatever the terminal claims.
            None => {
                let viewport = Viewport::Fixed(Rect::new(0, 0, size.0, size.1));
                Canvas::Full(
                    Terminal::with_options(
                        CrosstermBackend::new(writer),
                        TerminalOptions { viewport },
                    )
                    .context(ErrorKind::Os, DRAWING)?,
                )
            }
        };
        // Mouse reports can't be mapped to rows below the prompt, whose position is unknown.
        let mouse = appearance.mouse && rows.is_none();
        let typed_ahead = tty::typed_ahead(&tty);
        let job = JobControl::new()?;
        let mut screen = Self {
            canvas,
            hold_flush,
            tty,
            raw_mode,
            height,
            mouse,
            asks_background: appearance.needs_background(),
            asked_background: None,
            size,
            typed_ahead,
            job,
            draw_lock,
            restore,
            cursor_shape: CursorShape::Default,
            cursor_changed,
            previous_hook,
            termination_guard,
        };
        screen.acquire()?;
        Ok(screen)
    }

    /// Handles signals from now on.
    pub(super) fn handle_signals(&mut self) -> Result<()> {
        self.termination_guard.start()?;
        self.job.start_waker()
    }

    fn acquire(&mut self) -> Result<()> {
        self.raw_mode.enter().context(ErrorKind::Os, DRAWING)?;
        self.size = tty::size(&self.tty);
        let room = self.draw_size();
        let question = if self.asks_background { background::QUESTION } else { b"" };
        self.asked_background = self.asks_background.then(Instant::now);
        match &mut self.canvas {
            Canvas::Full(terminal) => {
                self.hold_flush.set(true);
                let writer = terminal.backend_mut();
                queue!(writer, EnterAlternateScreen, EnableBracketedPaste)
                    .context(ErrorKind::Os, DRAWING)?;
                writer.write_all(question).context(ErrorKind::Os, DRAWING)?;
                if self.mouse {
                    // Clicks and the wheel only. crossterm's own command also reports every
                    // movement, which would wake an idle picker.
                    writer.write_all(b"\x1b[?1000h\x1b[?1006h").context(ErrorKind::Os, DRAWING)?;
                }
                Ok(())
            }
            Canvas::Inline(terminal) => {
                terminal
                    .backend_mut()
                    .open(room, &[b"\x1b[?2004h", question].concat())
                    .context(ErrorKind::Os, DRAWING)?;
                terminal.resize(Rect::new(0, 0, room.0, room.1)).context(ErrorKind::Os, DRAWING)
            }
        }
    }

    /// When the terminal was asked for its background.
    pub(super) fn asked_background(&self) -> Option<Instant> {
        self.asked_background
    }

    /// The number of bytes typed before raw mode was on. Enter is a line feed among them.
    pub(super) fn typed_ahead(&self) -> usize {
        self.typed_ahead
    }

    /// Clones the terminal, to read keys from it.
    pub(super) fn clone_tty(&self) -> Result<Tty> {
        self.tty.try_clone().context(ErrorKind::Os, DRAWING)
    }

    /// The columns and rows to draw on.
    pub(super) fn draw_size(&self) -> (u16, u16) {
        (self.size.0, self.height.rows(self.size.1).unwrap_or(self.size.1))
    }

    /// Checks whether the terminal has a new size, and returns the size to draw on if it has.
    pub(super) fn poll_resize(&mut self) -> Result<Option<(u16, u16)>> {
        if self.job.take_stop_request() {
            self.stop(StopScope::Process)?;
            return Ok(Some(self.draw_size()));
        }
        if self.job.take_continued() {
            // Another process stopped this one, and the shell has since set up the terminal for
            // itself.
            let _ = self.raw_mode.leave();
            self.acquire()?;
            self.invalidate()?;
            return Ok(Some(self.draw_size()));
        }
        let size = tty::size(&self.tty);
        if size == self.size {
            return Ok(None);
        }
        self.size = size;
        let room = self.draw_size();
        let _guard = lock(&self.draw_lock);
        let area = Rect::new(0, 0, room.0, room.1);
        match &mut self.canvas {
            Canvas::Full(terminal) => {
                // Flushed with the next frame.
                self.hold_flush.set(true);
                terminal.resize(area).context(ErrorKind::Os, DRAWING)?;
            }
            Canvas::Inline(terminal) => {
                terminal.backend_mut().resize(room).context(ErrorKind::Os, DRAWING)?;
                terminal.resize(area).context(ErrorKind::Os, DRAWING)?;
            }
        }
        Ok(Some(room))
    }

    /// Draws one frame as a synchronized update.
    pub(super) fn draw(&mut self, state: &State) -> Result<()> {
        let _guard = lock(&self.draw_lock);
        match &mut self.canvas {
            Canvas::Full(terminal) => {
                self.hold_flush.set(true);
                queue!(terminal.backend_mut(), BeginSynchronizedUpdate)
                    .context(ErrorKind::Os, DRAWING)?;
                draw_frame(terminal, state)?;
                let writer = terminal.backend_mut();
                queue!(writer, EndSynchronizedUpdate).context(ErrorKind::Os, DRAWING)?;
                self.hold_flush.set(false);
                Write::flush(writer).context(ErrorKind::Os, DRAWING)?;
            }
            Canvas::Inline(terminal) => draw_frame(terminal, state)?,
        }
        let cursor = state.cursor_shape();
        if cursor != self.cursor_shape {
            self.cursor_changed.store(cursor != CursorShape::Default, Ordering::SeqCst);
            tty::set_cursor_shape(&self.tty, cursor).context(ErrorKind::Os, DRAWING)?;
            self.cursor_shape = cursor;
        }
        Ok(())
    }

    /// Invalidates the terminal's contents, so that the next frame writes every cell.
    pub(super) fn invalidate(&mut self) -> Result<()> {
        let (width, height) = self.draw_size();
        let area = Rect::new(0, 0, width, height);
        match &mut self.canvas {
            Canvas::Full(terminal) => terminal.resize(area).context(ErrorKind::Os, DRAWING),
            Canvas::Inline(terminal) => terminal.resize(area).context(ErrorKind::Os, DRAWING),
        }
    }

    /// Restores the terminal and suspends the process until the shell continues it.
    pub(super) fn suspend(&mut self) -> Result<()> {
        self.stop(StopScope::Job)
    }

    fn stop(&mut self, scope: StopScope) -> Result<()> {
        self.release();
        self.job.stop(scope);
        self.acquire()?;
        self.invalidate()
    }

    fn release(&mut self) {
        // Flush first, or the rest of the buffer would be written after the terminal was restored.
        self.hold_flush.set(false);
        match &mut self.canvas {
            Canvas::Full(terminal) => drop(Write::flush(terminal.backend_mut())),
            Canvas::Inline(terminal) => drop(terminal.backend_mut().flush_writer()),
        }
        (self.restore)();
        self.cursor_shape = CursorShape::Default;
    }
}

fn draw_frame<B: Backend<Error = io::Error>>(
    terminal: &mut Terminal<B>,
    state: &State,
) -> Result<()> {
    let draw = |frame: &mut ratatui::Frame<'_>| {
        let cursor = view::draw(state, frame.area(), frame.buffer_mut());
        frame.set_cursor_position(cursor);
    };
    terminal.draw(draw).map(drop).context(ErrorKind::Os, DRAWING)
}

impl Drop for Screen {
    fn drop(&mut self) {
        self.release();
        if !std::thread::panicking() {
            let previous = self.previous_hook.clone();
            drop(std::panic::take_hook());
            std::panic::set_hook(Box::new(move |info| previous(info)));
        }
    }
}

/// Restores the screen before the panic message is printed, so that it can be read and the shell
/// works. A panic on another thread that does not end the process leaves the screen alone.
fn panic_hook(
    restore: RestoreFn,
    previous: PanicHook,
) -> Box<dyn Fn(&PanicHookInfo<'_>) + Send + Sync> {
    let drawing_thread = std::thread::current().id();
    Box::new(move |info| {
        if cfg!(panic = "abort") || std::thread::current().id() == drawing_thread {
            restore();
        }
        previous(info);
    })
}
