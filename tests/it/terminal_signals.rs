//! Signals while the picker has the terminal: from other processes, and Ctrl-Z.

use rustix::process::Signal;

use crate::sandbox::{Sandbox, binary};
use crate::terminal::{CTRL_C, CTRL_Z, ENTER, Terminal};

#[test]
fn a_fatal_signal_ends_the_picker_with_the_terminal_restored() {
    let sandbox = Sandbox::signed_in();
    let signals = [
        (Signal::TERM, 143),
        (Signal::HUP, 129),
        (Signal::INT, 130),
        (Signal::QUIT, 131),
        (Signal::ABORT, 134),
        (Signal::USR1, if cfg!(target_os = "linux") { 138 } else { 158 }),
    ];
    for (signal, code) in signals {
        let terminal = Terminal::rolecall(&sandbox, &[]);
        terminal.wait_for_picker();
        terminal.signal(signal);
        assert_eq!(terminal.wait_for_exit(), code);
        assert_eq!(terminal.damage(), [""; 0]);
        assert_eq!(terminal.screen().trim(), "");
    }
}

#[test]
fn a_signal_at_a_hidden_prompt_does_not_leave_a_terminal_without_echo() {
    let sandbox = Sandbox::signed_in();
    for (signal, code) in [(Some(Signal::QUIT), 131), (Some(Signal::TERM), 143), (None, 130)] {
        let mut terminal = Terminal::run_with(
            &sandbox,
            binary(),
            &["vault", "unlock"],
            &[("AWS_SSO_FILE_PASSWORD", "")],
        );
        terminal.wait_for("passphrase");
        // The question appears a moment before the echo is switched off.
        terminal.wait_until_modes_changed();
        match signal {
            Some(signal) => terminal.signal(signal),
            None => terminal.type_keys(CTRL_C),
        }
        assert_eq!(terminal.wait_for_exit(), code);
        assert_eq!(terminal.damage(), [""; 0]);
    }
}

#[test]
fn closing_the_window_ends_the_picker() {
    let sandbox = Sandbox::signed_in();
    let terminal = Terminal::rolecall(&sandbox, &[]);
    terminal.wait_for_picker();
    // By the signal, or by the error of a closed terminal: whichever comes first.
    assert!([129, 74].contains(&terminal.close_the_window()));
}

#[test]
fn ctrl_z_gives_the_shell_back_and_fg_the_picker() {
    let sandbox = Sandbox::signed_in();
    let mut terminal = Terminal::run(&sandbox, "/bin/sh", &["-i"]);
    terminal.wait_for("ready>");
    terminal.type_line("rolecall pick");
    terminal.wait_for_picker();
    for (stops, round) in [(1, "one"), (2, "two")] {
        terminal.type_keys(CTRL_Z);
        terminal.wait_for_shell();
        terminal.wait_until("the shell's word", |screen| {
            screen.contents().matches("Stopped").count() == stops
        });
        terminal.type_line(&format!("echo \"<${{PWD:+{round}}}>\""));
        terminal.wait_for(&format!("<{round}>"));
        terminal.type_line("fg");
        terminal.wait_for_picker();
    }
    terminal.type_keys("payments-prod read");
    terminal.wait_for("payments-prod read");
    terminal.type_keys(ENTER);
    terminal.wait_for_shell();
    terminal.wait_for("arn:aws:iam::012345678901:role/ReadOnlyAccess");
    terminal.type_line("exit");
    assert_eq!(terminal.wait_for_exit(), 0);
    assert_eq!(terminal.damage(), [""; 0]);
}

#[test]
fn a_picker_stopped_from_outside_is_redrawn_after_fg() {
    let sandbox = Sandbox::signed_in();
    for args in ["pick", "pick --height 12"] {
        let mut terminal = Terminal::run(&sandbox, "/bin/sh", &["-i"]);
        terminal.wait_for("ready>");
        terminal.type_line(&format!(
            "(while ! [ -e stop ]; do :; done; rm stop; kill -TSTP -$(cat pid)) & sh -c 'echo $$ >pid; exec rolecall {args}'"
        ));
        terminal.wait_for("type to filter");
        sandbox.write("stop", "");
        terminal.wait_for("Stopped");
        terminal.type_line("echo \"<${PWD:+here}>\"");
        terminal.wait_for("<here>");
        assert!(!terminal.screen().contains("type to filter"), "{}", terminal.screen());
        terminal.type_line("fg %2");
        terminal.wait_for("type to filter");
        terminal.type_keys("payments-prod read");
        terminal.wait_for("payments-prod read");
        terminal.type_keys(ENTER);
        terminal.wait_for("arn:aws:iam::012345678901:role/ReadOnlyAccess");
        terminal.type_line("exit");
        assert_eq!(terminal.wait_for_exit(), 0);
        assert_eq!(terminal.damage(), [""; 0]);
    }
}

#[test]
fn ctrl_z_without_job_control_does_no_harm() {
    let sandbox = Sandbox::signed_in();
    let mut terminal =
        Terminal::run(&sandbox, "/bin/sh", &["-c", "x=$(rolecall pick); echo \"code $?, <$x>\""]);
    terminal.wait_for_picker();
    terminal.type_keys(CTRL_Z);
    // The terminal echoes input until the picker is back.
    terminal.wait_until("the picker to come back", |_| {
        terminal.written().matches("\x1b[?1049h").count() == 2
    });
    terminal.type_keys("payments-prod read");
    terminal.wait_for("payments-prod read");
    terminal.type_keys(ENTER);
    assert_eq!(terminal.wait_for_exit(), 0);
    assert_eq!(terminal.screen().trim(), "code 0, <arn:aws:iam::012345678901:role/ReadOnlyAccess>");
    assert_eq!(terminal.damage(), [""; 0]);
}
