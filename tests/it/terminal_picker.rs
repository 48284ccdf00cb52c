//! The picker on a real terminal, and the actions that follow it.

use crate::sandbox::Sandbox;
use crate::terminal::{CTRL_C, ENTER, ESCAPE, Terminal};

/// A home with a sign-in and a list of roles.
#[test]
fn a_query_and_enter_open_a_shell_in_the_role() {
    let sandbox = Sandbox::signed_in();
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
    assert_eq!(terminal.wait_for_exit(), 7);
    assert_eq!(terminal.damage(), [""; 0]);
}

#[test]
fn in_a_role_shell_the_picker_begins_on_its_role() {
    let sandbox = Sandbox::signed_in();
    let mut terminal = Terminal::rolecall(
        &sandbox,
        &["exec", "-S", "corp", "--arn", "012345678901:ReadOnlyAccess"],
    );
    terminal.wait_for_shell();
    // The first start builds the list from the files, the second reads the snapshot.
    for start in 0..2 {
        terminal.type_line(&format!("rolecall; echo left-$?-{start}"));
        terminal.wait_for("in payments-prod/ReadOnlyAccess · ");
        terminal.wait_for("you are here");
        terminal.wait_for("▌◆ payments-prod ");
        terminal.type_keys(ESCAPE);
        terminal.wait_for(&format!("left-130-{start}"));
    }
    terminal.type_line("exit");
    assert_eq!(terminal.wait_for_exit(), 0);
    assert_eq!(terminal.damage(), [""; 0]);
}

#[test]
fn a_query_of_several_roles_opens_with_it_typed() {
    let sandbox = Sandbox::signed_in();
    let mut terminal = Terminal::rolecall(
        &sandbox,
        &["exec", "payments-prod", "--", "printenv", "AWS_SSO_ROLE_ARN"],
    );
    terminal.wait_for_picker();
    terminal.type_keys(" read");
    terminal.wait_for("payments-prod read");
    terminal.type_keys(ENTER);
    assert_eq!(terminal.wait_for_exit(), 0);
    assert!(
        terminal.screen().contains("arn:aws:iam::012345678901:role/ReadOnlyAccess"),
        "{}",
        terminal.screen()
    );
    // Without a terminal to choose on, the list and the exit code for it.
    let ran = sandbox.run(&["exec", "-S", "corp", "payments-prod", "--", "true"]);
    crate::commands::assert_refused(&ran, 5, &["roles match", "payments-prod/ReadOnlyAccess"]);
}

#[test]
fn a_refresh_on_the_screen_brings_profiles_up_to_date() {
    let sandbox = Sandbox::signed_in();
    assert_eq!(
        sandbox.run(&["setup", "profiles", "account:payments-prod role:ReadOnlyAccess"]).code,
        0
    );
    let config = sandbox.config();
    let named =
        "[instances.corp.accounts.012345678901.roles.DatabaseAdministrator]\nprofile = 'bills'\n";
    sandbox.write("rolecall/config.toml", &format!("auto_config_check = true\n{config}\n{named}"));
    let profiles = || std::fs::read_to_string(sandbox.path(".aws/config")).unwrap();
    assert!(!profiles().contains("bills"));
    let mut terminal = Terminal::rolecall(&sandbox, &[]);
    terminal.wait_for_picker();
    terminal.type_keys("\x12");
    terminal.wait_for("1 profile added, 1 as they were");
    assert!(profiles().contains("[profile bills]"), "{}", profiles());
    terminal.type_keys(ESCAPE);
    assert_eq!(terminal.wait_for_exit(), 130);
}

#[test]
fn escape_and_ctrl_c_leave_nothing_behind() {
    let sandbox = Sandbox::signed_in();
    for key in [ESCAPE, CTRL_C] {
        let mut terminal = Terminal::rolecall(&sandbox, &[]);
        terminal.wait_for_picker();
        terminal.type_keys(key);
        assert_eq!(terminal.wait_for_exit(), 130);
        assert_eq!(terminal.damage(), [""; 0]);
        assert_eq!(terminal.screen().trim(), "");
    }
}

#[test]
fn captured_output_holds_the_role_and_nothing_of_the_screen() {
    let sandbox = Sandbox::signed_in();
    let script = "x=$(rolecall pick 2>messages); code=$?; printf 'code %s, %s letters: <%s>\\n' $code ${#x} \"$x\"; cat messages";
    let mut terminal = Terminal::run(&sandbox, "/bin/sh", &["-c", script]);
    terminal.wait_for_picker();
    terminal.type_keys("payments-prod read");
    terminal.wait_for("payments-prod read");
    terminal.type_keys(ENTER);
    assert_eq!(terminal.wait_for_exit(), 0);
    assert_eq!(
        terminal.screen().trim(),
        "code 0, 45 letters: <arn:aws:iam::012345678901:role/ReadOnlyAccess>"
    );
    assert_eq!(terminal.damage(), [""; 0]);
}

