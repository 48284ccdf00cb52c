//! The picker on a real terminal, and what comes of it there.

use crate::sandbox::Sandbox;
use crate::terminal::{CTRL_C, ENTER, ESCAPE, Terminal};

/// A home where somebody has signed in and the list of roles is known.
fn signed_in() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.login("corp");
    sandbox
}

#[test]
fn a_query_and_enter_open_a_shell_in_the_role() {
    let sandbox = signed_in();
    let mut terminal = Terminal::rolecall(&sandbox, &[]);
    terminal.wait_for_picker();
    terminal.type_keys("payments-prod read");
    terminal.wait_for("payments-prod read");
    terminal.type_keys(ENTER);
    terminal.wait_for_shell();
    terminal.wait_for("type exit to leave");
    assert_eq!(terminal.damage(), [""; 0]);
    terminal.type_line("echo \"<$AWS_SSO_ROLE_ARN>\"");
    terminal.wait_for("<arn:aws:iam::012345678901:role/ReadOnlyAccess>");
    terminal.type_line("exit 7");
    assert_eq!(terminal.end(), 7);
    assert_eq!(terminal.damage(), [""; 0]);
}

#[test]
fn escape_and_ctrl_c_leave_nothing_behind() {
    let sandbox = signed_in();
    for key in [ESCAPE, CTRL_C] {
        let mut terminal = Terminal::rolecall(&sandbox, &[]);
        terminal.wait_for_picker();
        terminal.type_keys(key);
        assert_eq!(terminal.end(), 130);
        assert_eq!(terminal.damage(), [""; 0]);
        assert_eq!(terminal.screen().trim(), "");
    }
}
