//! `each` at a terminal: consent by number, progress, and Ctrl-C by keyboard.

use crate::sandbox::Sandbox;
use crate::terminal::{CTRL_C, Terminal};

const ADMINS: &str = "account:payments-* role:AdministratorAccess";

#[test]
fn the_number_of_roles_is_typed_before_protected_ones_are_used() {
    let sandbox = Sandbox::signed_in();
    let args = ["each", "-S", "corp", ADMINS, "--", "sh", "-c", "echo in $AWS_SSO_ACCOUNT_ID"];
    let mut terminal = Terminal::rolecall(&sandbox, &args);
    terminal.wait_for("Type the number of roles");
    terminal.type_line("3");
    assert_eq!(terminal.wait_for_exit(), 0);
    terminal.wait_for("payments-prod/AdministratorAccess    │ in 012345678901");
    terminal.wait_for("3 roles: all succeeded");
    let mut refused = Terminal::rolecall(&sandbox, &args);
    refused.wait_for("Type the number of roles");
    refused.type_line("yes");
    assert_eq!(refused.wait_for_exit(), 130);
}

#[test]
fn progress_is_shown_and_ctrl_c_stops_all_and_reports() {
    let sandbox = Sandbox::signed_in();
    let query = "account:payments-* role:ReadOnlyAccess";
    let mut terminal = Terminal::rolecall(
        &sandbox,
        &["each", "-S", "corp", query, "-j", "2", "--", "sleep", "60"],
    );
    terminal.wait_for("0 of 3 roles done, 2 running");
    terminal.type_keys(CTRL_C);
    assert_eq!(terminal.wait_for_exit(), 130);
    terminal.wait_for("3 roles: 0 succeeded, 3 failed");
    // A role whose credentials were still being fetched has not started either.
    terminal.wait_until("the role that was not started", |screen| {
        screen.contents().lines().any(|line| {
            line.trim_start().starts_with("not started:")
                && line.contains("payments-dev/ReadOnlyAccess")
        })
    });
    assert_eq!(terminal.damage(), [""; 0]);
}
