//! Profiles whose credentials only the AWS CLI can get: `aws login`, the role of a machine, and web
//! identities.

use crate::commands::{ROLE, assert_refused};
use crate::sandbox::{CommandOutput, Sandbox, binary};

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
        "#!/bin/sh\necho \"$@\" >> \"$HOME/asked\"\nexec '{program}' process -S corp --arn {ROLE}\n"
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
        ("exit 255", "the AWS CLI failed"),
        ("echo '{}'", "the AWS CLI printed no credentials"),
        ("echo 'not JSON'", "the AWS CLI printed no credentials"),
        ("true", "the AWS CLI printed no credentials"),
        ("echo '{\"Version\":1,\"AccessKeyId\":\"ASIAX\"}'", "the AWS CLI printed no credentials"),
    ] {
        let sandbox = with_cli(&format!("#!/bin/sh\n{script}\n"));
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
    let sandbox = with_cli(&format!("#!/bin/sh\necho '{keys}'\n"));
    let ran = console(&sandbox, "task");
    assert_refused(&ran, 6, &["profile `task`"]);
    assert_eq!(ran.stdout, "");
}
