//! Bytes as terminals send them, whole and broken.

use std::time::{Duration, Instant};

use crossterm::event::{KeyCode, KeyModifiers};
use proptest::prelude::*;

use super::decoder::{BURST_GAP, Decoder, ESCAPE_TIMEOUT, SEQUENCE_TIMEOUT};
use super::sequence::InputEvent;
use crate::tui::Background;
use crate::tui::event::{Key, MouseKind};

/// A decoder and its clock.
struct TestInput {
    decoder: Decoder,
    now: Instant,
    out: Vec<InputEvent>,
}

impl TestInput {
    fn new() -> Self {
        Self { decoder: Decoder::default(), now: Instant::now(), out: Vec::new() }
    }

    /// A decoder of a terminal that was just asked for its background.
    fn asked() -> Self {
        let now = Instant::now();
        Self { decoder: Decoder::new(0, Some(now)), now, out: Vec::new() }
    }

    fn feed(&mut self, bytes: impl AsRef<[u8]>) -> &mut Self {
        self.decoder.feed(bytes.as_ref(), self.now, &mut self.out);
        self
    }

    /// Lets time pass, with the deadlines that lie in it.
    fn advance(&mut self, time: Duration) -> &mut Self {
        self.now += time;
        if self.decoder.deadline().is_some_and(|deadline| deadline <= self.now) {
            self.decoder.expire(&mut self.out);
        }
        self
    }

    fn take(&mut self) -> Vec<InputEvent> {
        std::mem::take(&mut self.out)
    }
}

/// What one read of these bytes means, with nothing after it.
fn decoded(bytes: impl AsRef<[u8]>) -> Vec<InputEvent> {
    TestInput::new().feed(bytes).advance(SEQUENCE_TIMEOUT).take()
}

fn key_with(code: KeyCode, modifiers: KeyModifiers) -> InputEvent {
    InputEvent::Key(Key::new(code, modifiers))
}

fn key(code: KeyCode) -> InputEvent {
    key_with(code, KeyModifiers::NONE)
}

fn letter(letter: char) -> InputEvent {
    key(KeyCode::Char(letter))
}

fn paste(text: &str) -> InputEvent {
    InputEvent::Paste(text.to_owned())
}

fn ctrl_c() -> InputEvent {
    key_with(KeyCode::Char('c'), KeyModifiers::CONTROL)
}

#[test]
fn keys_are_what_terminals_send_for_them() {
    use KeyCode::{
        BackTab, Backspace, Char, Delete, Down, End, Enter, Esc, F, Home, Insert, Left, PageDown,
        PageUp, Right, Tab, Up,
    };
    const NONE: KeyModifiers = KeyModifiers::NONE;
    const ALT: KeyModifiers = KeyModifiers::ALT;
    const CTRL: KeyModifiers = KeyModifiers::CONTROL;
    let table: &[(&str, KeyCode, KeyModifiers)] = &[
        ("a", Char('a'), NONE),
        ("é", Char('é'), NONE),
        ("👩", Char('👩'), NONE),
        ("\r", Enter, NONE),
        ("\n", Char('j'), CTRL),
        ("\t", Tab, NONE),
        ("\x7f", Backspace, NONE),
        ("\x08", Char('h'), CTRL),
        ("\0", Char(' '), CTRL),
        ("\x1f", Char('7'), CTRL),
        ("\x1b", Esc, NONE),
        ("\x1bb", Char('b'), ALT),
        ("\x1bé", Char('é'), ALT),
        ("\x1b\r", Enter, ALT),
        ("\x1b\x7f", Backspace, ALT),
        ("\x1b\x15", Char('u'), CTRL.union(ALT)),
        ("\x1b[A", Up, NONE),
        ("\x1bOB", Down, NONE),
        ("\x1b[C", Right, NONE),
        ("\x1b[1;5D", Left, CTRL),
        ("\x1bO5D", Left, CTRL),
        ("\x1b[1;3A", Up, ALT),
        ("\x1b[H", Home, NONE),
        ("\x1b[4~", End, NONE),
        ("\x1b[1;5H", Home, CTRL),
        ("\x1b[2~", Insert, NONE),
        ("\x1b[3~", Delete, NONE),
        ("\x1b[5~", PageUp, NONE),
        ("\x1b[6;5~", PageDown, CTRL),
        ("\x1b[Z", BackTab, NONE),
        ("\x1bOP", F(1), NONE),
        ("\x1b[[A", F(1), NONE),
        ("\x1b[15~", F(5), NONE),
        ("\x1b[17~", F(6), NONE),
        ("\x1b[24~", F(12), NONE),
        ("\x1b[34~", F(20), NONE),
        ("\x1bOM", Enter, NONE),
        ("\x1bOy", Char('9'), NONE),
        // The kitty keyboard protocol, and xterm's modifyOtherKeys.
        ("\x1b[97u", Char('a'), NONE),
        ("\x1b[99;5u", Char('c'), CTRL),
        ("\x1b[99;5:1u", Char('c'), CTRL),
        ("\x1b[97;2u", Char('A'), NONE),
        ("\x1b[55:47;2u", Char('/'), NONE),
        ("\x1b[27u", Esc, NONE),
        ("\x1b[13u", Enter, NONE),
        ("\x1b[9;2u", BackTab, NONE),
        ("\x1b[127;3u", Backspace, ALT),
        ("\x1b[97;69u", Char('a'), CTRL),
        ("\x1b[1;1:2A", Up, NONE),
        ("\x1b[57414u", Enter, NONE),
        ("\x1b[57400u", Char('1'), NONE),
        ("\x1b[27;5;99~", Char('c'), CTRL),
    ];
    for (bytes, code, modifiers) in table {
        assert_eq!(decoded(bytes), [key_with(*code, *modifiers)], "{bytes:?}");
        // The same over a slow line, followed by a letter.
        let mut typist = TestInput::new();
        bytes.bytes().for_each(|byte| _ = typist.feed([byte]));
        let slow = typist.advance(SEQUENCE_TIMEOUT).feed("x").take();
        assert_eq!(slow, [key_with(*code, *modifiers), letter('x')], "{bytes:?}");
    }
}

