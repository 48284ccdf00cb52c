//! The background of the terminal: asked for with OSC 11, answered among the keys, or never.

use crate::sandbox::{Sandbox, binary};
use crate::terminal::{ESCAPE, Terminal};

const QUESTION: &str = "\x1b]11;?\x07";
/// The accent of the light theme.
const LIGHT_ACCENT: &str = "38;2;11;102;176";

fn picker(sandbox: &Sandbox, args: &[&str], more: &[(&str, &str)]) -> Terminal {
    let colors = [("COLORTERM", "truecolor"), ("TERM", "xterm-256color")];
    let terminal = Terminal::run_with(sandbox, binary(), args, &[&colors, more].concat());
    terminal.wait_for("type to filter");
    terminal
}

fn wait_until_written(terminal: &Terminal, text: &str) {
    crate::wait::wait_for("a change of the colours", || {
        terminal.written().contains(text).then_some(())
    });
}

#[test]
fn the_answer_changes_the_theme_and_is_never_typed() {
    let sandbox = Sandbox::signed_in();
    for args in [&["pick"][..], &["pick", "--height", "12"]] {
        for end in ["\x07", "\x1b\\"] {
            let mut terminal = picker(&sandbox, args, &[]);
            assert_eq!(terminal.written().matches(QUESTION).count(), 1);
            assert!(!terminal.written().contains(LIGHT_ACCENT), "{}", terminal.written());
            // Each piece is one write.
            for piece in ["\x1b]11;rgb:ff", "ff/fff", "f/ffff", end] {
                terminal.type_keys(piece);
            }
            wait_until_written(&terminal, LIGHT_ACCENT);
            terminal.type_keys("prod");
            terminal.wait_for("❯ prod");
            terminal.type_keys(ESCAPE);
            assert_eq!(terminal.wait_for_exit(), 130);
            assert_eq!(terminal.damage(), [""; 0]);
        }
    }
}

#[test]
fn a_theme_that_does_not_depend_on_it_asks_for_nothing() {
    let sandbox = Sandbox::signed_in();
    for more in [&[("NO_COLOR", "1")][..], &[("TERM", "linux")]] {
        let mut terminal = picker(&sandbox, &["pick"], more);
        assert!(!terminal.written().contains(QUESTION), "{more:?}");
        terminal.type_keys(ESCAPE);
        assert_eq!(terminal.wait_for_exit(), 130);
    }
    sandbox.append_config("[pick]\ntheme = \"light\"\n");
    let mut terminal = picker(&sandbox, &["pick"], &[]);
    assert!(!terminal.written().contains(QUESTION));
    assert!(terminal.written().contains(LIGHT_ACCENT));
    terminal.type_keys(ESCAPE);
    assert_eq!(terminal.wait_for_exit(), 130);
}
