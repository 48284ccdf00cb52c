//! `each`: one command in many roles.

use std::io::{BufRead, BufReader};

use rustix::process::{Pid, Signal, kill_process};

use crate::commands::{assert_refused, snapshot};
use crate::sandbox::{CommandOutput, Sandbox};

const READ_ONLY: &str = "account:payments-* role:ReadOnlyAccess";

fn each(sandbox: &Sandbox, args: &[&str], script: &str) -> CommandOutput {
    sandbox.run(&[&["each", "-S", "corp"], args, &["--", "sh", "-c", script]].concat())
}

fn sorted(text: &str) -> Vec<&str> {
    let mut lines: Vec<&str> = text.lines().collect();
    lines.sort_unstable();
    lines
}

#[test]
fn a_command_runs_in_every_role_that_matches_with_its_keys_and_labelled_lines() {
    let sandbox = Sandbox::signed_in();
    let ran = each(
        &sandbox,
        &[READ_ONLY],
        "echo $AWS_SSO_ACCOUNT_ID ${AWS_ACCESS_KEY_ID%${AWS_ACCESS_KEY_ID#ASIA}}",
    );
    let want = [
        "payments-dev/ReadOnlyAccess     │ 882120723254 ASIA",
        "payments-prod/ReadOnlyAccess    │ 012345678901 ASIA",
        "payments-staging/ReadOnlyAccess │ 373374062225 ASIA",
    ];
    assert_eq!((ran.code, sorted(&ran.stdout)), (0, want.to_vec()), "{ran:?}");
    assert_eq!(ran.stderr, "3 roles: all succeeded\n");
}

#[test]
fn the_worst_exit_code_wins_and_the_summary_names_the_role() {
    let sandbox = Sandbox::signed_in();
    let script = "echo oops >&2; case $AWS_SSO_ACCOUNT_ID in 0*) exit 3;; 3*) exit 9;; esac";
    let ran = each(&sandbox, &[READ_ONLY, "-j", "1"], script);
    assert_eq!((ran.code, ran.stdout.as_str()), (9, ""), "{ran:?}");
    assert!(ran.stderr.contains("payments-prod/ReadOnlyAccess    │ oops\n"), "{ran:?}");
    let end = "3 roles: 1 succeeded, 2 failed\n  exit code 3: payments-prod/ReadOnlyAccess\n  exit code 9: payments-staging/ReadOnlyAccess\n";
    assert!(ran.stderr.ends_with(end), "{ran:?}");
}

#[test]
fn as_json_each_role_is_one_line() {
    let sandbox = Sandbox::signed_in();
    let ran =
        each(&sandbox, &[READ_ONLY, "--json"], "echo $AWS_SSO_ACCOUNT_ID; printf bad >&2; exit 2");
    let lines: Vec<serde_json::Value> =
        sorted(&ran.stdout).into_iter().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((ran.code, lines.len()), (2, 3), "{ran:?}");
    let prod = lines.iter().find(|line| line["account_id"] == "012345678901").unwrap();
    assert_eq!((&prod["role"], &prod["exit_code"]), (&"ReadOnlyAccess".into(), &2.into()));
    assert_eq!(
        (&prod["stdout"], &prod["stderr"], &prod["error"]),
        (&"012345678901\n".into(), &"bad".into(), &serde_json::Value::Null)
    );
}

#[test]
fn a_dry_run_lists_the_roles_and_runs_nothing() {
    let sandbox = Sandbox::signed_in();
    snapshot(
        &sandbox,
        "each_dry_run",
        &["each", "-S", "corp", "account:payments-prod", "--dry-run"],
    );
    assert_eq!(
        sandbox
            .run(&["each", "-S", "corp", READ_ONLY, "--dry-run", "--json"])
            .stdout
            .lines()
            .count(),
        3
    );
    assert_eq!(sandbox.aws.call_count("GetRoleCredentials"), 0);
}

#[test]
fn with_one_role_an_account_the_preferred_roles_settle_which() {
    let sandbox = Sandbox::signed_in();
    assert_refused(
        &each(&sandbox, &["account:payments-*", "--per-account"], "true"),
        5,
        &["in account payments-prod", "`prefer_roles`"],
    );
    sandbox.prepend_config("prefer_roles = ['Read*']");
    let ran = each(&sandbox, &["account:payments-*", "--per-account"], "echo $AWS_SSO_ROLE_NAME");
    assert_eq!((ran.code, ran.stdout.matches("│ ReadOnlyAccess\n").count()), (0, 3), "{ran:?}");
}

