//! The states that users meet, caused in the simulator and left again, on a real terminal.

use rolecall::testing::demo::{self, DeviceApproval, Fault};

use crate::faults::fail;
use crate::sandbox::{Sandbox, binary};
use crate::terminal::{CTRL_C, CTRL_Z, ENTER, ESCAPE, Terminal};
use crate::terminal_sign_in::address;

const CTRL_R: &str = "\x12";
const CTRL_U: &str = "\x15";
/// The environment has no passphrase.
const NO_PASSPHRASE: [(&str, &str); 1] = [("AWS_SSO_FILE_PASSWORD", "")];

/// Types a query and Enter.
fn choose(terminal: &mut Terminal, query: &str) {
    terminal.type_keys(query);
    terminal.wait_for(&format!("❯  {query}"));
    terminal.type_keys(ENTER);
}

fn assert_shell_exits(terminal: &mut Terminal) {
    terminal.wait_for("type exit to leave");
    terminal.type_line("exit");
    assert_eq!(terminal.wait_for_exit(), 0);
    assert_eq!(terminal.damage(), [""; 0]);
}

#[test]
fn a_wrong_clock_is_reported_before_a_role_is_used_until_it_is_right() {
    let sandbox = Sandbox::signed_in();
    sandbox.aws.add_fault(Fault::SkewClock { seconds: 720 });
    let mut terminal = Terminal::rolecall(&sandbox, &[]);
    terminal.wait_for_picker();
    choose(&mut terminal, "payments-prod read");
    terminal.wait_for("clock is 12 min behind");
    terminal.wait_for("set it");
    terminal.wait_for("use the role anyway");
    terminal.type_keys(ESCAPE);
    terminal.wait_for_no("set it");
    terminal.wait_for("^R asks again");
    terminal.type_keys(ENTER);
    terminal.wait_for("use the role anyway");
    sandbox.aws.add_fault(Fault::SkewClock { seconds: 0 });
    terminal.type_keys(CTRL_R);
    assert_shell_exits(&mut terminal);
}

#[test]
fn a_wrong_clock_that_is_known_blocks_nothing() {
    let sandbox = Sandbox::signed_in();
    sandbox.aws.add_fault(Fault::SkewClock { seconds: -900 });
    let mut terminal = Terminal::rolecall(&sandbox, &[]);
    terminal.wait_for_picker();
    terminal.type_keys(CTRL_R);
    terminal.wait_for("clock is 15 min ahead of");
    terminal.type_keys(ENTER);
    terminal.wait_for_no("set it");
    choose(&mut terminal, "payments-prod read");
    assert_shell_exits(&mut terminal);
}

#[test]
fn a_chained_role_that_a_wrong_clock_spoils_names_the_clock() {
    let sandbox = Sandbox::signed_in();
    sandbox.aws.add_fault(Fault::SkewClock { seconds: 1_500 });
    let mut terminal = Terminal::rolecall(&sandbox, &[]);
    terminal.wait_for_picker();
    choose(&mut terminal, "deploy");
    terminal.wait_for("clock is 25 min behind");
    terminal.wait_for("set it");
    terminal.type_keys(CTRL_C);
    assert_eq!(terminal.wait_for_exit(), 130);
}

#[test]
fn a_revoked_role_names_the_access_request_and_disappears_with_a_refresh() {
    let sandbox = Sandbox::signed_in();
    sandbox.prepend_config("access_request_url = 'https://ask.example.com/{role}'");
    sandbox.aws.revoke_role("012345678901".parse().unwrap(), "ReadOnlyAccess");
    let mut terminal = Terminal::rolecall(&sandbox, &[]);
    terminal.wait_for_picker();
    choose(&mut terminal, "payments-prod read");
    terminal.wait_for("you no longer have");
    terminal.wait_for("https://ask.example.com/ReadOnlyAccess");
    terminal.type_keys(CTRL_R);
    terminal.wait_for("0 new, 1 gone");
    terminal.wait_for("Nothing matches");
    terminal.type_keys(CTRL_C);
    assert_eq!(terminal.wait_for_exit(), 130);
}

#[test]
fn an_unreachable_aws_is_reported_and_tried_again() {
    let sandbox = Sandbox::signed_in();
    sandbox.prepend_config("max_retry = 1");
    sandbox.run(&["logout", "--sso", "lab"]);
    sandbox.aws.add_fault(fail("ListAccounts", 2, 503, ""));
    let mut terminal = Terminal::rolecall(&sandbox, &["--sso", "corp"]);
    terminal.wait_for_picker();
    terminal.type_keys(CTRL_R);
    terminal.wait_for("AWS can't be reached");
    terminal.wait_for("^R tries again");
    terminal.type_keys(CTRL_R);
    terminal.wait_for_no("AWS can't be reached");
    choose(&mut terminal, "payments-prod read");
    assert_shell_exits(&mut terminal);
}

