//! Failures of AWS while credentials are fetched, and their outcome.

use std::time::{Duration, Instant};

use rolecall::testing::demo::{DeviceApproval, Fault, SimulatorOptions};
use rolecall::testing::os::clock::Clock;

use crate::commands::{ROLE, assert_refused, json, snapshot};
use crate::records::Records;
use crate::sandbox::Sandbox;

pub(crate) fn fail(operation: &str, times: usize, status: u16, error: &str) -> Fault {
    Fault::Fail { operation: operation.into(), times, status, error: error.into() }
}

#[test]
fn a_token_that_aws_has_ended_is_renewed_once() {
    let sandbox = Sandbox::signed_in();
    let tokens = sandbox.aws.call_count("CreateToken");
    sandbox.aws.expire_tokens();
    assert_eq!(sandbox.process(ROLE).code, 0);
    assert_eq!(
        (
            sandbox.aws.call_count("CreateToken") - tokens,
            sandbox.aws.call_count("GetRoleCredentials")
        ),
        (1, 2)
    );
    sandbox.aws.expire_tokens();
    assert_eq!(sandbox.run(&["cache", "-S", "corp"]).code, 0, "reading the list renews it too");
}

#[test]
fn a_token_about_to_expire_is_renewed_and_a_missing_refresh_token_keeps_the_old_one() {
    let sandbox = Sandbox::signed_in();
    let records = Records::new(&sandbox);
    let before = records.token("corp").unwrap();
    records.expire_token_in("corp", 60);
    sandbox.aws.add_fault(Fault::OmitRefreshToken);
    assert_eq!(sandbox.process(ROLE).code, 0);
    let after = records.token("corp").unwrap();
    assert_ne!(after.access_token, before.access_token);
    assert_eq!(
        (after.refresh_token, after.signed_in_at),
        (before.refresh_token, before.signed_in_at)
    );
    records.expire_token_in("corp", -60);
    assert_eq!(
        sandbox.run(&["process", "-S", "corp", "--arn", ROLE, "--sts-refresh"]).code,
        0,
        "the old one still works"
    );
}

#[test]
fn a_session_that_has_ended_needs_a_sign_in() {
    let sandbox = Sandbox::signed_in();
    sandbox.aws.end_sessions();
    snapshot(&sandbox, "session_over", &["process", "-S", "corp", "--arn", ROLE]);
    for args in [&["cache", "-S", "corp"][..], &["exec", "-S", "corp", "--arn", ROLE, "--", "true"]]
    {
        assert_refused(&sandbox.run(args), 4, &["rolecall login --sso corp"]);
    }
    sandbox.login("corp");
    assert_eq!(sandbox.process(ROLE).code, 0);
}

#[test]
fn a_revoked_role_is_reported_as_gone() {
    let sandbox = Sandbox::signed_in();
    let config = sandbox.config();
    let url = "access_request_url = 'https://ask.example.com/{account_id}/{role}'";
    sandbox.write("rolecall/config.toml", &format!("{url}\n{config}"));
    assert_eq!(sandbox.process(ROLE).code, 0);
    Records::new(&sandbox).expire_credentials_in(ROLE, 600);
    sandbox.aws.revoke_role("012345678901".parse().unwrap(), "ReadOnlyAccess");
    snapshot(&sandbox, "role_gone", &["process", "-S", "corp", "--arn", ROLE]);
    assert_refused(
        &sandbox.process(ROLE),
        6,
        &[
            "you no longer have payments-prod/ReadOnlyAccess",
            "https://ask.example.com/012345678901/ReadOnlyAccess",
        ],
    );
    assert_refused(
        &sandbox.run(&["exec", "-S", "corp", "--arn", ROLE, "--", "true"]),
        6,
        &["you no longer have payments-prod/ReadOnlyAccess", "ask.example.com"],
    );
}

#[test]
fn throttled_and_failed_requests_are_repeated() {
    let sandbox = Sandbox::signed_in();
    sandbox.aws.add_fault(fail("GetRoleCredentials", 2, 429, "TooManyRequestsException"));
    assert_eq!(sandbox.process(ROLE).code, 0);
    assert_eq!(sandbox.aws.call_count("GetRoleCredentials"), 3);
    sandbox.aws.add_fault(fail("GetRoleCredentials", 1, 503, ""));
    assert_eq!(sandbox.run(&["process", "-S", "corp", "--arn", ROLE, "--sts-refresh"]).code, 0);
    assert_eq!(sandbox.aws.call_count("GetRoleCredentials"), 5);
}

