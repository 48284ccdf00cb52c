//! Signed calls to STS, with an independent implementation of the signature.

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use super::*;
use crate::demo::{Fault, Simulator};
use crate::domain::Timestamp;
use crate::os::clock::Clock;

fn hex(bytes: impl AsRef<[u8]>) -> String {
    bytes.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn hmac_sha256(key: &[u8], text: &str) -> Vec<u8> {
    Hmac::<Sha256>::new_from_slice(key).unwrap().chain_update(text).finalize().into_bytes().to_vec()
}

/// Signs a form at this time and sends it.
fn call_at(
    demo: &Simulator,
    [key, secret, token]: &[String; 3],
    body: &str,
    time: Timestamp,
) -> FetchedResponse {
    let (date, host) = (amz_date(time), demo.url().strip_prefix("http://").unwrap());
    let canonical = format!(
        "POST\n/\n\nhost:{host}\nx-amz-date:{date}\nx-amz-security-token:{token}\n\nhost;x-amz-date;x-amz-security-token\n{}",
        hex(Sha256::digest(body))
    );
    let (scope, signature) = (
        format!("{}/eu-west-1/sts/aws4_request", &date[..8]),
        signature(secret, &date, &canonical),
    );
    let authorization = format!(
        "AWS4-HMAC-SHA256 Credential={key}/{scope}, SignedHeaders=host;x-amz-date;x-amz-security-token, Signature={signature}"
    );
    let headers = [
        ("authorization", authorization.as_str()),
        ("x-amz-date", &date),
        ("x-amz-security-token", token),
    ];
    fetch("POST", &format!("{}/", demo.url()), &headers, body).unwrap()
}

fn call(demo: &Simulator, credentials: &[String; 3], body: &str) -> FetchedResponse {
    call_at(demo, credentials, body, Clock::System.now())
}

fn element<'a>(reply: &'a FetchedResponse, name: &str) -> &'a str {
    let found = reply
        .body
        .split_once(&format!("<{name}>"))
        .and_then(|(_, rest)| rest.split_once(&format!("</{name}>")));
    found.unwrap_or_else(|| panic!("no {name} in {}", reply.body)).0
}

fn error_code(reply: &FetchedResponse) -> (u16, &str) {
    (reply.status, element(reply, "Code"))
}

fn signature(secret: &str, date: &str, canonical: &str) -> String {
    let text = format!(
        "AWS4-HMAC-SHA256\n{date}\n{}/eu-west-1/sts/aws4_request\n{}",
        &date[..8],
        hex(Sha256::digest(canonical))
    );
    let day = hmac_sha256(format!("AWS4{secret}").as_bytes(), &date[..8]);
    hex(hmac_sha256(
        &hmac_sha256(&hmac_sha256(&hmac_sha256(&day, "eu-west-1"), "sts"), "aws4_request"),
        &text,
    ))
}

/// Formats a time as in signatures.
fn amz_date(time: Timestamp) -> String {
    time.to_rfc3339().replace(['-', ':'], "")
}

const GET_CALLER_IDENTITY: &str = "Action=GetCallerIdentity&Version=2011-06-15";

fn assume_role_body(role: &str, more: &str) -> String {
    format!(
        "Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A{PAYMENTS}%3Arole%2F{role}&RoleSessionName=jane%40laptop{more}"
    )
}

/// Gets credentials of a role in the account `payments-prod`.
fn read_only_credentials(demo: &Simulator) -> [String; 3] {
    credentials(demo, &access_token(demo), PAYMENTS, "ReadOnlyAccess")
}

#[test]
fn a_signed_call_returns_the_callers_arn() {
    let demo = demo();
    let reply = call(&demo, &read_only_credentials(&demo), GET_CALLER_IDENTITY);
    assert_eq!(
        (reply.status, reply.header("content-type"), element(&reply, "Account")),
        (200, Some("text/xml"), PAYMENTS)
    );
    let arn = element(&reply, "Arn");
    let role = arn
        .strip_prefix("arn:aws:sts::012345678901:assumed-role/AWSReservedSSO_ReadOnlyAccess_")
        .unwrap();
    assert!(role.len() == 16 + "/jane.doe".len() && role.ends_with("/jane.doe"), "{arn}");
    assert!(element(&reply, "UserId").starts_with("AROA"));
    assert_eq!(Some(element(&reply, "RequestId")), reply.header("x-amzn-requestid"));
}

#[test]
fn wrong_keys_signatures_tokens_and_dates_have_their_own_errors() {
    let demo = demo();
    let good = read_only_credentials(&demo);
    let changed = |at: usize| {
        let mut other = good.clone();
        other[at] = "x".repeat(20);
        other
    };
    assert_eq!(
        error_code(&call(&demo, &changed(0), GET_CALLER_IDENTITY)),
        (403, "InvalidClientTokenId")
    );
    assert_eq!(
        error_code(&call(&demo, &changed(1), GET_CALLER_IDENTITY)),
        (403, "SignatureDoesNotMatch")
    );
    assert_eq!(
        error_code(&call(&demo, &changed(2), GET_CALLER_IDENTITY)),
        (403, "InvalidClientTokenId")
    );
    let old = call_at(&demo, &good, GET_CALLER_IDENTITY, Clock::System.now().plus_seconds(-1_000));
    assert!(
        error_code(&old) == (403, "SignatureDoesNotMatch")
            && element(&old, "Message").starts_with("Signature expired")
    );
    let early = call_at(&demo, &good, GET_CALLER_IDENTITY, Clock::System.now().plus_seconds(1_000));
    assert!(element(&early, "Message").starts_with("Signature not yet current"));
    let bare = fetch("POST", &format!("{}/", demo.url()), &[], GET_CALLER_IDENTITY).unwrap();
    assert_eq!(error_code(&bare), (403, "MissingAuthenticationToken"));
    demo.expire_role_credentials();
    assert_eq!(error_code(&call(&demo, &good, GET_CALLER_IDENTITY)), (403, "ExpiredToken"));
}