#[test]
fn protected_roles_need_the_yes_flag_without_a_terminal() {
    let sandbox = Sandbox::signed_in();
    let query = "account:payments-* role:AdministratorAccess";
    snapshot(&sandbox, "each_protected", &["each", "-S", "corp", query, "--", "true"]);
    assert_eq!(sandbox.aws.call_count("GetRoleCredentials"), 0);
    assert_eq!(each(&sandbox, &[query, "--yes"], "true").code, 0);
}

#[test]
fn words_that_match_nothing_and_a_list_that_is_not_complete_are_refused() {
    let sandbox = Sandbox::signed_in();
    assert_refused(&each(&sandbox, &["xyzzyplugh"], "true"), 5, &["no role matches `xyzzyplugh`"]);
    assert_refused(&each(&sandbox, &[" "], "true"), 2, &["no role is named", "role:*"]);
    assert_refused(&sandbox.run(&["each", READ_ONLY, "--", "true"]), 5, &["incomplete", "--sso"]);
    assert_refused(&sandbox.run(&["each", "-S", "corp", READ_ONLY]), 2, &["`--`"]);
    assert_refused(&each(&sandbox, &[READ_ONLY, "-j", "0"], "true"), 2, &["0"]);
    let missing = sandbox.run(&["each", "-S", "corp", READ_ONLY, "--", "no-such-program"]);
    assert_refused(&missing, 127, &["program `no-such-program` not found"]);
    assert_eq!(sandbox.aws.call_count("GetRoleCredentials"), 0);
}

#[test]
fn one_roles_refusal_keeps_no_other_from_its_turn() {
    let sandbox = Sandbox::signed_in();
    sandbox.aws.revoke_role("012345678901".parse().unwrap(), "ReadOnlyAccess");
    let ran = each(&sandbox, &[READ_ONLY], "echo ok");
    assert_eq!((ran.code, ran.stdout.lines().count()), (6, 2), "{ran:?}");
    assert!(ran.stderr.contains("3 roles: 2 succeeded, 1 failed\n"), "{ran:?}");
    assert!(ran.stderr.contains(": payments-prod/ReadOnlyAccess\n"), "{ran:?}");
}

#[test]
fn a_missing_sign_in_is_one_line_for_all_roles() {
    let sandbox = Sandbox::signed_in();
    sandbox.run(&["logout", "-S", "corp"]);
    let ran = each(&sandbox, &[READ_ONLY], "true");
    assert_refused(
        &ran,
        4,
        &[
            "3 roles: 0 succeeded, 3 failed",
            "not signed in to corp: payments-",
            "run `rolecall login --sso corp`",
        ],
    );
    assert_eq!(ran.stderr.matches("not signed in").count(), 1, "{ran:?}");
}

#[test]
fn ctrl_c_stops_the_commands_with_their_children_and_prints_a_summary() {
    let sandbox = Sandbox::signed_in();
    // One after the other: the first command ends, the second waits for a grandchild that would
    // keep its output open for a minute.
    let script = "case $AWS_SSO_ACCOUNT_ID in 0*) echo done;; 3*) (echo ready; exec sleep 60) & wait;; *) echo never;; esac";
    let mut child =
        sandbox.spawn(&["each", "-S", "corp", READ_ONLY, "-j", "1", "--", "sh", "-c", script]);
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    assert!(lines.any(|line| line.ends_with("│ ready")));
    kill_process(Pid::from_child(&child), Signal::INT).unwrap();
    assert_eq!(lines.next(), None);
    let ran = CommandOutput::from_child(child);
    assert_eq!(ran.code, 130, "{ran:?}");
    assert!(ran.stderr.contains("3 roles: 1 succeeded, 2 failed\n"), "{ran:?}");
    assert!(ran.stderr.contains("interrupted: payments-staging/ReadOnlyAccess\n"), "{ran:?}");
    assert!(ran.stderr.contains("not started: payments-dev/ReadOnlyAccess\n"), "{ran:?}");
}
