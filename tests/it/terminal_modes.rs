//! The picker's other forms: rows below the prompt, plain lines, configured keys.

use rustix::process::Signal;

use crate::sandbox::Sandbox;
use crate::terminal::{CTRL_C, ENTER, ESCAPE, Terminal};

/// A picker below a hundred lines of other output.
const BELOW: &str = "i=1; while [ $i -le 100 ]; do echo mine $i; i=$((i+1)); done; rolecall pick --height 40%; echo code $?";

fn expected_lines(end: &[&str]) -> Vec<String> {
    (1..=100)
        .map(|line| format!("mine {line}"))
        .chain(end.iter().map(|line| (*line).to_owned()))
        .collect()
}

#[test]
fn rows_below_the_prompt_leave_the_scrollback_clean() {
    let sandbox = Sandbox::signed_in();
    let mut terminal = Terminal::run(&sandbox, "/bin/sh", &["-c", BELOW]);
    terminal.wait_for("type to filter");
    terminal.wait_for("mine 100");
    terminal.type_keys("prod");
    terminal.wait_for("❯ prod");
    for size in [(110, 30), (110, 45), (130, 45), (160, 50), (150, 40)] {
        terminal.resize(size.0, size.1);
        terminal.wait_until("rows at the new size", |screen| {
            let rows = usize::from(size.1) * 2 / 5;
            let shown: Vec<String> = screen.rows(0, size.0).collect();
            let first = shown.iter().position(|row| row.contains("❯ prod"));
            first.is_some_and(|first| {
                shown
                    .get(first + rows - 1)
                    .is_some_and(|row| row.contains("shell") || row.contains("pick"))
            })
        });
    }
    terminal.type_keys(ESCAPE);
    assert_eq!(terminal.wait_for_exit(), 0);
    assert_eq!(terminal.all_lines(), expected_lines(&["code 130"]));
    assert_eq!(terminal.damage(), [""; 0]);
}

#[test]
fn rows_below_the_prompt_survive_a_storm_of_sizes() {
    let sandbox = Sandbox::signed_in();
    let mut terminal = Terminal::run(&sandbox, "/bin/sh", &["-c", BELOW]);
    terminal.wait_for("type to filter");
    for step in 0..150_u16 {
        terminal.resize(1 + (step * 37) % 220, 1 + (step * 13) % 60);
    }
    terminal.resize(120, 40);
    terminal.type_keys("payments-prod read");
    terminal.wait_for("❯ payments-prod read");
    terminal.type_keys(ENTER);
    assert_eq!(terminal.wait_for_exit(), 0);
    terminal.wait_for("arn:aws:iam::012345678901:role/ReadOnlyAccess\ncode 0");
    assert_eq!(terminal.damage(), [""; 0]);
}

#[test]
fn rows_below_the_prompt_go_with_a_captured_output_and_a_deadly_signal() {
    let sandbox = Sandbox::signed_in();
    let mut terminal = Terminal::run(
        &sandbox,
        "/bin/sh",
        &["-c", "printf begun; x=$(rolecall pick --height 10); echo \"<$x>\""],
    );
    terminal.wait_for("type to filter");
    terminal.type_keys("payments-prod read");
    terminal.wait_for("❯ payments-prod read");
    terminal.type_keys(ENTER);
    assert_eq!(terminal.wait_for_exit(), 0);
    assert_eq!(terminal.all_lines(), ["begun", "<arn:aws:iam::012345678901:role/ReadOnlyAccess>"]);
    for (signal, code) in
        [(Signal::TERM, 143), (Signal::HUP, 129), (Signal::QUIT, 131), (Signal::ABORT, 134)]
    {
        let terminal = Terminal::rolecall(&sandbox, &["--height", "10"]);
        terminal.wait_for("type to filter");
        terminal.signal(signal);
        assert_eq!(terminal.wait_for_exit(), code);
        assert_eq!((terminal.damage(), terminal.all_lines()), (Vec::new(), Vec::new()));
    }
}

#[test]
fn plain_lines_and_a_number_choose_a_role_without_one_escape_sequence() {
    let sandbox = Sandbox::signed_in();
    let script = "x=$(rolecall pick --plain 2>messages); echo \"code $?, <$x>\"; cat messages";
    let mut terminal = Terminal::run(&sandbox, "/bin/sh", &["-c", script]);
    terminal.wait_for("press Enter for the next. Number or search: ");
    terminal.type_line("payments-prod adm");
    terminal.wait_for(
        "1. payments-prod, AdministratorAccess, account 012345678901, in corp, protected.",
    );
    terminal.type_line("payments-prod read");
    terminal.wait_for("1 role for payments-prod read.");
    terminal.type_line("");
    assert_eq!(terminal.wait_for_exit(), 0);
    terminal.wait_for("code 0, <arn:aws:iam::012345678901:role/ReadOnlyAccess>");
    assert!(!terminal.written().contains('\x1b'), "{:?}", terminal.written());
}

