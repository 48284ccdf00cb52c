//! `ecs run` at the address at which containers of ECS get credentials.

use std::process::{Command, Stdio};

use crate::commands::assert_refused;
use crate::ecs::{Client, EcsServer};
use crate::sandbox::{CommandOutput, Sandbox};
use crate::wait::wait_for;

/// Set in the network namespace of the test.
const INSIDE: &str = "ROLECALL_TEST_INSIDE";

/// Whether this is the process in the network namespace that this function makes; otherwise that
/// process has run this test with success.
pub(crate) fn run_in_network_namespace() -> bool {
    if std::env::var_os(INSIDE).is_some() {
        return true;
    }
    // The address must not belong to this machine, where other tests run.
    let script = "ip link set lo up && ip link add name ecs0 type bridge && \
                  ip addr add 169.254.170.2/24 dev ecs0 && ip link set ecs0 up && exec \"$@\"";
    let mut command = Command::new("unshare");
    command.args(["-n", "sh", "-c", script, "sh"]).arg(std::env::current_exe().unwrap());
    let thread = std::thread::current();
    command.args([thread.name().unwrap(), "--exact", "--ignored"]).env(INSIDE, "1");
    let ran = CommandOutput::from_output(command.output().unwrap());
    assert!(ran.code == 0 && ran.stdout.contains("1 passed"), "{}{}", ran.stdout, ran.stderr);
    false
}

#[test]
#[ignore = "needs root, ip and socat"]
fn containers_get_credentials_at_their_usual_address_but_not_from_hardware() {
    if !run_in_network_namespace() {
        return;
    }
    let sandbox = Sandbox::signed_in();
    let args = ["--listen", "169.254.170.2:80", "--default", "payments-prod/ReadOnlyAccess"];
    let server = EcsServer::start_at(&sandbox, &args);
    assert_eq!(server.url, "http://169.254.170.2:80");
    server.load(crate::commands::ROLE, &["-s", "ci"]);
    // An SDK makes the address from AWS_CONTAINER_CREDENTIALS_RELATIVE_URI=/slot/ci.
    let url = "http://169.254.170.2/slot/ci".to_owned();
    let client = Client { url, ..server.client("ci") };
    wait_for("credentials", || Some(client.fetch_from("169.254.170.2:80").0).filter(|s| *s == 200));
    let stranger = Client { token: "other".into(), ..client };
    assert_eq!(stranger.fetch_from("169.254.170.2:80").0, 401);

    // Linux accepts packets for the address from other networks too.
    let ip = |words: &str| {
        assert!(Command::new("ip").args(words.split(' ')).status().unwrap().success(), "{words}");
    };
    ip("addr add 10.9.9.1/24 dev lo");
    let script = format!(
        "printf 'GET / HTTP/1.1\\r\\nHost: 169.254.170.2\\r\\nAuthorization: {}\\r\\n\\r\\n' | \
         socat -t 5 - TCP:169.254.170.2:80,bind=10.9.9.1",
        server.client("default").token
    );
    let neighbour = Command::new("sh").args(["-c", &script]).output().unwrap();
    let response = String::from_utf8_lossy(&neighbour.stdout);
    assert!(
        response.starts_with("HTTP/1.1 403") && response.contains("OtherNetwork"),
        "{response}"
    );
    drop(server);

    // A tap device may be that of a VPN.
    let listen = ["ecs", "run", "--listen", "169.254.170.2:80"];
    ip("addr del 169.254.170.2/24 dev ecs0");
    let hint = "docker network create --subnet 169.254.170.0/24";
    assert_refused(&sandbox.run(&listen), 74, &["169.254.170.2:80", hint]);
    ip("tuntap add tap0 mode tap");
    ip("addr add 169.254.170.2/24 dev tap0");
    ip("link set tap0 up");
    let reason = "belongs to the network interface `tap0`: other machines";
    assert_refused(&sandbox.run(&listen), 2, &["169.254.170.2", reason, hint]);

    // The same as the port of a bridge.
    ip("link add br1 type bridge");
    ip("addr del 169.254.170.2/24 dev tap0");
    ip("link set tap0 master br1");
    ip("addr add 169.254.170.2/24 dev br1");
    ip("link set br1 up");
    let reason = "`br1`, which is connected to `tap0`: other machines";
    assert_refused(&sandbox.run(&listen), 2, &["169.254.170.2", reason, hint]);

    // A pair of which one end is in the network of a container, and one whose ends are both here:
    // the second is connected to hardware by a bridge.
    ip("addr del 169.254.170.2/24 dev br1");
    ip("link add veth0 type veth peer name veth1");
    ip("addr add 169.254.170.2/24 dev veth0");
    ip("link set veth1 master br1");
    ip("link set veth0 up");
    let reason = "`veth0`, which is connected to `tap0`: other machines";
    assert_refused(&sandbox.run(&listen), 2, &["169.254.170.2", reason, hint]);
    let mut container = Command::new("unshare").args(["-n", "cat"]).stdin(Stdio::piped()).spawn();
    let container = container.as_mut().unwrap();
    wait_for("another network namespace", || {
        let namespace = |pid: &str| std::fs::read_link(format!("/proc/{pid}/ns/net")).ok();
        (namespace(&container.id().to_string())? != namespace("self")?).then_some(())
    });
    ip(&format!("link set veth1 netns {}", container.id()));
    let server = EcsServer::start_at(&sandbox, &["--listen", "169.254.170.2:80"]);
    assert_eq!(server.url, "http://169.254.170.2:80");
    container.kill().unwrap();
    container.wait().unwrap();
}
