//! `exec`: the child's environment, and the confirmation before it.

use crate::commands::{ROLE, assert_refused, snapshot};
use crate::sandbox::{CommandOutput, Sandbox};

/// The value of a variable in `env`'s output.
fn value<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('='))
}

#[test]
fn a_child_gets_the_keys_the_role_and_the_region() {
    let sandbox = Sandbox::signed_in();
    let ran = sandbox.run(&["exec", "-S", "corp", "--arn", ROLE, "--", "env"]);
    let pairs = [
        ("AWS_SSO", "corp"),
        ("AWS_SSO_ACCOUNT_ID", "012345678901"),
        ("AWS_SSO_ROLE_NAME", "ReadOnlyAccess"),
        ("AWS_SSO_PROFILE", "payments-prod-ReadOnlyAccess"),
        ("ROLECALL_ROLE", "arn:aws:iam::012345678901:role/ReadOnlyAccess"),
        ("ROLECALL_LABEL", "payments-prod/ReadOnlyAccess"),
        ("AWS_REGION", "eu-west-1"),
        ("AWS_DEFAULT_REGION", "eu-west-1"),
    ];
    for (name, want) in pairs {
        assert_eq!(value(&ran.stdout, name), Some(want), "{name}");
    }
    for name in [
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "AWS_CREDENTIAL_EXPIRATION",
    ] {
        assert!(value(&ran.stdout, name).is_some_and(|value| !value.is_empty()), "{name}");
    }
    assert_eq!((value(&ran.stdout, "ROLECALL_PROTECTED"), ran.stderr.as_str()), (None, ""));
}

#[test]
fn variables_of_the_user_are_replaced_and_named_and_the_region_stays() {
    let sandbox = Sandbox::signed_in();
    let mut command = sandbox.rolecall(&["exec", "-S", "corp", "--arn", ROLE, "--", "env"]);
    let ran = CommandOutput::from_output(
        command
            .env("AWS_PROFILE", "old")
            .env("AWS_ACCESS_KEY_ID", "AKIAOLD")
            .env("AWS_REGION", "ap-south-1")
            .output()
            .unwrap(),
    );
    assert_eq!(
        (value(&ran.stdout, "AWS_PROFILE"), value(&ran.stdout, "AWS_REGION")),
        (None, Some("ap-south-1"))
    );
    assert!(value(&ran.stdout, "AWS_ACCESS_KEY_ID").unwrap().starts_with("ASIA"));
    assert!(ran.stderr.contains("AWS_PROFILE and AWS_ACCESS_KEY_ID"), "{}", ran.stderr);
    let ran =
        sandbox.run(&["exec", "-S", "corp", "--arn", ROLE, "--region", "us-east-2", "--", "env"]);
    assert_eq!(value(&ran.stdout, "AWS_REGION"), Some("us-east-2"));
    let none = sandbox.run(&["exec", "-S", "corp", "--arn", ROLE, "--no-region", "--", "env"]);
    assert_eq!(value(&none.stdout, "AWS_REGION"), None);
}

#[test]
#[cfg(unix)]
fn a_childs_exit_code_and_signal_pass_through() {
    let sandbox = Sandbox::signed_in();
    let run = |script: &str| {
        sandbox
            .rolecall(&["exec", "-S", "corp", "--arn", ROLE, "--", "sh", "-c", script])
            .output()
            .unwrap()
            .status
    };
    assert_eq!(run("exit 77").code(), Some(77));
    assert_eq!(
        std::os::unix::process::ExitStatusExt::signal(&run("kill -TERM $$")),
        Some(15),
        "the process became the command"
    );
    assert_refused(
        &sandbox.run(&["exec", "-S", "corp", "--arn", ROLE, "--", "no-such-program"]),
        127,
        &["program `no-such-program` not found in PATH"],
    );
    sandbox.write("notes.txt", "not a program\n");
    assert_refused(
        &sandbox.run(&["exec", "-S", "corp", "--arn", ROLE, "--", "./notes.txt"]),
        126,
        &["`./notes.txt` is not executable"],
    );
    sandbox.write_executable("script", "#!/no/such/interpreter\n");
    assert_refused(
        &sandbox.run(&["exec", "-S", "corp", "--arn", ROLE, "--", "./script"]),
        126,
        &["the interpreter in its first line is missing"],
    );
}

#[test]
fn a_program_that_does_not_exist_is_reported_before_aws_is_asked() {
    let sandbox = Sandbox::new();
    sandbox.write("notes.txt", "not a program\n");
    let exec = ["exec", "-S", "corp", "--arn", ROLE];
    for (command, code, shows) in [
        ("no-such-program", 127, "program `no-such-program` not found in PATH"),
        ("/no/such/program", 127, "program `/no/such/program` not found"),
        ("./notes.txt", 126, "`./notes.txt` is not executable"),
        ("/", 126, "`/` is a directory"),
    ] {
        assert_refused(&sandbox.run(&[&exec[..], &["--", command]].concat()), code, &[shows]);
        let each = ["each", "-S", "corp", "role:*", "--", command];
        assert_refused(&sandbox.run(&each), code, &[shows]);
    }
    let shell = sandbox.run_with_env(&exec, &[("SHELL", "/no/such/shell")]);
    assert_refused(&shell, 127, &["program `/no/such/shell` not found", "set SHELL"]);
}

