//! `account/role`, as every message prints a role, names it in every command.

use crate::sandbox::Sandbox;

const ARN: &str = "arn:aws:iam::012345678901:role/ReadOnlyAccess";

/// The command lines that use a role, with `ROLE` in its place, and what they print of it.
const COMMANDS: [(&[&str], &str); 16] = [
    (&["exec", "ROLE", "--", "printenv", "AWS_SSO_ROLE_ARN"], ARN),
    (&["exec", "-a", "ROLE", "--", "printenv", "AWS_SSO_ROLE_ARN"], ARN),
    (&["exec", "-p", "ROLE", "--", "printenv", "AWS_SSO_ROLE_ARN"], ARN),
    (&["eval", "ROLE", "--format", "env"], ARN),
    (&["eval", "-a", "ROLE", "--format", "env"], ARN),
    (&["console", "--link", "ROLE"], "account_id=012345678901&role_name=ReadOnlyAccess"),
    (&["console", "--link", "-a", "ROLE"], "role_name=ReadOnlyAccess"),
    (&["process", "-S", "corp", "-a", "ROLE"], "\"AccountId\":\"012345678901\""),
    (
        &["eks-token", "-S", "corp", "--cluster", "c", "-r", "eu-west-1", "-a", "ROLE"],
        "ExecCredential",
    ),
    (&["credentials", "ROLE"], "aws_session_token"),
    (&["credentials", "--arn", "ROLE"], "aws_session_token"),
    (&["each", "ROLE", "--", "printenv", "AWS_SSO_ROLE_ARN"], ARN),
    (&["list", "Arn", "-q", "ROLE"], ARN),
    (&["pick", "-f", "ROLE"], ARN),
    (&["pick", "-1", "ROLE"], ARN),
    (&["setup", "profiles", "ROLE", "--print"], "ReadOnlyAccess"),
];

/// Runs every command for a role that is named like this.
#[track_caller]
fn assert_named(sandbox: &Sandbox, role: &str) {
    for (line, printed) in COMMANDS {
        let args: Vec<&str> =
            line.iter().map(|word| if *word == "ROLE" { role } else { word }).collect();
        let ran = sandbox.run(&args);
        assert!(ran.code == 0 && ran.stdout.contains(printed), "{args:?}: {ran:?}");
        // Other roles of the account begin with other names.
        assert!(!ran.stdout.contains("AdministratorAccess"), "{args:?}: {ran:?}");
    }
}

#[test]
fn every_command_takes_a_role_as_messages_print_it() {
    let sandbox = Sandbox::new();
    sandbox.login("corp");
    sandbox.login("lab");
    for role in [
        "payments-prod/ReadOnlyAccess",
        "payments-prod:ReadOnlyAccess",
        "012345678901/ReadOnlyAccess",
        "012345678901:ReadOnlyAccess",
        "PAYMENTS-PROD/readonlyaccess",
    ] {
        assert_named(&sandbox, role);
    }
}

#[test]
fn a_name_with_blanks_is_quoted_for_the_shell_or_twice() {
    let sandbox = Sandbox::new();
    let account = "[instances.corp.accounts.012345678901]\n";
    let config = sandbox.config().replace(account, &format!("{account}name = 'Data Lake'\n"));
    sandbox.write("rolecall/config.toml", &config);
    sandbox.login("corp");
    sandbox.login("lab");
    for role in
        ["Data Lake/ReadOnlyAccess", "\"Data Lake\"/ReadOnlyAccess", "Data Lake:ReadOnlyAccess"]
    {
        assert_named(&sandbox, role);
    }
}

#[test]
fn a_role_that_is_named_needs_no_complete_list() {
    let sandbox = Sandbox::signed_in();
    let exec = |role: &str| sandbox.run(&["exec", role, "--", "printenv", "AWS_SSO_ROLE_ARN"]);
    assert_eq!(exec("payments-prod/ReadOnlyAccess").stdout, format!("{ARN}\n"));
    assert_eq!(exec("payments-prod readonly").code, 5);
}

#[test]
fn what_is_printed_can_be_typed() {
    let sandbox = Sandbox::signed_in();
    let several = sandbox.run(&["exec", "payments", "readonly", "--", "true"]);
    let listed: Vec<&str> =
        several.stderr.lines().filter_map(|line| line.strip_prefix("      ")).collect();
    assert!(listed.len() > 2, "{several:?}");
    let columns = listed.iter().map(|line| line.rfind("  "));
    assert!(columns.clone().all(|at| at == columns.clone().next().unwrap()), "{several:?}");
    for line in listed {
        let (role, account) = line.split_once("  ").unwrap();
        assert!(account.trim_start().len() == 12 && !line.contains("--sso"), "{line}");
        let ran = sandbox.run(&["list", "RoleName", "-q", role]);
        let name = role.split_once('/').unwrap().1;
        assert_eq!(ran.stdout.lines().last().map(str::trim), Some(name), "{line}");
    }
}
