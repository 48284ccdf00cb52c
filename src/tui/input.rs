//! Keys and mouse, read on a thread of their own and made into events. A lone Esc waits a moment: it may be the start of an arrow.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::time::{Duration, Instant};

use crossterm::event::{self, KeyCode, KeyEventKind, KeyModifiers, MouseButton, MouseEventKind};

use crate::domain::Result;
use crate::os::thread;

use super::event::{Event, Key, Mouse, MouseKind};

/// How long the rest of a sequence may take: over slow lines its bytes arrive one by one.
const ESCAPE: Duration = Duration::from_millis(50);
/// Two clicks within this time are one double click.
const DOUBLE: Duration = Duration::from_millis(400);

/// The reading thread. Dropping it ends it, so that a child has the terminal for itself.
#[derive(Debug)]
pub(super) struct Input {
    stop: Arc<AtomicBool>,
    ended: Receiver<()>,
}

impl Input {
    /// Starts reading; events go to `events`. As many bytes as `ahead` were typed while the terminal still made lines of them.
    ///
    /// # Errors
    /// [`crate::domain::Kind::Os`] if the system refuses the thread.
    pub(super) fn start(events: Sender<Event>, ahead: usize) -> Result<Self> {
        let (end, ended) = mpsc::channel();
        let stop = Arc::new(AtomicBool::new(false));
        let theirs = stop.clone();
        thread::spawn("input", move || {
            read(&events, &theirs, ahead);
            drop(end);
        })?;
        Ok(Self { stop, ended })
    }
}

impl Drop for Input {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        crate::os::signals::nudge();
        let _ = self.ended.recv_timeout(Duration::from_millis(200));
    }
}

fn read(events: &Sender<Event>, stop: &AtomicBool, ahead: usize) {
    let mut ahead = Ahead(ahead);
    let (mut assembler, mut clicks) = (Assembler::default(), Clicks::default());
    loop {
        let ready = !assembler.holding() || matches!(event::poll(ESCAPE), Ok(true));
        let made = if ready {
            let Ok(event) = event::read() else { return };
            if stop.load(Ordering::SeqCst) {
                return;
            }
            translate(ahead.meant(event), &mut assembler, &mut clicks)
        } else {
            assembler.flush()
        };
        for event in made {
            if events.send(event).is_err() {
                return;
            }
        }
    }
}

fn translate(event: event::Event, assembler: &mut Assembler, clicks: &mut Clicks) -> Vec<Event> {
    match event {
        event::Event::Key(key) if key.kind == KeyEventKind::Release => Vec::new(),
        event::Event::Key(key) => assembler.feed(Key::new(key.code, key.modifiers)),
        other => {
            let mut made = assembler.flush();
            made.extend(match other {
                event::Event::Paste(text) => Some(Event::Paste(text)),
                event::Event::Resize(width, height) => Some(Event::Resize(width, height)),
                event::Event::Mouse(mouse) => clicks.gesture(mouse.kind, mouse.column, mouse.row).map(Event::Mouse),
                _ => None,
            });
            made
        }
    }
}

/// Bytes still to come that were typed before the picker had the terminal, which made line feeds of Enter.
#[derive(Debug)]
struct Ahead(usize);

impl Ahead {
    fn meant(&mut self, event: event::Event) -> event::Event {
        const LINE_FEED: (KeyCode, KeyModifiers) = (KeyCode::Char('j'), KeyModifiers::CONTROL);
        match event {
            event::Event::Key(mut key) if self.0 > 0 => {
                self.0 = self.0.saturating_sub(if let KeyCode::Char(letter) = key.code { letter.len_utf8() } else { 1 });
                if (key.code, key.modifiers) == LINE_FEED {
                    (key.code, key.modifiers) = (KeyCode::Enter, KeyModifiers::NONE);
                }
                event::Event::Key(key)
            }
            other => other,
        }
    }
}

/// Joins the bytes of a sequence that came one by one: Esc, `[`, `A` is the Up key, Esc and a letter is Alt with that letter.
#[derive(Debug, Default)]
struct Assembler {
    held: Vec<Key>,
}

impl Assembler {
    fn holding(&self) -> bool {
        !self.held.is_empty()
    }

