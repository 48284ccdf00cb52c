//! Profiles whose credentials only the AWS CLI can get: `aws login`, the role of a machine, and web
//! identities.

use crate::commands::{ROLE, assert_refused};
use crate::sandbox::{CommandOutput, Sandbox, binary};
use crate::terminal::{ENTER, Terminal};

/// The profiles, by name.
const PROFILES: [(&str, &str); 4] = [
    ("signed-in", "login_session = arn:aws:iam::012345678901:user/jane"),
    (
        "machine",
        "role_arn = arn:aws:iam::012345678901:role/Deploy\ncredential_source = Ec2InstanceMetadata",
    ),
    ("task", "role_arn = arn:aws:iam::012345678901:role/Deploy\ncredential_source = EcsContainer"),
    (
        "pod",
        "role_arn = arn:aws:iam::012345678901:role/Deploy\nweb_identity_token_file = /var/run/token",
    ),
];

/// The beginning of a script that is a new AWS CLI.
const NEW: &str = "test \"$1\" = --version && echo aws-cli/2.41.2 Python/3.13.7 && exit\n";

/// A sandbox with these profiles, and an AWS CLI that does what the script says.
fn with_cli(script: &str) -> Sandbox {
    let sandbox = Sandbox::signed_in();
    let sections =
        PROFILES.map(|(name, keys)| format!("[profile {name}]\nregion = eu-west-1\n{keys}\n"));
    sandbox.write(".aws/config", &sections.concat());
    sandbox.write_executable("bin/aws", script);
    sandbox
}

fn console(sandbox: &Sandbox, profile: &str) -> CommandOutput {
    let path =
        format!("{}:{}", sandbox.path("bin").display(), std::env::var("PATH").unwrap_or_default());
    sandbox.run_with_env(&["console", "-u", "printurl", "-p", profile], &[("PATH", &path)])
}

#[test]
fn the_cli_exports_what_only_it_can_get() {
    let program = binary();
    let sandbox = with_cli(&format!(
        "#!/bin/sh\n{NEW}echo \"$@\" >> \"$HOME/asked\"\nexec '{program}' process -S corp --arn {ROLE}\n"
    ));
    for (profile, _) in PROFILES {
        let ran = console(&sandbox, profile);
        assert_eq!((ran.code, ran.stdout.lines().count()), (0, 1), "{profile}: {ran:?}");
        let page = crate::console::get(ran.stdout.trim_end());
        assert!(page.contains("AWSReservedSSO_ReadOnlyAccess"), "{profile}: {page}");
        assert_eq!(
            sandbox.read("asked").lines().last(),
            Some(&*format!("configure export-credentials --profile {profile} --format process"))
        );
    }
}

#[test]
fn what_the_cli_prints_instead_of_credentials_is_refused() {
    for (script, message) in [
        ("exit 255", "the AWS CLI exited with 255"),
        (
            "echo 'The session has expired' >&2; exit 255",
            "exited with 255: The session has expired",
        ),
        ("echo '{}'", "the AWS CLI printed no credentials"),
        ("echo 'not JSON'", "the AWS CLI printed no credentials"),
        ("true", "the AWS CLI printed no credentials"),
        ("echo '{\"Version\":1,\"AccessKeyId\":\"ASIAX\"}'", "the AWS CLI printed no credentials"),
    ] {
        let sandbox = with_cli(&format!("#!/bin/sh\n{NEW}{script}\n"));
        for (profile, _) in PROFILES {
            let ran = console(&sandbox, profile);
            assert_refused(&ran, 3, &[&format!("profile `{profile}`"), message]);
            assert_eq!(
                ran.stderr.contains("aws login --profile signed-in"),
                profile == "signed-in"
            );
        }
    }
}

