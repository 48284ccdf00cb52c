//! `ecs` and faults of this machine: its disk, its files and its clock. Faults of AWS are in the
//! matrix.

use std::collections::BTreeSet;
use std::path::PathBuf;

use rolecall::testing::demo::Fault;

use crate::commands::{ROLE, assert_refused};
use crate::ecs::EcsServer;
use crate::records::Records;
use crate::sandbox::{Sandbox, binary};
use crate::wait::wait_for;

const LOAD: [&str; 5] = ["ecs", "load", "-S", "corp", "--arn"];

fn records(sandbox: &Sandbox) -> BTreeSet<PathBuf> {
    let entries = std::fs::read_dir(sandbox.path("rolecall/state/vault/records")).unwrap();
    entries.map(|entry| entry.unwrap().path()).collect()
}

#[test]
fn a_damaged_slot_is_not_served_again_and_the_others_are() {
    let sandbox = Sandbox::signed_in();
    let first = EcsServer::start(&sandbox, &[]);
    first.load(ROLE, &[]);
    let before = records(&sandbox);
    first.load(ROLE, &["-s", "ci"]);
    first.run(&["stop"]);
    let new = records(&sandbox);
    for record in new.difference(&before) {
        let bytes = std::fs::read(record).unwrap();
        std::fs::write(record, &bytes[..bytes.len() - 7]).unwrap();
    }
    let server = EcsServer::start(&sandbox, &[]);
    let slots = server.json(&["list", "--json"]);
    assert_eq!((slots.as_array().unwrap().len(), &slots[0]["slot"]), (1, &"default".into()));
    wait_for("the other slot", || server.client("default").key());
    server.load(ROLE, &["-s", "ci"]);
    wait_for("the slot", || server.client("ci").key());
}

#[test]
fn a_server_that_can_write_nothing_serves_and_says_that_a_restart_will_not_keep_it() {
    let sandbox = Sandbox::signed_in();
    // As on a full disk, no file can get longer than nothing.
    let mut command = sandbox.command("sh");
    command.args(["-c", "ulimit -f 0; exec \"$0\" \"$@\"", binary()]);
    command.args(["ecs", "run", "--listen", "127.0.0.1:0"]);
    let server = EcsServer::start_command(&sandbox, command);
    let ran = sandbox.run(&[&LOAD[..], &[ROLE]].concat());
    assert!(ran.code == 0 && ran.stderr.contains("it will be lost on a restart"), "{ran:?}");
    wait_for("credentials", || server.client("default").key());
    server.wait_for_message("it will be lost on a restart");
    // Nothing that was stored before is lost.
    server.run(&["stop"]);
    assert_eq!(sandbox.process(ROLE).code, 0);
}

#[test]
fn a_broken_configuration_stops_commands_but_not_the_server() {
    let sandbox = Sandbox::signed_in();
    let server = EcsServer::start(&sandbox, &["--default", "payments-prod/ReadOnlyAccess"]);
    let client = server.client("default");
    let key = wait_for("credentials", || client.key());
    let good = std::fs::read_to_string(sandbox.path("rolecall/config.toml")).unwrap();
    sandbox.write("rolecall/config.toml", "default_sso = [\n");
    let load = [&LOAD[..], &[ROLE, "-s", "ci"]].concat();
    assert_refused(&sandbox.run(&load), 3, &["config.toml"]);
    assert_eq!(client.key(), Some(key.clone()));
    assert_eq!(server.json(&["list", "--json"]).as_array().unwrap().len(), 1);
    sandbox.write("rolecall/config.toml", &good);
    assert_eq!(sandbox.run(&load).code, 0);
    assert_eq!(client.key(), Some(key));
}

#[test]
fn the_clock_of_aws_does_not_change_how_long_credentials_are_served() {
    for seconds in [7_200, -7_200] {
        let sandbox = Sandbox::new();
        sandbox.aws.add_fault(Fault::SkewClock { seconds });
        sandbox.login("corp");
        let server = EcsServer::start(&sandbox, &[]);
        let loaded = server.load(ROLE, &[]);
        let stored = Records::new(&sandbox).credentials(ROLE).unwrap().expires_at;
        assert_eq!(loaded["expires_at"], stored.to_rfc3339());
        let client = server.client("default");
        wait_for("credentials", || client.key());
        let (_, document) = client.fetch();
        assert_eq!(document["Expiration"], stored.to_rfc3339());
        assert_eq!(sandbox.aws.call_count("GetRoleCredentials"), 1);
    }
}

#[test]
fn a_vault_that_is_locked_is_not_taken_for_the_end_of_the_sign_in() {
    let sandbox = Sandbox::signed_in();
    let run = ["ecs", "run", "--listen", "127.0.0.1:0"];
    let ran = sandbox.rolecall(&run).env("AWS_SSO_FILE_PASSWORD", "wrong").output().unwrap();
    let stderr = String::from_utf8_lossy(&ran.stderr);
    assert_eq!(ran.status.code(), Some(7), "{stderr}");
    assert!(stderr.contains("passphrase") && !stderr.contains("rolecall login"), "{stderr}");
}
