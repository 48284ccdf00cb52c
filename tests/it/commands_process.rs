//! `process`: which role is selected, and the output.

use crate::commands::{ROLE, assert_refused, json, snapshot};
use crate::records::Records;
use crate::sandbox::{CommandOutput, Sandbox};

#[test]
fn one_line_of_json_and_nothing_else() {
    let sandbox = Sandbox::signed_in();
    let ran = sandbox.run(&["process", "-S", "corp", "--arn", ROLE]);
    assert_eq!(
        (ran.stdout.lines().count(), ran.stdout.contains(": "), ran.stderr.as_str()),
        (1, false, "")
    );
    let document = json(&ran);
    let keys: Vec<&str> = document.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(keys.len(), 6, "{keys:?}");
    assert!(document["AccessKeyId"].as_str().unwrap().starts_with("ASIA"));
    let expires = document["Expiration"].as_str().unwrap();
    assert!(expires.ends_with('Z') && expires.len() == 20, "{expires}");
}

#[test]
fn every_way_of_naming_a_role_gives_the_same_credentials() {
    let sandbox = Sandbox::signed_in();
    let want = sandbox.run(&["process", "-S", "corp", "--arn", ROLE]).stdout;
    let ways: [&[&str]; 6] = [
        &["process", "-S", "corp", "--arn", "arn:aws:iam::012345678901:role/ReadOnlyAccess"],
        &["process", "-S", "corp", "--account", "012345678901", "--role", "ReadOnlyAccess"],
        &["process", "-S", "corp", "-A", "payments-prod", "-R", "ReadOnlyAccess"],
        &["process", "-S", "corp", "--profile", "payments-prod-ReadOnlyAccess"],
        &["process", "--profile", "payments-prod-ReadOnlyAccess"],
        &["credential-process", "-S", "corp", "-a", ROLE],
    ];
    for way in ways {
        let ran = sandbox.run(way);
        assert_eq!((ran.code, ran.stdout == want), (0, true), "{way:?}: {ran:?}");
    }
    assert_eq!(sandbox.aws.call_count("GetRoleCredentials"), 1);
}

#[test]
fn among_several_instances_one_has_to_be_named_and_aws_sso_does_not_name_it() {
    let sandbox = Sandbox::signed_in();
    let unlisted = "999999999999:ReadOnlyAccess";
    snapshot(&sandbox, "process_which_sso", &["process", "--arn", unlisted]);
    let run = |args: &[&str]| {
        CommandOutput::from_output(
            sandbox
                .rolecall(args)
                .env("AWS_SSO", "corp")
                .env("AWS_SSO_ROLE_ARN", ROLE)
                .output()
                .unwrap(),
        )
    };
    assert_refused(&run(&["process", "--arn", unlisted]), 5, &["--sso"]);
    assert_refused(
        &run(&["process", "-A", "no-such-account", "-R", "ReadOnlyAccess"]),
        5,
        &["--sso"],
    );
    assert_refused(&run(&["process"]), 2, &["no role is named"]);
    sandbox.prepend_config("default_sso = 'corp'");
    for args in [
        &["process", "--arn", ROLE][..],
        &["process", "-A", "payments-prod", "-R", "ReadOnlyAccess"],
    ] {
        assert_eq!(json(&run(args))["AccountId"], "012345678901");
    }
}

#[test]
fn leading_zeros_are_never_lost_nor_made_up() {
    let sandbox = Sandbox::signed_in();
    assert_refused(
        &sandbox.run(&["process", "-S", "corp", "-A", "12345678901", "-R", "ReadOnlyAccess"]),
        5,
        &["12345678901"],
    );
    assert_refused(
        &sandbox.run(&["process", "-S", "corp", "--arn", "12345678901:ReadOnlyAccess"]),
        5,
        &["ACCOUNT/ROLE"],
    );
}

#[test]
fn stored_credentials_are_passed_over_or_not_kept_on_request() {
    let sandbox = Sandbox::signed_in();
    let key = |more: &[&str]| {
        json(&sandbox.run(&[&["process", "-S", "corp", "--arn", ROLE], more].concat()))["AccessKeyId"].clone()
    };
    let stored =
        || Records::new(&sandbox).credentials(ROLE).map(|credentials| credentials.access_key_id);
    let loose = key(&["--no-cache"]);
    assert_eq!(stored(), None);
    let first = key(&[]);
    assert_ne!(loose, first);
    let second = key(&["--sts-refresh"]);
    assert_ne!(first, second);
    assert_ne!(key(&["--no-cache"]), second);
    assert_eq!((stored().as_deref(), key(&[])), (second.as_str(), second.clone()));
}

