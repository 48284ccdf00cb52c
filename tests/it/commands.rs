//! The main path without a screen, and the behavior that all commands share.

use std::process::Stdio;

use crate::sandbox::{CommandOutput, Sandbox};

/// A role that every user of the simulator has, in an account whose id begins with a zero.
pub(crate) const ROLE: &str = "012345678901:ReadOnlyAccess";

/// The arguments that print the credentials of that role.
pub(crate) const PROCESS: [&str; 5] = ["process", "-S", "corp", "--arn", ROLE];

/// The output of a run, with everything replaced that differs from run to run.
pub(crate) fn transcript(sandbox: &Sandbox, ran: &CommandOutput) -> String {
    let home = sandbox.home().to_string_lossy().into_owned();
    let plain =
        |text: &str| text.replace(sandbox.aws.url(), "http://SIMULATOR").replace(&home, "HOME");
    let CommandOutput { code, stdout, stderr } = ran;
    format!("code {code}\n--- stdout\n{}--- stderr\n{}", plain(stdout), plain(stderr))
}

/// Runs the program and compares its output with the snapshot of this name.
#[track_caller]
pub(crate) fn snapshot(sandbox: &Sandbox, name: &str, args: &[&str]) {
    insta::assert_snapshot!(name, transcript(sandbox, &sandbox.run(args)));
}

/// Fails unless the program failed with this code, printed nothing on stdout, and all of these
/// words on stderr.
#[track_caller]
pub(crate) fn assert_refused(ran: &CommandOutput, code: i32, words: &[&str]) {
    assert_eq!((ran.code, ran.stdout.as_str()), (code, ""), "{ran:?}");
    for word in words {
        assert!(ran.stderr.contains(word), "{word:?} is not in {ran:?}");
    }
}

/// The JSON on the stdout of a run that succeeded.
#[track_caller]
pub(crate) fn json(ran: &CommandOutput) -> serde_json::Value {
    assert_eq!(ran.code, 0, "{ran:?}");
    serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {ran:?}"))
}

#[test]
fn from_nobody_signed_in_to_a_command_that_runs_with_a_role_and_back() {
    let sandbox = Sandbox::new();
    assert_refused(
        &sandbox.run(&["process", "--sso", "corp", "--arn", ROLE]),
        4,
        &["not signed in to corp", "rolecall login --sso corp"],
    );
    sandbox.login("corp");
    let document = json(&sandbox.run(&["process", "--sso", "corp", "--arn", ROLE]));
    assert_eq!(
        (document["Version"].as_i64(), document["AccountId"].as_str()),
        (Some(1), Some("012345678901"))
    );

    let echo = ["--", "sh", "-c", "echo $AWS_SSO_ROLE_ARN; exit 9"];
    let shown = sandbox.run(
        &[&["exec", "-S", "corp", "-A", "payments-prod", "-R", "ReadOnlyAccess"], &echo[..]]
            .concat(),
    );
    assert_eq!(
        (shown.code, shown.stdout.as_str()),
        (9, "arn:aws:iam::012345678901:role/ReadOnlyAccess\n"),
        "{shown:?}"
    );
    assert_eq!(
        sandbox.aws.call_count("GetRoleCredentials"),
        1,
        "the second command found the credentials in the vault"
    );

    assert_eq!(sandbox.run(&["logout", "--sso", "corp"]).code, 0);
    assert_refused(
        &sandbox.run(&["process", "--sso", "corp", "--arn", ROLE]),
        4,
        &["rolecall login --sso corp"],
    );
}

#[test]
fn a_reader_that_goes_away_is_not_a_failure() {
    let sandbox = Sandbox::signed_in();
    let commands: [&[&str]; 16] = [
        &["list"],
        &["list", "--json"],
        &["list", "--csv"],
        &["status"],
        &["tags"],
        &["history", "--json"],
        &["time", "--json"],
        &["settings"],
        &["each", "-S", "corp", "role:ReadOnly*", "--dry-run"],
        &["pick", "--filter", "prod"],
        &["process", "-S", "corp", "--arn", ROLE],
        &["credentials", "-S", "corp", "--arn", ROLE],
        &["eks-token", "--cluster", "x", "-S", "corp", "--arn", ROLE],
        &["console", "--link", "-S", "corp", "--arn", ROLE],
        &["vault", "status"],
        &["--help"],
    ];
    for args in commands {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let ran = CommandOutput::from_output(
            sandbox.rolecall(args).stdout(writer).stderr(Stdio::piped()).output().unwrap(),
        );
        assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{args:?}");
    }
}

