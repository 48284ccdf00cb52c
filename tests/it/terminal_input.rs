//! Input that breaks off, never ends or is far too long, and windows larger than any screen.

use std::time::{Duration, Instant};

use rolecall::testing::demo::DeviceApproval;

use crate::sandbox::{Sandbox, binary};
use crate::terminal::{CTRL_C, ENTER, Terminal};

/// How long a megabyte may take on a busy machine, most of it in the terminal's own queue;
/// quadratic work takes minutes.
const TIMEOUT: Duration = Duration::from_secs(10);

fn bracketed(text: &str) -> String {
    format!("\x1b[200~{text}\x1b[201~")
}

/// A picker that is ready for keys.
fn picker(sandbox: &Sandbox, args: &[&str]) -> Terminal {
    let terminal = Terminal::rolecall(sandbox, args);
    terminal.wait_for("type to filter");
    terminal
}

fn assert_ctrl_c_quits(terminal: &mut Terminal) {
    terminal.type_in_background(CTRL_C.into());
    assert_eq!(terminal.wait_for_exit(), 130);
    assert_eq!(terminal.damage(), [""; 0]);
}

#[test]
fn a_pasted_megabyte_is_on_the_screen_at_once_and_ctrl_c_works() {
    let sandbox = Sandbox::signed_in();
    let text = "paste ".repeat(170_000);
    // With the marks of a paste, and on a terminal that sends none.
    for text in [bracketed(&text), text] {
        for args in [&["pick"][..], &["pick", "--height", "12"]] {
            let mut terminal = picker(&sandbox, args);
            let began = Instant::now();
            terminal.type_in_background(text.clone());
            terminal.wait_for("only the first 1,000 characters are used");
            assert_ctrl_c_quits(&mut terminal);
            assert!(began.elapsed() < TIMEOUT, "{:?}", began.elapsed());
        }
    }
}

#[test]
fn ctrl_c_does_not_wait_for_a_flood_of_keys_before_it() {
    let sandbox = Sandbox::signed_in();
    // Keys that search, move and open panels; a debug build needs half a minute for them.
    let mut terminal = picker(&sandbox, &["pick"]);
    terminal.type_in_background("abc \x15\x1b[B\x1bOP\x1bOP".repeat(50_000));
    assert_ctrl_c_quits(&mut terminal);
    // Lines pasted by a terminal without bracketed paste are text, and do not press Enter.
    let mut terminal = picker(&sandbox, &["pick"]);
    terminal.type_in_background("payments-prod read\r".repeat(50_000));
    terminal.wait_for("only the first 1,000 characters are used");
    assert_ctrl_c_quits(&mut terminal);
}

#[test]
fn keys_are_read_from_the_terminal_even_if_stdin_is_another_one() {
    let sandbox = Sandbox::signed_in();
    let other =
        portable_pty::native_pty_system().openpty(portable_pty::PtySize::default()).unwrap();
    let name = other.master.tty_name().unwrap();
    let script = format!("rolecall pick <{}", name.display());
    let mut terminal = Terminal::run(&sandbox, "/bin/sh", &["-c", &script]);
    terminal.wait_for_picker();
    terminal.type_keys("payments-prod read");
    terminal.wait_for("payments-prod read");
    terminal.type_keys(ENTER);
    assert_eq!(terminal.wait_for_exit(), 0);
    terminal.wait_for("arn:aws:iam::012345678901:role/ReadOnlyAccess");
    assert_eq!(terminal.damage(), [""; 0]);
}

#[test]
fn a_pasted_megabyte_stops_no_panel_and_no_form() {
    let text = bracketed(&"x".repeat(1_000_000));
    let sandbox = Sandbox::signed_in();
    for (keys, shown) in [("\x1bOP", "only the first 200"), ("\x1b\r/", "only the first 200")] {
        let mut terminal = picker(&sandbox, &["pick"]);
        terminal.type_keys(keys);
        terminal.type_in_background(text.clone());
        terminal.wait_for(shown);
        assert_ctrl_c_quits(&mut terminal);
    }
    let mut terminal =
        Terminal::run_with(&sandbox, binary(), &[], &[("AWS_SSO_FILE_PASSWORD", "")]);
    terminal.wait_for("the vault is locked");
    terminal.type_keys("payments-prod read");
    terminal.wait_for("payments-prod read");
    terminal.type_keys(ENTER);
    terminal.wait_for("with a passphrase");
    terminal.type_in_background(text.clone());
    terminal.wait_for("at most 1,000 characters");
    assert_ctrl_c_quits(&mut terminal);
    let bare = Sandbox::new();
    bare.write("rolecall/config.toml", "secure_store = \"file\"\nkey_cache = \"never\"\n");
    bare.aws.set_approval(DeviceApproval::Manual);
    let mut terminal = Terminal::rolecall(&bare, &[]);
    terminal.wait_for("No IAM Identity Center is set up yet");
    terminal.type_in_background(text);
    terminal.wait_for("nothing pasted: 2,048 characters at most");
    assert_ctrl_c_quits(&mut terminal);
}

