//! Reads keys, mouse and pasted text on a thread and decodes them into events.

pub(super) mod background;
mod decoder;
mod sequence;
#[cfg(test)]
mod tests;

use std::sync::mpsc::{self, Receiver, Sender};
use std::time::{Duration, Instant};

use crossterm::event::{KeyCode, KeyModifiers};

use super::event::{Event, Key, Mouse, MouseKind};
use crate::domain::{ErrorKind, Result, ResultExt};
use crate::os::terminal::tty::Tty;
use crate::os::terminal::tty_reader::{StopReading, TtyEvent, TtyReader};
use decoder::Decoder;

/// The maximum time between the clicks of a double click.
const DOUBLE_CLICK: Duration = Duration::from_millis(400);
/// The buffer of one read, in bytes; a terminal delivers 4 KiB at most.
const READ_SIZE: usize = 16 * 1024;
/// How long `drop` waits for the thread to end.
const JOIN_TIMEOUT: Duration = Duration::from_millis(200);

/// The input thread. Dropping it stops the thread, so that a child process has the terminal for
/// itself.
#[derive(Debug)]
pub(super) struct InputThread {
    stop: Option<StopReading>,
    ended: Receiver<()>,
}

impl InputThread {
    /// Starts reading `tty` and sends events to `events`. The first `cooked` bytes were typed while
    /// the terminal was still in line mode. `asked` is when the terminal was asked for its
    /// background, if it was.
    ///
    /// # Errors
    /// [`crate::domain::ErrorKind::Os`] if the operating system refuses a thread or a file.
    pub(super) fn start(
        tty: Tty,
        events: Sender<Event>,
        cooked: usize,
        asked: Option<Instant>,
    ) -> Result<Self> {
        let (reader, stop) = TtyReader::new(tty)?;
        let (end, ended) = mpsc::channel();
        let work = move || {
            read_loop(reader, &events, Decoder::new(cooked, asked));
            drop(end);
        };
        std::thread::Builder::new()
            .name("input".into())
            .spawn(work)
            .context(ErrorKind::Os, "starting the thread that reads keys")?;
        Ok(Self { stop: Some(stop), ended })
    }
}

impl Drop for InputThread {
    fn drop(&mut self) {
        drop(self.stop.take());
        let _ = self.ended.recv_timeout(JOIN_TIMEOUT);
    }
}

fn read_loop(mut reader: TtyReader, events: &Sender<Event>, mut decoder: Decoder) {
    let mut clicks = ClickTracker::default();
    let (mut buffer, mut inputs) = (vec![0; READ_SIZE], Vec::new());
    loop {
        let timeout =
            decoder.deadline().map(|deadline| deadline.saturating_duration_since(Instant::now()));
        match reader.read(&mut buffer, timeout) {
            TtyEvent::Bytes(count) => decoder.feed(&buffer[..count], Instant::now(), &mut inputs),
            TtyEvent::Idle => decoder.expire(&mut inputs),
            // The screen queries its size itself.
            TtyEvent::Resized if events.send(Event::Resize(0, 0)).is_ok() => {}
            TtyEvent::Closed => return drop(events.send(Event::TerminalClosed)),
            TtyEvent::Stopped | TtyEvent::Resized => return,
        }
        for input in inputs.drain(..) {
            let event = match input {
                sequence::InputEvent::Key(key) => Event::Key(key),
                sequence::InputEvent::Paste(text) => Event::Paste(text),
                sequence::InputEvent::Background(background) => {
                    Event::BackgroundReported(background)
                }
                sequence::InputEvent::Mouse(kind, x, y) => {
                    Event::Mouse(clicks.track(kind, x, y, Instant::now()))
                }
            };
            if events.send(event).is_err() {
                return;
            }
        }
    }
}

/// Whether Ctrl-C and a letter are decoded after these reads and a pause. They have to be, whatever
/// the terminal sent; used for fuzzing.
pub fn ctrl_c_works_after(reads: &[&[u8]]) -> bool {
    let (mut inputs, mut now) = (Vec::new(), Instant::now());
    let mut decoder = Decoder::new(0, Some(now));
    for read in reads {
        decoder.feed(read, now, &mut inputs);
    }
    while let Some(deadline) = decoder.deadline() {
        now = deadline;
        decoder.expire(&mut inputs);
    }
    inputs.clear();
    decoder.feed(&[0x03], now, &mut inputs);
    decoder.feed(b"x", now, &mut inputs);
    let key =
        |letter, modifiers| sequence::InputEvent::Key(Key::new(KeyCode::Char(letter), modifiers));
    inputs == [key('c', KeyModifiers::CONTROL), key('x', KeyModifiers::NONE)]
}

/// The last click, to recognize a double click.
#[derive(Debug, Default)]
struct ClickTracker {
    last: Option<(u16, u16, Instant)>,
}

impl ClickTracker {
    fn track(&mut self, kind: MouseKind, x: u16, y: u16, now: Instant) -> Mouse {
        if kind != MouseKind::Click {
            return Mouse { kind, x, y };
        }
        let again = self.last.is_some_and(|(lx, ly, then)| {
            (lx, ly) == (x, y) && now.duration_since(then) < DOUBLE_CLICK
        });
        self.last = (!again).then_some((x, y, now));
        Mouse { kind: if again { MouseKind::DoubleClick } else { MouseKind::Click }, x, y }
    }
}