#[test]
fn throttling_is_shown_while_the_first_list_is_read() {
    let sandbox = Sandbox::new();
    sandbox.run(&["login", "--sso", "corp", "--no-cache-refresh"]);
    sandbox.aws.set_throttle(Some(1.0));
    let mut terminal = Terminal::rolecall(&sandbox, &["--sso", "corp"]);
    terminal.wait_for("AWS is throttling");
    sandbox.aws.set_throttle(None);
    terminal.wait_for_no("AWS is throttling");
    // Rows that arrive late are below the others, maybe out of sight.
    terminal.wait_for("39 roles in 10 accounts");
    terminal.type_keys(CTRL_C);
    assert_eq!(terminal.wait_for_exit(), 130);
}

#[test]
fn a_locked_vault_accepts_the_right_passphrase_after_three_wrong_ones() {
    let sandbox = Sandbox::signed_in();
    let mut terminal = Terminal::run_with(&sandbox, binary(), &[], &NO_PASSPHRASE);
    terminal.wait_for_picker();
    terminal.wait_for("the vault is locked, so the sign-ins are unknown");
    choose(&mut terminal, "payments-prod read");
    terminal.wait_for("with a passphrase");
    for wrong in ["one", "two", "three"] {
        terminal.type_keys(wrong);
        terminal.wait_for("•••");
        terminal.type_keys(ENTER);
        terminal.wait_until("an empty field below a kind word", |screen| {
            !screen.contents().contains('•')
                && screen.contents().contains("the passphrase does not open the vault")
        });
    }
    terminal.wait_for("creates a new vault");
    terminal.type_keys("correct horse");
    terminal.type_keys(ENTER);
    assert_shell_exits(&mut terminal);
    assert!(!terminal.written().contains("correct horse"));
}

#[test]
fn a_passphrase_is_chosen_on_the_first_use_if_there_is_no_other_store() {
    let sandbox = Sandbox::new();
    sandbox.aws.set_approval(DeviceApproval::Manual);
    let mut terminal = Terminal::run_with(&sandbox, binary(), &["--sso", "corp"], &NO_PASSPHRASE);
    terminal.wait_for("You are not signed in to corp");
    terminal.type_keys(ENTER);
    terminal.wait_for("new passphrase");
    terminal.type_keys("correct horse");
    terminal.type_keys(ENTER);
    terminal.wait_for("Type it again");
    terminal.type_keys("correct horse");
    terminal.type_keys(ENTER);
    demo::approve(&address(&terminal)).unwrap();
    terminal.wait_for_picker();
    choose(&mut terminal, "payments-prod read");
    assert_shell_exits(&mut terminal);
    assert_eq!(
        sandbox.run(&["login", "--check", "--sso", "corp"]).code,
        0,
        "the passphrase of the environment is the same"
    );
}

#[test]
fn a_sign_in_that_expired_is_tried_again_for_the_same_role() {
    let sandbox = Sandbox::signed_in();
    sandbox.run(&["logout", "--all"]);
    sandbox.aws.set_approval(DeviceApproval::Manual);
    sandbox.aws.add_fault(fail("CreateToken", 1, 400, "ExpiredTokenException"));
    let mut terminal = Terminal::rolecall(&sandbox, &[]);
    terminal.wait_for_picker();
    choose(&mut terminal, "payments-prod read");
    terminal.wait_for("the code expired");
    terminal.wait_for("signs in again and continues with");
    terminal.type_keys(ENTER);
    demo::approve(&address(&terminal)).unwrap();
    assert_shell_exits(&mut terminal);
}

#[test]
fn hidden_roles_that_would_match_are_counted_and_shown() {
    let sandbox = Sandbox::signed_in();
    let mut terminal = Terminal::rolecall(&sandbox, &[]);
    terminal.wait_for_picker();
    terminal.type_keys("payments-prod read");
    terminal.wait_for("❯  payments-prod read");
    terminal.type_keys("\x1b[C");
    terminal.wait_for("hide");
    terminal.type_keys("H");
    terminal.wait_for("y yes");
    terminal.type_keys("y");
    terminal.wait_for("1 hidden role would match");
    terminal.type_keys("\x1b[20~");
    terminal.wait_for("hidden roles");
    terminal.type_keys(ENTER);
    terminal.wait_for("shown again");
    terminal.type_keys(CTRL_U);
    terminal.type_keys(CTRL_C);
    assert_eq!(terminal.wait_for_exit(), 130);
}

