//! A shell in a role: it gets the keyboard, and its exit code is passed on.

use std::time::Duration;

use crate::sandbox::Sandbox;
use crate::terminal::{CTRL_C, CTRL_Z, Terminal};

const EXEC: [&str; 3] = ["exec", "--arn", "012345678901:ReadOnlyAccess"];

#[test]
fn ctrl_c_in_the_shell_ends_only_its_command() {
    let sandbox = Sandbox::signed_in();
    let mut terminal = Terminal::rolecall(&sandbox, &EXEC);
    terminal.wait_for("ready>");
    terminal.type_line("(echo be''gun; exec cat); echo the next line");
    terminal.wait_for("begun");
    terminal.type_keys(CTRL_C);
    terminal
        .wait_until("the shell again", |screen| screen.contents().matches("ready>").count() == 2);
    terminal.type_line("echo \"<$AWS_SSO_ACCOUNT_ID>\"");
    terminal.wait_for("<012345678901>");
    terminal.type_line("exit 3");
    assert_eq!(terminal.wait_for_exit(), 3);
    assert_eq!(terminal.damage(), [""; 0]);
}

#[test]
fn ctrl_z_in_the_shell_stops_its_command() {
    let sandbox = Sandbox::signed_in();
    let mut terminal = Terminal::rolecall(&sandbox, &EXEC);
    terminal.wait_for("ready>");
    terminal.type_line("(echo be''gun; exec cat)");
    terminal.wait_for("begun");
    terminal.type_keys(CTRL_Z);
    terminal.wait_for("Stopped");
    terminal.type_line("echo \"<$AWS_SSO_ROLE_NAME>\"");
    terminal.wait_for("<ReadOnlyAccess>");
    terminal.type_line("kill %1; fg");
    terminal.type_line("exit 0");
    assert_eq!(terminal.wait_for_exit(), 0);
}

#[test]
fn a_shell_within_a_shell_is_in_the_new_role() {
    let sandbox = Sandbox::signed_in();
    let mut terminal = Terminal::rolecall(&sandbox, &EXEC);
    terminal.wait_for("ready>");
    terminal.type_line("rolecall exec --arn 012345678901:AdministratorAccess --yes");
    terminal.wait_for("payments-prod/AdministratorAccess");
    terminal.type_line("echo \"<$AWS_SSO_ROLE_NAME>\"; exit");
    terminal.wait_for("<AdministratorAccess>");
    terminal.type_line("echo \"<$AWS_SSO_ROLE_NAME>\"; exit");
    terminal.wait_for("<ReadOnlyAccess>");
    assert_eq!(terminal.wait_for_exit(), 0);
}

#[test]
fn a_wait_for_credentials_is_shown_at_a_terminal_and_erased() {
    const LINE: &str = "getting credentials for payments-prod/ReadOnlyAccess";
    let sandbox = Sandbox::signed_in();
    sandbox.aws.set_latency(Duration::from_millis(1_500));
    let mut terminal = Terminal::rolecall(&sandbox, &EXEC);
    terminal.wait_for(LINE);
    terminal.wait_until("the shell without the line", |screen| {
        let text = screen.contents();
        text.contains("ready>") && !text.contains("getting credentials")
    });
    terminal.type_line("exit");
    assert_eq!(terminal.wait_for_exit(), 0);
    // Elsewhere there is nothing to erase it from.
    let ran = sandbox.run(&["eval", "--arn", "012345678901:AdministratorAccess", "--yes"]);
    assert_eq!((ran.code, ran.stderr.contains("getting")), (0, false), "{}", ran.stderr);
}
