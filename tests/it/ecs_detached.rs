//! `ecs run --detach`: a server in the background.

use rolecall::testing::demo::SimulatorOptions;

use crate::commands::{ROLE, assert_refused};
#[cfg(target_os = "linux")]
use crate::ecs::read_of_process;
use crate::ecs::{Client, EcsServer};
use crate::sandbox::{CommandOutput, Sandbox};
use crate::wait::wait_for;

const DETACH: [&str; 7] = [
    "ecs",
    "run",
    "--detach",
    "--listen",
    "127.0.0.1:0",
    "--default",
    "payments-prod/ReadOnlyAccess",
];

/// Ends the server with the test.
pub(crate) struct Stop<'a>(pub(crate) &'a Sandbox);

impl Drop for Stop<'_> {
    fn drop(&mut self) {
        let _ = self.0.run(&["ecs", "stop"]);
    }
}

fn client(printed: &CommandOutput) -> Client {
    assert_eq!(printed.code, 0, "{printed:?}");
    let value = |name: &str| {
        let line = printed.stdout.lines().find(|line| line.contains(&format!("{name}="))).unwrap();
        line.split('\'').nth(1).unwrap().to_owned()
    };
    Client {
        url: value("AWS_CONTAINER_CREDENTIALS_FULL_URI"),
        token: value("AWS_CONTAINER_AUTHORIZATION_TOKEN"),
    }
}

#[test]
fn a_detached_server_outlives_the_command_and_renews_until_it_is_stopped() {
    let sandbox = Sandbox::with_options(SimulatorOptions {
        role_lifetime_seconds: 4,
        ..Sandbox::default_options()
    });
    sandbox.login("corp");
    let _stop = Stop(&sandbox);
    let started = sandbox.run(&[&DETACH[..], &["--print-env"]].concat());
    assert!(started.stderr.contains("`rolecall ecs stop` ends it"), "{started:?}");
    let client = client(&started);
    let fetch = || {
        let (status, document) = client.fetch();
        (status == 200).then(|| document["AccessKeyId"].as_str().unwrap().to_owned())
    };
    let first = wait_for("credentials", fetch);
    wait_for("new credentials", || fetch().filter(|key| *key != first));
    assert_refused(&sandbox.run(&DETACH), 2, &["already running"]);
    assert_eq!(sandbox.run(&["ecs", "stop"]).code, 0);
    assert_eq!(sandbox.run(&["ecs", "status"]).code, 1);

    // The next one serves the same slot with the same token.
    let started =
        sandbox.run(&["ecs", "run", "--detach", "--listen", "127.0.0.1:0", "--print-env"]);
    assert_eq!(self::client(&started).token, client.token);
}

#[test]
fn a_server_that_was_started_before_the_first_sign_in_can_open_the_vault() {
    let sandbox = Sandbox::new();
    let _stop = Stop(&sandbox);
    let started = sandbox.run(&["ecs", "run", "--detach", "--listen", "127.0.0.1:0"]);
    assert_eq!(started.code, 0, "{started:?}");
    sandbox.login("corp");
    let loaded = sandbox.run(&["ecs", "load", "-S", "corp", "--arn", ROLE]);
    assert!(loaded.code == 0 && !loaded.stderr.contains("warning"), "{loaded:?}");
    let client = client(&sandbox.run(&["ecs", "env"]));
    wait_for("credentials", || Some(client.fetch().0).filter(|status| *status == 200));
}

#[test]
fn an_address_that_is_in_use_is_reported_before_anything_starts() {
    let sandbox = Sandbox::signed_in();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    for mode in [&["--detach"][..], &[]] {
        let ran = sandbox.run(&[&["ecs", "run", "--listen", &address], mode].concat());
        assert_refused(&ran, 74, &[&address, "--listen 127.0.0.1:4145"]);
    }
    assert_eq!(sandbox.run(&["ecs", "status"]).code, 1);
    assert_refused(&sandbox.run(&["ecs", "run", "--print-env"]), 2, &["--detach"]);
    // The program at the address may have been sent the tokens of stored slots.
    let server = EcsServer::start(&sandbox, &["--default", "payments-prod/ReadOnlyAccess"]);
    // It answers when the slot is stored.
    server.client("default");
    drop(server);
    let ran = sandbox.run(&["ecs", "run", "--listen", &address]);
    assert_refused(&ran, 74, &[&address, "rolecall setup ecs --rotate"]);
}

#[test]
fn a_detached_server_keeps_no_descriptor_and_no_directory_of_its_caller() {
    let sandbox = Sandbox::signed_in();
    let _stop = Stop(&sandbox);
    // dash has no notation for descriptors of two digits.
    let mut shell = sandbox.command("bash");
    shell.args(["-c", "exec \"$0\" \"$@\" 3>&1 9>&2 10>&1 200>&2", crate::sandbox::binary()]);
    // A reader of the output sees its end while the server runs.
    let ran = shell.args(["ecs", "run", "--detach", "--listen", "127.0.0.1:0"]).output().unwrap();
    assert!(ran.status.success(), "{ran:?}");
    let status = sandbox.run(&["ecs", "status", "--json"]).stdout;
    let status: serde_json::Value = serde_json::from_str(&status).unwrap();
    // The system may hide it.
    if let Ok(directory) = std::fs::read_link(format!("/proc/{}/cwd", status["pid"])) {
        assert_eq!(directory, std::path::Path::new("/"));
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_detached_server_has_no_secret_in_its_arguments_or_environment() {
    let sandbox = Sandbox::signed_in();
    let _stop = Stop(&sandbox);
    let mut command = sandbox.rolecall(&[&DETACH[..], &["--print-env"]].concat());
    let inherited = [
        ("AWS_SECRET_ACCESS_KEY", "old-secret"),
        ("AWS_CONTAINER_AUTHORIZATION_TOKEN", "old-token"),
    ];
    let started = command.envs(inherited).output().unwrap();
    let client = client(&CommandOutput::from_output(started));
    let status = sandbox.run(&["ecs", "status", "--json"]).stdout;
    let status: serde_json::Value = serde_json::from_str(&status).unwrap();
    let read = |file: &str| read_of_process(&status["pid"].to_string(), file);
    assert!(read("cmdline").unwrap().contains("ecs-helper"), "{status}");
    for text in [read("cmdline"), read("environ")].into_iter().flatten() {
        for secret in [client.token.as_str(), "correct horse", "old-secret", "old-token"] {
            assert!(!text.contains(secret), "{text}");
        }
    }
}