    fn feed(&mut self, key: Key) -> Vec<Event> {
        const ESC: Key = Key { code: KeyCode::Esc, modifiers: KeyModifiers::NONE };
        if self.held.is_empty() {
            if key == ESC {
                self.held.push(key);
                return Vec::new();
            }
            return vec![Event::Key(key)];
        }
        if key == ESC {
            let made = self.flush();
            self.held.push(key);
            return made;
        }
        let KeyCode::Char(letter) = key.code else {
            let mut made = self.flush();
            made.push(Event::Key(key));
            return made;
        };
        self.held.push(key);
        let introduced = matches!(self.held.get(1), Some(Key { code: KeyCode::Char('[' | 'O'), .. }));
        let last = self.held.len() - 1;
        match (introduced, last) {
            (true, 1) => Vec::new(),
            (true, _) if letter.is_ascii_digit() || letter == ';' => Vec::new(),
            (true, _) => {
                let sequence: String = self.held.drain(..).skip(2).filter_map(|key| key.code.as_char()).collect();
                sequence_key(&sequence).map(Event::Key).into_iter().collect()
            }
            (false, _) => {
                self.held.clear();
                vec![Event::Key(Key::new(key.code, key.modifiers | KeyModifiers::ALT))]
            }
        }
    }

    /// Time is up: what is held was meant as it is.
    fn flush(&mut self) -> Vec<Event> {
        self.held.drain(..).map(Event::Key).collect()
    }
}

/// The key of what stands behind `ESC [` or `ESC O`; none for sequences that mean nothing here.
fn sequence_key(sequence: &str) -> Option<Key> {
    let code = match sequence {
        "A" => KeyCode::Up,
        "B" => KeyCode::Down,
        "C" => KeyCode::Right,
        "D" => KeyCode::Left,
        "H" | "1~" | "7~" => KeyCode::Home,
        "F" | "4~" | "8~" => KeyCode::End,
        "3~" => KeyCode::Delete,
        "5~" => KeyCode::PageUp,
        "6~" => KeyCode::PageDown,
        "Z" => KeyCode::BackTab,
        "P" | "11~" => KeyCode::F(1),
        "Q" | "12~" => KeyCode::F(2),
        _ => return None,
    };
    Some(Key::new(code, KeyModifiers::NONE))
}

/// Knows the last click, to tell a double one.
#[derive(Debug, Default)]
struct Clicks {
    last: Option<(u16, u16, Instant)>,
}

impl Clicks {
    fn gesture(&mut self, kind: MouseEventKind, x: u16, y: u16) -> Option<Mouse> {
        let kind = match kind {
            MouseEventKind::ScrollUp => MouseKind::WheelUp,
            MouseEventKind::ScrollDown => MouseKind::WheelDown,
            MouseEventKind::Down(MouseButton::Left) => {
                let now = Instant::now();
                let again = self.last.is_some_and(|(lx, ly, then)| (lx, ly) == (x, y) && now.duration_since(then) < DOUBLE);
                self.last = (!again).then_some((x, y, now));
                if again { MouseKind::DoubleClick } else { MouseKind::Click }
            }
            _ => return None,
        };
        Some(Mouse { kind, x, y })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(keys: &[KeyCode]) -> Vec<KeyCode> {
        let mut assembler = Assembler::default();
        let mut made: Vec<Event> = keys.iter().flat_map(|code| assembler.feed(Key::new(*code, KeyModifiers::NONE))).collect();
        made.extend(assembler.flush());
        made.into_iter().filter_map(|event| if let Event::Key(key) = event { Some(key.code) } else { None }).collect()
    }

    #[test]
    fn an_arrow_whose_bytes_come_one_by_one_is_an_arrow() {
        use KeyCode::{Char, Esc};
        assert_eq!(typed(&[Esc, Char('['), Char('A'), Char('x')]), [KeyCode::Up, Char('x')]);
        assert_eq!(typed(&[Esc, Char('['), Char('5'), Char('~')]), [KeyCode::PageUp]);
    }

    #[test]
    fn enter_is_enter_even_when_it_was_typed_too_early() {
        let typed = |code, modifiers| event::Event::Key(event::KeyEvent::new(code, modifiers));
        let (down, enter) = (typed(KeyCode::Char('j'), KeyModifiers::CONTROL), typed(KeyCode::Enter, KeyModifiers::NONE));
        let letter = typed(KeyCode::Char('é'), KeyModifiers::NONE);
        let mut ahead = Ahead(3);
        let meant: Vec<_> = [letter.clone(), down.clone(), down.clone()].into_iter().map(|event| ahead.meant(event)).collect();
        assert_eq!(meant, [letter, enter, down]);
    }

    #[test]
    fn a_lone_escape_is_one_once_time_is_up() {
        assert_eq!(typed(&[KeyCode::Esc]), [KeyCode::Esc]);
        assert_eq!(typed(&[KeyCode::Esc, KeyCode::Esc]), [KeyCode::Esc, KeyCode::Esc]);
    }

    #[test]
    fn escape_and_a_letter_is_alt() {
        let mut assembler = Assembler::default();
        assembler.feed(Key::new(KeyCode::Esc, KeyModifiers::NONE));
        let made = assembler.feed(Key::new(KeyCode::Char('b'), KeyModifiers::NONE));
        assert_eq!(made, [Event::Key(Key::new(KeyCode::Char('b'), KeyModifiers::ALT))]);
    }
}
