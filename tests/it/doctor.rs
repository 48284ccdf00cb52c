//! `doctor`: the real program on machines with problems.

use std::os::unix::fs::PermissionsExt;

use rolecall::testing::demo::Fault;
use serde_json::Value;

use crate::sandbox::{CommandOutput, Sandbox};

/// The findings without the advice that depends on this machine: its browser, the calling shell and
/// the simulator's address.
fn findings(sandbox: &Sandbox, args: &[&str]) -> (i32, Vec<Value>) {
    let ran = sandbox.run(&[&["doctor", "--json"], args].concat());
    let Ok(Value::Array(mut found)) = serde_json::from_str(&ran.stdout) else { panic!("{ran:?}") };
    found.retain(|finding| {
        !["browser", "shell", "endpoints"].iter().any(|check| finding["check"] == *check)
    });
    (ran.code, found)
}

/// Asserts that there is one finding, with these words in its message and fix.
fn only_finding(sandbox: &Sandbox, check: &str, words: &[&str]) -> Value {
    let (code, found) = findings(sandbox, &[]);
    assert_eq!(found.len(), 1, "{found:?}");
    let finding = found[0].clone();
    assert_eq!(finding["check"], check);
    let text = finding.to_string();
    words.iter().for_each(|word| assert!(text.contains(word), "{word}: {text}"));
    assert_eq!(code, i32::from(finding["weight"] == "wrong"), "{text}");
    assert!(!finding["fix"].as_array().unwrap().is_empty());
    finding
}

fn mode(sandbox: &Sandbox, inside: &str) -> u32 {
    std::fs::metadata(sandbox.path(inside)).unwrap().permissions().mode() & 0o777
}

