//! Lists of accounts and roles that are incomplete, empty, repeated or not from AWS.

use rolecall::testing::demo::{Delivery, Fault, FaultReply, ReplyEdit};
use serde_json::json as value;

use crate::commands::{assert_refused, json};
use crate::sandbox::Sandbox;

const CACHE: [&str; 4] = ["cache", "-S", "corp", "--json"];

/// A signed-in sandbox with a list of 38 roles, in which a request is retried only once.
pub(crate) fn signed_in() -> Sandbox {
    let sandbox = Sandbox::signed_in();
    limit_retries(&sandbox);
    sandbox
}

/// Makes rolecall give up on the list after a second attempt.
fn limit_retries(sandbox: &Sandbox) {
    sandbox.prepend_config("max_retry = 1\nmax_backoff = 1");
}

pub(crate) fn scripted_response(operation: &str, times: usize, reply: FaultReply) -> Fault {
    Fault::Reply { operation: operation.into(), times, reply }
}

fn body(text: &str) -> FaultReply {
    FaultReply::json(200, text)
}

/// The roles that `list` shows, sorted.
fn listed_roles(sandbox: &Sandbox) -> Vec<String> {
    let shown = sandbox.run(&["list", "-S", "corp", "AccountIdPad", "RoleName", "--csv"]).stdout;
    let mut rows: Vec<String> = shown.lines().skip(1).map(str::to_owned).collect();
    rows.sort();
    rows
}

