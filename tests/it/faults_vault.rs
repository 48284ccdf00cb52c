//! A vault that can't be opened or written, and files in its way.

use std::collections::BTreeSet;

use crate::commands::{PROCESS, ROLE, assert_refused, json};
use crate::records::Records;
use crate::sandbox::{CommandOutput, Sandbox};

fn run_with_passphrase(sandbox: &Sandbox, passphrase: &str, args: &[&str]) -> CommandOutput {
    CommandOutput::from_output(
        sandbox.rolecall(args).env("AWS_SSO_FILE_PASSWORD", passphrase).output().unwrap(),
    )
}

#[test]
fn a_locked_vault_is_never_reported_as_signed_out() {
    let sandbox = Sandbox::signed_in();
    assert_eq!(sandbox.run(&PROCESS).code, 0);
    let before = Records::new(&sandbox).count();
    for passphrase in ["wrong", ""] {
        for args in [
            &PROCESS[..],
            &["exec", "-S", "corp", "--arn", ROLE, "--", "true"],
            &["cache", "-S", "corp"],
            &["login", "-S", "corp"],
        ] {
            assert_refused(
                &run_with_passphrase(&sandbox, passphrase, args),
                7,
                &["rolecall vault unlock"],
            );
        }
    }
    assert_eq!(Records::new(&sandbox).count(), before, "a wrong passphrase destroys nothing");
    assert_eq!(sandbox.run(&PROCESS).code, 0);
}

#[test]
fn a_login_makes_sure_of_the_vault_before_it_shows_a_code() {
    let sandbox = Sandbox::new();
    let ran = run_with_passphrase(&sandbox, "", &["login", "-S", "corp", "--flow", "device-code"]);
    assert_refused(&ran, 7, &["AWS_SSO_FILE_PASSWORD"]);
    assert_eq!(sandbox.aws.call_count("StartDeviceAuthorization"), 0);
}

#[test]
fn credentials_are_fetched_even_if_nothing_can_be_stored() {
    let sandbox = Sandbox::signed_in();
    let vault = sandbox.path("rolecall/state/vault");
    let files = || {
        let entries =
            std::fs::read_dir(vault.join("records")).unwrap().map(|entry| entry.unwrap().path());
        entries.filter(|path| path.is_file()).collect::<BTreeSet<_>>()
    };
    let before = files();
    assert_eq!(sandbox.run(&PROCESS).code, 0);
    let after = files();
    let [record] = after.difference(&before).collect::<Vec<_>>()[..] else { panic!("{after:?}") };
    std::fs::remove_file(record).unwrap();
    std::fs::create_dir_all(record.join("in the way")).unwrap();
    std::fs::remove_dir_all(vault.join("flights")).unwrap();
    sandbox.write("rolecall/state/vault/flights", "in the way");
    let again = ["process", "-S", "corp", "--arn", ROLE, "--sts-refresh"];
    assert_eq!(json(&sandbox.run(&again))["AccountId"], "012345678901");
    std::fs::remove_dir_all(record).unwrap();
    let ran = sandbox.run(&["exec", "-S", "corp", "--arn", ROLE, "--", "echo", "ran"]);
    assert_eq!(ran.stdout, "ran\n", "{ran:?}");
}

#[test]
fn a_state_directory_that_is_a_file_is_reported() {
    let sandbox = Sandbox::new();
    sandbox.write("rolecall/state", "in the way");
    let ran = sandbox.run(&["login", "-S", "corp", "--flow", "device-code"]);
    assert!(ran.code == 74 && ran.stderr.contains("rolecall/state"), "{ran:?}");
    assert_eq!(sandbox.aws.call_count("StartDeviceAuthorization"), 0);
}

#[test]
fn a_cache_that_cannot_be_written_fails_only_the_refresh() {
    let sandbox = Sandbox::signed_in();
    std::fs::remove_dir_all(sandbox.path("rolecall/cache")).unwrap();
    sandbox.write("rolecall/cache", "in the way");
    assert_eq!(sandbox.run(&PROCESS).code, 0);
    let ran = sandbox.run(&["cache", "-S", "corp"]);
    assert!(ran.code == 74 && ran.stderr.contains("rolecall/cache"), "{ran:?}");
}

#[test]
fn a_damaged_record_is_a_miss() {
    let sandbox = Sandbox::signed_in();
    assert_eq!(sandbox.run(&PROCESS).code, 0);
    for entry in std::fs::read_dir(sandbox.path("rolecall/state/vault/records")).unwrap() {
        let path = entry.unwrap().path();
        let bytes = std::fs::read(&path).unwrap();
        std::fs::write(&path, &bytes[..bytes.len() - 7]).unwrap();
    }
    assert_refused(&sandbox.run(&PROCESS), 4, &["rolecall login --sso corp"]);
    sandbox.login("corp");
    assert_eq!(sandbox.run(&PROCESS).code, 0);
}