#[test]
fn answers_and_releases_mean_nothing() {
    for bytes in [
        "\x1b]10;rgb:1e1e/1e1e/1e1e\x07",
        "\x1b]52;c;aGk=\x1b\\",
        "\x1bP>|tmux 3.4\x1b\\",
        "\x1b_Gi=1;OK\x1b\\",
        "\x1b[?62;22c",
        "\x1b[?1u",
        "\x1b[12;40R",
        "\x1b[I",
        "\x1b[O",
        "\x1b[97;1:3u",
        "\x1b[1;1:3A",
        "\x1b[57441;2u",
        "\x1b[201~",
        "\x1b[99999999999999999999~",
        "\x1b[<0;10;5m",
        "\x1b[<35;10;5M",
    ] {
        assert_eq!(decoded(format!("{bytes}x")), [letter('x')], "{bytes:?}");
    }
}

#[test]
fn clicks_and_the_wheel_are_decoded_from_all_three_kinds_of_reports() {
    let click = InputEvent::Mouse(MouseKind::Click, 9, 4);
    for bytes in ["\x1b[<0;10;5M", "\x1b[<16;10;5M", "\x1b[M *%", "\x1b[32;10;5M"] {
        assert_eq!(decoded(bytes), std::slice::from_ref(&click), "{bytes:?}");
    }
    assert_eq!(
        decoded("\x1b[<64;1;1M\x1b[<65;0;0M"),
        [
            InputEvent::Mouse(MouseKind::WheelUp, 0, 0),
            InputEvent::Mouse(MouseKind::WheelDown, 0, 0)
        ]
    );
}

#[test]
fn a_lone_escape_is_one_after_a_moment() {
    let mut typist = TestInput::new();
    assert_eq!(typist.feed("\x1b").advance(ESCAPE_TIMEOUT / 2).take(), []);
    assert_eq!(typist.advance(ESCAPE_TIMEOUT / 2).take(), [key(KeyCode::Esc)]);
    assert_eq!(
        typist.feed("\x1b\x1b").advance(ESCAPE_TIMEOUT).take(),
        [key(KeyCode::Esc), key(KeyCode::Esc)]
    );
}

/// Beginnings of everything that a terminal may send, none of them complete.
const UNFINISHED: [&[u8]; 21] = [
    b"\x1b",
    b"\x1b[",
    b"\x1b[[",
    b"\x1b[1",
    b"\x1b[1;",
    b"\x1b[<0;10",
    b"\x1b[M",
    b"\x1b[M !",
    b"\x1b[?62;",
    b"\x1b[99;5",
    b"\x1bO",
    b"\x1bO5",
    b"\x1b]",
    b"\x1b]11;rgb:1e1e",
    b"\x1bP>|tmux",
    b"\x1b_Gi=1",
    b"\x1b^x\x1b",
    b"\x1bXx",
    b"\xc3",
    b"\xf0\x9f\x91",
    b"\x1b\xe6\x97",
];

