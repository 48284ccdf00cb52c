//! The real AWS CLI and boto3 take their credentials from this program.

use crate::foreign::{assert_is_the_role, aws, json, python, write_profiles};
use crate::sandbox::{CommandOutput, Sandbox};

const CALLER_IDENTITY: &str = "
import boto3, json, sys
session = boto3.Session(profile_name=sys.argv[1])
who = session.client('sts').get_caller_identity()
again = session.client('sts').get_caller_identity()
assert who['Arn'] == again['Arn']
print(json.dumps({'Arn': who['Arn'], 'Account': who['Account'], 'method': session.get_credentials().method}))
";

fn ready() -> Sandbox {
    let sandbox = Sandbox::signed_in();
    write_profiles(&sandbox);
    sandbox
}

#[test]
#[ignore = "needs the AWS CLI v2"]
fn the_cli_is_in_the_role_by_credential_process() {
    let sandbox = ready();
    assert_is_the_role(&json(&mut aws(
        &sandbox,
        &["sts", "get-caller-identity", "--profile", "ours"],
    )));
    assert_is_the_role(&json(&mut aws(
        &sandbox,
        &["sts", "get-caller-identity", "--profile", "ours"],
    )));
    // The second call was served from the vault.
    assert_eq!(sandbox.aws.call_count("GetRoleCredentials"), 1);
}

#[test]
#[ignore = "needs the AWS CLI v2"]
fn the_cli_chains_a_role_on_top_of_a_managed_one() {
    let sandbox = ready();
    let who = json(&mut aws(&sandbox, &["sts", "get-caller-identity", "--profile", "hub"]));
    assert_eq!(
        who["Arn"].as_str(),
        Some("arn:aws:sts::012345678901:assumed-role/ReadOnlyFromHub/through-ours")
    );
}

#[test]
#[ignore = "needs the AWS CLI v2"]
fn the_cli_is_in_the_role_inside_exec() {
    let sandbox = ready();
    let program = aws(&sandbox, &[]).get_program().to_string_lossy().into_owned();
    let exec = [
        "exec",
        "--arn",
        "012345678901:ReadOnlyAccess",
        "--",
        &program,
        "sts",
        "get-caller-identity",
    ];
    assert_is_the_role(&json(sandbox.rolecall(&exec).env("AWS_PROFILE", "native")));
}

#[test]
#[ignore = "needs the AWS CLI v2"]
fn the_cli_repeats_the_command_that_helps() {
    let sandbox = ready();
    assert_eq!(sandbox.run(&["logout", "--all"]).code, 0);
    let ran = CommandOutput::from_output(
        aws(&sandbox, &["sts", "get-caller-identity", "--profile", "ours"]).output().unwrap(),
    );
    assert_ne!(ran.code, 0);
    assert!(ran.stderr.contains("rolecall login --sso corp"), "{}", ran.stderr);
}

#[test]
#[ignore = "needs boto3"]
fn boto3_is_in_the_role_by_credential_process() {
    let sandbox = ready();
    let who = json(&mut python(&sandbox, CALLER_IDENTITY, &["ours"]));
    assert_is_the_role(&who);
    assert_eq!(who["method"].as_str(), Some("custom-process"));
    assert_eq!(sandbox.aws.call_count("GetRoleCredentials"), 1);
}

#[test]
#[ignore = "needs boto3"]
fn boto3_is_in_the_role_inside_exec() {
    let sandbox = ready();
    let program =
        python(&sandbox, CALLER_IDENTITY, &[]).get_program().to_string_lossy().into_owned();
    let script = "import boto3, json; who = boto3.client('sts').get_caller_identity(); who.pop('ResponseMetadata'); print(json.dumps(who))";
    let exec = ["exec", "--arn", "012345678901:ReadOnlyAccess", "--", &program, "-c", script];
    assert_is_the_role(&json(sandbox.rolecall(&exec).env("AWS_ACCESS_KEY_ID", "AKIALEFTOVER")));
}