#[test]
fn the_window_is_how_much_life_must_be_left_but_at_most_a_third() {
    let sandbox = Sandbox::signed_in();
    let key = |more: &[&str]| {
        json(&sandbox.run(&[&["process", "-S", "corp", "--arn", ROLE], more].concat()))["AccessKeyId"].clone()
    };
    let first = key(&[]);
    let records = Records::new(&sandbox);
    records.expire_credentials_in(ROLE, 1_000);
    assert_eq!(key(&[]), first, "a thousand seconds are more than the quarter of an hour");
    assert_eq!(key(&["--window", "5m"]), first);
    records.expire_credentials_in(ROLE, 1_300);
    assert_eq!(key(&["--window", "12h"]), first, "a third of an hour is the most");
    records.expire_credentials_in(ROLE, 800);
    assert_ne!(key(&[]), first);
    assert_eq!(sandbox.aws.call_count("GetRoleCredentials"), 2);
}

#[test]
fn an_unknown_role_is_looked_up_once_more_and_then_the_nearest_are_named() {
    let sandbox = Sandbox::signed_in();
    let missing =
        sandbox.run(&["process", "-S", "corp", "-A", "payments-prod", "-R", "ReadOnlyAcces"]);
    assert_refused(&missing, 5, &["no role `ReadOnlyAcces`", "did you mean ReadOnlyAccess"]);
    let calls =
        || (sandbox.aws.call_count("ListAccounts"), sandbox.aws.call_count("ListAccountRoles"));
    let (lists, roles) = calls();
    sandbox.aws.grant_role("012345678901".parse().unwrap(), "JustGranted");
    let granted =
        sandbox.run(&["process", "-S", "corp", "-A", "payments-prod", "-R", "JustGranted"]);
    assert_eq!(json(&granted)["AccountId"], "012345678901");
    assert_eq!(calls(), (lists, roles + 1), "the account is known: nothing else is read");
    assert_refused(
        &sandbox.run(&["process", "-S", "corp", "--profile", "payments-prod-Readonly"]),
        5,
        &["payments-prod-ReadOnlyAccess"],
    );
}

#[test]
fn an_unknown_account_is_looked_up_in_the_account_list_and_no_other_is_read() {
    let sandbox = Sandbox::new();
    let new = "882120723254";
    let names = sandbox.aws.organization().directories[0]
        .accounts
        .iter()
        .find(|account| account.id.as_str() == new)
        .unwrap()
        .roles
        .clone();
    names.iter().for_each(|role| sandbox.aws.revoke_role(new.parse().unwrap(), role));
    sandbox.login("corp");
    let calls =
        || (sandbox.aws.call_count("ListAccounts"), sandbox.aws.call_count("ListAccountRoles"));
    let (lists, roles) = calls();
    assert_refused(
        &sandbox.run(&["process", "-S", "corp", "-A", "payments-dev", "-R", "Fresh"]),
        5,
        &["no account `payments-dev`"],
    );
    assert_eq!(calls(), (lists + 1, roles));
    sandbox.aws.grant_role(new.parse().unwrap(), "Fresh");
    assert_eq!(
        sandbox
            .run(&["exec", "-S", "corp", "-A", "payments-dev", "-R", "Fresh", "--", "true"])
            .code,
        0
    );
    assert_eq!(calls(), (lists + 2, roles + 1), "the new account alone is read");
    assert!(
        sandbox.run(&["list", "-S", "corp", "-q", "role:Fresh"]).stdout.contains("Fresh"),
        "what was found is kept"
    );
    let age = sandbox.run(&["status", "-S", "corp", "--json"]).stdout;
    let read: serde_json::Value = serde_json::from_str(&age).unwrap();
    assert!(read["instances"][0]["roles_read_at"].is_string(), "{age}");
}

#[test]
fn an_account_alone_is_settled_by_the_preferred_roles_or_not_at_all() {
    let sandbox = Sandbox::signed_in();
    assert_refused(
        &sandbox.run(&["process", "-S", "corp", "-A", "payments-prod"]),
        5,
        &["4 roles match", "payments-prod/BreakGlass"],
    );
    sandbox.prepend_config("prefer_roles = ['Nobody*', 'Read*']");
    assert_eq!(sandbox.run(&["process", "-S", "corp", "-A", "payments-prod"]).code, 0);
    assert!(Records::new(&sandbox).credentials(ROLE).is_some());
}

#[test]
fn without_an_instance_the_only_one_whose_list_has_the_account_is_used() {
    let sandbox = Sandbox::signed_in();
    let role = |account| ["process", "--account", account, "--role", "ReadOnlyAccess"];
    for account in ["012345678901", "payments-prod"] {
        let ran = sandbox.run(&role(account));
        assert!(ran.code == 0 && ran.stdout.contains("012345678901"), "{ran:?}");
    }
    let by_arn = sandbox.run(&["process", "--arn", "012345678901:ReadOnlyAccess"]);
    assert_eq!(by_arn.code, 0, "{by_arn:?}");
    for account in ["999999999999", "no-such-account"] {
        assert_refused(&sandbox.run(&role(account)), 5, &["several", "corp, lab", "--sso"]);
    }
}
