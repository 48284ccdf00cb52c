//! The real SDKs take their credentials from the endpoint of `exec`, and keep working when these
//! have expired.

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

use rolecall::testing::demo::SimulatorOptions;

use crate::foreign::{aws, json, node, node_modules, python};
use crate::foreign_javascript::{CALLER_IDENTITY, assert_renews_in_the_role};
use crate::sandbox::{CommandOutput, Sandbox};

const ENDPOINT: [&str; 6] =
    ["exec", "--arn", "012345678901:ReadOnlyAccess", "--as", "endpoint", "--"];

/// A simulator whose role credentials are valid for this many seconds.
fn short_lived(seconds: i64) -> Sandbox {
    let sandbox = Sandbox::with_options(SimulatorOptions {
        accounts: 16,
        roles: 4,
        role_lifetime_seconds: seconds,
        ..SimulatorOptions::default()
    });
    sandbox.login("corp");
    sandbox
}

/// A command inside `exec --as endpoint`, with sources of credentials present that SDKs prefer to
/// an endpoint.
fn inside(sandbox: &Sandbox, command: &Command) -> Command {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    let mut exec = sandbox.rolecall(&ENDPOINT);
    exec.args(words).env("NODE_PATH", node_modules()).env("AWS_PAGER", "");
    exec.envs([
        ("AWS_PROFILE", "no-such"),
        ("AWS_ACCESS_KEY_ID", "AKIALEFTOVER"),
        ("AWS_SECRET_ACCESS_KEY", "left-over"),
    ]);
    exec
}

const OUTLIVES: &str = "
import boto3, json, time
session = boto3.Session()
client = session.client('sts')
keys, began = [], time.time()
while time.time() - began < 14:
    client.get_caller_identity()
    key = session.get_credentials().get_frozen_credentials().access_key
    keys += [] if key in keys else [key]
    time.sleep(0.2)
print(json.dumps({'keys': len(keys), 'method': session.get_credentials().method}))
";

#[test]
#[ignore = "needs boto3"]
fn boto3_outlives_its_first_credentials_twice() {
    let sandbox = short_lived(6);
    let identity = json(&mut inside(&sandbox, &python(&sandbox, OUTLIVES, &[])));
    assert_eq!(identity["method"].as_str(), Some("container-role"));
    assert!(identity["keys"].as_u64() >= Some(3), "{identity}");
}

#[test]
#[ignore = "needs the AWS CLI v2"]
fn the_cli_is_in_the_role_by_the_endpoint() {
    let sandbox = Sandbox::signed_in();
    let who = json(&mut inside(&sandbox, &aws(&sandbox, &["sts", "get-caller-identity"])));
    assert!(
        who["Arn"].as_str().unwrap().contains(":assumed-role/AWSReservedSSO_ReadOnlyAccess_"),
        "{who}"
    );
}

#[test]
#[ignore = "needs the AWS SDK for JavaScript"]
fn javascript_is_in_the_role_by_the_endpoint() {
    let sandbox = Sandbox::signed_in();
    assert_renews_in_the_role(&json(&mut inside(&sandbox, &node(&sandbox, CALLER_IDENTITY))));
}

/// Once it has credentials, waits for a line, and then until they are refused.
const UNTIL_REFUSED: &str = "
const { fromHttp } = require('@aws-sdk/credential-providers');
(async () => {
  const ask = fromHttp({ maxRetries: 0 });
  await fromHttp()();
  console.log('ready');
  await new Promise((resolve) => process.stdin.once('data', resolve));
  process.stdin.pause();
  for (;;) {
    try { await ask(); } catch (error) {
      if (!error.message.includes('401')) continue;
      console.log(error.Message);
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
})().catch((error) => { console.error(error); process.exit(1); });
";

#[test]
#[ignore = "needs the AWS SDK for JavaScript"]
fn javascript_gets_the_next_command_when_the_sign_in_is_gone() {
    let sandbox = short_lived(2);
    let mut command = inside(&sandbox, &node(&sandbox, UNTIL_REFUSED));
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert_eq!(lines.next().unwrap().unwrap(), "ready");
    sandbox.aws.end_sessions();
    child.stdin.take().unwrap().write_all(b"go\n").unwrap();
    let line = lines.next().unwrap().unwrap();
    assert!(line.contains("rolecall login --sso corp"), "{line}");
    assert!(child.wait().unwrap().success());
}

#[test]
#[ignore = "needs the AWS CLI v2"]
fn the_cli_shows_the_next_command_when_the_sign_in_is_gone() {
    let sandbox = short_lived(1);
    let words = aws(&sandbox, &["sts", "get-caller-identity"]);
    // The sign-in is gone from the second line on, and the credentials soon after.
    let script = "echo ready; read go; for try in 1 2 3 4 5 6; do \"$0\" \"$@\" 2>&1 | grep rolecall >&2 && exit 9; done";
    let mut command = Command::new("sh");
    command.args(["-c", script]).arg(words.get_program()).args(words.get_args());
    let mut exec = inside(&sandbox, &command);
    let mut child =
        exec.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    output.read_line(&mut String::new()).unwrap();
    sandbox.aws.end_sessions();
    child.stdin.take().unwrap().write_all(b"go\n").unwrap();
    let ran = CommandOutput::from_child(child);
    assert!(ran.code == 9 && ran.stderr.contains("rolecall login --sso corp"), "{ran:?}");
}