#[test]
fn the_plain_prompt_accepts_any_bytes() {
    let sandbox = Sandbox::signed_in();
    let mut terminal = Terminal::rolecall(&sandbox, &["pick", "--plain"]);
    terminal.wait_for("Number or search: ");
    terminal.type_in_background(format!("{}\r", "x".repeat(3_000)));
    terminal.wait_for("only the first 1,000 characters are used");
    terminal.wait_for("Search: ");
    terminal.type_bytes(b"zz\xf6\xff\r");
    // The test's own terminal shows no replacement characters.
    terminal.wait_for("No roles for zz");
    assert!(
        terminal.written().contains("No roles for zz\u{fffd}\u{fffd}."),
        "{}",
        terminal.written()
    );
    terminal.type_line("payments-prod read");
    terminal.wait_for("1 role for payments-prod read.");
    terminal.type_line("");
    assert_eq!(terminal.wait_for_exit(), 0);
}

#[test]
fn a_paste_without_its_end_is_accepted_and_keys_work_again() {
    let sandbox = Sandbox::signed_in();
    let mut terminal = picker(&sandbox, &["pick"]);
    terminal.type_keys("\x1b[200~payments-prod re");
    terminal.wait_for("payments-prod re");
    for key in ["a", "d"] {
        terminal.type_keys(key);
        terminal.wait_for(&format!("payments-prod re{}", if key == "a" { "a" } else { "ad" }));
    }
    terminal.type_keys(ENTER);
    assert_eq!(terminal.wait_for_exit(), 0);
    terminal.wait_for("arn:aws:iam::012345678901:role/ReadOnlyAccess");
    assert_eq!(terminal.damage(), [""; 0]);
}

#[test]
fn ctrl_c_leaves_whatever_was_not_finished() {
    let sandbox = Sandbox::signed_in();
    let unfinished: [&[u8]; 12] = [
        b"\x1b[200~paste",
        b"\x1b[",
        b"\x1b[1;",
        b"\x1b[<0;10",
        b"\x1b[M !",
        b"\x1bO",
        b"\x1b]11;rgb:1e1e/1e",
        b"\x1bP>|tmux",
        b"\x1b_Gi=1",
        b"\xf0\x9f",
        b"\xe9",
        b"\x1b[99;5",
    ];
    for bytes in unfinished {
        let mut terminal = picker(&sandbox, &["pick"]);
        terminal.type_bytes(&[bytes, b"\x03"].concat());
        assert_eq!(terminal.wait_for_exit(), 130, "{}", bytes.escape_ascii());
        assert_eq!(terminal.damage(), [""; 0], "{}", bytes.escape_ascii());
    }
}

#[test]
#[cfg(target_os = "linux")]
fn windows_of_any_claimed_size_take_no_more_memory_than_a_screen() {
    let sandbox = Sandbox::signed_in();
    for args in ["", " --height 12", " --height 50%"] {
        for (columns, rows) in [(65_535, 65_535), (65_535, 1), (1, 65_535), (0, 0), (1, 1)] {
            // At the start.
            let start = format!("stty rows {rows} cols {columns}; exec rolecall pick{args}");
            let mut terminal = Terminal::run(&sandbox, "/bin/sh", &["-c", &start]);
            terminal.wait_until("a frame", |_| terminal.written().contains("\x1b[?2026l"));
            assert!(
                terminal.peak_memory() < 300,
                "{columns} × {rows}{args}: {} MB",
                terminal.peak_memory()
            );
            assert_ctrl_c_quits(&mut terminal);
            // Later.
            let mut terminal =
                Terminal::run(&sandbox, "/bin/sh", &["-c", &format!("exec rolecall pick{args}")]);
            terminal.wait_for("type to filter");
            terminal.report_size(columns, rows);
            terminal.type_keys("payments-prod read");
            terminal.report_size(100, 30);
            terminal.wait_for("payments-prod read");
            assert!(
                terminal.peak_memory() < 300,
                "{columns} × {rows}{args}: {} MB",
                terminal.peak_memory()
            );
            terminal.type_keys(ENTER);
            assert_eq!(terminal.wait_for_exit(), 0);
            terminal.wait_for("arn:aws:iam::012345678901:role/ReadOnlyAccess");
        }
    }
    let list = "stty rows 65535 cols 65535; rolecall list; stty rows 0 cols 0; rolecall list; echo code $?";
    let terminal = Terminal::run(&sandbox, "/bin/sh", &["-c", list]);
    assert_eq!(terminal.wait_for_exit(), 0);
    terminal.wait_for("code 0");
}
