//! Keys of the picker on a real terminal that once lost something: sign-out, Esc after a key that
//! opened nothing, and the console without a browser.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::profiles_other::write_profiles;
use crate::sandbox::Sandbox;
use crate::terminal::{CTRL_C, ENTER, ESCAPE, Terminal};
use crate::wait::wait_for;

const RIGHT: &str = "\x1b[C";
const F2: &str = "\x1bOQ";
const F8: &str = "\x1b[19~";
const F9: &str = "\x1b[20~";
const CTRL_O: &str = "\x0f";
const CTRL_Y: &str = "\x19";

/// A query that selects one unprotected role.
const ROLE: &str = "payments-prod read";

#[test]
fn a_sign_out_takes_a_y_and_says_how_to_sign_in_again() {
    let sandbox = Sandbox::signed_in();
    let mut terminal = Terminal::rolecall(&sandbox, &[ROLE]);
    terminal.wait_for_picker();
    terminal.wait_for("corp ●");
    terminal.type_keys(RIGHT);
    terminal.wait_for("sign out of corp");
    terminal.type_keys("o");
    terminal.type_keys("O");
    terminal.wait_for("y yes; any other key cancels");
    terminal.type_keys("n");
    terminal.wait_for_no("any other key cancels");
    assert_eq!(sandbox.run(&["login", "--check"]).code, 0);
    terminal.type_keys(RIGHT);
    terminal.wait_for("sign out of corp");
    terminal.type_keys("O");
    terminal.wait_for("y yes; any other key cancels");
    terminal.type_keys("y");
    terminal.wait_for("`rolecall login --sso corp` signs in");
    terminal.wait_for("corp ○");
    terminal.type_keys(CTRL_C);
    assert_eq!(terminal.wait_for_exit(), 130);
    assert_eq!(terminal.damage(), [""; 0]);
}

#[test]
fn escape_after_a_panel_key_does_not_leave() {
    let sandbox = Sandbox::signed_in();
    let mut terminal = Terminal::rolecall(&sandbox, &[ROLE]);
    terminal.wait_for_picker();
    for (key, shown) in
        [(F8, "There are no messages yet"), (F9, "No role is hidden"), (F2, "─ details ─")]
    {
        // The preview is beside the list on a wide screen, and a panel on a narrow one.
        terminal.resize(80, 24);
        terminal.wait_for(ROLE);
        terminal.type_keys(key);
        terminal.wait_for(shown);
        terminal.type_keys(ESCAPE);
        terminal.wait_for_no(shown);
    }
    terminal.type_keys(CTRL_C);
    assert_eq!(terminal.wait_for_exit(), 130);
}

#[test]
fn the_console_without_a_browser_is_a_link_to_copy_or_to_print() {
    let sandbox = Sandbox::signed_in();
    let mut terminal = Terminal::rolecall(&sandbox, &[ROLE]);
    terminal.wait_for_picker();
    terminal.type_keys(CTRL_O);
    terminal.wait_for("There is no browser here");
    terminal.type_keys(CTRL_Y);
    terminal.wait_for("link copied");
    let copied = wait_for("a copied link", || {
        let written = terminal.written();
        let (_, rest) = written.split_once("\x1b]52;c;")?;
        let end = rest.find(['\x07', '\x1b'])?;
        Some(String::from_utf8(STANDARD.decode(&rest[..end]).unwrap()).unwrap())
    });
    assert!(copied.starts_with("http") && copied.contains("SigninToken="), "{copied}");
    terminal.type_keys(ESCAPE);
    terminal.wait_for_no("There is no browser here");
    terminal.type_keys(CTRL_O);
    terminal.wait_for("There is no browser here");
    terminal.type_keys(ENTER);
    assert_eq!(terminal.wait_for_exit(), 0);
    let shown = terminal.screen().split_whitespace().collect::<String>();
    assert!(shown.contains("anyonewhohasitissignedin"), "{shown}");
    assert!(shown.contains("SigninToken="), "{shown}");
    assert_eq!(terminal.damage(), [""; 0]);
}

#[test]
fn the_console_of_a_profile_without_a_browser_is_a_link_too() {
    let sandbox = Sandbox::signed_in();
    write_profiles(&sandbox);
    for (profile, user) in [("old-keys", "rolecall"), ("deploy", "Deploy"), ("process", "ReadOnly")]
    {
        let mut terminal = Terminal::rolecall(&sandbox, &[&format!("profile/{profile}")]);
        terminal.wait_for("▌  profile");
        terminal.type_keys(CTRL_O);
        terminal.wait_for(&format!("console of profile/{profile}"));
        terminal.wait_for("There is no browser here");
        terminal.type_keys(ENTER);
        assert_eq!(terminal.wait_for_exit(), 0, "{profile}");
        let shown = terminal.screen().split_whitespace().collect::<String>();
        let (_, link) = shown.split_once("signedin:").unwrap();
        let page = crate::console::get(link);
        assert!(page.contains(user), "{profile}: {page}");
    }
    // The program may have failed for want of the terminal, so it gets it.
    let mut terminal = Terminal::rolecall(&sandbox, &["failing"]);
    terminal.wait_for("▌  profile");
    terminal.type_keys(CTRL_O);
    assert_ne!(terminal.wait_for_exit(), 0);
    assert!(terminal.screen().contains("its credential_process"), "{}", terminal.screen());
}

#[test]
fn signed_out_is_never_shown_to_someone_who_is_signed_in() {
    let sandbox = Sandbox::signed_in();
    sandbox.login("lab");
    for _ in 0..2 {
        let mut terminal = Terminal::rolecall(&sandbox, &[]);
        terminal.wait_for("corp ●");
        let written = terminal.written();
        assert!(!written.contains("signed out") && !written.contains('○'), "{written:?}");
        terminal.type_keys(CTRL_C);
        assert_eq!(terminal.wait_for_exit(), 130);
    }
}

#[test]
fn a_vault_that_is_not_there_means_signed_out_in_the_end() {
    let sandbox = Sandbox::new();
    let mut terminal = Terminal::rolecall(&sandbox, &[]);
    terminal.wait_for("corp ○");
    terminal.type_keys(CTRL_C);
    assert_eq!(terminal.wait_for_exit(), 130);
}
