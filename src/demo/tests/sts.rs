//! Signed calls to STS, by a signer of the tests' own.

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use super::super::{Fault, Running};
use super::*;
use crate::domain::Timestamp;
use crate::os::clock::Clock;

fn hex(bytes: impl AsRef<[u8]>) -> String {
    bytes.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn mac(key: &[u8], text: &str) -> Vec<u8> {
    Hmac::<Sha256>::new_from_slice(key).unwrap().chain_update(text).finalize().into_bytes().to_vec()
}

/// Signs and sends a form, at this moment.
fn call_at(demo: &Running, [key, secret, token]: &[String; 3], body: &str, moment: Timestamp) -> Reply {
    let date = moment.rfc3339().replace(['-', ':'], "");
    let (day, host) = (&date[..8], demo.url().strip_prefix("http://").unwrap());
    let canonical = format!(
        "POST\n/\n\nhost:{host}\nx-amz-date:{date}\nx-amz-security-token:{token}\n\nhost;x-amz-date;x-amz-security-token\n{}",
        hex(Sha256::digest(body))
    );
    let scope = format!("{day}/eu-west-1/sts/aws4_request");
    let text = format!("AWS4-HMAC-SHA256\n{date}\n{scope}\n{}", hex(Sha256::digest(canonical)));
    let day_key = mac(format!("AWS4{secret}").as_bytes(), day);
    let signature = hex(mac(&mac(&mac(&mac(&day_key, "eu-west-1"), "sts"), "aws4_request"), &text));
    let authorization =
        format!("AWS4-HMAC-SHA256 Credential={key}/{scope}, SignedHeaders=host;x-amz-date;x-amz-security-token, Signature={signature}");
    let headers = [("authorization", authorization.as_str()), ("x-amz-date", &date), ("x-amz-security-token", token)];
    fetch("POST", &format!("{}/", demo.url()), &headers, body).unwrap()
}

fn call(demo: &Running, credentials: &[String; 3], body: &str) -> Reply {
    call_at(demo, credentials, body, Clock::System.now())
}

fn element<'a>(reply: &'a Reply, name: &str) -> &'a str {
    let found = reply.body.split_once(&format!("<{name}>")).and_then(|(_, rest)| rest.split_once(&format!("</{name}>")));
    found.unwrap_or_else(|| panic!("no {name} in {}", reply.body)).0
}

fn refused(reply: &Reply) -> (u16, &str) {
    (reply.status, element(reply, "Code"))
}

const WHO: &str = "Action=GetCallerIdentity&Version=2011-06-15";

fn assume(role: &str, more: &str) -> String {
    format!(
        "Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A{PAYMENTS}%3Arole%2F{role}&RoleSessionName=jane%40laptop{more}"
    )
}

/// Credentials of a role in the account `payments-prod`.
fn read_only(demo: &Running) -> [String; 3] {
    credentials(demo, &token(demo), PAYMENTS, "ReadOnlyAccess")
}

#[test]
fn a_signed_call_says_who_it_is() {
    let demo = demo();
    let reply = call(&demo, &read_only(&demo), WHO);
    assert_eq!((reply.status, reply.header("content-type"), element(&reply, "Account")), (200, Some("text/xml"), PAYMENTS));
    let arn = element(&reply, "Arn");
    let role = arn.strip_prefix("arn:aws:sts::012345678901:assumed-role/AWSReservedSSO_ReadOnlyAccess_").unwrap();
    assert!(role.len() == 16 + "/jane.doe".len() && role.ends_with("/jane.doe"), "{arn}");
    assert!(element(&reply, "UserId").starts_with("AROA"));
    assert_eq!(Some(element(&reply, "RequestId")), reply.header("x-amzn-requestid"));
}

