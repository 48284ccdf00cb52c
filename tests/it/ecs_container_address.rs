//! `ecs run` at the address at which containers of ECS get credentials.

use std::process::Command;

use crate::commands::assert_refused;
use crate::ecs::{Client, EcsServer};
use crate::sandbox::Sandbox;
use crate::wait::wait_for;

/// Set in the network namespace of the test.
const INSIDE: &str = "ROLECALL_TEST_INSIDE";

#[test]
#[ignore = "needs root, ip and socat"]
fn containers_get_credentials_at_their_usual_address_but_not_from_hardware() {
    if std::env::var_os(INSIDE).is_some() {
        return inside_the_network_namespace();
    }
    // The address must not belong to this machine, where other tests run.
    let script = "ip link set lo up && ip link add name ecs0 type bridge && \
                  ip addr add 169.254.170.2/24 dev ecs0 && ip link set ecs0 up && exec \"$@\"";
    let mut command = Command::new("unshare");
    command.args(["-n", "sh", "-c", script, "sh"]).arg(std::env::current_exe().unwrap());
    let name = "ecs_container_address::\
                containers_get_credentials_at_their_usual_address_but_not_from_hardware";
    let ran = command.args([name, "--exact", "--ignored"]).env(INSIDE, "1").output().unwrap();
    let text = String::from_utf8_lossy(&ran.stdout);
    assert!(ran.status.success() && text.contains("1 passed"), "{text}");
}

fn inside_the_network_namespace() {
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

    // A tap device is that of a VPN, unless it is the port of a bridge.
    let listen = ["ecs", "run", "--listen", "169.254.170.2:80"];
    ip("addr del 169.254.170.2/24 dev ecs0");
    let hint = "docker network create --subnet 169.254.170.0/24";
    assert_refused(&sandbox.run(&listen), 74, &["169.254.170.2:80", hint]);
    ip("tuntap add tap0 mode tap");
    ip("addr add 169.254.170.2/24 dev tap0");
    ip("link set tap0 up");
    let reason = "belongs to the network interface `tap0`: other machines";
    assert_refused(&sandbox.run(&listen), 2, &["169.254.170.2", reason, hint]);
}
