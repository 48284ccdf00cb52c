//! The picker below the prompt, on an emulated terminal: earlier output is still there afterwards.

use std::num::NonZero;

use proptest::prelude::*;

use super::*;
use crate::tui::inline_backend::InlineBackend;

/// A terminal with scrollback.
struct TestScreen {
    parser: vt100::Parser,
    size: (u16, u16),
}

fn cells(number: u16) -> NonZero<u16> {
    NonZero::new(number).unwrap()
}

impl TestScreen {
    fn new(size: (u16, u16)) -> Self {
        Self { parser: vt100::Parser::new(cells(size.1), cells(size.0), 1_000), size }
    }

    fn resize(&mut self, size: (u16, u16)) {
        self.size = size;
        self.parser.screen_mut().set_size(cells(size.1), cells(size.0));
    }

    /// All lines of scrollback and screen, without blank ones.
    fn all_lines(&mut self) -> Vec<String> {
        let screen = self.parser.screen_mut();
        screen.set_scrollback(usize::MAX);
        let mut lines = Vec::new();
        for back in (0..=screen.scrollback()).rev() {
            screen.set_scrollback(back);
            let rows: Vec<String> = screen.rows(0, u16::MAX).collect();
            if back == 0 { lines.extend(rows) } else { lines.extend(rows.into_iter().next()) }
        }
        lines
            .into_iter()
            .map(|line| line.trim_end().to_owned())
            .filter(|line| !line.is_empty())
            .collect()
    }
}

/// A picker on some rows of that terminal.
struct InlinePicker {
    rig: TestPicker,
    terminal: Terminal<InlineBackend<Vec<u8>>>,
    height: Height,
}

impl InlinePicker {
    fn open(screen: &mut TestScreen, height: Height) -> Self {
        let (columns, rows) = (screen.size.0, height.rows(screen.size.1).unwrap());
        let terminal = Terminal::new(InlineBackend::new(Vec::new(), (columns, rows))).unwrap();
        let mut below = Self {
            rig: TestPicker::new(PickerOptions { height, ..sample_options() })
                .with_size(columns, rows),
            terminal,
            height,
        };
        below.terminal.backend_mut().open((columns, rows), b"").unwrap();
        below.draw(screen);
        below
    }

    fn draw(&mut self, screen: &mut TestScreen) {
        let state = &self.rig.state;
        self.terminal
            .draw(|frame| {
                let cursor = view::draw(state, frame.area(), frame.buffer_mut());
                frame.set_cursor_position(cursor);
            })
            .unwrap();
        self.flush(screen);
    }

    fn flush(&mut self, screen: &mut TestScreen) {
        screen.parser.process(&self.terminal.backend_mut().take_output());
    }

    fn resize(&mut self, screen: &mut TestScreen, size: (u16, u16)) {
        screen.resize(size);
        let room = (size.0, self.height.rows(size.1).unwrap());
        self.terminal.backend_mut().resize(room).unwrap();
        self.terminal.resize(ratatui::layout::Rect::new(0, 0, room.0, room.1)).unwrap();
        self.rig.event(Event::Resize(room.0, room.1));
        self.draw(screen);
    }
}

/// A screen with earlier output: this many lines, with the cursor on the next one.
fn used_screen(size: (u16, u16), lines: usize) -> TestScreen {
    let mut screen = TestScreen::new(size);
    for line in 0..lines {
        screen.parser.process(format!("line {line}\r\n").as_bytes());
    }
    screen
}

#[test]
fn the_rows_show_what_the_same_picker_shows_on_a_screen_of_that_size() {
    let mut screen = used_screen((100, 30), 5);
    let mut below = InlinePicker::open(&mut screen, Height::Rows(12));
    below.rig.keys(&["prod", "down"]);
    below.draw(&mut screen);
    let shown: Vec<String> = screen.all_lines().into_iter().skip(5).collect();
    let wanted = below.rig.screen();
    let wanted: Vec<&str> = wanted
        .lines()
        .map(|line| line.trim_matches('"').trim_end())
        .filter(|line| !line.is_empty())
        .collect();
    assert_eq!(shown, wanted[..wanted.len() - 1]);
    assert_eq!(screen.parser.screen().cursor_position(), (5, 7));
}

#[test]
fn the_headings_and_their_columns_are_those_of_the_full_screen() {
    let headings = |rig: &TestPicker| {
        let screen = rig.screen();
        let at = screen.lines().position(|line| line.contains("ACCOUNT"));
        at.map(|at| screen.lines().skip(at).take(1).map(str::trim_end).collect::<String>())
    };
    for width in [60, 80, 120, 200] {
        let full = TestPicker::new(sample_options()).with_size(width, 40);
        let below = |rows| {
            let options = PickerOptions { height: Height::Rows(rows), ..sample_options() };
            TestPicker::new(options).with_size(width, rows)
        };
        for rows in [6, 12, 20] {
            let shown = headings(&below(rows)).expect("no headings");
            assert!(headings(&full).unwrap().starts_with(&shown), "{width} {rows}: {shown}");
        }
        assert_eq!(headings(&below(5)), None);
    }
}

#[test]
fn a_line_without_an_end_is_not_written_over() {
    let mut screen = used_screen((100, 30), 2);
    screen.parser.process(b"no end");
    InlinePicker::open(&mut screen, Height::Rows(6));
    assert_eq!(screen.all_lines()[2], "no end");
    assert!(screen.all_lines()[3].contains("type to filter"), "{:?}", screen.all_lines());
}

#[test]
fn wide_letters_that_go_leave_nothing_behind() {
    let mut screen = used_screen((80, 24), 0);
    let rows = [
        ("corp", "000000000001", "日本市場-本番", "Admin"),
        ("corp", "000000000002", "sandbox", "Admin"),
    ];
    let mut below = InlinePicker::open(&mut screen, Height::Rows(6));
    below.rig = TestPicker::new(PickerOptions {
        roster: Arc::new(roster(&rows)),
        height: Height::Rows(6),
        ..sample_options()
    })
    .with_size(80, 6);
    below.draw(&mut screen);
    assert!(screen.all_lines().iter().any(|line| line.contains("日本市場-本番")));
    below.rig.keys(&["sandbox"]);
    below.draw(&mut screen);
    let wanted = below.rig.screen();
    assert!(
        screen.all_lines().iter().all(|line| wanted.contains(line.trim_end())),
        "{:?}\n{wanted}",
        screen.all_lines()
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]
    #[test]
    fn whatever_the_size_was_meanwhile_the_scrollback_is_clean_afterwards(
        lines in 0_usize..60,
        share in 10_u16..90,
        sizes in prop::collection::vec((80_u16..160, 6_u16..50), 0..12),
        keys in prop::collection::vec(prop_oneof!["down", "pagedown", "p", "e", "backspace", "f1", "esc", "right"], 0..8),
    ) {
        let mut screen = used_screen((100, 30), lines);
        let mut below = InlinePicker::open(&mut screen, Height::Percent(share));
        let mut keys = keys.iter();
        for size in sizes {
            if let Some(key) = keys.next() {
                below.rig.keys(&[key]);
                below.draw(&mut screen);
            }
            below.resize(&mut screen, size);
        }
        screen.parser.process(b"\x1b[?7h\x1b[0m\r\x1b[J\x1b[?25h");
        let left = screen.all_lines();
        // The emulator drops lines that no longer fit when its window becomes lower; it never keeps
        // a line of the picker.
        prop_assert!(left.iter().all(|line| line.starts_with("line ")), "{left:?}");
    }
}