#[test]
fn an_account_list_that_is_none_is_a_failure_and_changes_nothing() {
    let sandbox = signed_in();
    let before = listed_roles(&sandbox);
    let odd = [
        body("{}"),
        body("null"),
        body(""),
        FaultReply::raw(201, "application/json", r#"{"accountList":[]}"#),
        FaultReply::raw(204, "application/json", ""),
        body(r#"{"accountList":[{"accountName":"x"}]}"#),
        FaultReply::from_operation()
            .with_edit(ReplyEdit::Set("/accountList/3/accountId".into(), value!("12345"))),
        FaultReply::from_operation()
            .with_edit(ReplyEdit::Set("/accountList/3/accountId".into(), value!(12))),
        FaultReply::from_operation()
            .with_delivery(Delivery::Truncated { keep: 200, accurate_length: true }),
    ];
    for reply in odd {
        sandbox.aws.add_fault(scripted_response("ListAccounts", 2, reply.clone()));
        let ran = sandbox.run(&CACHE);
        assert_eq!((ran.code, ran.stdout.as_str()), (6, ""), "{reply:?}: {ran:?}");
        assert!(ran.stderr.contains("listing accounts: the response of"), "{reply:?}: {ran:?}");
        assert_eq!(listed_roles(&sandbox), before, "{reply:?}");
    }
    assert_eq!(json(&sandbox.run(&CACHE))["changes"], value!([]));
}

#[test]
fn a_role_list_that_is_none_keeps_the_accounts_roles() {
    let sandbox = signed_in();
    let before = listed_roles(&sandbox);
    for reply in [
        body("{}"),
        body(r#"{"roleList":[{"accountId":"012345678901"}]}"#),
        FaultReply::from_operation()
            .with_edit(ReplyEdit::Set("/roleList/0/roleName".into(), value!(""))),
        FaultReply::from_operation()
            .with_edit(ReplyEdit::Set("/roleList/0/roleName".into(), value!("a b\u{1b}"))),
        FaultReply::from_operation()
            .with_edit(ReplyEdit::Set("/roleList/0/accountId".into(), value!("999999999999"))),
    ] {
        sandbox.aws.add_fault(scripted_response("ListAccountRoles", 2, reply.clone()));
        let ran = sandbox.run(&[&CACHE[..], &["--threads", "1"]].concat());
        assert_eq!(json(&ran)["changes"], value!([]), "{reply:?}");
        assert_eq!(listed_roles(&sandbox), before, "{reply:?}");
    }
}

#[test]
fn a_mistyped_role_does_not_erase_the_list() {
    let sandbox = signed_in();
    let before = listed_roles(&sandbox);
    for text in ["{}", r#"{"roleList":[]}"#, r#"{"accountList":[]}"#] {
        for selector in
            [&["-A", "012345678901", "-R", "Mistyped"][..], &["-A", "999999999999", "-R", "Admin"]]
        {
            sandbox.aws.add_fault(scripted_response("ListAccountRoles", 2, body(text)));
            sandbox.aws.add_fault(scripted_response("ListAccounts", 2, body(text)));
            let ran = sandbox.run(&[&["exec", "-S", "corp"], selector, &["--", "true"]].concat());
            assert!([5, 6].contains(&ran.code), "{text} {selector:?}: {ran:?}");
            assert_eq!(listed_roles(&sandbox), before, "{text} {selector:?}");
        }
    }
}

#[test]
fn an_empty_account_list_is_believed_by_the_second_refresh() {
    let sandbox = signed_in();
    let before = listed_roles(&sandbox);
    sandbox.aws.add_fault(scripted_response("ListAccounts", 2, body(r#"{"accountList":[]}"#)));
    let first = sandbox.run(&CACHE);
    let summary = json(&first);
    assert_eq!(
        (
            summary["changes"].clone(),
            summary["roles"].clone(),
            summary["unconfirmed"].as_array().map(Vec::len)
        ),
        (value!([]), value!(39), Some(10))
    );
    assert!(
        first.stderr.contains("AWS sent an empty list; the known roles of 10 accounts are kept until a second refresh agrees"),
        "{first:?}"
    );
    assert_eq!(listed_roles(&sandbox), before);
    let shown = sandbox.run(&["list", "-S", "corp"]);
    assert!(shown.stderr.contains("until a second refresh agrees"), "{shown:?}");
    assert!(sandbox.run(&["status", "-S", "corp"]).stdout.contains("10 accounts unconfirmed"));
    let second = sandbox.run(&CACHE);
    // The chained role of the configuration is left.
    assert_eq!(
        (json(&second)["roles"].clone(), json(&second)["unconfirmed"].clone()),
        (value!(1), value!([]))
    );
    assert_eq!(json(&second)["changes"].as_array().map(Vec::len), Some(38));
    assert_eq!(json(&sandbox.run(&CACHE))["roles"], 39, "and everything comes back");
}

#[test]
fn an_empty_list_that_is_not_repeated_is_forgotten() {
    let sandbox = signed_in();
    let before = listed_roles(&sandbox);
    sandbox.aws.add_fault(scripted_response("ListAccountRoles", 10, body(r#"{"roleList":[]}"#)));
    assert_eq!(json(&sandbox.run(&CACHE))["unconfirmed"].as_array().map(Vec::len), Some(10));
    let ran = sandbox.run(&CACHE);
    assert_eq!(
        (json(&ran)["changes"].clone(), json(&ran)["unconfirmed"].clone()),
        (value!([]), value!([]))
    );
    assert_eq!((listed_roles(&sandbox), ran.stderr.contains("kept")), (before, false));
}

#[test]
fn repeated_entries_count_once() {
    let sandbox = signed_in();
    let before = listed_roles(&sandbox);
    sandbox.aws.add_fault(scripted_response(
        "ListAccounts",
        1,
        FaultReply::from_operation().with_edit(ReplyEdit::Duplicate("/accountList".into())),
    ));
    sandbox.aws.add_fault(scripted_response(
        "ListAccountRoles",
        10,
        FaultReply::from_operation().with_edit(ReplyEdit::Duplicate("/roleList".into())),
    ));
    let ran = sandbox.run(&CACHE);
    assert_eq!(
        (json(&ran)["changes"].clone(), json(&ran)["roles"].clone()),
        (value!([]), value!(39))
    );
    assert_eq!(listed_roles(&sandbox), before);
}

#[test]
fn page_tokens_that_repeat_end_the_listing() {
    let sandbox = signed_in();
    let before = listed_roles(&sandbox);
    let page = |token: &str| {
        FaultReply::from_first_page().with_edit(ReplyEdit::Set("/nextToken".into(), value!(token)))
    };
    for tokens in [&["A", "A"][..], &["A", "B", "A"]] {
        tokens.iter().for_each(|token| {
            sandbox.aws.add_fault(scripted_response("ListAccounts", 1, page(token)))
        });
        assert_refused(&sandbox.run(&CACHE), 6, &["the list from AWS has no end"]);
        assert_eq!(listed_roles(&sandbox), before);
    }
}
