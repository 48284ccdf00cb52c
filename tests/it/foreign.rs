//! Foreign programs: where they are, and how they find the sandbox.

#![cfg_attr(windows, expect(dead_code, reason = "most of these tests need Unix"))]

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use rolecall::testing::demo;

use crate::sandbox::{CommandOutput, Sandbox, binary};

/// How long a foreign program may take for one task.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(60);
/// The account and the role under test.
pub(crate) const ACCOUNT: &str = "012345678901";
pub(crate) const ROLE: &str = "ReadOnlyAccess";

/// Three profiles of the same role: by rolecall, by the SDK's own sign-in, and by the SDK's own
/// sign-in from a profile of rolecall.
pub(crate) fn write_profiles(sandbox: &Sandbox) {
    let sessions = demo::aws_config(&sandbox.aws.organization());
    let program = binary();
    sandbox.write(
        ".aws/config",
        &format!(
            "{sessions}
[profile ours]
credential_process = \"{program}\" process --sso corp --account {ACCOUNT} --role {ROLE}
region = eu-west-1

[profile native]
sso_session = corp
sso_account_id = {ACCOUNT}
sso_role_name = {ROLE}
region = eu-west-1

[profile hub]
role_arn = arn:aws:iam::{ACCOUNT}:role/ReadOnlyFromHub
source_profile = ours
role_session_name = through-ours
region = eu-west-1
"
        ),
    );
}

/// The AWS CLI v2 with these arguments.
pub(crate) fn aws(sandbox: &Sandbox, args: &[&str]) -> Command {
    write_endpoint_rules(sandbox);
    let mut command = sandbox.command(program_from_env("ROLECALL_TEST_AWS", "/usr/bin/aws"));
    command.args(args).env("AWS_PAGER", "");
    command
}

/// A Python program with boto3.
pub(crate) fn python(sandbox: &Sandbox, program: &str, args: &[&str]) -> Command {
    let mut command = sandbox.command(program_from_env("ROLECALL_TEST_PYTHON", "python3"));
    command.arg("-c").arg(program).args(args);
    command
}

/// A JavaScript program with the AWS SDK v3.
pub(crate) fn node(sandbox: &Sandbox, program: &str) -> Command {
    let mut command = sandbox.command(program_from_env("ROLECALL_TEST_NODE", "node"));
    command.args(["-e", program]).env("NODE_PATH", node_modules());
    command
}

/// The folder into which npm has installed the packages for the tests.
pub(crate) fn node_modules() -> String {
    program_from_env(
        "ROLECALL_TEST_NODE_MODULES",
        concat!(env!("CARGO_MANIFEST_DIR"), "/target/ci-node/node_modules"),
    )
}

/// The prompt `ready> ` in nushell's language, without greetings.
pub(crate) const NU_PROMPT: &str = "$env.config.show_banner = false\n$env.PROMPT_COMMAND = {|| 'ready' }\n\
    $env.PROMPT_COMMAND_RIGHT = {|| '' }\n$env.PROMPT_INDICATOR = {|| '> ' }\n";

/// nushell, which npm has and Debian does not: the program itself, not the script that starts it.
pub(crate) fn nu() -> String {
    let found = glob(&format!("{}/@nushell", node_modules()), "bin/nu");
    found.unwrap_or_else(|| panic!("no nushell in {}", node_modules()))
}

/// The first file of this name in any subfolder.
fn glob(folder: &str, inside: &str) -> Option<String> {
    let folders = std::fs::read_dir(folder).ok()?.flatten();
    let mut files = folders.map(|entry| entry.path().join(inside)).filter(|file| file.exists());
    files.next().map(|file| file.to_string_lossy().into_owned())
}

/// Runs a foreign program, which must succeed; returns its output as JSON.
pub(crate) fn json(command: &mut Command) -> serde_json::Value {
    let ran = CommandOutput::from_output(command.output().unwrap());
    assert_eq!(ran.code, 0, "{command:?}\n{}{}", ran.stdout, ran.stderr);
    serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {}", ran.stdout))
}

/// Asserts that STS has answered with the role under test.
#[track_caller]
pub(crate) fn assert_is_the_role(who: &serde_json::Value) {
    assert_eq!(who["Account"].as_str(), Some(ACCOUNT));
    let arn = who["Arn"].as_str().unwrap();
    let (role, user) = (format!(":assumed-role/AWSReservedSSO_{ROLE}_"), "/jane.doe");
    assert!(arn.contains(&role) && arn.ends_with(user), "{arn}");
}

/// The program that an environment variable of the tests names, or the default.
pub(crate) fn program_from_env(variable: &str, usual: &str) -> String {
    std::env::var(variable).unwrap_or_else(|_| usual.to_owned())
}

/// Leads every release of the CLI to the simulator.
pub(crate) fn write_endpoint_rules(sandbox: &Sandbox) {
    for (file, rules) in demo::endpoint_rules(sandbox.aws.url()) {
        if !Path::new(&sandbox.path(&file)).exists() {
            sandbox.write(&file, &rules);
        }
    }
}
