//! Credentials that are incomplete, implausible or cut short.

use rolecall::testing::demo::{Delivery, FaultReply, ReplyEdit};
use rolecall::testing::os::clock::Clock;
use serde_json::{Value, json as value};

use crate::commands::{ROLE, json};
use crate::records::Records;
use crate::responses_lists::{scripted_response, signed_in};

/// The demo's chained role.
const DEPLOY: &str = "373374062225:Deploy";
/// The maximum number of attempts of any request.
const ALWAYS: usize = 20;

fn edited_response(field: &str, value: Value) -> FaultReply {
    FaultReply::from_operation()
        .with_edit(ReplyEdit::Set(format!("/roleCredentials/{field}"), value))
}

/// The time this many seconds from now, in milliseconds since 1970.
fn milliseconds(seconds: i64) -> Value {
    (Clock::System.now().plus_seconds(seconds).0 * 1_000).into()
}

/// Answers to GetRoleCredentials that must not be used.
fn invalid_responses() -> Vec<FaultReply> {
    vec![
        FaultReply::json(200, "{}"),
        FaultReply::json(200, r#"{"roleCredentials":null}"#),
        edited_response("accessKeyId", value!("")),
        edited_response("secretAccessKey", value!(null)),
        edited_response("sessionToken", value!("a\nb")),
        FaultReply::from_operation()
            .with_edit(ReplyEdit::Remove("/roleCredentials/sessionToken".into())),
        edited_response("expiration", value!(0)),
        edited_response("expiration", value!(-1)),
        edited_response("expiration", milliseconds(-3_600)),
        edited_response("expiration", milliseconds(86_400)),
        edited_response("expiration", (Clock::System.now().plus_seconds(3_600).0).into()),
        edited_response("expiration", value!(i64::MAX)),
        edited_response("expiration", value!("soon")),
        FaultReply::from_operation()
            .with_delivery(Delivery::Truncated { keep: 300, accurate_length: true }),
    ]
}

#[test]
fn bad_credentials_are_neither_used_nor_stored() {
    let sandbox = signed_in();
    let records = Records::new(&sandbox);
    let kept = records.count();
    for reply in invalid_responses() {
        sandbox.aws.add_fault(scripted_response("GetRoleCredentials", ALWAYS, reply.clone()));
        let ran = sandbox.process(ROLE);
        assert_eq!((ran.code, ran.stdout.as_str()), (6, ""), "{reply:?}: {ran:?}");
        assert!(ran.stderr.contains("the response of 127.0.0.1"), "{reply:?}: {ran:?}");
        assert_eq!(records.count(), kept, "{reply:?}");
        sandbox.aws.clear_faults();
    }
    assert_eq!(sandbox.process(ROLE).code, 0);
}

#[test]
fn good_old_credentials_go_out_in_place_of_bad_ones() {
    let sandbox = signed_in();
    let key = json(&sandbox.process(ROLE))["AccessKeyId"].clone();
    let records = Records::new(&sandbox);
    records.expire_credentials_in(ROLE, 600);
    let old = records.credentials(ROLE);
    sandbox.aws.add_fault(scripted_response(
        "GetRoleCredentials",
        ALWAYS,
        edited_response("expiration", milliseconds(86_400)),
    ));
    let ran = sandbox.process(ROLE);
    assert_eq!(json(&ran)["AccessKeyId"], key);
    assert!(ran.stderr.contains("valid for more than 12 hours"), "{ran:?}");
    assert_eq!(records.credentials(ROLE), old);
}

#[test]
fn a_wrong_date_does_not_extend_a_life() {
    let sandbox = signed_in();
    let records = Records::new(&sandbox);
    let moment = Clock::System.now();
    for date in ["Thu, 01 Jan 1970 00:00:01 GMT", "Fri, 31 Dec 2100 23:59:59 GMT", "nonsense"] {
        sandbox.aws.add_fault(scripted_response(
            "GetRoleCredentials",
            1,
            FaultReply::from_operation().with_header("date", date),
        ));
        let ran = sandbox.run(&["process", "-S", "corp", "--arn", ROLE, "--sts-refresh"]);
        assert_eq!(ran.code, 0, "{date}: {ran:?}");
        let life = records.credentials(ROLE).unwrap().expires_at.seconds_since(moment);
        assert!((3_000..=3_700).contains(&life), "{date}: {life}");
    }
}

#[test]
fn an_answer_of_sts_that_is_cut_short_is_neither_used_nor_stored() {
    let sandbox = signed_in();
    assert_eq!(sandbox.process("012345678901:AdministratorAccess").code, 0);
    let kept = Records::new(&sandbox).count();
    let replies = [
        FaultReply::from_operation()
            .with_delivery(Delivery::Truncated { keep: 400, accurate_length: true }),
        FaultReply::from_operation()
            .with_delivery(Delivery::Truncated { keep: 1_100, accurate_length: true }),
        FaultReply::from_operation()
            .with_delivery(Delivery::Truncated { keep: 1_100, accurate_length: false }),
        FaultReply::from_operation().with_edit(ReplyEdit::Remove("/SessionToken".into())),
        FaultReply::from_operation()
            .with_edit(ReplyEdit::Set("/SecretAccessKey".into(), value!(""))),
        FaultReply::from_operation().with_edit(ReplyEdit::Remove("/Expiration".into())),
        FaultReply::from_operation()
            .with_edit(ReplyEdit::Set("/Expiration".into(), value!("2199-01-01T00:00:00Z"))),
        FaultReply::raw(200, "text/xml", ""),
    ];
    for reply in replies {
        sandbox.aws.add_fault(scripted_response("AssumeRole", ALWAYS, reply.clone()));
        let ran = sandbox.process(DEPLOY);
        assert_eq!((ran.code, ran.stdout.as_str()), (6, ""), "{reply:?}: {ran:?}");
        assert_eq!(Records::new(&sandbox).count(), kept, "{reply:?}");
        sandbox.aws.clear_faults();
    }
    assert_eq!(json(&sandbox.process(DEPLOY))["AccountId"], "373374062225");
}

#[test]
fn bad_tokens_are_not_stored_and_the_old_ones_stay() {
    let sandbox = signed_in();
    let records = Records::new(&sandbox);
    records.expire_token_in("corp", 200);
    let old = records.token("corp").unwrap();
    // Answered without AWS: the refresh token is not used up.
    for body in [
        r#"{"accessToken":"","expiresIn":3600}"#,
        r#"{"accessToken":"a\n","expiresIn":3600}"#,
        r#"{"accessToken":"a","expiresIn":0}"#,
        r#"{"accessToken":"a","expiresIn":-5}"#,
        r#"{"accessToken":"a","expiresIn":2147483647}"#,
        r#"{"accessToken":"a"}"#,
        "{}",
    ] {
        sandbox.aws.add_fault(scripted_response("CreateToken", 1, FaultReply::json(200, body)));
        let ran = sandbox.run(&["cache", "-S", "corp"]);
        assert_eq!(ran.code, 0, "{body}: the old token has minutes left: {ran:?}");
        assert_eq!(records.token("corp").as_ref(), Some(&old), "{body}");
    }
    sandbox.aws.add_fault(scripted_response(
        "CreateToken",
        1,
        FaultReply::from_operation().with_edit(ReplyEdit::Set("/refreshToken".into(), value!(""))),
    ));
    assert_eq!(sandbox.run(&["cache", "-S", "corp"]).code, 0);
    let new = records.token("corp").unwrap();
    assert_ne!(new.access_token, old.access_token);
    assert_eq!(new.refresh_token, old.refresh_token, "an empty one replaces nothing");
}