#[test]
fn an_unreadable_answer_is_a_failure_of_aws() {
    let sandbox = Sandbox::signed_in();
    sandbox.aws.add_fault(Fault::Garbage { operation: "GetRoleCredentials".into(), times: 9 });
    assert_refused(
        &sandbox.process(ROLE),
        6,
        &["getting credentials of `012345678901/ReadOnlyAccess`"],
    );
}

#[test]
fn a_failure_names_the_role_as_the_list_does() {
    let sandbox = Sandbox::signed_in();
    sandbox.aws.add_fault(Fault::Garbage { operation: "GetRoleCredentials".into(), times: 9 });
    assert_refused(
        &sandbox.run(&["exec", "012345678901/ReadOnlyAccess", "--", "true"]),
        6,
        &["getting credentials of `payments-prod/ReadOnlyAccess`"],
    );
}

#[test]
fn old_credentials_are_used_before_a_slow_answer_and_the_failure_is_remembered() {
    /// Longer than any run takes that does not wait for the answer.
    const DELAY: Duration = Duration::from_secs(30);
    let sandbox = Sandbox::signed_in();
    let key = json(&sandbox.process(ROLE))["AccessKeyId"].clone();
    Records::new(&sandbox).expire_credentials_in(ROLE, 600);
    sandbox.aws.add_fault(Fault::Delay {
        operation: "GetRoleCredentials".into(),
        times: 1,
        duration: DELAY,
    });
    let begun = Instant::now();
    let slow = sandbox.process(ROLE);
    assert!(begun.elapsed() < DELAY, "{:?}", begun.elapsed());
    assert_eq!(json(&slow)["AccessKeyId"], key);
    assert!(
        slow.stderr
            .contains("warning: no credentials for ReadOnlyAccess in 012345678901 within 3 s"),
        "{slow:?}"
    );
    let calls = sandbox.aws.call_count("GetRoleCredentials");
    let again = sandbox.process(ROLE);
    assert_eq!((json(&again)["AccessKeyId"].clone(), again.stderr), (key, slow.stderr));
    assert_eq!(
        sandbox.aws.call_count("GetRoleCredentials"),
        calls,
        "AWS is not asked again within the minute"
    );
}

#[test]
fn old_credentials_are_used_if_aws_fails_unless_they_are_about_to_expire() {
    let sandbox = Sandbox::signed_in();
    let key = json(&sandbox.process(ROLE))["AccessKeyId"].clone();
    let records = Records::new(&sandbox);
    records.expire_credentials_in(ROLE, 600);
    sandbox.aws.end_sessions();
    let ran = sandbox.process(ROLE);
    assert!(
        json(&ran)["AccessKeyId"] == key && ran.stderr.contains("rolecall login --sso corp"),
        "{ran:?}"
    );
    records.expire_credentials_in(ROLE, 30);
    assert_refused(&sandbox.process(ROLE), 4, &["rolecall login --sso corp"]);
}

#[test]
fn a_token_request_that_was_given_up_is_still_kept() {
    let sandbox = Sandbox::signed_in();
    assert_eq!(sandbox.process(ROLE).code, 0);
    let records = Records::new(&sandbox);
    records.expire_credentials_in(ROLE, 600);
    records.expire_token_in("corp", -60);
    let before = records.token("corp").unwrap();
    sandbox.aws.add_fault(Fault::Delay {
        operation: "CreateToken".into(),
        times: 1,
        duration: Duration::from_secs(5),
    });
    let ran = sandbox.process(ROLE);
    assert!(ran.code == 0 && ran.stderr.contains("within 3 s"), "{ran:?}");
    assert_ne!(
        records.token("corp").unwrap().access_token,
        before.access_token,
        "the refresh token was used up for it"
    );
}

#[test]
fn expiry_is_measured_by_this_machines_clock() {
    for seconds in [7_200, -7_200] {
        let sandbox = Sandbox::with_options(SimulatorOptions {
            accounts: 4,
            roles: 2,
            approval: DeviceApproval::After(Duration::ZERO),
            ..SimulatorOptions::default()
        });
        sandbox.aws.add_fault(Fault::SkewClock { seconds });
        sandbox.login("corp");
        assert_eq!(sandbox.process(ROLE).code, 0);
        let left =
            Records::new(&sandbox).credentials(ROLE).unwrap().seconds_left(Clock::System.now());
        assert!((3_500..=3_601).contains(&left), "{left} s left with a skew of {seconds}");
        assert_eq!(sandbox.process(ROLE).code, 0);
        assert_eq!(sandbox.aws.call_count("GetRoleCredentials"), 1);
    }
}