#[test]
fn ctrl_c_works_within_every_unfinished_sequence() {
    for bytes in UNFINISHED {
        for together in [true, false] {
            let mut typist = TestInput::new();
            if together {
                typist.feed([bytes, b"\x03"].concat());
            } else {
                typist.feed(bytes).feed(b"\x03");
            }
            // At once: nothing is waited for.
            assert_eq!(typist.take().last(), Some(&ctrl_c()), "{}", bytes.escape_ascii());
            assert_eq!(typist.decoder.deadline(), None, "{}", bytes.escape_ascii());
        }
    }
}

#[test]
fn no_unfinished_sequence_is_waited_for_longer_than_a_tenth_of_a_second() {
    for bytes in UNFINISHED {
        let mut typist = TestInput::new();
        typist.feed(bytes).advance(Duration::from_millis(100)).take();
        assert_eq!(typist.decoder.deadline(), None, "{}", bytes.escape_ascii());
        assert_eq!(typist.feed("x").take(), [letter('x')], "{}", bytes.escape_ascii());
    }
}

#[test]
fn bytes_that_trickle_in_do_not_extend_the_wait() {
    let mut typist = TestInput::new();
    typist.feed("\x1b]");
    for _ in 0..9 {
        typist.advance(Duration::from_millis(10)).feed("1");
    }
    assert_eq!(typist.advance(Duration::from_millis(10)).feed("x").take(), [letter('x')]);
}

#[test]
fn an_introducer_that_nothing_follows_is_a_key_with_alt() {
    for (bytes, typed) in
        [("\x1b[", '['), ("\x1bO", 'O'), ("\x1b]", ']'), ("\x1bP", 'P'), ("\x1b_", '_')]
    {
        assert_eq!(decoded(bytes), [key_with(KeyCode::Char(typed), KeyModifiers::ALT)]);
    }
    let alt_bracket = key_with(KeyCode::Char('['), KeyModifiers::ALT);
    assert_eq!(decoded("\x1b[\r"), [alt_bracket.clone(), key(KeyCode::Enter)]);
    assert_eq!(decoded("\x1b[\x1b[A"), [alt_bracket, key(KeyCode::Up)]);
}

#[test]
fn bytes_that_are_not_utf_8_swallow_nothing_else() {
    assert_eq!(decoded(b"a\xffb\x80c"), [letter('a'), letter('b'), letter('c')]);
    assert_eq!(decoded(b"\xe9x"), [letter('x')]);
    assert_eq!(decoded(b"\xe9\x03"), [ctrl_c()]);
    assert_eq!(decoded(b"\xc3\x1b[A"), [key(KeyCode::Up)]);
    // Surrogates are three bytes that make no character.
    assert_eq!(decoded(b"\xed\xa0\x80x"), [letter('x')]);
    let mut typist = TestInput::new();
    assert_eq!(
        typist.feed(b"\xe6\x97").advance(Duration::from_millis(99)).feed(b"\xa5").take(),
        [letter('日')]
    );
}

#[test]
fn an_enter_that_was_typed_in_line_mode_is_one() {
    let mut decoder = Decoder::new(3, None);
    let mut out = Vec::new();
    decoder.feed("é\n\n".as_bytes(), Instant::now(), &mut out);
    assert_eq!(
        out,
        [letter('é'), key(KeyCode::Enter), key_with(KeyCode::Char('j'), KeyModifiers::CONTROL)]
    );
}

#[test]
fn a_paste_is_one_text_however_it_is_cut_into_reads() {
    let bytes = "a\x1b[200~prod é\x03\x1b[31m~\r\n\x1b[201~b".as_bytes();
    let whole = [letter('a'), paste("prod é\x03\x1b[31m~\r\n"), letter('b')];
    assert_eq!(decoded(bytes), whole);
    for size in 1..bytes.len() {
        let mut typist = TestInput::new();
        bytes.chunks(size).for_each(|chunk| _ = typist.feed(chunk));
        assert_eq!(typist.take(), whole, "{size}");
    }
}

