//! A locked vault at a terminal: each command that needs it asks for the passphrase once.

use crate::commands::ROLE;
use crate::sandbox::{Sandbox, binary};
use crate::terminal::{ENTER, Terminal};

/// The passphrase of the sandbox's vault.
const PASSPHRASE: &str = "correct horse";
/// The environment has no passphrase.
const NO_PASSPHRASE: [(&str, &str); 1] = [("AWS_SSO_FILE_PASSWORD", "")];

/// Starts the program without a passphrase in its environment.
fn run(sandbox: &Sandbox, args: &[&str]) -> Terminal {
    Terminal::run_with(sandbox, binary(), args, &NO_PASSPHRASE)
}

/// How often the terminal shows a text.
fn count(terminal: &Terminal, text: &str) -> usize {
    terminal.written().matches(text).count()
}

#[test]
fn each_command_that_needs_a_locked_vault_asks_for_the_passphrase_once() {
    let sandbox = Sandbox::signed_in();
    let role = format!("-S corp --arn {ROLE}");
    let commands = [
        ("status".to_owned(), "corp"),
        ("list -q payments-prod".to_owned(), "ReadOnlyAccess"),
        ("login --sso corp".to_owned(), "already signed in"),
        (format!("exec {role} -- echo in the role"), "in the role"),
        (format!("eval {role} | sed 's/=.*//'"), "AWS_ACCESS_KEY_ID"),
        (format!("credentials {role} | sed 's/=.*//'"), "aws_session_token"),
        (format!("console {role} --url-action print"), "/federation?"),
        ("each -S corp payments-prod read -- echo in it".to_owned(), "in it"),
    ];
    for (args, shows) in commands {
        let line = format!("{} {args}", binary());
        let mut terminal = Terminal::run_with(&sandbox, "/bin/sh", &["-c", &line], &NO_PASSPHRASE);
        terminal.wait_for("the vault is locked");
        terminal.wait_for("passphrase:");
        assert_eq!(count(&terminal, shows), 0, "{args}: {}", terminal.screen());
        terminal.type_line(PASSPHRASE);
        terminal.wait_until(shows, |_| count(&terminal, shows) > 0);
        assert_eq!(terminal.wait_for_exit(), 0, "{args}: {}", terminal.screen());
        assert_eq!(count(&terminal, "passphrase:"), 1, "{args}");
        assert!(!terminal.written().contains(PASSPHRASE), "{args}: the passphrase is shown");
        assert_eq!(terminal.damage(), [""; 0], "{args}");
    }
}

#[test]
fn a_list_without_times_needs_no_passphrase_and_a_refused_one_only_leaves_them_out() {
    let sandbox = Sandbox::signed_in();
    let terminal = run(&sandbox, &["list", "AccountName", "RoleName"]);
    assert_eq!((terminal.wait_for_exit(), count(&terminal, "passphrase:")), (0, 0));
    let mut terminal = run(&sandbox, &["list", "-q", "payments-prod"]);
    terminal.wait_for("passphrase:");
    terminal.type_keys(ENTER);
    terminal.wait_for("ReadOnlyAccess");
    assert_eq!(terminal.wait_for_exit(), 0);
}

#[test]
fn three_wrong_passphrases_or_none_end_with_the_error() {
    let sandbox = Sandbox::signed_in();
    let mut terminal = run(&sandbox, &["status"]);
    terminal.wait_for("passphrase:");
    for attempt in 2..=3 {
        terminal.type_line("wrong");
        terminal.wait_until("the next question", |_| count(&terminal, "passphrase:") == attempt);
    }
    terminal.type_line("wrong");
    terminal.wait_for("rolecall: the passphrase does not open the vault");
    assert_eq!((terminal.wait_for_exit(), count(&terminal, "passphrase:")), (7, 3));
    let mut terminal = run(&sandbox, &["status"]);
    terminal.wait_for("passphrase:");
    terminal.type_keys(ENTER);
    terminal.wait_for("hint: run `rolecall vault unlock`");
    assert_eq!(terminal.wait_for_exit(), 7);
    let mut terminal = run(&sandbox, &["status"]);
    terminal.wait_for("passphrase:");
    terminal.type_line("wrong");
    terminal.wait_until("the next question", |_| count(&terminal, "passphrase:") == 2);
    terminal.type_line(PASSPHRASE);
    terminal.wait_for("corp");
    assert_eq!(terminal.wait_for_exit(), 0);
}

#[test]
fn programs_never_ask_for_the_passphrase() {
    let sandbox = Sandbox::signed_in();
    let terminal = run(&sandbox, &["process", "-S", "corp", "--arn", ROLE]);
    terminal.wait_for("hint: run `rolecall vault unlock`");
    assert_eq!((terminal.wait_for_exit(), count(&terminal, "passphrase:")), (7, 0));
    // Roles are not secret.
    let list = sandbox.run_with_env(&["list", "-q", "payments-prod"], &NO_PASSPHRASE);
    assert!(list.code == 0 && list.stdout.contains("ReadOnlyAccess"), "{list:?}");
    let without_terminal = sandbox.run_with_env(&["status"], &NO_PASSPHRASE);
    assert_eq!(without_terminal.code, 7);
    assert!(without_terminal.stderr.contains("hint: run `rolecall vault unlock`"));
}

#[test]
fn the_first_login_asks_for_a_new_passphrase_if_there_is_no_other_store() {
    let sandbox = Sandbox::new();
    let mut terminal = run(&sandbox, &["login", "--sso", "corp", "--no-cache-refresh"]);
    terminal.wait_for("new passphrase:");
    terminal.type_line(PASSPHRASE);
    terminal.wait_for("again:");
    terminal.type_line("incorrect horse");
    terminal.wait_until("the question again", |_| count(&terminal, "new passphrase:") == 2);
    terminal.type_line(PASSPHRASE);
    terminal.wait_until("the second one", |_| count(&terminal, "again: ") == 2);
    terminal.type_line(PASSPHRASE);
    terminal.wait_for("signed in to corp");
    assert_eq!(terminal.wait_for_exit(), 0);
    assert!(!terminal.written().contains("horse"));
    assert_eq!(sandbox.run(&["login", "--check", "--sso", "corp"]).code, 0);
}