#[test]
fn wrong_arguments_are_usage_errors() {
    let sandbox = Sandbox::new();
    let commands: [&[&str]; 9] = [
        &["no-such", "--no-such-flag"],
        &["exec", "--arn", ROLE, "--account", "payments-prod", "--", "true"],
        &["exec", "--profile", "x", "--arn", ROLE, "--", "true"],
        &["exec", "--arn", ROLE, "payments", "--", "true"],
        &["process", "--role", "Admin"],
        &["process", "--arn", ROLE, "--window", "soon"],
        &["process"],
        &["list", "--csv", "--json"],
        &["--multi", "list"],
    ];
    for args in commands {
        let ran = sandbox.run(args);
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{args:?}: {ran:?}");
    }
    snapshot(&sandbox, "contradiction", commands[1]);
    snapshot(&sandbox, "role_without_account", commands[4]);
    snapshot(&sandbox, "process_without_role", commands[6]);
}

#[test]
fn global_flags_are_accepted_before_and_after_a_command() {
    let sandbox = Sandbox::signed_in();
    let want = sandbox.run(&["list", "-S", "corp", "--color", "never"]);
    assert_eq!(want.code, 0);
    assert_eq!(sandbox.run(&["-S", "corp", "--color", "never", "list"]), want);
    assert_eq!(sandbox.run(&["-S", "corp", "list", "--color", "never"]), want);
}

#[test]
fn nothing_configured_names_the_wizard() {
    let sandbox = Sandbox::new();
    std::fs::remove_file(sandbox.path("rolecall/config.toml")).unwrap();
    for args in [
        &["list"][..],
        &["status"],
        &["login"],
        &["process", "--arn", ROLE],
        &["exec", "--arn", ROLE, "--", "true"],
    ] {
        assert_refused(
            &sandbox.run(args),
            3,
            &["no IAM Identity Center is set up", "rolecall setup wizard"],
        );
    }
    snapshot(&sandbox, "nothing_configured", &["list"]);
}

#[test]
fn a_broken_configuration_is_named_with_its_line() {
    let sandbox = Sandbox::new();
    sandbox.write("rolecall/config.toml", "default_region = 'eu-west-1'\nthreads = 'many'\n");
    for args in [&["list"][..], &["process", "--arn", ROLE]] {
        assert_refused(&sandbox.run(args), 3, &["config.toml", "threads"]);
    }
}

#[test]
fn an_unknown_key_is_a_warning_except_for_process() {
    let sandbox = Sandbox::signed_in();
    sandbox.prepend_config("future_key = 1");
    let listed = sandbox.run(&["list"]);
    assert!(listed.code == 0 && listed.stderr.contains("future_key"), "{listed:?}");
    let document = sandbox.run(&["process", "-S", "corp", "--arn", ROLE]);
    assert_eq!((document.code, document.stderr.as_str()), (0, ""));
}

#[test]
fn an_unknown_sso_is_named_with_those_there_are() {
    let sandbox = Sandbox::new();
    for args in [
        &["list", "-S", "crop"][..],
        &["login", "-S", "crop"],
        &["process", "-S", "crop", "--arn", ROLE],
    ] {
        assert_refused(&sandbox.run(args), 3, &["`crop`", "did you mean corp?"]);
    }
    snapshot(&sandbox, "unknown_sso", &["status", "-S", "crop"]);
}

#[test]
fn sessions_of_the_aws_config_file_are_enough() {
    let sandbox = Sandbox::with_aws_config_only();
    sandbox.login("corp");
    assert_eq!(
        json(&sandbox.run(&["process", "-S", "corp", "--arn", ROLE]))["AccountId"],
        "012345678901"
    );
    assert!(sandbox.run(&["list"]).stdout.contains("payments-prod"));
}
