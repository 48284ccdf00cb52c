//! Signing in from the picker, on a real terminal.

use rolecall::testing::demo::{self, DeviceApproval};

use crate::sandbox::Sandbox;
use crate::terminal::{CTRL_C, ENTER, ESCAPE, Terminal};

/// A home with a list of roles and without a sign-in; the simulator waits for approval.
fn signed_out() -> Sandbox {
    let sandbox = Sandbox::signed_in();
    let ran = sandbox.run(&["logout", "--all"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    sandbox.aws.set_approval(DeviceApproval::Manual);
    sandbox
}

/// The sign-in address on the screen.
pub(crate) fn address(terminal: &Terminal) -> String {
    terminal.wait_for("/device?user_code=");
    let screen = terminal.screen();
    let word = screen.split_whitespace().find(|word| word.contains("/device?user_code="));
    word.unwrap().trim_matches(|letter: char| !letter.is_ascii_alphanumeric()).to_owned()
}

/// Selects the role that the tests know by name.
pub(crate) fn pick_payments(terminal: &mut Terminal) {
    terminal.type_keys("payments-prod read");
    terminal.wait_for("payments-prod read");
    terminal.type_keys(ENTER);
}

/// The picker has ended in a shell that knows its role, on a restored terminal.
pub(crate) fn assert_shell_in_role(mut terminal: Terminal) {
    terminal.wait_for("type exit to leave");
    terminal.type_line("echo \"<$AWS_SSO_ROLE_ARN>\"");
    terminal.wait_for("<arn:aws:iam::012345678901:role/ReadOnlyAccess>");
    terminal.type_line("exit");
    assert_eq!(terminal.wait_for_exit(), 0);
    assert_eq!(terminal.damage(), [""; 0]);
}

#[test]
fn enter_signs_in_and_goes_on_into_the_role() {
    let sandbox = signed_out();
    let mut terminal = Terminal::rolecall(&sandbox, &[]);
    terminal.wait_for_picker();
    pick_payments(&mut terminal);
    let address = address(&terminal);
    let (_, code) = address.split_once('=').unwrap();
    let spaced = code.chars().map(String::from).collect::<Vec<_>>().join(" ");
    assert!(
        terminal.screen().contains(&spaced),
        "the code to compare is {code}:\n{}",
        terminal.screen()
    );
    demo::approve(&address).unwrap();
    terminal.wait_for_shell();
    assert_shell_in_role(terminal);
}

#[test]
fn a_denied_sign_in_is_reported_and_the_list_stays() {
    let sandbox = signed_out();
    let mut terminal = Terminal::rolecall(&sandbox, &[]);
    terminal.wait_for_picker();
    terminal.type_keys(ENTER);
    demo::deny(&address(&terminal)).unwrap();
    terminal.wait_for("signs in again");
    terminal.type_keys(ESCAPE);
    terminal.wait_for_no("signs in again");
    terminal.wait_for("payments-prod");
    terminal.type_keys(CTRL_C);
    assert_eq!(terminal.wait_for_exit(), 130);
    assert_eq!(terminal.damage(), [""; 0]);
}

#[test]
fn escape_puts_a_sign_in_off_and_then_leaves() {
    let sandbox = signed_out();
    let mut terminal = Terminal::rolecall(&sandbox, &[]);
    terminal.wait_for_picker();
    terminal.type_keys(ENTER);
    let _ = address(&terminal);
    terminal.type_keys(ESCAPE);
    terminal.wait_for_no("/device?user_code=");
    terminal.wait_for("payments-prod");
    terminal.type_keys(ESCAPE);
    assert_eq!(terminal.wait_for_exit(), 130);
    assert_eq!(terminal.damage(), [""; 0]);
    assert_eq!(sandbox.run(&["login", "--check", "--sso", "corp"]).code, 4);
}

#[test]
fn on_the_first_day_enter_signs_in_and_reads_the_roles() {
    let sandbox = Sandbox::with_aws_config_only();
    sandbox.aws.set_approval(DeviceApproval::Manual);
    let mut terminal = Terminal::rolecall(&sandbox, &["--sso", "corp"]);
    terminal.wait_for("You are not signed in to corp");
    terminal.type_keys(ENTER);
    demo::approve(&address(&terminal)).unwrap();
    terminal.wait_for_picker();
    pick_payments(&mut terminal);
    assert_shell_in_role(terminal);
}

#[test]
fn a_command_typed_at_a_terminal_signs_in_by_itself() {
    let sandbox = signed_out();
    let terminal = Terminal::rolecall(
        &sandbox,
        &["exec", "--arn", "012345678901:ReadOnlyAccess", "--", "printenv", "AWS_SSO_ROLE_ARN"],
    );
    demo::approve(&address(&terminal)).unwrap();
    terminal.wait_for("arn:aws:iam::012345678901:role/ReadOnlyAccess");
    assert_eq!(terminal.wait_for_exit(), 0);
    assert_eq!(terminal.damage(), [""; 0]);
}

#[test]
fn login_takes_the_only_instance_without_a_session() {
    let sandbox = Sandbox::signed_in();
    sandbox.aws.set_approval(DeviceApproval::Manual);
    let terminal = Terminal::rolecall(&sandbox, &["login"]);
    terminal.wait_for("signing in to lab");
    demo::approve(&address(&terminal)).unwrap();
    assert_eq!(terminal.wait_for_exit(), 0);
    assert_eq!(sandbox.run(&["login", "--check", "lab"]).code, 0);
}

#[test]
fn login_asks_which_of_several_instances() {
    let sandbox = signed_out();
    let mut terminal = Terminal::rolecall(&sandbox, &["login"]);
    terminal.wait_for("IAM Identity Center to sign in to");
    terminal.type_line("3");
    terminal.wait_for("`3` is not in the list");
    terminal.type_line("lab");
    terminal.wait_for("signing in to lab");
    demo::approve(&address(&terminal)).unwrap();
    assert_eq!(terminal.wait_for_exit(), 0);
    assert_eq!(sandbox.run(&["login", "--check", "corp"]).code, 4);
}

#[test]
fn the_first_command_signs_in_and_reads_the_roles() {
    for (instance, command) in [
        (Some("corp"), ["exec", "payments-prod read", "--", "echo", "in it"]),
        (None, ["exec", "payments-prod read", "--", "echo", "in it"]),
        (Some("corp"), ["each", "payments-prod read", "--", "echo", "in it"]),
    ] {
        let sandbox = Sandbox::new();
        let sso = instance.map_or_else(Vec::new, |name| vec!["--sso", name]);
        let mut terminal = Terminal::rolecall(&sandbox, &[&sso[..], &command[..]].concat());
        if instance.is_none() {
            terminal.wait_for("IAM Identity Center to sign in to (number or name):");
            terminal.type_line("corp");
        }
        terminal.wait_for("signed in to corp");
        terminal.wait_until("the output", |screen| {
            screen.contents().contains("\nin it") || screen.contents().contains("│ in it")
        });
        assert_eq!(terminal.wait_for_exit(), 0, "{}", terminal.screen());
    }
}