#[test]
fn a_protected_role_needs_the_yes_flag_without_a_terminal() {
    let sandbox = Sandbox::signed_in();
    let admin = "012345678901:AdministratorAccess";
    snapshot(&sandbox, "exec_protected", &["exec", "-S", "corp", "--arn", admin, "--", "true"]);
    assert_eq!(sandbox.aws.call_count("GetRoleCredentials"), 0);
    let ran = sandbox.run(&["exec", "-S", "corp", "--arn", admin, "--yes", "--", "env"]);
    assert_eq!(value(&ran.stdout, "ROLECALL_PROTECTED"), Some("1"), "{ran:?}");
    let query = ["--select-1", "012345678901 administratoraccess"];
    assert_refused(&sandbox.run(&[&["--action", "shell"], &query[..]].concat()), 2, &["protected"]);
    assert_eq!(
        sandbox.run(&["process", "-S", "corp", "--arn", admin]).code,
        0,
        "a profile is the consent of `process`"
    );
}

#[test]
fn variables_choose_the_role_unless_a_flag_does() {
    let sandbox = Sandbox::signed_in();
    let run = |args: &[&str], variables: &[(&str, &str)]| {
        let mut command = sandbox.rolecall(&[&["exec"], args, &["--", "env"]].concat());
        CommandOutput::from_output(command.envs(variables.iter().copied()).output().unwrap())
    };
    let role = |ran: &CommandOutput| value(&ran.stdout, "AWS_SSO_ROLE_ARN").map(str::to_owned);
    let want = Some("arn:aws:iam::012345678901:role/ReadOnlyAccess".to_owned());
    let staging = "arn:aws:iam::373374062225:role/PowerUserAccess";
    assert_eq!(role(&run(&[], &[("AWS_SSO", "corp"), ("AWS_SSO_ROLE_ARN", ROLE)])), want);
    let pair = [
        ("AWS_SSO", "corp"),
        ("AWS_SSO_ACCOUNT_ID", "012345678901"),
        ("AWS_SSO_ROLE_NAME", "ReadOnlyAccess"),
    ];
    assert_eq!(role(&run(&[], &pair)), want);
    assert_eq!(
        role(&run(&["-S", "corp", "--arn", staging], &[("AWS_SSO_ROLE_ARN", ROLE)])).as_deref(),
        Some(staging)
    );
    assert_refused(&run(&["--arn", ROLE], &[("AWS_SSO", "nowhere")]), 3, &["`nowhere`"]);
    // In a role shell the variables name the current role, not the one to go to: the picker would
    // open, but there is no terminal here.
    let managed = [("AWS_SSO", "lab"), ("AWS_SSO_ROLE_ARN", staging), ("ROLECALL_ROLE", staging)];
    assert_refused(&run(&[], &managed), 2, &["needs a terminal"]);
    assert_eq!(
        role(&run(&["--arn", ROLE], &managed)),
        want,
        "AWS_SSO of a role shell hides no other instance"
    );
}

#[test]
fn a_query_without_a_terminal_has_to_match_one_role_of_a_complete_list() {
    let sandbox = Sandbox::signed_in();
    let run = |args: &[&str]| {
        sandbox.run(&[&["exec"], args, &["--", "sh", "-c", "echo $AWS_SSO_ACCOUNT_ID"]].concat())
    };
    assert_eq!(
        run(&["-S", "corp", "account:payments-dev role:ReadOnlyAccess"]).stdout,
        "882120723254\n"
    );
    assert_refused(
        &run(&["-S", "corp", "account:payments-*"]),
        5,
        &["13 roles match", "and 3 more"],
    );
    assert_refused(&run(&["-S", "corp", "xyzzyplugh"]), 5, &["no role matches `xyzzyplugh`"]);
    assert_refused(
        &run(&["account:payments-dev role:ReadOnlyAccess"]),
        5,
        &["incomplete", "--sso"],
    );
}

#[test]
#[cfg(unix)]
fn a_shell_is_a_child_whose_exit_code_is_passed_on() {
    let sandbox = Sandbox::signed_in();
    let shell =
        sandbox.write_executable("shell", "#!/bin/sh\necho \"$AWS_SSO_ROLE_NAME\"\nexit 5\n");
    let before = "arn:aws:iam::373374062225:role/PowerUserAccess";
    let mut command = sandbox.rolecall(&["exec", "-S", "corp", "--arn", ROLE]);
    let ran = CommandOutput::from_output(
        command
            .env("SHELL", &shell)
            .env("ROLECALL_ROLE", before)
            .env("AWS_SSO_ROLE_ARN", before)
            .output()
            .unwrap(),
    );
    assert_eq!((ran.code, ran.stdout.as_str()), (5, "ReadOnlyAccess\n"));
    assert!(
        ran.stderr
            .contains("payments-staging/PowerUserAccess → payments-prod/ReadOnlyAccess as keys"),
        "{ran:?}"
    );
}
