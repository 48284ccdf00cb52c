//! The AWS CLI and boto3 make the first calls of a new user in the demo.

use rolecall::testing::demo::SimulatorOptions;

use crate::foreign::{ACCOUNT, aws, json, python, write_endpoint_rules, write_profiles};
use crate::sandbox::{CommandOutput, Sandbox};

fn ready() -> Sandbox {
    let sandbox = Sandbox::with_options(SimulatorOptions::default());
    sandbox.login("corp");
    write_profiles(&sandbox);
    sandbox
}

#[test]
#[ignore = "needs the AWS CLI v2"]
fn the_cli_lists_buckets_objects_instances_and_aliases() {
    let sandbox = ready();
    let call = |words: &[&str]| {
        let ran = CommandOutput::from_output(
            aws(&sandbox, &[words, &["--profile", "ours"]].concat()).output().unwrap(),
        );
        assert_eq!(ran.code, 0, "{words:?}: {ran:?}");
        ran.stdout
    };
    let buckets = call(&["s3", "ls"]);
    let logs = format!("payments-prod-logs-{ACCOUNT}");
    assert!(buckets.contains(&logs), "{buckets}");
    assert!(call(&["s3", "ls", &format!("s3://{logs}")]).contains("PRE elb/"));
    let objects = call(&["s3", "ls", "--recursive", &format!("s3://{logs}/elb/")]);
    assert!(objects.contains("elb/2026/11/28.log.gz"), "{objects}");
    let instances: serde_json::Value =
        serde_json::from_str(&call(&["ec2", "describe-instances"])).unwrap();
    let first = &instances["Reservations"][0];
    assert_eq!(first["OwnerId"], ACCOUNT);
    assert!(first["Instances"][0]["InstanceId"].as_str().unwrap().starts_with("i-0"));
    let aliases = call(&["iam", "list-account-aliases", "--output", "text"]);
    assert!(aliases.contains("payments-prod"), "{aliases}");
}

#[test]
#[ignore = "needs the AWS CLI v2"]
fn the_cli_reports_unknown_credentials_as_aws_does() {
    let sandbox = ready();
    for (words, error) in [
        (&["s3", "ls"][..], "InvalidAccessKeyId"),
        (&["ec2", "describe-instances"], "AuthFailure"),
        (&["iam", "list-account-aliases"], "InvalidClientTokenId"),
    ] {
        let mut command = aws(&sandbox, words);
        command.envs([
            ("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE"),
            ("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
            ("AWS_REGION", "eu-west-1"),
        ]);
        let ran = CommandOutput::from_output(command.output().unwrap());
        assert!(ran.code != 0 && ran.stderr.contains(error), "{words:?}: {ran:?}");
    }
}

const FIRST_CALLS: &str = "
import boto3, json, sys
session = boto3.Session(profile_name='ours')
s3 = session.client('s3')
buckets = [bucket['Name'] for bucket in s3.list_buckets()['Buckets']]
pages = s3.get_paginator('list_objects_v2').paginate(
    Bucket=buckets[0], PaginationConfig={'PageSize': 1})
keys = [item['Key'] for page in pages for item in page.get('Contents', [])]
ec2 = session.client('ec2').describe_instances()['Reservations']
print(json.dumps({
    'buckets': buckets,
    'keys': keys,
    'instances': [one['InstanceId'] for item in ec2 for one in item['Instances']],
    'aliases': session.client('iam').list_account_aliases()['AccountAliases'],
    'account': session.client('sts').get_caller_identity()['Account'],
}))
";

#[test]
#[ignore = "needs boto3"]
fn boto3_lists_buckets_objects_instances_and_aliases() {
    let sandbox = ready();
    write_endpoint_rules(&sandbox);
    let found = json(&mut python(&sandbox, FIRST_CALLS, &[]));
    assert_eq!(found["account"], ACCOUNT);
    assert_eq!(found["aliases"], serde_json::json!(["payments-prod"]));
    assert!(found["keys"].as_array().unwrap().len() > 1, "{found}");
    assert!(!found["instances"].as_array().unwrap().is_empty(), "{found}");
}