#[test]
fn captured_output_is_empty_when_nothing_was_chosen() {
    let sandbox = Sandbox::signed_in();
    let mut terminal =
        Terminal::run(&sandbox, "/bin/sh", &["-c", "x=$(rolecall pick); echo \"code $?, <$x>\""]);
    terminal.wait_for_picker();
    terminal.type_keys(ESCAPE);
    assert_eq!(terminal.wait_for_exit(), 0);
    assert_eq!(terminal.screen().trim(), "code 130, <>");
}

#[test]
fn the_picker_reads_the_terminal_while_standard_input_is_a_pipe() {
    let sandbox = Sandbox::signed_in();
    let mut terminal =
        Terminal::run(&sandbox, "/bin/sh", &["-c", "echo noise | rolecall pick; echo code $?"]);
    terminal.wait_for_picker();
    terminal.type_keys("payments-prod read");
    terminal.wait_for("payments-prod read");
    terminal.type_keys(ENTER);
    assert_eq!(terminal.wait_for_exit(), 0);
    assert_eq!(terminal.screen().trim(), "arn:aws:iam::012345678901:role/ReadOnlyAccess\ncode 0");
    assert_eq!(terminal.damage(), [""; 0]);
}

#[test]
fn a_storm_of_sizes_ends_with_a_screen_of_the_last_one() {
    let sandbox = Sandbox::signed_in();
    let mut terminal = Terminal::rolecall(&sandbox, &["pick"]);
    terminal.wait_for_picker();
    for step in 0..120_u16 {
        terminal.resize(1 + (step * 37) % 220, 1 + (step * 13) % 60);
    }
    terminal.resize(120, 40);
    terminal.wait_for_picker();
    terminal.type_keys("payments-prod read");
    terminal.wait_until("one screen of 120 columns", |screen| {
        let text = screen.contents();
        text.contains("payments-prod read")
            && text.contains("ReadOnlyAccess")
            && text.lines().all(|line| line.chars().count() <= 120)
    });
    terminal.type_keys(ENTER);
    assert_eq!(terminal.wait_for_exit(), 0);
    assert_eq!(terminal.damage(), [""; 0]);
    assert_eq!(terminal.screen().trim(), "arn:aws:iam::012345678901:role/ReadOnlyAccess");
}

#[test]
fn a_profile_outside_of_iam_identity_center_is_a_row_and_enter_opens_a_shell_with_it() {
    let sandbox = Sandbox::signed_in();
    sandbox.write(
        ".aws/credentials",
        "[old-keys]\naws_access_key_id = AKIA\naws_secret_access_key = secret\n",
    );
    // The second start draws its first frame from the snapshot.
    for start in 1..=2 {
        let mut terminal = Terminal::rolecall(&sandbox, &[]);
        terminal.wait_for_picker();
        terminal.type_keys("old-keys");
        terminal.wait_for("profile");
        terminal.wait_for("1 / ");
        terminal.type_keys(ENTER);
        terminal.wait_for_shell();
        terminal.wait_for("type exit to leave");
        terminal.type_line("echo \"<$AWS_PROFILE:$AWS_ACCESS_KEY_ID>\"");
        terminal.wait_for("<old-keys:>");
        terminal.type_line("exit 0");
        assert_eq!(terminal.wait_for_exit(), 0, "start {start}");
    }
    sandbox.prepend_config("pick.profiles = false");
    let mut terminal = Terminal::rolecall(&sandbox, &[]);
    terminal.wait_for_picker();
    terminal.type_keys("old-keys");
    terminal.wait_for("0 / ");
    terminal.type_keys(CTRL_C);
    assert_eq!(terminal.wait_for_exit(), 130);
}

#[test]
fn credentials_for_the_default_profile_are_picked_at_a_terminal() {
    let sandbox = Sandbox::signed_in();
    let mut terminal = Terminal::rolecall(&sandbox, &["credentials", "--default", "-a"]);
    terminal.wait_for_picker();
    terminal.type_keys("payments-prod read");
    terminal.wait_for("payments-prod read");
    terminal.type_keys(ENTER);
    assert_eq!(terminal.wait_for_exit(), 0);
    let written = sandbox.read(".aws/credentials");
    assert!(written.starts_with("[default]\naws_access_key_id = ASIA"), "{written}");
}
