//! The real SDKs take credentials from the slots of one `ecs run`, across expirations.

use crate::ecs::{Client, EcsServer, short_lived};
use crate::foreign::{aws, json, python};
use crate::sandbox::Sandbox;

/// The roles of the two slots.
const ROLES: [(&str, &str); 2] = [("default", "ReadOnlyAccess"), ("db", "DatabaseAdministrator")];

/// Asks who it is until it has seen four keys, and prints the roles that it was in.
const FOUR_KEYS: &str = "
import boto3, json, time
session = boto3.Session()
client = session.client('sts')
keys, roles, began = [], set(), time.time()
while len(keys) < 4 and time.time() - began < 60:
    roles.add(client.get_caller_identity()['Arn'].split('/')[1])
    key = session.get_credentials().get_frozen_credentials().access_key
    keys += [] if key in keys else [key]
    time.sleep(0.2)
print(json.dumps({'keys': len(keys), 'roles': sorted(roles), 'method': session.get_credentials().method}))
";

/// A server with a role in each slot, and what their clients need.
fn two_slots(sandbox: &Sandbox) -> (EcsServer<'_>, [Client; 2]) {
    let server = EcsServer::start(sandbox, &[]);
    let clients = ROLES.map(|(slot, role)| {
        server.load(&format!("012345678901:{role}"), &["-s", slot]);
        server.client(slot)
    });
    (server, clients)
}

fn variables(client: &Client) -> [(&str, &str); 2] {
    [
        ("AWS_CONTAINER_CREDENTIALS_FULL_URI", client.url.as_str()),
        ("AWS_CONTAINER_AUTHORIZATION_TOKEN", client.token.as_str()),
    ]
}

#[test]
#[ignore = "needs boto3"]
fn boto3_outlives_three_expirations_in_each_slot() {
    let sandbox = short_lived(6);
    let (_server, clients) = two_slots(&sandbox);
    std::thread::scope(|scope| {
        for (client, (_, role)) in clients.iter().zip(ROLES) {
            let mut program = python(&sandbox, FOUR_KEYS, &[]);
            program.envs(variables(client)).env("AWS_DEFAULT_REGION", "eu-west-1");
            scope.spawn(move || {
                let seen = json(&mut program);
                assert_eq!(seen["keys"], 4, "{seen}");
                assert_eq!(seen["method"], "container-role");
                assert_eq!(seen["roles"].as_array().map(Vec::len), Some(1), "{seen}");
                let arn = seen["roles"][0].as_str().unwrap();
                assert!(arn.starts_with(&format!("AWSReservedSSO_{role}_")), "{seen}");
            });
        }
    });
}

#[test]
#[ignore = "needs the AWS CLI v2"]
fn the_cli_is_in_the_role_of_each_slot_across_three_expirations() {
    let sandbox = short_lived(4);
    let (_server, clients) = two_slots(&sandbox);
    let fetched = || sandbox.aws.call_count("GetRoleCredentials");
    // Both slots were fetched once and renewed three times.
    while fetched() < 8 {
        for (client, (_, role)) in clients.iter().zip(ROLES) {
            let mut command = aws(&sandbox, &["sts", "get-caller-identity"]);
            let who = json(command.envs(variables(client)).env("AWS_DEFAULT_REGION", "eu-west-1"));
            let arn = who["Arn"].as_str().unwrap();
            assert!(arn.contains(&format!("AWSReservedSSO_{role}_")), "{who}");
        }
    }
}

/// Prints who it is.
const WHO: &str = "
import boto3, json
who = boto3.client('sts').get_caller_identity()
print(json.dumps({'Arn': who['Arn']}))
";

#[test]
#[ignore = "needs boto3"]
fn boto3_reads_the_token_file_again_after_a_rotation() {
    let sandbox = Sandbox::signed_in();
    let (_server, clients) = two_slots(&sandbox);
    let file = sandbox.path("runtime/token");
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    let write = || {
        let args = ["ecs", "env", "--format", "json", "--token-file", "runtime/token"];
        assert_eq!(sandbox.run(&args).code, 0);
    };
    let ask = || {
        let mut command = python(&sandbox, WHO, &[]);
        command.env("AWS_DEFAULT_REGION", "eu-west-1");
        command.env("AWS_CONTAINER_CREDENTIALS_FULL_URI", &clients[0].url);
        json(command.env("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", &file))
    };
    write();
    assert!(ask()["Arn"].as_str().unwrap().contains("AWSReservedSSO_ReadOnlyAccess_"));
    assert_eq!(sandbox.run(&["setup", "ecs", "--rotate"]).code, 0);
    write();
    assert!(ask()["Arn"].as_str().unwrap().contains("AWSReservedSSO_ReadOnlyAccess_"));
}
