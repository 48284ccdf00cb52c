//! Credentials that the real AWS CLI gets for a machine, a container and a web identity.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};

use serde_json::Value;

use crate::commands::{ROLE, json};
use crate::sandbox::{CommandOutput, Sandbox, binary};

const PROFILES: &str = "
[profile machine]
region = eu-west-1
role_arn = arn:aws:iam::012345678901:role/Deploy
credential_source = Ec2InstanceMetadata
[profile task]
region = eu-west-1
role_arn = arn:aws:iam::012345678901:role/Terraform
credential_source = EcsContainer
[profile pod]
region = eu-west-1
role_arn = arn:aws:iam::012345678901:role/Deploy
web_identity_token_file = token
";

/// Starts a server that answers as the metadata service of EC2, and as STS for a web identity, with
/// these credentials. Returns its URL.
fn start_machine(credentials: Value) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        listener.incoming().flatten().for_each(|stream| answer(stream, &credentials));
    });
    url
}

fn answer(mut stream: TcpStream, credentials: &Value) {
    let mut request = Vec::new();
    let mut buffer = [0; 4_096];
    let is_complete = |request: &[u8]| {
        let text = String::from_utf8_lossy(request).to_lowercase();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        body.len() >= length.map_or(0, |length| length.trim().parse().unwrap())
    };
    while !is_complete(&request) {
        match stream.read(&mut buffer) {
            Ok(count @ 1..) => request.extend(&buffer[..count]),
            _ => return,
        }
    }
    let field = |name: &str| credentials[name].as_str().unwrap();
    let request = String::from_utf8_lossy(&request).into_owned();
    let path = request.split(' ').nth(1).unwrap_or_default();
    let body = match path {
        "/latest/api/token" => "a-token".to_owned(),
        "/latest/meta-data/iam/security-credentials/" => "machine-role".to_owned(),
        "/latest/meta-data/iam/security-credentials/machine-role" => format!(
            r#"{{"Code":"Success","Type":"AWS-HMAC","LastUpdated":"2026-01-01T00:00:00Z","AccessKeyId":"{}","SecretAccessKey":"{}","Token":"{}","Expiration":"{}"}}"#,
            field("AccessKeyId"),
            field("SecretAccessKey"),
            field("SessionToken"),
            field("Expiration")
        ),
        _ if request.contains("Action=AssumeRoleWithWebIdentity") => format!(
            "<AssumeRoleWithWebIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\
             <AssumeRoleWithWebIdentityResult><Credentials><AccessKeyId>{}</AccessKeyId>\
             <SecretAccessKey>{}</SecretAccessKey><SessionToken>{}</SessionToken>\
             <Expiration>{}</Expiration></Credentials></AssumeRoleWithWebIdentityResult>\
             </AssumeRoleWithWebIdentityResponse>",
            field("AccessKeyId"),
            field("SecretAccessKey"),
            field("SessionToken"),
            field("Expiration")
        ),
        other => panic!("an unexpected request for {other}"),
    };
    let _ = write!(
        stream,
        "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {}\r\n\
         x-aws-ec2-metadata-token-ttl-seconds: 21600\r\n\r\n{body}",
        body.len()
    );
}

/// The page that a link leads to.
#[track_caller]
fn page(ran: &CommandOutput) -> String {
    assert_eq!((ran.code, ran.stdout.lines().count()), (0, 1), "{ran:?}");
    crate::console::get(ran.stdout.trim_end())
}

#[test]
#[ignore = "needs the AWS CLI v2"]
fn the_cli_exports_the_roles_of_machines_containers_and_web_identities() {
    let sandbox = Sandbox::signed_in();
    sandbox.write(".aws/config", PROFILES);
    sandbox.write("token", "a web identity");
    let url = start_machine(json(&sandbox.process(ROLE)));
    let console = ["console", "-u", "printurl", "-p"];
    let metadata = [
        ("AWS_EC2_METADATA_DISABLED", "false"),
        ("AWS_EC2_METADATA_SERVICE_ENDPOINT", url.as_str()),
    ];
    let machine = sandbox.run_with_env(&[&console[..], &["machine"]].concat(), &metadata);
    assert!(page(&machine).contains("Deploy"), "{machine:?}");
    let sts = [("AWS_ENDPOINT_URL_STS", url.as_str())];
    let pod = sandbox.run_with_env(&[&console[..], &["pod"]].concat(), &sts);
    assert!(page(&pod).contains("ReadOnlyAccess"), "{pod:?}");
    // The endpoint of `exec` is that of a container.
    let endpoint = ["exec", "-S", "corp", "--arn", ROLE, "--as", "endpoint", "--", binary()];
    let task = sandbox.run(&[&endpoint[..], &console, &["task"]].concat());
    assert!(page(&task).contains("Terraform"), "{task:?}");
}
