//! Real SDKs take credentials by `AWS_CONTAINER_CREDENTIALS_RELATIVE_URI`, from `ecs run` at the
//! address that they complete it with.

use std::process::Command;

use crate::ecs::EcsServer;
use crate::ecs_container_address::run_in_network_namespace;
use crate::foreign::{assert_is_the_role, json, node, python};
use crate::foreign_javascript::CALLER_IDENTITY;
use crate::foreign_sdks::programs;
use crate::sandbox::Sandbox;

const WHO: &str = "
import boto3, json
who = boto3.client('sts').get_caller_identity()
print(json.dumps({'Arn': who['Arn'], 'Account': who['Account']}))
";

#[test]
#[ignore = "needs root, ip, boto3, the AWS SDK for JavaScript and the programs of .ci/sdk"]
fn sdks_complete_a_relative_address_with_that_of_the_server() {
    if !run_in_network_namespace() {
        return;
    }
    let sandbox = Sandbox::signed_in();
    let server = EcsServer::start_at(&sandbox, &["--listen", "169.254.170.2:80"]);
    server.load(crate::commands::ROLE, &["-s", "ci"]);
    let token = server.client("ci").token;
    let with_endpoint = |mut command: Command| {
        command
            .env("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/slot/ci")
            .env("AWS_CONTAINER_AUTHORIZATION_TOKEN", &token)
            .env("AWS_DEFAULT_REGION", "eu-west-1")
            .env("AWS_REGION", "eu-west-1");
        command
    };
    assert_is_the_role(&json(&mut with_endpoint(python(&sandbox, WHO, &[]))));
    assert_is_the_role(&json(&mut with_endpoint(node(&sandbox, CALLER_IDENTITY))));
    for program in ["go", "rust"].into_iter().flat_map(programs) {
        let who = json(&mut with_endpoint(sandbox.command(&program)));
        let arn = who["Arn"].as_str().unwrap_or_default();
        assert!(arn.contains(":assumed-role/AWSReservedSSO_ReadOnlyAccess_"), "{program}: {who}");
    }
    for program in programs("java") {
        let who = json(&mut with_endpoint(sandbox.command(&program)));
        let role = who["roles"][0].as_str().unwrap_or_default();
        assert!(role.starts_with("AWSReservedSSO_ReadOnlyAccess_"), "{program}: {who}");
    }
}
