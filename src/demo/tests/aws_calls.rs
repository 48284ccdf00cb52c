//! Signed calls to S3, EC2 and IAM, with an independent implementation of the signature.

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use super::*;
use crate::os::clock::Clock;

fn hex(bytes: impl AsRef<[u8]>) -> String {
    bytes.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn hmac_sha256(key: &[u8], text: &str) -> Vec<u8> {
    Hmac::<Sha256>::new_from_slice(key).unwrap().chain_update(text).finalize().into_bytes().to_vec()
}

/// A call of a service: method, path, query and body.
struct Call<'a> {
    service: &'a str,
    region: &'a str,
    method: &'a str,
    path: &'a str,
    query: &'a str,
    body: &'a str,
}

fn s3(path: &'static str, query: &'static str) -> Call<'static> {
    Call { service: "s3", region: "eu-west-1", method: "GET", path, query, body: "" }
}

fn form(service: &'static str, region: &'static str, body: &'static str) -> Call<'static> {
    Call { service, region, method: "POST", path: "/", query: "", body }
}

/// Signs a call and sends it.
fn send(demo: &Simulator, [key, secret, token]: &[String; 3], call: &Call<'_>) -> FetchedResponse {
    let date = Clock::System.now().to_rfc3339().replace(['-', ':'], "");
    let (day, host) = (&date[..8], demo.url().strip_prefix("http://").unwrap());
    let digest = hex(Sha256::digest(call.body));
    let signed = "host;x-amz-content-sha256;x-amz-date;x-amz-security-token";
    let canonical = format!(
        "{}\n{}\n{}\nhost:{host}\nx-amz-content-sha256:{digest}\nx-amz-date:{date}\nx-amz-security-token:{token}\n\n{signed}\n{digest}",
        call.method, call.path, call.query
    );
    let scope = format!("{day}/{}/{}/aws4_request", call.region, call.service);
    let text = format!("AWS4-HMAC-SHA256\n{date}\n{scope}\n{}", hex(Sha256::digest(canonical)));
    let signing_key = [day, call.region, call.service, "aws4_request"]
        .iter()
        .fold(format!("AWS4{secret}").into_bytes(), |key, part| hmac_sha256(&key, part));
    let authorization = format!(
        "AWS4-HMAC-SHA256 Credential={key}/{scope}, SignedHeaders={signed}, Signature={}",
        hex(hmac_sha256(&signing_key, &text))
    );
    let headers = [
        ("authorization", authorization.as_str()),
        ("x-amz-date", &date),
        ("x-amz-content-sha256", &digest),
        ("x-amz-security-token", token),
    ];
    let query = if call.query.is_empty() { String::new() } else { format!("?{}", call.query) };
    fetch(call.method, &format!("{}{}{query}", demo.url(), call.path), &headers, call.body).unwrap()
}

fn read_only(demo: &Simulator) -> [String; 3] {
    credentials(demo, &access_token(demo), PAYMENTS, "ReadOnlyAccess")
}

/// The text of every element of this name.
fn elements(reply: &FetchedResponse, name: &str) -> Vec<String> {
    let (open, close) = (format!("<{name}>"), format!("</{name}>"));
    let parts = reply.body.split(&open).skip(1);
    parts.filter_map(|part| Some(part.split_once(&close)?.0.to_owned())).collect()
}

const ALIASES: &str = "Action=ListAccountAliases&Version=2010-05-08";
const INSTANCES: &str = "Action=DescribeInstances&Version=2016-11-15";

#[test]
fn each_account_has_its_own_resources_the_same_in_every_run() {
    let all = |account: &str| {
        let demo = demo();
        let token = access_token(&demo);
        let who = credentials(&demo, &token, account, "ReadOnlyAccess");
        let buckets = elements(&send(&demo, &who, &s3("/", "")), "Name");
        let instances = send(&demo, &who, &form("ec2", "eu-west-1", INSTANCES));
        let aliases = elements(&send(&demo, &who, &form("iam", "us-east-1", ALIASES)), "member");
        (buckets, elements(&instances, "instanceId"), aliases)
    };
    let payments = all(PAYMENTS);
    assert_eq!(payments, all(PAYMENTS));
    assert!(payments.0.iter().all(|name| name.ends_with(PAYMENTS)), "{payments:?}");
    assert!(!payments.0.is_empty() && !payments.1.is_empty());
    assert_eq!(payments.2, ["payments-prod"]);
    let other = demo().organization().directories[0].accounts[4].id.to_string();
    let other = all(&other);
    assert!(other.0 != payments.0 && other.1 != payments.1 && other.2 != payments.2, "{other:?}");
}

#[test]
fn objects_are_listed_by_prefix_delimiter_and_page() {
    let demo = demo();
    let who = read_only(&demo);
    let bucket: &'static str = "/payments-prod-logs-012345678901";
    let top = send(&demo, &who, &s3(bucket, "delimiter=%2F&list-type=2"));
    assert_eq!((top.status, elements(&top, "Key")), (200, vec![]), "{}", top.body);
    let prefixes = elements(&top, "CommonPrefixes");
    assert_eq!(prefixes, ["<Prefix>elb/</Prefix>", "<Prefix>vpc/</Prefix>"]);
    let inside = send(&demo, &who, &s3(bucket, "list-type=2&prefix=elb%2F"));
    assert_eq!(elements(&inside, "Key"), ["elb/2026/11/27.log.gz", "elb/2026/11/28.log.gz"]);
    let page = send(&demo, &who, &s3(bucket, "list-type=2&max-keys=1"));
    assert_eq!(elements(&page, "IsTruncated"), ["true"]);
    let next = elements(&page, "NextContinuationToken").remove(0);
    assert_eq!(next, elements(&page, "Key")[0]);
    let missing = send(&demo, &who, &s3("/no-such-bucket", "list-type=2"));
    assert_eq!((missing.status, elements(&missing, "Code")), (404, vec!["NoSuchBucket".into()]));
}

#[test]
fn instances_are_in_one_region_and_can_be_filtered() {
    let demo = demo();
    let who = read_only(&demo);
    let count = |region, more: &str| {
        let body = format!("{INSTANCES}{more}");
        let call = Call { body: &body, ..form("ec2", region, "") };
        let reply = send(&demo, &who, &call);
        assert_eq!(reply.status, 200, "{}", reply.body);
        elements(&reply, "instanceId").len()
    };
    let all = count("eu-west-1", "");
    let state = |name: &str| {
        count("eu-west-1", &format!("&Filter.1.Name=instance-state-name&Filter.1.Value.1={name}"))
    };
    assert_eq!(state("running") + state("stopped"), all);
    assert_eq!((count("us-west-2", ""), state("pending")), (0, 0));
    let unknown = form("ec2", "eu-west-1", "Action=DescribeInstances&Filter.1.Name=colour");
    assert_eq!(elements(&send(&demo, &who, &unknown), "Code"), ["InvalidParameterValue"]);
}

#[test]
fn wrong_credentials_get_the_error_of_each_service() {
    let demo = demo();
    let good = read_only(&demo);
    let code = |who: &[String; 3], call: &Call<'_>| {
        let reply = send(&demo, who, call);
        (reply.status, elements(&reply, "Code").remove(0))
    };
    let calls =
        [s3("/", ""), form("ec2", "eu-west-1", INSTANCES), form("iam", "us-east-1", ALIASES)];
    let codes = |who: &[String; 3]| calls.each_ref().map(|call| code(who, call));
    let error = |status: u16, code: &str| (status, code.to_owned());
    let [key, secret, token] = good.clone();
    let unknown = ["ASIAIOSFODNN7EXAMPLE".to_owned(), secret.clone(), token.clone()];
    assert_eq!(
        codes(&unknown),
        [
            error(403, "InvalidAccessKeyId"),
            error(401, "AuthFailure"),
            error(403, "InvalidClientTokenId")
        ]
    );
    let wrong = [key, format!("{secret}x"), token];
    assert_eq!(codes(&wrong), [(); 3].map(|()| error(403, "SignatureDoesNotMatch")));
    demo.expire_role_credentials();
    assert_eq!(
        codes(&good),
        [error(400, "ExpiredToken"), error(400, "RequestExpired"), error(403, "ExpiredToken")]
    );
}

#[test]
fn calls_that_are_not_simulated_name_those_that_are() {
    let demo = demo();
    let who = read_only(&demo);
    let lambda = Call { service: "lambda", path: "/2015-03-31/functions/", ..s3("/", "") };
    for (call, hint) in [
        (lambda, "aws s3 ls"),
        (form("sqs", "eu-west-1", "Action=ListQueues"), "aws s3 ls"),
        (form("ec2", "eu-west-1", "Action=DescribeVpcs"), "DescribeInstances only"),
        (form("iam", "us-east-1", "Action=ListUsers"), "ListAccountAliases only"),
    ] {
        let reply = send(&demo, &who, &call);
        assert!(reply.status >= 400 && reply.body.contains(hint), "{}", reply.body);
    }
}
