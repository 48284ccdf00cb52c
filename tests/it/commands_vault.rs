//! `vault`: its records, and who can open it.

use crate::commands::{ROLE, assert_refused, json, snapshot};
use crate::sandbox::{CommandOutput, Sandbox};

/// Runs with another passphrase in the environment, or without one.
fn with_passphrase(sandbox: &Sandbox, passphrase: Option<&str>, args: &[&str]) -> CommandOutput {
    let mut command = sandbox.rolecall(args);
    match passphrase {
        Some(passphrase) => command.env("AWS_SSO_FILE_PASSWORD", passphrase),
        None => command.env_remove("AWS_SSO_FILE_PASSWORD"),
    };
    CommandOutput::from_output(command.output().unwrap())
}

#[test]
fn the_status_shows_directory_store_and_key() {
    let sandbox = Sandbox::new();
    snapshot(&sandbox, "vault_none", &["vault", "status"]);
    sandbox.login("corp");
    snapshot(&sandbox, "vault_status", &["vault", "status"]);
    let status = json(&sandbox.run(&["vault", "status", "--json"]));
    assert_eq!(
        (status["store"].as_str(), status["records"].as_u64(), status["problem"].is_null()),
        (Some("file"), Some(2), true)
    );
    let closed = with_passphrase(&sandbox, None, &["vault", "status"]);
    assert!(closed.stdout.contains("rolecall vault unlock"), "{closed:?}");
}

#[test]
fn a_new_passphrase_opens_and_the_old_one_does_not() {
    let sandbox = Sandbox::signed_in();
    let process = ["process", "-S", "corp", "--arn", ROLE];
    let changed =
        sandbox.run_with_input(&["vault", "passphrase"], "correct horse\nbattery staple\n");
    assert_eq!((changed.code, changed.stdout.as_str()), (0, ""), "{changed:?}");
    assert_eq!(with_passphrase(&sandbox, Some("battery staple"), &process).code, 0);
    assert_refused(&with_passphrase(&sandbox, Some("correct horse"), &process), 7, &["vault"]);
    assert_refused(
        &sandbox.run_with_input(&["vault", "passphrase"], "wrong\nother\n"),
        7,
        &["passphrase"],
    );
    assert_eq!(
        with_passphrase(&sandbox, Some("battery staple"), &process).code,
        0,
        "a failed change changes nothing"
    );
    assert_refused(
        &sandbox.run_with_input(&["vault", "passphrase"], "\n\n"),
        2,
        &["empty passphrase"],
    );
}

#[test]
fn a_reset_needs_the_yes_flag_and_removes_everything() {
    let sandbox = Sandbox::signed_in();
    snapshot(&sandbox, "vault_reset", &["vault", "reset"]);
    assert_eq!(sandbox.run(&["login", "--check", "-S", "corp"]).code, 0);
    assert_eq!(sandbox.run(&["vault", "reset", "--yes"]).code, 0);
    assert_refused(
        &sandbox.run(&["process", "-S", "corp", "--arn", ROLE]),
        4,
        &["rolecall login --sso corp"],
    );
    sandbox.login("corp");
}

#[test]
fn a_passphrase_can_come_from_a_file() {
    let sandbox = Sandbox::signed_in();
    sandbox.write("passphrase", "correct horse\n");
    let mut command = sandbox.rolecall(&["process", "-S", "corp", "--arn", ROLE]);
    let command = command
        .env_remove("AWS_SSO_FILE_PASSWORD")
        .env("AWS_SSO_FILE_PASSWORD_FILE", sandbox.path("passphrase"));
    let ran = CommandOutput::from_output(command.output().unwrap());
    assert_eq!(ran.code, 0, "{ran:?}");
}

#[test]
fn the_plain_text_store_prints_a_warning_before_anything_is_written() {
    let sandbox = Sandbox::new();
    let config = sandbox.config();
    sandbox.write(
        "rolecall/config.toml",
        &config.replace("secure_store = \"file\"", "secure_store = \"json\""),
    );
    let ran = sandbox.run(&["login", "--sso", "corp", "--flow", "device-code"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(
        ran.stderr.contains(
            "warning: secure_store = \"json\": tokens and credentials are stored in plain text"
        ),
        "{ran:?}"
    );
}
