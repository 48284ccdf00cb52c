//! Failures of AWS while accounts and roles are listed.

use rolecall::testing::demo::Fault;

use crate::commands::{assert_refused, json};
use crate::faults::fail;
use crate::sandbox::Sandbox;

const CACHE: [&str; 4] = ["cache", "-S", "corp", "--json"];

/// The number of listed roles: those of the portal, and a chained one of the configuration.
fn count_listed(sandbox: &Sandbox) -> usize {
    sandbox.run(&["list", "-S", "corp", "--csv"]).stdout.lines().count() - 1
}

#[test]
fn a_storm_of_429s_loses_no_account_and_shows_no_failure() {
    let sandbox = Sandbox::signed_in();
    sandbox.aws.add_fault(fail("ListAccountRoles", 15, 429, "TooManyRequestsException"));
    sandbox.aws.add_fault(fail("ListAccounts", 2, 429, "TooManyRequestsException"));
    let ran = sandbox.run(&CACHE);
    assert_eq!(json(&ran)["roles"], 39);
    assert_eq!(
        (json(&ran)["failed"].as_array().map(Vec::len), ran.stderr.as_str()),
        (Some(0), "corp: 39 roles in 10 accounts\n")
    );
}

#[test]
fn everything_is_read_under_a_limit_of_requests_per_second() {
    let sandbox = Sandbox::signed_in();
    sandbox.aws.set_throttle(Some(20.0));
    let ran = sandbox.run(&[&CACHE[..], &["--threads", "10"]].concat());
    assert_eq!(
        (json(&ran)["roles"].as_u64(), json(&ran)["failed"].as_array().map(Vec::len)),
        (Some(39), Some(0))
    );
}

#[test]
fn one_accounts_failure_keeps_the_others_and_its_own_old_roles() {
    let sandbox = Sandbox::signed_in();
    sandbox.aws.grant_role("882120723254".parse().unwrap(), "Newcomer");
    sandbox.aws.add_fault(fail("ListAccountRoles", 1, 403, "ForbiddenException"));
    let ran = sandbox.run(&[&CACHE[..], &["--threads", "1"]].concat());
    let summary = json(&ran);
    assert_eq!(
        (summary["failed"][0].as_str(), summary["failed"].as_array().map(Vec::len)),
        (Some("012345678901"), Some(1))
    );
    assert_eq!(
        (summary["changes"].as_array().map(Vec::len), summary["changes"][0]["role"].as_str()),
        (Some(1), Some("Newcomer"))
    );
    assert!(
        ran.stderr.contains("account 012345678901 could not be read")
            && ran.stderr.contains("kept"),
        "{ran:?}"
    );
    assert_eq!(count_listed(&sandbox), 40);
}

#[test]
fn a_token_that_ends_on_the_way_is_renewed_and_the_rest_is_read() {
    let sandbox = Sandbox::signed_in();
    let tokens = sandbox.aws.call_count("CreateToken");
    sandbox.aws.add_fault(fail("ListAccountRoles", 1, 401, "UnauthorizedException"));
    assert_eq!(json(&sandbox.run(&CACHE))["roles"], 39);
    assert_eq!(sandbox.aws.call_count("CreateToken") - tokens, 1);
}

#[test]
fn a_session_that_ends_during_a_refresh_keeps_the_old_list() {
    let sandbox = Sandbox::signed_in();
    sandbox.aws.add_fault(fail("ListAccountRoles", 1, 401, "UnauthorizedException"));
    sandbox.aws.add_fault(fail("CreateToken", 1, 400, "InvalidGrantException"));
    assert_refused(&sandbox.run(&CACHE), 4, &["rolecall login --sso corp"]);
    assert_eq!(count_listed(&sandbox), 39);
}

#[test]
fn an_account_list_that_cannot_be_read_changes_nothing() {
    let sandbox = Sandbox::signed_in();
    sandbox.aws.add_fault(fail("ListAccounts", 1, 403, "ForbiddenException"));
    assert_refused(&sandbox.run(&CACHE), 6, &["listing accounts"]);
    assert_eq!(count_listed(&sandbox), 39);
}

#[test]
fn garbage_and_lost_answers_are_requested_again() {
    let sandbox = Sandbox::signed_in();
    sandbox.aws.add_fault(Fault::Garbage { operation: "ListAccountRoles".into(), times: 2 });
    sandbox.aws.add_fault(Fault::LoseResponse { operation: "ListAccountRoles".into(), times: 2 });
    let before = sandbox.aws.call_count("ListAccountRoles");
    assert_eq!(json(&sandbox.run(&CACHE))["roles"], 39);
    // One request for each of the ten accounts, and one more for each bad answer.
    assert_eq!(sandbox.aws.call_count("ListAccountRoles") - before, 14);
}