#[test]
fn a_paste_without_its_end_is_taken_after_a_tenth_of_a_second() {
    let mut typist = TestInput::new();
    assert_eq!(
        typist.feed("\x1b[200~prod").advance(Duration::from_millis(90)).feed(" adm").take(),
        []
    );
    assert_eq!(typist.advance(Duration::from_millis(90)).take(), []);
    assert_eq!(typist.advance(Duration::from_millis(10)).take(), [paste("prod adm")]);
    // No wake-ups while nothing comes, and single keys are keys again.
    assert_eq!(typist.decoder.deadline(), None);
    assert_eq!(
        typist.feed("x").feed("\x1b[B").feed("\r").take(),
        [letter('x'), key(KeyCode::Down), key(KeyCode::Enter)]
    );
}

#[test]
fn a_line_end_on_its_own_in_a_stalled_paste_presses_no_enter() {
    for (line_end, text) in [("\r", "\r"), ("\n", "\n")] {
        let mut typist = TestInput::new();
        typist.feed("\x1b[200~prod").advance(Duration::from_secs(1)).feed(line_end);
        typist.advance(Duration::from_secs(1)).feed("admin\x1b[201~x");
        assert_eq!(
            typist.take(),
            [paste("prod"), paste(text), paste("admin"), letter('x')],
            "{line_end:?}"
        );
    }
}

#[test]
fn enter_works_after_a_paste_without_its_end() {
    let mut typist = TestInput::new();
    typist.feed("\x1b[200~prod").advance(Duration::from_secs(1)).feed("\r");
    typist.advance(Duration::from_secs(1)).feed("\r");
    assert_eq!(typist.take(), [paste("prod"), paste("\r"), key(KeyCode::Enter)]);
}

#[test]
fn an_escape_before_a_sequence_is_alt_and_leaves_nothing() {
    let alt = |code| key_with(code, KeyModifiers::ALT);
    for (bytes, expected) in [
        ("\x1b\x1b[A", vec![alt(KeyCode::Up)]),
        ("\x1b\x1bOB", vec![alt(KeyCode::Down)]),
        ("\x1b\x1b[5~", vec![alt(KeyCode::PageUp)]),
        // What is not a key came after the Esc key.
        ("\x1b\x1b[200~a\x1b[201~", vec![key(KeyCode::Esc), paste("a")]),
        ("\x1b\x1b[?1;2c", vec![key(KeyCode::Esc)]),
        ("\x1b\x1bx", vec![key(KeyCode::Esc), key_with(KeyCode::Char('x'), KeyModifiers::ALT)]),
    ] {
        assert_eq!(decoded(bytes), expected, "{bytes:?}");
    }
    assert_eq!(decoded("\x1b\x1b"), [key(KeyCode::Esc), key(KeyCode::Esc)]);
    assert_eq!(decoded("\x1b\x1b\x1b"), vec![key(KeyCode::Esc); 3]);
}

#[test]
fn f3_with_modifiers_is_a_key_and_no_cursor_position() {
    assert_eq!(decoded("\x1b[1;2R"), [key_with(KeyCode::F(3), KeyModifiers::SHIFT)]);
    assert_eq!(decoded("\x1b[1;5R"), [key_with(KeyCode::F(3), KeyModifiers::CONTROL)]);
    assert!(decoded("\x1b[12;40R").is_empty() && decoded("\x1b[1;1R").is_empty());
}

#[test]
fn ctrl_c_works_after_a_paste_without_its_end() {
    for wait in [Duration::ZERO, Duration::from_millis(50), Duration::from_secs(5)] {
        let mut typist = TestInput::new();
        typist.feed("\x1b[200~prod adm").advance(wait).feed("\x03").advance(SEQUENCE_TIMEOUT);
        assert_eq!(typist.take(), [paste("prod adm"), ctrl_c()], "{wait:?}");
        assert_eq!(typist.feed("x").take(), [letter('x')]);
    }
}

#[test]
fn the_rest_of_a_stalled_paste_is_text_and_no_keys() {
    let mut typist = TestInput::new();
    // Cut within a character.
    typist
        .feed(b"\x1b[200~rm -rf \xe6\x97")
        .advance(Duration::from_secs(1))
        .feed(b"\xa5\r\x03\x1b[B more\r\x1b[201~x");
    assert_eq!(typist.take(), [paste("rm -rf "), paste("日\r\x03\x1b[B more\r"), letter('x')]);
    // Nor is an end marker that comes late.
    assert_eq!(
        typist
            .feed("\x1b[200~a")
            .advance(Duration::from_secs(1))
            .feed("\x1b[201~")
            .feed("b")
            .take(),
        [paste("a"), letter('b')]
    );
}

