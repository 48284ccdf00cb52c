//! The AWS SDKs for Go and Rust use the roles of `setup profiles`, by process and by their own
//! sign-in.

use std::path::Path;
use std::process::Command;

use crate::foreign::{ACCOUNT, aws, json, program_from_env};
use crate::foreign_profiles::{NAMES, ready};
use crate::sandbox::{CommandOutput, Sandbox};

/// Every character that all SDKs allow in names, and some that they do not, which are replaced.
const ODD: &str = "{{ sso }}:{{ account_name }}/{{ role | lower }}+{{ account_id }}@%._-= #;[]\"x";

/// The programs of `tests/sdk` that `.ci/sdk` has built, by their SDK.
pub(crate) fn programs(sdk: &str) -> Vec<String> {
    let folder = program_from_env(
        "ROLECALL_TEST_SDKS",
        concat!(env!("CARGO_MANIFEST_DIR"), "/target/ci-sdk"),
    );
    let built =
        std::fs::read_dir(&folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let is_for_sdk = |path: &Path| {
        path.file_name()
            .is_some_and(|name| name.to_string_lossy().starts_with(&format!("who-{sdk}")))
    };
    let found: Vec<String> = built
        .filter(|path| is_for_sdk(path))
        .map(|path| path.to_string_lossy().into_owned())
        .collect();
    assert!(!found.is_empty(), "there is no program for {sdk} in {folder}: run .ci/sdk");
    found
}

/// A program of an SDK with a profile selected by AWS_PROFILE.
fn sdk_command(sandbox: &Sandbox, program: &str, profile: &str) -> Command {
    let mut command = sandbox.command(program);
    // Go's SDK of 2024 reads the portal's endpoint only from this variable.
    command.env("AWS_PROFILE", profile).env("AWS_ENDPOINT_URL_SSO", sandbox.aws.url());
    command
}

/// Every SDK uses the role if all SDKs allow the profile's name, skips profiles with other names,
/// and accepts rolecall's unusual path.
fn check_in_role(sandbox: &Sandbox, sdk: &str) {
    for program in programs(sdk) {
        for (role, name) in NAMES {
            let portable =
                name.bytes().all(|letter| letter.is_ascii_graphic() && !b"'\"\\".contains(&letter));
            if !portable {
                let ran = CommandOutput::from_output(
                    sdk_command(sandbox, &program, name).output().unwrap(),
                );
                assert!(
                    ran.code == 1 && ran.stderr.contains("profile"),
                    "{program}, {name}: {ran:?}"
                );
                continue;
            }
            let identity = json(&mut sdk_command(sandbox, &program, name));
            let arn = identity["Arn"].as_str().unwrap();
            assert!(
                arn.contains(&format!("{ACCOUNT}:assumed-role/AWSReservedSSO_{role}_")),
                "{program}, {name}: {arn}"
            );
            assert_eq!(identity["Region"], "eu-west-1", "{program}, {name}");
        }
    }
}

/// Every SDK uses every role by a name from a template.
fn check_in_every_role(sdk: &str, flags: &[&str]) {
    let sandbox = Sandbox::new();
    sandbox.prepend_config(&format!("profile_format = '{ODD}'"));
    sandbox.login("corp");
    let words = [
        "setup",
        "profiles",
        "account:payments-prod | account:\"Zürich Analytics\"",
        "--include-protected",
        "--json",
    ];
    let written = json(&mut sandbox.rolecall(&[&words, flags].concat()));
    let written = written["profiles"].as_array().unwrap();
    assert!(written.len() >= 5, "{written:?}");
    if flags.contains(&"--native") {
        sign_in_by_the_cli(&sandbox);
    }
    check_in_each(&sandbox, sdk, written);
}

/// Every SDK uses the role of each profile of `setup profiles --json`.
fn check_in_each(sandbox: &Sandbox, sdk: &str, profiles: &[serde_json::Value]) {
    for program in programs(sdk) {
        for profile in profiles {
            let [name, account, role] =
                ["profile", "account_id", "role"].map(|key| profile[key].as_str().unwrap());
            let arn = json(&mut sdk_command(sandbox, &program, name))["Arn"].to_string();
            assert!(
                arn.contains(&format!("{account}:assumed-role/AWSReservedSSO_{role}_")),
                "{program}, {name}: {arn}"
            );
        }
    }
}

/// Every SDK uses the token that rolecall's sign-in has shared.
fn check_shared_token(sdk: &str) {
    let sandbox = Sandbox::with_aws_config_only();
    let settings = "secure_store = 'file'\nkey_cache = 'never'\nshare_token_cache = 'always'\ndefault_region = 'eu-west-1'\n";
    sandbox.write("rolecall/config.toml", settings);
    sandbox.login("corp");
    let written = json(&mut sandbox.rolecall(&[
        "setup",
        "profiles",
        "account:payments-prod role:*ReadOnly*",
        "--native",
        "--json",
    ]));
    let (before, written) =
        (sandbox.aws.call_count("CreateToken"), written["profiles"].as_array().unwrap());
    assert_eq!(written.len(), 1, "{written:?}");
    check_in_each(&sandbox, sdk, written);
    assert_eq!(sandbox.aws.call_count("CreateToken"), before, "a sign-in of its own");
}

/// Writes the token of the AWS CLI's own sign-in to the file that SDKs read.
fn sign_in_by_the_cli(sandbox: &Sandbox) {
    let login = CommandOutput::from_output(
        aws(sandbox, &["sso", "login", "--sso-session", "corp", "--no-browser"]).output().unwrap(),
    );
    assert!(login.stdout.contains("Successfully logged into"), "{login:?}");
}

/// Profiles for which the SDK signs in by itself.
fn native() -> Sandbox {
    let sandbox = ready(&["--native"]);
    sign_in_by_the_cli(&sandbox);
    sandbox
}

#[test]
#[ignore = "needs the AWS SDK for Go"]
fn go_is_in_the_role_by_process_beside_names_that_it_cannot_read() {
    check_in_role(&ready(&[]), "go");
}

#[test]
#[ignore = "needs the AWS SDK for Go and the AWS CLI v2"]
fn go_is_in_the_role_by_the_token_of_the_cli_beside_names_that_it_cannot_read() {
    check_in_role(&native(), "go");
}

#[test]
#[ignore = "needs the AWS SDK for Go"]
fn go_reads_every_name_that_a_template_makes() {
    check_in_every_role("go", &[]);
}

#[test]
#[ignore = "needs the AWS SDK for Go and the AWS CLI v2"]
fn go_reads_every_name_that_a_template_makes_for_its_own_sign_in() {
    check_in_every_role("go", &["--native"]);
}

#[test]
#[ignore = "needs the AWS SDK for Rust"]
fn rust_is_in_the_role_by_process_beside_names_that_it_cannot_read() {
    check_in_role(&ready(&[]), "rust");
}

#[test]
#[ignore = "needs the AWS SDK for Rust and the AWS CLI v2"]
fn rust_is_in_the_role_by_the_token_of_the_cli_beside_names_that_it_cannot_read() {
    check_in_role(&native(), "rust");
}

#[test]
#[ignore = "needs the AWS SDK for Rust"]
fn rust_reads_every_name_that_a_template_makes() {
    check_in_every_role("rust", &[]);
}

#[test]
#[ignore = "needs the AWS SDK for Rust and the AWS CLI v2"]
fn rust_reads_every_name_that_a_template_makes_for_its_own_sign_in() {
    check_in_every_role("rust", &["--native"]);
}

#[test]
#[ignore = "needs the AWS SDK for Go"]
fn go_uses_the_shared_token() {
    check_shared_token("go");
}

#[test]
#[ignore = "needs the AWS SDK for Rust"]
fn rust_uses_the_shared_token() {
    check_shared_token("rust");
}