#[test]
fn a_dumb_terminal_gets_messages_and_confirms_a_protected_role() {
    let sandbox = Sandbox::signed_in();
    let mut terminal =
        Terminal::run_with(&sandbox, "rolecall", &["payments-prod adm"], &[("TERM", "dumb")]);
    terminal.wait_for("Number or search: ");
    terminal.type_line("1");
    terminal.wait_for("payments-prod/AdministratorAccess is protected. Use it? [y/N] ");
    terminal.type_line("no");
    terminal.wait_for("Not used.");
    terminal.type_line("1");
    terminal.wait_until("the second question", |screen| {
        screen.contents().matches("Use it?").count() == 2
    });
    terminal.type_line("yes");
    terminal.wait_for("type exit to leave");
    terminal.type_line("echo \"<$AWS_SSO_ROLE_NAME>\"; exit");
    terminal.wait_for("<AdministratorAccess>");
    assert_eq!(terminal.wait_for_exit(), 0);
    assert!(!terminal.written().contains('\x1b'), "{:?}", terminal.written());
}

#[test]
fn a_line_without_end_leaves_the_plain_prompt() {
    let sandbox = Sandbox::signed_in();
    let mut terminal = Terminal::rolecall(&sandbox, &["pick", "--plain"]);
    terminal.wait_for("Number or search: ");
    terminal.type_keys("\x04");
    assert_eq!(terminal.wait_for_exit(), 130);
}

#[test]
fn keys_typed_before_the_first_frame_are_not_lost() {
    let sandbox = Sandbox::signed_in();
    let mut terminal =
        Terminal::run(&sandbox, "/bin/sh", &["-c", "while ! [ -e go ]; do :; done; rolecall pick"]);
    terminal.type_keys("payments-prod read\r");
    terminal.wait_for("payments-prod read");
    sandbox.write("go", "");
    assert_eq!(terminal.wait_for_exit(), 0);
    terminal.wait_for("arn:aws:iam::012345678901:role/ReadOnlyAccess");
    assert_eq!(terminal.damage(), [""; 0]);
}

#[test]
#[cfg(target_os = "linux")]
fn an_idle_picker_sleeps() {
    let sandbox = Sandbox::signed_in();
    for args in [&["pick"][..], &["pick", "--height", "10"]] {
        let mut terminal = Terminal::rolecall(&sandbox, args);
        terminal.wait_for("type to filter");
        // Work at the start may take a while; after it there must be a second without any.
        let quiet = (0..15).any(|_| {
            let before = terminal.voluntary_switches();
            assert!(terminal.is_running_after(std::time::Duration::from_secs(1)));
            terminal.voluntary_switches() == before
        });
        assert!(quiet, "something wakes the picker every second");
        terminal.type_keys(CTRL_C);
        assert_eq!(terminal.wait_for_exit(), 130);
    }
}

#[test]
fn ten_thousand_random_keys_leave_the_terminal_whole() {
    // Enter and Esc end a run; unless they are rare, no run gets far.
    const KEYS: [&str; 40] = [
        "p",
        "r",
        "o",
        "d",
        "a",
        "e",
        " ",
        "-",
        "\t",
        "\x1b[Z",
        "\x1b[A",
        "\x1b[B",
        "\x1b[C",
        "\x1b[D",
        "\x1b[5~",
        "\x1b[6~",
        "\x1b[H",
        "\x1b[F",
        "\x1b[3~",
        "\x7f",
        "\x01",
        "\x05",
        "\x15",
        "\x0b",
        "\x17",
        "\x12",
        "\x0c",
        "\x0f",
        "\x1bOP",
        "\x1b[12~",
        "\x1bb",
        "\x1bf",
        "j",
        "k",
        "g",
        "ü",
        "日",
        "\x1b[200~paste me\x1b[201~",
        "!",
        "?",
    ];
    let sandbox = Sandbox::signed_in();
    let mut dice = 12_345_u64;
    let mut roll = |sides: u64| {
        dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (dice >> 33) % sides
    };
    let shapes = [
        &["pick"][..],
        &["pick", "--height", "12"],
        &["pick", "-m"],
        &["--config", "vi.toml", "pick"],
    ];
    let config = sandbox.config();
    sandbox.write("vi.toml", &format!("{config}\n[pick]\nkeymap = \"vi\"\n"));
    for run in 0..20 {
        let mut terminal = Terminal::rolecall(&sandbox, shapes[run % shapes.len()]);
        terminal.wait_for("type to filter");
        for _ in 0..500 {
            let key = match roll(250) {
                0 => ENTER,
                1 => ESCAPE,
                other => KEYS[other as usize % KEYS.len()],
            };
            terminal.type_keys(key);
        }
        terminal.type_keys(CTRL_C);
        let code = terminal.wait_for_exit();
        assert!([0, 130].contains(&code), "run {run} ended with {code}:\n{}", terminal.screen());
        assert_eq!(terminal.damage(), [""; 0], "run {run}");
    }
}
