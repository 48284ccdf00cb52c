//! The picker's panels on a real terminal: their effects, and what stays off the screen.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::sandbox::Sandbox;
use crate::terminal::{CTRL_C, ENTER, Terminal};

const TAB: &str = "\t";
const RIGHT: &str = "\x1b[C";
const F6: &str = "\x1b[17~";

/// The text on the terminal's clipboard.
fn copied(terminal: &Terminal) -> String {
    let written = terminal.written();
    let (_, rest) = written.split_once("\x1b]52;c;").expect("nothing was copied");
    let end = rest.find(['\x07', '\x1b']).unwrap();
    String::from_utf8(STANDARD.decode(&rest[..end]).unwrap()).unwrap()
}

#[test]
fn the_keys_are_copied_to_the_terminals_clipboard_and_never_shown() {
    let sandbox = Sandbox::signed_in();
    let mut terminal = Terminal::rolecall(&sandbox, &["payments-prod read"]);
    terminal.wait_for_picker();
    terminal.type_keys(RIGHT);
    terminal.wait_for("copy the keys");
    terminal.type_keys("k");
    terminal.wait_for("copied the keys of payments-prod/ReadOnlyAccess");
    let keys = copied(&terminal);
    let secret = keys
        .lines()
        .find_map(|line| line.split_once("AWS_SECRET_ACCESS_KEY="))
        .unwrap()
        .1
        .trim_matches(['\'', ';']);
    assert!(
        keys.contains("AWS_SESSION_TOKEN=") && secret.len() > 10,
        "{} lines",
        keys.lines().count()
    );
    assert!(!terminal.written().contains(secret));
    terminal.type_keys(CTRL_C);
    assert_eq!(terminal.wait_for_exit(), 130);
}

#[test]
fn a_service_is_chosen_and_its_page_opened_in_the_role() {
    let sandbox = Sandbox::signed_in();
    let mut terminal = Terminal::rolecall(&sandbox, &["-u", "print", "payments-prod read"]);
    terminal.wait_for_picker();
    terminal.type_keys(F6);
    terminal.wait_for("console of payments-prod");
    terminal.type_keys("buckets");
    terminal.wait_for("s3");
    terminal.type_keys(ENTER);
    assert_eq!(terminal.wait_for_exit(), 0);
    let shown = terminal.screen().split_whitespace().collect::<String>();
    assert!(
        shown.contains("consoleaspayments-prod/ReadOnlyAccess")
            && shown.contains("console.aws.amazon.com%2Fs3%2Fhome"),
        "{shown}"
    );
    assert_eq!(terminal.damage(), [""; 0]);
}

#[test]
fn a_command_line_runs_in_the_marked_roles_once_the_screen_is_back() {
    let sandbox = Sandbox::signed_in();
    let mut terminal = Terminal::rolecall(&sandbox, &["read"]);
    terminal.wait_for_picker();
    terminal.type_keys(TAB);
    terminal.type_keys(TAB);
    terminal.wait_for("2 marked");
    terminal.type_keys(ENTER);
    terminal.wait_for("run a command in all 2");
    terminal.type_keys("x");
    terminal.wait_for("run a command in 2 roles");
    terminal.type_keys("echo $AWS_SSO_ROLE_NAME | tr a-z A-Z");
    terminal.type_keys(ENTER);
    assert_eq!(terminal.wait_for_exit(), 0);
    assert!(
        terminal.screen().contains("│ READONLYACCESS")
            && terminal.screen().contains("2 roles: all succeeded"),
        "{}",
        terminal.screen()
    );
    assert_eq!(terminal.damage(), [""; 0]);
}

#[test]
fn an_account_name_is_typed_only_once_per_terminal() {
    let sandbox = Sandbox::signed_in();
    sandbox.append_config(
        "[[rules]]\nmatch = \"account:payments-prod role:ReadOnlyAccess\"\nconfirm = \"type\"\n",
    );
    let mut terminal = Terminal::run(
        &sandbox,
        "/bin/sh",
        &["-c", "rolecall 'payments-prod read'; rolecall 'payments-prod read'"],
    );
    terminal.wait_for_picker();
    terminal.type_keys(ENTER);
    terminal.wait_for("Type the account's name to continue");
    terminal.type_keys("payments-prod");
    terminal.type_keys(ENTER);
    terminal.wait_for("type exit to leave");
    terminal.type_line("exit");
    terminal.wait_for_picker();
    terminal.type_keys(ENTER);
    terminal.wait_until("a second shell", |screen| {
        screen.contents().matches("type exit to leave").count() == 2
    });
    terminal.type_line("exit");
    assert_eq!(terminal.wait_for_exit(), 0);
}
