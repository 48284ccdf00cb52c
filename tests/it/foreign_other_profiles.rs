//! boto3 and the AWS CLI in the shells that rolecall opens with profiles that it did not write.

use crate::foreign::{aws, json, python};
use crate::profiles_other::write_profiles;
use crate::sandbox::{CommandOutput, Sandbox};

const CALLER: &str = "
import boto3, json
session = boto3.Session()
print(json.dumps({'Arn': session.client('sts').get_caller_identity()['Arn'], 'region': session.region_name}))
";

fn ready() -> Sandbox {
    let sandbox = Sandbox::signed_in();
    write_profiles(&sandbox);
    sandbox
}

/// Each profile, a part of the ARN of whoever uses it, and its region.
const PROFILES: [(&str, &str, &str); 5] = [
    ("old-keys", ":user/old-admin", "eu-north-1"),
    ("deploy", ":assumed-role/Deploy/", "eu-west-1"),
    ("process", ":assumed-role/AWSReservedSSO_ReadOnlyAccess_", "eu-west-1"),
    ("by-hand", ":assumed-role/AWSReservedSSO_ReadOnlyAccess_", "eu-west-3"),
    ("granted", ":assumed-role/AWSReservedSSO_ReadOnlyAccess_", "eu-west-2"),
];

/// Runs a program through `rolecall exec -p PROFILE`.
fn exec(sandbox: &Sandbox, profile: &str, program: &std::process::Command) -> CommandOutput {
    let mut command = sandbox.rolecall(&["exec", "-p", profile, "--"]);
    command.arg(program.get_program()).args(program.get_args());
    for (name, value) in program.get_envs() {
        if let Some(value) = value {
            command.env(name, value);
        }
    }
    CommandOutput::from_output(command.output().unwrap())
}

#[test]
#[ignore = "needs boto3"]
fn botocore_is_who_the_profile_says_in_its_region() {
    let sandbox = ready();
    for (profile, who, region) in PROFILES {
        let ran = exec(&sandbox, profile, &python(&sandbox, CALLER, &[]));
        let caller: serde_json::Value = serde_json::from_str(&ran.stdout)
            .unwrap_or_else(|error| panic!("{profile}: {error}: {ran:?}"));
        assert!(caller["Arn"].as_str().unwrap().contains(who), "{profile}: {caller}");
        assert_eq!(caller["region"], region, "{profile}");
    }
}

#[test]
#[ignore = "needs the AWS CLI v2"]
fn the_cli_is_who_the_profile_says_and_renews_it_by_name() {
    let sandbox = ready();
    for (profile, who, _) in PROFILES {
        let ran = exec(&sandbox, profile, &aws(&sandbox, &["sts", "get-caller-identity"]));
        assert!(ran.code == 0 && ran.stdout.contains(who), "{profile}: {ran:?}");
        let list = exec(&sandbox, profile, &aws(&sandbox, &["configure", "list"]));
        assert!(list.stdout.contains(profile), "AWS_PROFILE names it: {list:?}");
    }
}

#[test]
#[ignore = "needs the AWS CLI v2"]
fn the_cli_has_a_region_in_profiles_for_which_none_was_known() {
    let sandbox = Sandbox::signed_in();
    let config = sandbox.config().replace("default_region = \"eu-west-1\"\n", "");
    sandbox.write("rolecall/config.toml", &config);
    let written = sandbox.run(&["setup", "profiles", "-S", "corp", "payments-prod ReadOnlyAccess"]);
    assert!(
        written.code == 0 && written.stderr.contains("the region of the IAM Identity Center"),
        "{written:?}"
    );
    let names = CommandOutput::from_output(
        aws(&sandbox, &["configure", "list-profiles"]).output().unwrap(),
    );
    let name = names.stdout.lines().find(|name| name.contains("ReadOnlyAccess")).unwrap();
    let identity = json(&mut aws(&sandbox, &["sts", "get-caller-identity", "--profile", name]));
    assert!(identity["Arn"].as_str().unwrap().contains("ReadOnlyAccess"), "{identity}");
}