#[test]
fn keys_that_the_cli_exports_and_aws_does_not_know_open_no_console() {
    let keys =
        r#"{"Version":1,"AccessKeyId":"ASIAUNKNOWN","SecretAccessKey":"s","SessionToken":"t"}"#;
    let sandbox = with_cli(&format!("#!/bin/sh\n{NEW}echo '{keys}'\n"));
    let ran = console(&sandbox, "task");
    assert_refused(&ran, 6, &["profile `task`"]);
    assert_eq!(ran.stdout, "");
}

#[test]
fn an_aws_cli_that_is_missing_or_too_old_is_named_with_what_is_needed() {
    let usage = "echo 'usage: aws [options] <command>' >&2; exit 2";
    for (version, profile, needed) in [
        ("1.45.11", "signed-in", "`login_session` needs AWS CLI 2.32 or later"),
        ("2.9.19", "signed-in", "`login_session` needs AWS CLI 2.32 or later"),
        ("1.45.11", "machine", "`credential_source` needs AWS CLI 2.9 or later"),
        ("1.45.11", "pod", "`web_identity_token_file` needs AWS CLI 2.9 or later"),
    ] {
        let prints = format!("test \"$1\" = --version && echo aws-cli/{version} Python/3 && exit");
        let sandbox = with_cli(&format!("#!/bin/sh\n{prints}\n{usage}\n"));
        let ran = console(&sandbox, profile);
        let found = format!("{} is version {version}", sandbox.path("bin/aws").display());
        assert_refused(&ran, 3, &[needed, &found, "getting-started-install"]);
        assert!(!ran.stderr.contains("usage:"), "{ran:?}");
    }
    let sandbox = with_cli("");
    for (mode, reason) in [(Some(0o644), "PATH has no `aws`"), (None, "PATH has no `aws`")] {
        use std::os::unix::fs::PermissionsExt;
        let file = sandbox.path("bin/aws");
        match mode {
            Some(mode) => {
                std::fs::set_permissions(&file, std::fs::Permissions::from_mode(mode)).unwrap();
            }
            None => std::fs::remove_file(&file).unwrap(),
        }
        let path = sandbox.path("bin").to_string_lossy().into_owned();
        let args = ["console", "-u", "printurl", "-p", "signed-in"];
        let ran = sandbox.run_with_env(&args, &[("PATH", &path)]);
        assert_refused(&ran, 3, &["profile `signed-in`", reason, "install AWS CLI 2.32 or later"]);
    }
}

#[test]
fn a_credential_process_that_can_not_be_run_is_named_with_the_reason() {
    let sandbox = Sandbox::signed_in();
    sandbox.write("plain", "");
    for (program, reason) in [
        ("no-such-program", "program `no-such-program` not found in PATH"),
        ("/no/such/program", "program `/no/such/program` not found"),
        ("./plain", "`./plain` is not executable"),
        ("sh -c 'exit 3'", "exited with 3"),
        ("echo no-json", "printed no credentials"),
    ] {
        sandbox.write(".aws/config", &format!("[profile p]\ncredential_process = {program}\n"));
        let ran = console(&sandbox, "p");
        assert_refused(&ran, 3, &["profile `p`: its credential_process", reason]);
    }
}

#[test]
fn each_is_a_row_of_the_picker_and_opens_a_shell_with_its_name() {
    let sandbox = with_cli("");
    assert_eq!(sandbox.run(&["cache", "-S", "corp"]).code, 0);
    for (profile, _) in PROFILES {
        let mut terminal = Terminal::rolecall(&sandbox, &[]);
        terminal.wait_for_picker();
        terminal.type_keys(profile);
        terminal.wait_until("the profile's row", |screen| {
            screen.contents().lines().any(|line| {
                line.contains('▌') && line.contains("profile") && line.contains(profile)
            })
        });
        terminal.type_keys(ENTER);
        terminal.wait_for("type exit to leave");
        terminal.type_line("echo \"<$AWS_PROFILE>\"; exit");
        terminal.wait_for(&format!("<{profile}>"));
        assert_eq!(terminal.wait_for_exit(), 0, "{profile}");
    }
}
