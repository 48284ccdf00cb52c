//! Every SDK keeps its role through three expirations and a restart of the server, and none of the
//! keys and tokens is in plain text afterwards.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use crate::ecs::{EcsServer, short_lived};
use crate::ecs_recipes::ecs_env;
use crate::ecs_restart::files_with;
use crate::foreign::{node, python};
use crate::foreign_sdks::programs;
use crate::sandbox::{CommandOutput, Sandbox};
use crate::wait::wait_for;

/// The roles of the two slots.
const ROLES: [(&str, &str); 2] = [("default", "ReadOnlyAccess"), ("db", "DatabaseAdministrator")];

/// Asks who it is until it has used four keys, and counts what failed.
const BOTO3: &str = "
import boto3, botocore.exceptions, json, time
client = session = None
keys, roles, failures, began = set(), set(), 0, time.time()
while len(keys) < 4 and time.time() - began < 60:
    try:
        session = session or boto3.Session()
        client = client or session.client('sts')
        roles.add(client.get_caller_identity()['Arn'].split('/')[1])
        keys.add(session.get_credentials().get_frozen_credentials().access_key)
    except botocore.exceptions.BotoCoreError as error:
        failures += 1
    time.sleep(0.2)
print(json.dumps({'keys': len(keys), 'roles': sorted(roles), 'failures': failures}))
";

/// The same in JavaScript.
const JAVASCRIPT: &str = "
const { STSClient, GetCallerIdentityCommand } = require('@aws-sdk/client-sts');
const { fromNodeProviderChain } = require('@aws-sdk/credential-providers');
(async () => {
  const client = new STSClient({ region: 'eu-west-1', credentials: fromNodeProviderChain() });
  const keys = new Set(), roles = new Set(), began = Date.now();
  let failures = 0;
  while (keys.size < 4 && Date.now() - began < 60000) {
    try {
      roles.add((await client.send(new GetCallerIdentityCommand({}))).Arn.split('/')[1]);
      keys.add((await client.config.credentials()).accessKeyId);
    } catch (error) { failures += 1; }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  console.log(JSON.stringify({ keys: keys.size, roles: [...roles], failures }));
})();
";

/// The token files of the slots, in memory.
fn token_files(sandbox: &Sandbox) -> [PathBuf; 2] {
    ROLES.map(|(slot, _)| {
        let printed = ecs_env(sandbox, &["-s", slot]).stdout;
        let line = printed.lines().find(|line| line.contains("_TOKEN_FILE=")).unwrap();
        line.split('\'').nth(1).unwrap().into()
    })
}

/// Runs a program for each slot through three expirations, with a restart of the server after the
/// first one.
#[expect(clippy::print_stdout, reason = "the numbers for the documentation")]
fn assert_outlives_expirations_and_a_restart(new_program: impl Fn(&Sandbox) -> Command) {
    let sandbox = short_lived(6);
    let server = EcsServer::start(&sandbox, &[]);
    for (slot, role) in ROLES {
        server.load(&format!("012345678901:{role}"), &["-s", slot]);
    }
    let clients = ROLES.map(|(slot, _)| server.client(slot));
    let files = token_files(&sandbox);
    let children: Vec<Child> = clients
        .iter()
        .zip(&files)
        .map(|(client, file)| {
            let mut program = new_program(&sandbox);
            program
                .env("AWS_CONTAINER_CREDENTIALS_FULL_URI", &client.url)
                .env("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", file)
                .envs([("AWS_REGION", "eu-west-1"), ("AWS_DEFAULT_REGION", "eu-west-1")]);
            program.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
        })
        .collect();
    // Each slot was renewed once, and both programs have asked.
    wait_for("renewals", || (sandbox.aws.call_count("GetRoleCredentials") >= 4).then_some(()));
    wait_for("requests of both programs", || {
        let slots = server.json(&["list", "--json"]);
        slots.as_array().unwrap().iter().all(|slot| !slot["requested_at"].is_null()).then_some(())
    });
    let address = server.url.strip_prefix("http://").unwrap().to_owned();
    drop(server);
    let server = EcsServer::start_at(&sandbox, &["--listen", &address]);
    for (child, (_, role)) in children.into_iter().zip(ROLES) {
        let ran = CommandOutput::from_child(child);
        let seen: serde_json::Value =
            serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {ran:?}"));
        assert_eq!(seen["keys"], 4, "{ran:?}");
        assert_eq!(seen["roles"].as_array().map(Vec::len), Some(1), "{seen}");
        let name = seen["roles"][0].as_str().unwrap();
        assert!(name.starts_with(&format!("AWSReservedSSO_{role}_")), "{seen}");
        println!("{role}: {} calls failed around the restart", seen["failures"]);
    }
    assert_eq!(ROLES.map(|(slot, _)| server.client(slot)), clients, "the same address and token");
    assert_no_secret_in_plain_text(&sandbox, &clients.map(|client| client.token), &files);
}

/// Nothing that AWS issued and no token is in a file below the home, which has `XDG_RUNTIME_DIR` in
/// it; only the token files have tokens.
fn assert_no_secret_in_plain_text(sandbox: &Sandbox, tokens: &[String], files: &[PathBuf]) {
    let issued = sandbox.aws.issued_secrets();
    // Both slots had four keys, each with two secrets.
    assert!(issued.len() > 16, "{}", issued.len());
    for secret in issued.iter().map(|secret| secret.expose()) {
        assert_eq!(files_with(sandbox.home(), secret), Vec::<String>::new());
    }
    for (token, file) in tokens.iter().zip(files) {
        assert_eq!(files_with(sandbox.home(), token), [file.to_string_lossy()]);
    }
}

#[test]
#[ignore = "needs boto3"]
fn boto3_outlives_expirations_and_a_restart() {
    assert_outlives_expirations_and_a_restart(|sandbox| python(sandbox, BOTO3, &[]));
}

#[test]
#[ignore = "needs the AWS SDK for JavaScript"]
fn javascript_outlives_expirations_and_a_restart() {
    assert_outlives_expirations_and_a_restart(|sandbox| node(sandbox, JAVASCRIPT));
}

/// Checks each release of an SDK that `.ci/sdk` has built a program with.
fn check_programs(sdk: &str) {
    for program in programs(sdk) {
        assert_outlives_expirations_and_a_restart(|sandbox| {
            let mut command = sandbox.command(&program);
            command.arg("4");
            command
        });
    }
}

#[test]
#[ignore = "needs the AWS SDK for Go"]
fn go_outlives_expirations_and_a_restart() {
    check_programs("go");
}

#[test]
#[ignore = "needs the AWS SDK for Java"]
fn java_outlives_expirations_and_a_restart() {
    check_programs("java");
}

#[test]
#[ignore = "needs the AWS SDK for Rust"]
fn rust_outlives_expirations_and_a_restart() {
    check_programs("rust");
}