#[test]
fn ctrl_c_in_a_read_of_its_own_leaves_a_paste_that_goes_on() {
    for size in [64 * 1_024, 100_000, 128 * 1_024, 1_000_000] {
        let mut typist = TestInput::new();
        typist
            .feed(b"\x1b[200~")
            .feed(vec![b'q'; size + 1])
            .advance(Duration::from_millis(20))
            .feed(b"qqq")
            .advance(Duration::from_millis(20));
        assert_eq!(typist.feed([0x03]).take().last(), Some(&ctrl_c()), "{size}");
    }
}

#[test]
fn a_paste_without_an_end_and_without_a_pause_is_left_by_ctrl_c() {
    let mut typist = TestInput::new();
    typist.feed("\x1b[200~");
    for _ in 0..1_000 {
        typist.advance(Duration::from_millis(1)).feed("x".repeat(4_095));
    }
    assert_eq!(typist.take(), []);
    // Of the 4 MB only what could fit anywhere is kept.
    typist.feed("\x03").advance(SEQUENCE_TIMEOUT);
    let took = typist.take();
    let [InputEvent::Paste(text), cancel] = &took[..] else { panic!("{} inputs", took.len()) };
    assert_eq!((text.len(), cancel), (64 * 1024, &ctrl_c()));
}

#[test]
fn text_that_comes_too_fast_to_be_typed_is_a_paste_on_any_terminal() {
    let text = "é日".repeat(300);
    assert_eq!(decoded(&text), [paste(&text)]);
    // Cut within a character: the rest of it comes with the next read.
    let (first, rest) = text.as_bytes().split_at(1_001);
    let took = TestInput::new().feed(first).feed(rest).take();
    let joined: String = took
        .iter()
        .map(|input| if let InputEvent::Paste(text) = input { text.clone() } else { typed(input) })
        .collect();
    assert_eq!(joined, text);
    let keys = "x".repeat(100);
    assert_eq!(decoded(&keys), vec![letter('x'); 100]);
}

#[test]
fn lines_that_come_too_fast_to_be_typed_press_no_enter() {
    let text = "prod adm\r\n\tx\r".repeat(500);
    let mut typist = TestInput::new();
    text.as_bytes()
        .chunks(4_095)
        .for_each(|chunk| _ = typist.advance(Duration::from_millis(5)).feed(chunk));
    let took = typist.take();
    assert!(took.iter().all(|input| matches!(input, InputEvent::Paste(_))), "{took:?}");
    // What is typed afterwards is typed.
    assert_eq!(typist.feed("\r").advance(BURST_GAP).feed("ab\r").take().len(), 4);
}