#[test]
fn wrong_keys_signatures_tokens_and_dates_are_told_apart() {
    let demo = demo();
    let good = read_only(&demo);
    let changed = |at: usize| {
        let mut other = good.clone();
        other[at] = "x".repeat(20);
        other
    };
    assert_eq!(refused(&call(&demo, &changed(0), WHO)), (403, "InvalidClientTokenId"));
    assert_eq!(refused(&call(&demo, &changed(1), WHO)), (403, "SignatureDoesNotMatch"));
    assert_eq!(refused(&call(&demo, &changed(2), WHO)), (403, "InvalidClientTokenId"));
    let old = call_at(&demo, &good, WHO, Clock::System.now().plus(-1_000));
    assert!(refused(&old) == (403, "SignatureDoesNotMatch") && element(&old, "Message").starts_with("Signature expired"));
    let early = call_at(&demo, &good, WHO, Clock::System.now().plus(1_000));
    assert!(element(&early, "Message").starts_with("Signature not yet current"));
    let bare = fetch("POST", &format!("{}/", demo.url()), &[], WHO).unwrap();
    assert_eq!(refused(&bare), (403, "MissingAuthenticationToken"));
    demo.expire_role_credentials();
    assert_eq!(refused(&call(&demo, &good, WHO)), (403, "ExpiredToken"));
}

#[test]
fn a_role_reached_through_another_acts_and_says_so() {
    let demo = demo();
    let reply = call(&demo, &read_only(&demo), &assume("ops%2FDeploy", "&DurationSeconds=900&SourceIdentity=jane"));
    assert_eq!((reply.status, element(&reply, "SourceIdentity")), (200, "jane"), "{}", reply.body);
    let lifetime = Timestamp::parse(element(&reply, "Expiration")).unwrap().since(Clock::System.now());
    assert!((890..=900).contains(&lifetime), "{lifetime}");
    let chained = ["AccessKeyId", "SecretAccessKey", "SessionToken"].map(|name| element(&reply, name).to_owned());
    let who = call(&demo, &chained, WHO);
    assert_eq!(element(&who, "Arn"), "arn:aws:sts::012345678901:assumed-role/Deploy/jane@laptop");
    assert_eq!(call(&demo, &chained, &assume("Terraform", "")).status, 200, "and further");
}

#[test]
fn what_assume_role_refuses() {
    let demo = demo();
    let good = read_only(&demo);
    let told = |body: &str| {
        let reply = call(&demo, &good, body);
        (reply.status, element(&reply, "Code").to_owned(), element(&reply, "Message").to_owned())
    };
    let (status, code, message) = told(&assume("Deploy", "&DurationSeconds=3601"));
    assert_eq!((status, code.as_str()), (400, "ValidationError"));
    assert_eq!(message, "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining");
    for (body, code) in [
        (assume("Deploy", "&DurationSeconds=899"), "ValidationError"),
        (assume("Deploy", "&SourceIdentity=a%20b"), "ValidationError"),
        (assume("Deploy", "&ExternalId=x"), "ValidationError"),
        (assume("Deploy", "").replace("jane%40laptop", "jane%2Flaptop"), "ValidationError"),
        (assume("Deploy", "").replace("&RoleSessionName=jane%40laptop", ""), "ValidationError"),
        (assume("Deploy", "").replace("arn%3Aaws%3Aiam", "iam"), "ValidationError"),
        (assume("Admin", ""), "AccessDenied"),
        (assume("Deploy", "").replace(PAYMENTS, "000000000000"), "AccessDenied"),
    ] {
        assert_eq!(told(&body).1, code, "{body}");
    }
    assert!(
        told(&assume("Admin", ""))
            .2
            .contains("is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::012345678901:role/Admin")
    );
    assert_eq!(told("Action=GetFederationToken").1, "InvalidAction");
}

#[test]
fn the_clock_of_the_simulator_counts_for_signatures() {
    let demo = demo();
    let good = read_only(&demo);
    demo.script(Fault::SkewDate { seconds: 1_200 });
    assert_eq!(refused(&call(&demo, &good, WHO)), (403, "SignatureDoesNotMatch"));
    assert_eq!(call_at(&demo, &good, WHO, Clock::System.now().plus(1_200)).status, 200);
}
