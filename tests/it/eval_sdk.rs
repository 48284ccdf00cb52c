//! How the AWS CLI and boto3 read the variables of `exec` and `eval` if other credentials are
//! present.

use crate::eval::{READ, write_managed_profile};
use crate::foreign::{aws, json, python};
use crate::sandbox::{Sandbox, binary};

const CALLER_IDENTITY: &str = "
import boto3, json
session = boto3.Session()
arn = session.client('sts').get_caller_identity()['Arn']
print(json.dumps({'Arn': arn, 'method': session.get_credentials().method}))
";

/// Other credentials that the SDKs would prefer to rolecall's, or look at.
const FOREIGN_VARIABLES: [(&str, &str); 5] = [
    ("AWS_PROFILE", "mine"),
    ("AWS_ACCESS_KEY_ID", "AKIALEFTOVER"),
    ("AWS_SECRET_ACCESS_KEY", "left-over"),
    ("AWS_WEB_IDENTITY_TOKEN_FILE", "/nowhere"),
    ("AWS_ROLE_ARN", "arn:aws:iam::012345678901:role/Pod"),
];

fn ready() -> Sandbox {
    let sandbox = Sandbox::signed_in();
    write_managed_profile(&sandbox);
    sandbox
}

fn assert_is_the_role(who: &serde_json::Value) {
    let arn = who["Arn"].as_str().unwrap();
    assert!(arn.contains(":assumed-role/AWSReservedSSO_ReadOnlyAccess_"), "{arn}");
}

#[test]
#[ignore = "needs boto3"]
fn boto3_prefers_keys_and_profile_of_exec_to_all_others() {
    let sandbox = ready();
    let program =
        python(&sandbox, CALLER_IDENTITY, &[]).get_program().to_string_lossy().into_owned();
    for (form, method) in
        [("keys", "env"), ("profile", "custom-process"), ("auto", "custom-process")]
    {
        let words =
            [&["exec"], &READ[..], &["--as", form, "--", &program, "-c", CALLER_IDENTITY]].concat();
        let who = json(sandbox.rolecall(&words).envs(FOREIGN_VARIABLES));
        assert_is_the_role(&who);
        assert_eq!(who["method"].as_str(), Some(method), "{form}");
    }
}

#[test]
#[ignore = "needs the AWS CLI v2"]
fn the_cli_prefers_keys_and_profile_of_eval_to_all_others() {
    let sandbox = ready();
    let program = aws(&sandbox, &[]).get_program().to_string_lossy().into_owned();
    for form in ["keys", "profile", "profile -x"] {
        let line = format!(
            "eval \"$($R eval {} --overwrite-env --as {form})\" && exec {program} sts get-caller-identity",
            READ.join(" ")
        );
        assert_is_the_role(&json(
            sandbox
                .command("sh")
                .args(["-c", &line])
                .env("R", binary())
                .env("AWS_PAGER", "")
                .envs(FOREIGN_VARIABLES),
        ));
    }
    // A web identity in the shell's environment does not get in the way of keys.
    let line = format!(
        "eval \"$($R eval {} --as keys)\" && exec {program} sts get-caller-identity",
        READ.join(" ")
    );
    let pod = FOREIGN_VARIABLES.into_iter().filter(|(name, _)| !name.contains("KEY"));
    assert_is_the_role(&json(
        sandbox.command("sh").args(["-c", &line]).env("R", binary()).env("AWS_PAGER", "").envs(pod),
    ));
}