fn typed(input: &InputEvent) -> String {
    match input {
        InputEvent::Key(Key { code: KeyCode::Char(letter), modifiers: KeyModifiers::NONE }) => {
            letter.to_string()
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_megabyte_is_decoded_within_a_frame() {
    // 10 ms in a release build; debug builds and busy machines get more, quadratic work would take
    // minutes.
    let text = "paste ".repeat(170_000);
    for bytes in [
        format!("\x1b[200~{text}\x1b[201~"),
        text.clone(),
        format!("\x1b]{text}"),
        "~".repeat(1_000_000),
    ] {
        let began = Instant::now();
        let mut typist = TestInput::new();
        bytes.as_bytes().chunks(4_095).for_each(|chunk| _ = typist.feed(chunk));
        assert!(
            began.elapsed() < Duration::from_secs(2),
            "{:?} for {:?}…",
            began.elapsed(),
            &bytes[..8]
        );
    }
}

#[test]
fn two_quick_clicks_on_one_cell_are_a_double_click() {
    let start = Instant::now();
    let kinds = |clicks: &[(u16, u64)]| -> Vec<MouseKind> {
        let mut tracker = super::ClickTracker::default();
        let track = |(x, milliseconds): &(u16, u64)| {
            let now = start + Duration::from_millis(*milliseconds);
            tracker.track(MouseKind::Click, *x, 5, now).kind
        };
        clicks.iter().map(track).collect()
    };
    use MouseKind::{Click, DoubleClick};
    assert_eq!(kinds(&[(3, 0), (3, 399)]), [Click, DoubleClick]);
    assert_eq!(kinds(&[(3, 0), (3, 400)]), [Click, Click]);
    assert_eq!(kinds(&[(3, 0), (4, 100)]), [Click, Click]);
    assert_eq!(kinds(&[(3, 0), (3, 100), (3, 200)]), [Click, DoubleClick, Click]);
}

proptest! {
    #[test]
    fn whatever_came_before_a_pause_ctrl_c_and_letters_work_after_it(
        reads in prop::collection::vec(prop::collection::vec(any::<u8>(), 1..12), 0..8),
        introducers in prop::collection::vec(0..UNFINISHED.len() + 1, 8),
    ) {
        let reads: Vec<Vec<u8>> = reads.iter().zip(introducers).map(|(read, introducer)| {
            let before = UNFINISHED.get(introducer).copied().unwrap_or(b"\x1b[200~");
            [before, read].concat()
        }).collect();
        prop_assert!(super::ctrl_c_works_after(&reads.iter().map(Vec::as_slice).collect::<Vec<_>>()));
    }

    #[test]
    fn keys_do_not_depend_on_how_the_bytes_are_read(bytes in prop::collection::vec(any::<u8>(), 1..60), at in 0..60_usize) {
        let (first, second) = bytes.split_at(at.min(bytes.len()));
        let mut typist = TestInput::new();
        if !first.is_empty() {
            typist.feed(first);
        }
        if !second.is_empty() {
            typist.feed(second);
        }
        prop_assert_eq!(typist.advance(SEQUENCE_TIMEOUT).take(), decoded(&bytes));
    }
}

#[test]
fn the_answer_for_the_background_is_never_a_key_however_it_is_torn() {
    let light = InputEvent::Background(Some(Background::Light));
    let only_light = std::slice::from_ref(&light);
    for end in ["\x07", "\x1b\\"] {
        let answer = format!("\x1b]11;rgb:ffff/ffff/ffff{end}");
        assert_eq!(TestInput::asked().feed(&answer).take(), only_light);
        let late = TestInput::new().feed(&answer).take();
        assert_eq!(late, only_light, "also long after the question");
        for gap in [Duration::from_millis(40), Duration::from_millis(200)] {
            let mut input = TestInput::asked();
            for byte in answer.bytes() {
                input.feed([byte]).advance(gap);
            }
            // The first byte alone would be Esc after the usual time.
            let found = input.feed("prod").take();
            assert_eq!(
                found,
                [light.clone()].into_iter().chain("prod".chars().map(letter)).collect::<Vec<_>>()
            );
        }
        for cut in 1..answer.len() {
            let mut input = TestInput::asked();
            let pause = if cut <= 2 { 240 } else { 1_500 };
            input.feed("p").feed(&answer[..cut]).advance(Duration::from_millis(pause));
            let found = input.feed(&answer[cut..]).feed("x").take();
            assert_eq!(found, [letter('p'), light.clone(), letter('x')], "torn after {cut}");
        }
    }
}

#[test]
fn keys_work_while_the_answer_for_the_background_is_awaited_or_lost() {
    let after = |bytes: &str, millis: u64| {
        TestInput::asked().feed(bytes).advance(Duration::from_millis(millis)).take()
    };
    assert_eq!(after("\x1b", 300), [key(KeyCode::Esc)]);
    assert_eq!(after("\x1b[A", 0), [key(KeyCode::Up)]);
    assert_eq!(after("\x1b]", 300), [key_with(KeyCode::Char(']'), KeyModifiers::ALT)]);
    // The rest never arrives: neither Ctrl-C nor a letter that is no part of a colour is lost.
    let mut cut = TestInput::asked();
    cut.feed("\x1b]11;rgb:ff").advance(Duration::from_millis(300));
    assert_eq!(cut.feed("prod").take()[..1], [letter('p')]);
    let mut cut = TestInput::asked();
    cut.feed("\x1b]11;rgb:ff").advance(Duration::from_millis(300));
    assert_eq!(cut.feed([0x03]).take(), [ctrl_c()]);
    // Without a question, Esc is one after the usual time.
    let usual = TestInput::new().feed("\x1b").advance(ESCAPE_TIMEOUT).take();
    assert_eq!(usual, [key(KeyCode::Esc)]);
}
