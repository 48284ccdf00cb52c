//! Questions of commands at a terminal: the answer decides, and anything but a yes changes nothing.

use rolecall::testing::demo::{FEDERATING_USER, MFA_CODE, MFA_ROLE};

use crate::commands::assert_refused;
use crate::profiles_other::write_profiles;
use crate::sandbox::Sandbox;
use crate::terminal::{ENTER, Terminal};

const CONFIG: &str = ".aws/config";
const ROLE_QUERY: &str = "id:012345678901 role:ReadOnlyAccess";
const PROFILE: &str = "[profile payments-prod-ReadOnlyAccess]";

/// Answers a question, and returns the exit code.
fn answer(sandbox: &Sandbox, args: &[&str], question: &str, answer: &str) -> u32 {
    let mut terminal = Terminal::rolecall(sandbox, args);
    terminal.wait_for(question);
    terminal.type_line(answer);
    terminal.wait_for_exit()
}

/// A sandbox in which no region is known for the roles.
fn without_region() -> Sandbox {
    let sandbox = Sandbox::signed_in();
    let config = sandbox.config();
    let regionless = config.replace("default_region = \"eu-west-1\"\n", "");
    assert_ne!(regionless, config);
    sandbox.write("rolecall/config.toml", &regionless);
    sandbox
}

#[test]
fn profiles_without_a_region_get_the_one_that_the_user_types() {
    let sandbox = without_region();
    let mut terminal =
        Terminal::rolecall(&sandbox, &["setup", "profiles", "-S", "corp", ROLE_QUERY]);
    terminal.wait_for("Region of profiles without one [eu-west-1]:");
    terminal.type_line("Ireland");
    terminal.wait_for("`Ireland` is not a region");
    terminal.type_line("EU-North-1");
    assert_eq!(terminal.wait_for_exit(), 0);
    let config = sandbox.read(CONFIG);
    assert!(config.contains(PROFILE) && config.contains("\nregion = eu-north-1\n"), "{config}");
}

#[test]
fn enter_takes_the_suggested_region() {
    let sandbox = without_region();
    let mut terminal =
        Terminal::rolecall(&sandbox, &["setup", "profiles", "-S", "corp", ROLE_QUERY]);
    terminal.wait_for("Region of profiles without one [eu-west-1]:");
    terminal.type_keys(ENTER);
    assert_eq!(terminal.wait_for_exit(), 0);
    let config = sandbox.read(CONFIG);
    assert!(config.contains(PROFILE) && config.contains("\nregion = eu-west-1\n"), "{config}");
}

#[test]
fn logout_of_several_instances_asks_and_a_no_keeps_all_sessions() {
    let sandbox = Sandbox::signed_in();
    sandbox.login("lab");
    let check = |sso: &str| sandbox.run(&["login", "--check", "-S", sso]).code;
    let question = "Sign out of corp and lab? [y/N]";
    for no in ["n", ""] {
        let mut terminal = Terminal::rolecall(&sandbox, &["logout", "--all"]);
        terminal.wait_for(question);
        terminal.type_line(no);
        terminal.wait_for("nothing was changed");
        assert_eq!(terminal.wait_for_exit(), 130, "{no:?}");
        assert_eq!([check("corp"), check("lab")], [0, 0], "{no:?}");
    }
    assert_eq!(answer(&sandbox, &["logout", "--all"], question, "y"), 0);
    assert_eq!([check("corp"), check("lab")], [4, 4]);
}

#[test]
fn the_end_of_the_input_at_a_question_leaves_its_line() {
    let sandbox = Sandbox::signed_in();
    sandbox.login("lab");
    for (args, question) in [
        (&["logout", "--all"][..], "Sign out of corp and lab? [y/N]"),
        (&["vault", "reset"], "and create a new key? [y/N]"),
        (&["vault", "passphrase"], "current passphrase:"),
    ] {
        let mut terminal = Terminal::rolecall(&sandbox, args);
        terminal.wait_for(question);
        terminal.type_keys("\u{4}");
        terminal.wait_for("rolecall:");
        assert_ne!(terminal.wait_for_exit(), 0, "{args:?}");
        let screen = terminal.screen();
        assert!(screen.lines().any(|line| line.starts_with("rolecall:")), "{args:?}: {screen}");
    }
}