#[test]
fn the_demo_starts_in_each_of_its_states() {
    let sandbox = Sandbox::new();
    let states = [
        ("bare", "No IAM Identity Center is set up yet"),
        ("first-day", "You are not signed in to corp"),
        ("no-roles", "No roles are assigned to you"),
        ("clock", "clock is 12 min behind"),
        ("locked", "the vault is locked"),
        ("offline", "AWS can't be reached (connection refused)"),
        ("throttled", "AWS is throttling"),
    ];
    for (state, shows) in states {
        let mut terminal =
            Terminal::rolecall(&sandbox, &["demo", "--accounts", "12", "--state", state]);
        terminal.wait_for(shows);
        terminal.type_keys(CTRL_C);
        assert_eq!(terminal.wait_for_exit(), 130, "{state}");
    }
}

#[test]
fn with_vi_keys_the_cursor_shows_the_mode_and_is_restored() {
    let sandbox = Sandbox::signed_in();
    sandbox.append_config("[pick]\nkeymap = \"vi\"\n");
    for args in ["pick", "pick --height 12"] {
        let mut terminal = Terminal::run(&sandbox, "/bin/sh", &["-i"]);
        terminal.wait_for("ready>");
        terminal.type_line(&format!("rolecall {args}"));
        terminal.wait_for("type to filter");
        terminal.wait_until("a bar", |_| terminal.cursor_style() == Some('6'));
        terminal.type_keys(ESCAPE);
        terminal.wait_until("a block", |_| terminal.cursor_style() == Some('2'));
        terminal.type_keys(CTRL_Z);
        terminal.wait_for("Stopped");
        assert_eq!(terminal.cursor_style(), Some('0'));
        terminal.type_line("fg");
        terminal.wait_until("the block again", |_| terminal.cursor_style() == Some('2'));
        terminal.type_keys("q");
        terminal.wait_until("the usual look and a prompt", |screen| {
            terminal.cursor_style() == Some('0') && screen.contents().trim_end().ends_with("ready>")
        });
        terminal.type_line("exit");
        terminal.wait_for_exit();
    }
    let plain = Sandbox::signed_in();
    let mut terminal = Terminal::rolecall(&plain, &["pick"]);
    terminal.wait_for_picker();
    terminal.type_keys(ESCAPE);
    assert_eq!(terminal.wait_for_exit(), 130);
    assert_eq!(terminal.cursor_style(), None, "the cursor style was changed");
}

#[test]
fn a_login_accepts_the_pasted_redirect_of_a_browser_elsewhere() {
    let sandbox = Sandbox::new();
    let mut terminal = Terminal::rolecall(&sandbox, &["login", "--sso", "corp", "--flow", "pkce"]);
    terminal.wait_for("paste that page's URL here");
    let written = terminal.written();
    let url =
        written.split_whitespace().find(|word| word.contains("/authorize?")).unwrap().to_owned();
    terminal.type_line("payments prod");
    terminal.wait_for("that is not the address of the sign-in page");
    terminal.type_line("http://127.0.0.1:1/oauth/callback?code=x&state=another");
    terminal.wait_for("does not belong to this sign-in");
    let reply = demo::approve_remotely(&url).unwrap();
    terminal.type_line(&reply);
    terminal.wait_for("signed in to corp");
    assert_eq!(terminal.wait_for_exit(), 0);
    assert_eq!(terminal.damage(), [""; 0]);
    assert_eq!(sandbox.run(&["login", "--check", "--sso", "corp"]).code, 0);
}

#[test]
fn keys_typed_after_a_sign_in_reach_the_next_program() {
    let sandbox = Sandbox::new();
    let script = "rolecall login --sso corp --flow pkce --no-cache-refresh; read -r line; echo \"got <$line>\"";
    let mut terminal = Terminal::run(&sandbox, "/bin/sh", &["-c", script]);
    terminal.wait_for("paste that page's URL here");
    let written = terminal.written();
    let url =
        written.split_whitespace().find(|word| word.contains("/authorize?")).unwrap().to_owned();
    demo::approve(&url).unwrap();
    terminal.wait_for("signed in to corp");
    terminal.type_line("mine");
    terminal.wait_for("got <mine>");
    assert_eq!(terminal.wait_for_exit(), 0);
}
