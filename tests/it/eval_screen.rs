//! `eval` on a real terminal: the picker while stdout is captured, and the title of a role shell.

use crate::sandbox::Sandbox;
use crate::terminal::{CTRL_C, ENTER, Terminal};

#[test]
fn the_picker_puts_the_chosen_role_into_the_calling_shell() {
    let sandbox = Sandbox::signed_in();
    let script = "eval \"$(rolecall eval)\"; echo \"code $? <$AWS_SSO_ROLE_NAME>\"; read go; rolecall exec -- true";
    let mut terminal = Terminal::run(&sandbox, "/bin/sh", &["-c", script]);
    terminal.wait_for_picker();
    terminal.type_keys("payments-prod read");
    terminal.wait_for("payments-prod read");
    terminal.type_keys(ENTER);
    terminal.wait_for_shell();
    terminal.wait_for("code 0 <ReadOnlyAccess>");
    terminal.type_keys(ENTER);
    // The role that eval exported is not a choice: exec opens the picker all the same.
    terminal.wait_for_picker();
    terminal.type_keys(CTRL_C);
    assert_eq!(terminal.wait_for_exit(), 130);
    assert_eq!(terminal.damage(), [""; 0]);
}

#[test]
fn giving_up_changes_nothing() {
    let sandbox = Sandbox::signed_in();
    let script = "x=$(rolecall eval); echo \"code $? <$x>\"";
    let mut terminal = Terminal::run(&sandbox, "/bin/sh", &["-c", script]);
    terminal.wait_for_picker();
    terminal.type_keys(CTRL_C);
    terminal.wait_for("code 130 <>");
    assert_eq!(terminal.wait_for_exit(), 0);
}

#[test]
fn a_protected_role_is_confirmed_with_captured_output_too() {
    let sandbox = Sandbox::signed_in();
    let script = "eval \"$(rolecall eval -S corp --arn 012345678901:AdministratorAccess)\"; echo \"<$AWS_SSO_ROLE_NAME>\"";
    let mut terminal = Terminal::run(&sandbox, "/bin/sh", &["-c", script]);
    terminal.wait_for("payments-prod/AdministratorAccess is protected. Use it? [y/N]");
    terminal.type_keys("y\r");
    terminal.wait_for("<AdministratorAccess>");
    assert_eq!(terminal.wait_for_exit(), 0);
}

#[test]
fn keys_are_not_shown_on_a_terminal() {
    let sandbox = Sandbox::signed_in();
    let args = ["eval", "-S", "corp", "--arn", "012345678901:ReadOnlyAccess", "--shell", "fish"];
    let terminal = Terminal::rolecall(&sandbox, &args);
    assert_eq!(terminal.wait_for_exit(), 2);
    let screen = terminal.screen();
    assert!(
        screen.contains("would show secret keys") && screen.contains("rolecall eval | source"),
        "{screen}"
    );
    assert_eq!(sandbox.aws.call_count("GetRoleCredentials"), 0);
}

/// The escape sequences of a role shell's title: save, set, restore.
const TITLE: &str = "\x1b[22;0t\x1b]0;payments-prod/ReadOnlyAccess\x07";
const RESTORE_TITLE: &str = "\x1b[23;0t";

#[test]
fn a_role_shell_has_the_role_in_its_title_unless_that_is_switched_off() {
    let sandbox = Sandbox::signed_in();
    let args = ["exec", "-S", "corp", "--arn", "012345678901:ReadOnlyAccess"];
    let mut terminal = Terminal::rolecall(&sandbox, &args);
    terminal.wait_for("ready>");
    let during = terminal.written();
    assert!(during.contains(TITLE) && !during.contains(RESTORE_TITLE), "{during:?}");
    terminal.type_line("exit");
    assert_eq!(terminal.wait_for_exit(), 0);
    assert!(terminal.written().ends_with(RESTORE_TITLE), "{:?}", terminal.written());
    sandbox.prepend_config("set_title = false");
    let mut plain = Terminal::rolecall(&sandbox, &args);
    plain.wait_for("ready>");
    plain.type_line("exit");
    assert_eq!(plain.wait_for_exit(), 0);
    assert!(
        !plain.written().contains("\x1b]0;") && !plain.written().contains(RESTORE_TITLE),
        "{:?}",
        plain.written()
    );
}

#[test]
fn a_command_leaves_the_title_alone() {
    let sandbox = Sandbox::signed_in();
    let terminal = Terminal::rolecall(
        &sandbox,
        &["exec", "-S", "corp", "--arn", "012345678901:ReadOnlyAccess", "--", "true"],
    );
    assert_eq!(terminal.wait_for_exit(), 0);
    assert!(!terminal.written().contains("\x1b]0;"), "{:?}", terminal.written());
}