#[test]
fn ctrl_c_at_a_question_says_so_on_a_line_of_its_own() {
    let sandbox = Sandbox::signed_in();
    sandbox.login("lab");
    sandbox.prepend_config("default_sso = 'corp'\n");
    for (args, question) in [
        (&["logout", "--all"][..], "Sign out of corp and lab? [y/N]"),
        (&["exec", "payments-prod/BreakGlass", "--", "true"], "payments-prod/BreakGlass"),
        (&["vault", "passphrase"], "current passphrase:"),
    ] {
        let mut terminal = Terminal::rolecall(&sandbox, args);
        terminal.wait_for(question);
        terminal.type_keys("\u{3}");
        terminal.wait_for("rolecall: cancelled");
        assert_eq!(terminal.wait_for_exit(), 130, "{args:?}");
        let screen = terminal.screen();
        assert!(screen.lines().any(|line| line == "rolecall: cancelled"), "{args:?}: {screen}");
    }
    assert_eq!(sandbox.run(&["login", "--check"]).code, 0);
}

#[test]
fn logout_without_a_name_ends_the_only_session_or_asks_which() {
    let sandbox = Sandbox::signed_in();
    sandbox.login("lab");
    let check = |sso: &str| sandbox.run(&["login", "--check", "-S", sso]).code;
    let mut terminal = Terminal::rolecall(&sandbox, &["logout"]);
    terminal.wait_for("IAM Identity Center to sign out of (number or name):");
    terminal.type_line("");
    terminal.wait_for("nothing was changed");
    assert_eq!((terminal.wait_for_exit(), check("corp"), check("lab")), (130, 0, 0));
    assert_eq!(answer(&sandbox, &["logout"], "IAM Identity Center to sign out of", "lab"), 0);
    assert_eq!((check("corp"), check("lab")), (0, 4));
    let terminal = Terminal::rolecall(&sandbox, &["logout"]);
    terminal.wait_for("signed out of corp");
    assert_eq!((terminal.wait_for_exit(), check("corp")), (0, 4));
    let terminal = Terminal::rolecall(&sandbox, &["logout"]);
    terminal.wait_for("not signed in to lab");
    assert_eq!(terminal.wait_for_exit(), 0);
}

#[test]
fn setup_profiles_prune_asks_and_a_no_keeps_all_profiles() {
    let sandbox = Sandbox::signed_in();
    assert_eq!(sandbox.run(&["setup", "profiles", "-S", "corp", ROLE_QUERY]).code, 0);
    sandbox.aws.revoke_role("012345678901".parse().unwrap(), "ReadOnlyAccess");
    assert_eq!(sandbox.run(&["cache", "-S", "corp"]).code, 0);
    let written = sandbox.read(CONFIG);
    assert!(written.contains(PROFILE), "{written}");
    let prune = ["setup", "profiles", "-S", "corp", "--prune"];
    assert_eq!(answer(&sandbox, &prune, "Remove 1 profile? [y/N]", "n"), 130);
    assert_eq!(sandbox.read(CONFIG), written);
    assert_eq!(answer(&sandbox, &prune, "Remove 1 profile? [y/N]", "y"), 0);
    assert!(!sandbox.read(CONFIG).contains(PROFILE));
}

/// A sandbox with a profile whose role takes the code of an MFA device.
fn with_mfa() -> Sandbox {
    let sandbox = Sandbox::signed_in();
    write_profiles(&sandbox);
    let user = FEDERATING_USER.name;
    let config = sandbox.read(CONFIG);
    sandbox.write(
        CONFIG,
        &format!(
            "{config}
[profile secrets]
role_arn = arn:aws:iam::012345678901:role/{MFA_ROLE}
source_profile = old-keys
mfa_serial = arn:aws:iam::012345678901:mfa/{user}
region = eu-west-1
"
        ),
    );
    sandbox
}

#[test]
fn console_asks_for_the_code_of_an_mfa_device() {
    let sandbox = with_mfa();
    let args = ["console", "-p", "secrets", "-u", "printurl"];
    let question = "MFA code of arn:aws:iam::012345678901:mfa/old-admin:";
    let mut terminal = Terminal::rolecall(&sandbox, &args);
    terminal.wait_for(question);
    terminal.type_line(MFA_CODE);
    assert_eq!(terminal.wait_for_exit(), 0);
    assert!(terminal.all_lines().concat().contains("SigninToken="), "{}", terminal.screen());
    let mut terminal = Terminal::rolecall(&sandbox, &args);
    terminal.wait_for(question);
    terminal.type_line("654321");
    assert_eq!(terminal.wait_for_exit(), 6);
    let screen = terminal.all_lines().concat();
    assert!(screen.contains("invalid MFA one time pass"), "{screen}");
    // Without a terminal there is no code.
    assert_refused(
        &sandbox.run(&args),
        2,
        &["the code of arn:aws:iam::012345678901:mfa/old-admin"],
    );
    assert_eq!(sandbox.aws.call_count("AssumeRole"), 2);
}