#[test]
fn a_chained_role_works_and_shows_in_the_caller_arn() {
    let demo = demo();
    let reply = call(
        &demo,
        &read_only_credentials(&demo),
        &assume_role_body("ops%2FDeploy", "&DurationSeconds=900&SourceIdentity=jane"),
    );
    assert_eq!((reply.status, element(&reply, "SourceIdentity")), (200, "jane"), "{}", reply.body);
    let lifetime =
        Timestamp::parse(element(&reply, "Expiration")).unwrap().seconds_since(Clock::System.now());
    assert!((890..=900).contains(&lifetime), "{lifetime}");
    let chained = ["AccessKeyId", "SecretAccessKey", "SessionToken"]
        .map(|name| element(&reply, name).to_owned());
    let who = call(&demo, &chained, GET_CALLER_IDENTITY);
    assert_eq!(element(&who, "Arn"), "arn:aws:sts::012345678901:assumed-role/Deploy/jane@laptop");
    assert_eq!(
        call(&demo, &chained, &assume_role_body("Terraform", "")).status,
        200,
        "and further"
    );
}

#[test]
fn assume_role_rejects_invalid_parameters_and_unknown_roles() {
    let demo = demo();
    let good = read_only_credentials(&demo);
    let call_error = |body: &str| {
        let reply = call(&demo, &good, body);
        (reply.status, element(&reply, "Code").to_owned(), element(&reply, "Message").to_owned())
    };
    let (status, code, message) = call_error(&assume_role_body("Deploy", "&DurationSeconds=3601"));
    assert_eq!((status, code.as_str()), (400, "ValidationError"));
    assert_eq!(
        message,
        "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining"
    );
    for (body, code) in [
        (assume_role_body("Deploy", "&DurationSeconds=899"), "ValidationError"),
        (assume_role_body("Deploy", "&SourceIdentity=a%20b"), "ValidationError"),
        (assume_role_body("Deploy", "&ExternalId=x"), "ValidationError"),
        (
            assume_role_body("Deploy", "").replace("jane%40laptop", "jane%2Flaptop"),
            "ValidationError",
        ),
        (
            assume_role_body("Deploy", "").replace("&RoleSessionName=jane%40laptop", ""),
            "ValidationError",
        ),
        (assume_role_body("Deploy", "").replace("arn%3Aaws%3Aiam", "iam"), "ValidationError"),
        (assume_role_body("Admin", ""), "AccessDenied"),
        (assume_role_body("Deploy", "").replace(PAYMENTS, "000000000000"), "AccessDenied"),
    ] {
        assert_eq!(call_error(&body).1, code, "{body}");
    }
    assert!(
        call_error(&assume_role_body("Admin", ""))
            .2
            .contains("is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::012345678901:role/Admin")
    );
    assert_eq!(call_error("Action=GetSessionToken").1, "InvalidAction");
}

#[test]
fn signatures_are_checked_with_the_simulators_clock() {
    let demo = demo();
    let good = read_only_credentials(&demo);
    demo.add_fault(Fault::SkewClock { seconds: 1_200 });
    assert_eq!(
        error_code(&call(&demo, &good, GET_CALLER_IDENTITY)),
        (403, "SignatureDoesNotMatch")
    );
    assert_eq!(
        call_at(&demo, &good, GET_CALLER_IDENTITY, Clock::System.now().plus_seconds(1_200)).status,
        200
    );
}

#[test]
fn a_presigned_url_returns_the_signers_arn_to_a_cluster() {
    let demo = demo();
    let [key, secret, token] = read_only_credentials(&demo);
    let (host, time) = ("sts.eu-west-1.amazonaws.com", Clock::System.now());
    let call_presigned = |time: Timestamp, cluster: &str| {
        let (date, token) =
            (amz_date(time), token.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D"));
        let query = format!(
            "{GET_CALLER_IDENTITY}&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential={key}%2F{}%2Feu-west-1%2Fsts%2Faws4_request&X-Amz-Date={date}\
             &X-Amz-Expires=60&X-Amz-Security-Token={token}&X-Amz-SignedHeaders=host%3Bx-k8s-aws-id",
            &date[..8]
        );
        let mut sorted: Vec<&str> = query.split('&').collect();
        sorted.sort_unstable();
        let sorted = sorted.join("&");
        let canonical = format!(
            "GET\n/\n{sorted}\nhost:{host}\nx-k8s-aws-id:blue\n\nhost;x-k8s-aws-id\n{}",
            hex(Sha256::digest(""))
        );
        let url = format!(
            "{}/?{query}&X-Amz-Signature={}",
            demo.url(),
            signature(&secret, &date, &canonical)
        );
        fetch("GET", &url, &[("host", host), ("x-k8s-aws-id", cluster)], "").unwrap()
    };
    assert!(element(&call_presigned(time, "blue"), "Arn").ends_with("/jane.doe"));
    assert_eq!(
        call_presigned(time.plus_seconds(-14 * 60), "blue").status,
        200,
        "valid for 15 minutes, whatever X-Amz-Expires is"
    );
    assert_eq!(
        error_code(&call_presigned(time.plus_seconds(-16 * 60), "blue")),
        (403, "SignatureDoesNotMatch")
    );
    assert_eq!(
        error_code(&call_presigned(time, "green")),
        (403, "SignatureDoesNotMatch"),
        "valid for one cluster only"
    );
}