fn set_mode(sandbox: &Sandbox, inside: &str, mode: u32) {
    std::fs::set_permissions(sandbox.path(inside), std::fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn a_machine_in_order_is_fine() {
    let sandbox = Sandbox::signed_in();
    assert_eq!(findings(&sandbox, &[]), (0, vec![]));
    let ran = sandbox.run(&["doctor"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{ran:?}");
    assert!(
        ran.stdout.contains(
            "✓ fine: configuration, keys, directories, environment, instances, network, clock, vault, locks, AWS files, SSO settings, profiles, token cache"
        ),
        "{ran:?}"
    );
    assert_eq!(sandbox.aws.call_count("CreateToken"), 1, "doctor does not sign in");
}

#[test]
fn nothing_set_up_names_the_wizard() {
    let sandbox = Sandbox::new();
    sandbox.write("rolecall/config.toml", "");
    only_finding(&sandbox, "instances", &["no IAM Identity Center", "rolecall setup wizard"]);
    let ran = sandbox.run(&["doctor"]);
    assert!(
        !ran.stdout.contains("network") && !ran.stdout.contains("clock"),
        "a request was sent: {ran:?}"
    );
}

#[test]
fn aws_files_that_programs_give_up_are_named_by_line() {
    let sandbox = Sandbox::new();
    sandbox.write(".aws/config", "[profile a]\nregion = x\n\n[profile a]\n");
    sandbox.write(".aws/credentials", "[a]\nhunter2hunter2\n");
    let (code, found) = findings(&sandbox, &["--offline"]);
    let text = found.iter().map(Value::to_string).collect::<String>();
    assert!(
        code == 1 && text.contains("the AWS CLI and Python programs can't read ~/.aws/config"),
        "{text}"
    );
    assert!(
        text.contains("line 4: [profile a] is in the file twice")
            && text.contains("line 2 of ~/.aws/credentials"),
        "{text}"
    );
    let ran = sandbox.run(&["doctor", "--fix"]);
    assert!(
        ran.code == 1
            && ran.stdout.contains("~/.aws/credentials")
            && !ran.stdout.contains("hunter2"),
        "{ran:?}"
    );
    assert_eq!(
        std::fs::read_to_string(sandbox.path(".aws/config")).unwrap(),
        "[profile a]\nregion = x\n\n[profile a]\n"
    );
}

#[test]
fn directories_that_cannot_be_created_are_reported_once() {
    let sandbox = Sandbox::new();
    sandbox.write("blocked", "in the way");
    let mut command = sandbox.rolecall(&["doctor", "--offline"]);
    let ran = CommandOutput::from_output(
        command.env("ROLECALL_HOME", sandbox.path("blocked/rolecall")).output().unwrap(),
    );
    assert!(
        ran.code == 1
            && ran.stdout.contains("settings can't be stored")
            && ran.stdout.contains("ROLECALL_HOME"),
        "{ran:?}"
    );
    assert_eq!(ran.stdout.matches("can't be stored").count(), 1, "{ran:?}");
}

#[test]
fn unknown_keys_and_a_broken_file_are_findings_not_failures() {
    let sandbox = Sandbox::new();
    sandbox.prepend_config("threds = 3");
    only_finding(&sandbox, "configuration", &["config.toml:1", "threads", "settings edit"]);
    sandbox.write("rolecall/config.toml", "threads = 'many'\n");
    let (code, found) = findings(&sandbox, &["--offline"]);
    assert!(code == 1 && found[0]["finding"].as_str().unwrap().contains("threads"), "{found:?}");
}

#[test]
fn keys_beside_a_profile_are_named_and_not_shown() {
    let sandbox = Sandbox::new();
    sandbox.write(".aws/config", "[profile dev]\nregion = eu-west-1\n");
    let mut command = sandbox.rolecall(&["doctor", "--offline"]);
    command.envs([
        ("AWS_PROFILE", "dev"),
        ("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE"),
        ("AWS_SECRET_ACCESS_KEY", "hunter2"),
    ]);
    let ran = crate::sandbox::CommandOutput::from_output(command.output().unwrap());
    assert!(
        ran.code == 1
            && ran.stdout.contains("✗ environment")
            && ran.stdout.contains("fix: unset AWS_ACCESS_KEY_ID"),
        "{ran:?}"
    );
    assert!(!ran.stdout.contains("hunter2") && !ran.stdout.contains("AKIAEXAMPLE"));
}

#[test]
fn profiles_that_are_shadowed_or_lost_their_program() {
    let sandbox = Sandbox::new();
    let process = "credential_process = /bin/sh process --arn 012345678901:Admin";
    sandbox
        .write(".aws/config", &format!("[profile a]\n{process}\nsso_account_id = 012345678901\n"));
    only_finding(&sandbox, "profiles", &["profile a", "sso_account_id", "~/.aws/config"]);
    sandbox.write(
        ".aws/config",
        "# BEGIN_ROLECALL x\n[profile b]\ncredential_process = /old/rolecall process --arn 012345678901:Admin\n# END_ROLECALL x\n",
    );
    only_finding(
        &sandbox,
        "profiles",
        &["/old/rolecall does not exist", "rolecall setup profiles"],
    );
    sandbox.write(".aws/config", &format!("[profile c]\n{process}\n"));
    sandbox.write(".aws/credentials", "[c]\naws_access_key_id = AKIA\naws_secret_access_key = x\n");
    only_finding(&sandbox, "profiles", &["~/.aws/credentials", "profile c"]);
}

#[test]
fn answers_of_aws_reveal_a_wrong_clock_and_a_wrong_region() {
    let sandbox = Sandbox::new();
    let one = "secure_store = \"file\"\nkey_cache = \"never\"\n[instances.corp]\nstart_url = \"https://corp.awsapps.com/start\"\nsso_region = \"eu-west-1\"\n";
    sandbox.write("rolecall/config.toml", one);
    sandbox.aws.add_fault(Fault::SkewClock { seconds: 900 });
    only_finding(&sandbox, "clock", &["15 min behind", "AWS says"]);
    sandbox.aws.add_fault(Fault::SkewClock { seconds: 0 });
    sandbox.aws.add_fault(Fault::Fail {
        operation: "StartDeviceAuthorization".into(),
        times: 1,
        status: 400,
        error: "InvalidRequestException".into(),
    });
    only_finding(
        &sandbox,
        "instances",
        &["AWS does not accept corp", "in eu-west-1", "settings set instances.corp.sso_region"],
    );
    let (code, found) = findings(&sandbox, &[]);
    assert_eq!((code, found.len()), (0, 0), "{found:?}");
}

#[test]
fn an_unreachable_aws_is_a_finding_and_offline_sends_no_request() {
    let sandbox = Sandbox::new();
    let mut command = sandbox.rolecall(&["doctor"]);
    let ran = crate::sandbox::CommandOutput::from_output(
        command.env("AWS_ENDPOINT_URL", "http://127.0.0.1:1").output().unwrap(),
    );
    assert!(ran.code == 1 && ran.stdout.contains("✗ network"), "{ran:?}");
    let mut command = sandbox.rolecall(&["doctor", "--offline"]);
    let ran = crate::sandbox::CommandOutput::from_output(
        command.env("AWS_ENDPOINT_URL", "http://127.0.0.1:1").output().unwrap(),
    );
    assert!(ran.code == 0 && !ran.stdout.contains("network"), "{ran:?}");
}

#[test]
fn a_ca_bundle_that_is_not_there_is_named() {
    let sandbox = Sandbox::new();
    let mut command = sandbox.rolecall(&["doctor"]);
    command.env("AWS_ENDPOINT_URL", "https://127.0.0.1:1").env("AWS_CA_BUNDLE", "/nowhere/ca.pem");
    let ran = crate::sandbox::CommandOutput::from_output(command.output().unwrap());
    assert!(ran.code == 1 && ran.stdout.contains("/nowhere/ca.pem"), "{ran:?}");
}

#[test]
fn a_vault_that_is_closed_or_open_to_all() {
    let sandbox = Sandbox::signed_in();
    let mut command = sandbox.rolecall(&["doctor", "--offline"]);
    let ran = crate::sandbox::CommandOutput::from_output(
        command.env_remove("AWS_SSO_FILE_PASSWORD").output().unwrap(),
    );
    assert!(ran.code == 1 && ran.stdout.contains("✗ vault"), "{ran:?}");
    set_mode(&sandbox, "rolecall/state/vault", 0o755);
    let finding = only_finding(&sandbox, "vault", &["0755", "chmod 700"]);
    assert_eq!(
        (finding["fixable"].as_bool(), finding["fixed"].as_bool()),
        (Some(true), Some(false))
    );
    assert_eq!(mode(&sandbox, "rolecall/state/vault"), 0o755, "nothing is changed unasked");
    let ran = sandbox.run(&["doctor", "--fix"]);
    assert!(
        ran.code == 0 && ran.stdout.contains("fixed: ~/rolecall/state/vault now has mode 0700"),
        "{ran:?}"
    );
    assert_eq!(mode(&sandbox, "rolecall/state/vault"), 0o700);
    assert_eq!(findings(&sandbox, &[]), (0, vec![]));
}

#[test]
fn a_vault_that_cannot_be_created_is_reported_before_the_first_sign_in() {
    let sandbox = Sandbox::new();
    let mut command = sandbox.rolecall(&["doctor", "--offline"]);
    let ran = crate::sandbox::CommandOutput::from_output(
        command.env_remove("AWS_SSO_FILE_PASSWORD").output().unwrap(),
    );
    assert!(ran.code == 1 && ran.stdout.contains("rolecall vault unlock"), "{ran:?}");
    assert!(!sandbox.path("rolecall/state").exists(), "nothing is made by looking");
}

#[test]
fn sign_ins_of_the_cli_that_others_can_read_or_that_are_over() {
    let sandbox = Sandbox::new();
    let file = ".aws/sso/cache/ee0bfd2552fbd840c02cc48b6e823320543c450f.json";
    let token = |url: &str, at: &str| {
        format!(
            r#"{{"startUrl":"{url}","region":"eu-west-1","accessToken":"t","expiresAt":"{at}"}}"#
        )
    };
    sandbox.write(file, &token("https://corp.awsapps.com/start", "2099-01-01T00:00:00Z"));
    set_mode(&sandbox, file, 0o644);
    only_finding(&sandbox, "token cache", &["0644"]);
    assert_eq!(findings(&sandbox, &["--fix"]).0, 0);
    assert_eq!((mode(&sandbox, file), findings(&sandbox, &[])), (0o600, (0, vec![])));
    sandbox.write(file, &token("https://other.awsapps.com/start", "2099-01-01T00:00:00Z"));
    only_finding(
        &sandbox,
        "token cache",
        &["another directory", "https://other.awsapps.com/start"],
    );
    sandbox.write(file, &token("https://corp.awsapps.com/start", "2020-01-01T00:00:00Z"));
    assert_eq!(only_finding(&sandbox, "token cache", &["ended"])["weight"], "advice");
}

#[test]
fn a_start_url_that_is_a_page_is_put_right_and_comments_stay() {
    let sandbox = Sandbox::new();
    let config = "secure_store = \"file\"\nkey_cache = \"never\"\n[instances.corp] # work\nstart_url = \"https://corp.awsapps.com/start/#/console?account_id=012345678901\" # pasted\nsso_region = \"eu-west-1\"\n";
    sandbox.write("rolecall/config.toml", config);
    let (code, found) = findings(&sandbox, &["--offline", "--fix"]);
    assert!(code == 0 && found[0]["fixed"] == true, "{found:?}");
    let now = sandbox.config();
    assert_eq!(now, config.replace("/#/console?account_id=012345678901", ""));
}

#[test]
fn a_state_directory_that_cannot_be_written_is_reported() {
    let sandbox = Sandbox::new();
    sandbox.write("rolecall/state/locks", "in the way");
    let (code, found) = findings(&sandbox, &["--offline"]);
    assert!(code == 1 && found.iter().any(|finding| finding["check"] == "locks"), "{found:?}");
}

/// bash reads `.profile` if it is a login shell, so a hook there counts.
#[test]
fn the_hook_of_the_calling_shell_is_missed_until_a_start_up_file_brings_it() {
    let sandbox = Sandbox::new();
    let missed = || {
        let mut bash = sandbox.command("/bin/bash");
        bash.args([
            "--norc",
            "-c",
            &format!("{} doctor --offline --json; true", crate::sandbox::binary()),
        ]);
        let output = crate::sandbox::CommandOutput::from_output(bash.output().unwrap()).stdout;
        output.contains("does not have `role`")
    };
    assert!(missed());
    sandbox.write(".bashrc", "# eval \"$(rolecall init bash)\"\n");
    assert!(missed(), "a comment does nothing");
    sandbox.write(".profile", "eval \"$(/opt/bin/rolecall init bash --cmd assume)\"\n");
    assert!(!missed());
}

/// The shell findings of `doctor` in bash.
fn shell_findings(sandbox: &Sandbox) -> String {
    let script = format!("{} doctor --offline --json; true", crate::sandbox::binary());
    let mut bash = sandbox.command("/bin/bash");
    let ran = CommandOutput::from_output(bash.args(["--norc", "-c", &script]).output().unwrap());
    let Ok(Value::Array(mut found)) = serde_json::from_str(&ran.stdout) else { panic!("{ran:?}") };
    found.retain(|finding| finding["check"] == "shell");
    Value::Array(found).to_string()
}

#[test]
fn a_hook_whose_program_was_moved_deleted_or_replaced_is_found() {
    let sandbox = Sandbox::new();
    let hook = |program: &str| format!("eval \"$({program} init bash)\"\n");
    sandbox.write(".bashrc", &hook("~/old/rolecall"));
    let found = shell_findings(&sandbox);
    assert!(found.contains("~/old/rolecall, which does not exist"), "{found}");
    assert!(found.contains(&format!("$({} init bash)", crate::sandbox::binary())), "{found}");
    sandbox.write("old/rolecall", "");
    let found = shell_findings(&sandbox);
    assert!(found.contains("chmod +x"), "{found}");
    sandbox.write_executable("old/rolecall", "#!/bin/sh\necho rolecall 0.0.1\n");
    let found = shell_findings(&sandbox);
    assert!(
        found.contains("this version of the program") && found.contains("version 0.0.1;"),
        "{found}"
    );
    sandbox.write(".bashrc", &hook(crate::sandbox::binary()));
    assert_eq!(shell_findings(&sandbox), "[]");
}
