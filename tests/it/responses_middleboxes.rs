//! Answers of proxies and login pages, endless answers, and missing answers.

use std::time::{Duration, Instant};

use rolecall::testing::demo::{Delivery, FaultReply};

use crate::commands::{ROLE, assert_refused, json};
use crate::records::Records;
use crate::responses_lists::{scripted_response, signed_in};

const ALWAYS: usize = 20;

/// Answers of a middlebox between this machine and AWS.
fn middlebox_responses() -> Vec<FaultReply> {
    let mut replies: Vec<FaultReply> =
        [302, 304, 407, 413, 451].map(|status| FaultReply::raw(status, "text/plain", "")).into();
    replies.extend([200, 400, 401, 403, 404, 503].map(FaultReply::html));
    replies.push(FaultReply::raw(403, "text/plain", "Blocked by policy"));
    replies
}

#[test]
fn a_box_in_between_is_not_aws_and_good_old_credentials_go_out() {
    let sandbox = signed_in();
    let key = json(&sandbox.process(ROLE))["AccessKeyId"].clone();
    let records = Records::new(&sandbox);
    for reply in middlebox_responses() {
        // Other failures are not remembered: new credentials are stored.
        assert_eq!(sandbox.run(&["process", "-S", "corp", "--arn", ROLE, "--sts-refresh"]).code, 0);
        let key = records.credentials(ROLE).unwrap().access_key_id;
        records.expire_credentials_in(ROLE, 600);
        sandbox.aws.add_fault(scripted_response("GetRoleCredentials", ALWAYS, reply.clone()));
        let ran = sandbox.process(ROLE);
        assert_eq!(json(&ran)["AccessKeyId"], key, "{reply:?}");
        assert!(
            ran.stderr.contains("AWS could not be reached (a proxy or login page answered"),
            "{reply:?}: {ran:?}"
        );
        sandbox.aws.clear_faults();
    }
    assert_ne!(key, "");
    assert!(records.token("corp").is_some(), "no box ends the session");
}

#[test]
fn a_box_in_between_refuses_nothing() {
    let sandbox = signed_in();
    for operation in ["GetRoleCredentials", "ListAccounts"] {
        for reply in
            [FaultReply::html(403), FaultReply::html(200), FaultReply::raw(302, "text/plain", "")]
        {
            sandbox.aws.add_fault(scripted_response(operation, ALWAYS, reply.clone()));
            let ran = if operation == "ListAccounts" {
                sandbox.run(&["cache", "-S", "corp"])
            } else {
                sandbox.process(ROLE)
            };
            assert_refused(
                &ran,
                6,
                &["AWS could not be reached (a proxy or login page answered", "hint: "],
            );
            sandbox.aws.clear_faults();
        }
    }
    sandbox.aws.add_fault(scripted_response("GetRoleCredentials", 2, FaultReply::html(407)));
    assert_eq!(
        sandbox.process(ROLE).code,
        0,
        "it is tried again as after a failure of the network"
    );
}

#[test]
fn a_429_without_a_body_is_waited_out() {
    let sandbox = signed_in();
    sandbox.aws.add_fault(scripted_response(
        "GetRoleCredentials",
        2,
        FaultReply::raw(429, "text/plain", ""),
    ));
    assert_eq!(sandbox.process(ROLE).code, 0);
    sandbox.aws.add_fault(scripted_response(
        "ListAccounts",
        2,
        FaultReply::raw(429, "text/plain", ""),
    ));
    assert_eq!(sandbox.run(&["cache", "-S", "corp"]).code, 0);
}

#[test]
fn an_answer_without_end_is_cut_off() {
    let sandbox = signed_in();
    for operation in ["GetRoleCredentials", "ListAccounts"] {
        sandbox.aws.add_fault(scripted_response(
            operation,
            ALWAYS,
            FaultReply::from_operation().with_delivery(Delivery::Endless),
        ));
        let ran = if operation == "ListAccounts" {
            sandbox.run(&["cache", "-S", "corp"])
        } else {
            sandbox.process(ROLE)
        };
        assert_refused(&ran, 6, &["it is larger than"]);
        sandbox.aws.clear_faults();
    }
}

#[test]
fn a_sign_out_without_an_answer_of_aws_ends_with_a_warning() {
    let sandbox = signed_in();
    sandbox.aws.add_fault(scripted_response(
        "Logout",
        ALWAYS,
        FaultReply::no_response(Delivery::NoResponse),
    ));
    let began = Instant::now();
    let ran = sandbox.run(&["logout", "-S", "corp"]);
    assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.stderr.contains("could not be ended at AWS"), "{ran:?}");
    assert_eq!(Records::new(&sandbox).token("corp"), None);
}

#[test]
fn a_page_for_people_is_not_a_sign_out() {
    let sandbox = signed_in();
    sandbox.aws.add_fault(scripted_response("Logout", ALWAYS, FaultReply::html(200)));
    let ran = sandbox.run(&["logout", "-S", "corp"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(
        ran.stderr.contains("could not be ended at AWS")
            && ran.stderr.contains("signed out of corp"),
        "{ran:?}"
    );
}
