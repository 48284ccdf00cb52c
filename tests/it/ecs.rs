//! `ecs`: a standing credentials endpoint, the commands that manage it, and who is refused.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};

use rolecall::testing::demo::{Fault, SimulatorOptions};
use serde_json::Value;

use crate::commands::{ROLE, assert_refused};
use crate::sandbox::{CommandOutput, Sandbox};
use crate::wait::wait_for;

/// The other role of the account of [`ROLE`].
const OTHER_ROLE: &str = "012345678901:DatabaseAdministrator";

/// A running `ecs run`.
pub(crate) struct EcsServer<'a> {
    child: Child,
    sandbox: &'a Sandbox,
    pub(crate) url: String,
    /// Its lines on stderr.
    messages: Arc<Mutex<Vec<String>>>,
}

impl<'a> EcsServer<'a> {
    pub(crate) fn start(sandbox: &'a Sandbox, args: &[&str]) -> Self {
        Self::start_at(sandbox, &[&["--listen", "127.0.0.1:0"], args].concat())
    }

    /// Starts a server with `--listen` among the arguments.
    pub(crate) fn start_at(sandbox: &'a Sandbox, args: &[&str]) -> Self {
        Self::start_command(sandbox, sandbox.rolecall(&[&["ecs", "run"], args].concat()))
    }

    /// Starts a server by a command that runs `ecs run`.
    pub(crate) fn start_command(sandbox: &'a Sandbox, mut command: Command) -> Self {
        let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
        let mut before = Vec::new();
        let url = loop {
            let line = lines.next().unwrap_or_else(|| panic!("it ended: {before:?}"));
            let url = line.strip_prefix("serving credentials at ");
            if let Some((url, _)) = url.and_then(|rest| rest.split_once(';')) {
                break url.to_owned();
            }
            before.push(line);
        };
        let messages = Arc::new(Mutex::new(before));
        let written = messages.clone();
        std::thread::spawn(move || lines.for_each(|line| written.lock().unwrap().push(line)));
        Self { child, sandbox, url, messages }
    }

    pub(crate) fn run(&self, args: &[&str]) -> CommandOutput {
        self.sandbox.run(&[&["ecs"], args].concat())
    }

    /// Runs a command that has to succeed, and returns its JSON.
    pub(crate) fn json(&self, args: &[&str]) -> Value {
        let ran = self.run(args);
        assert_eq!(ran.code, 0, "{args:?}: {ran:?}");
        serde_json::from_str(&ran.stdout).unwrap()
    }

    pub(crate) fn load(&self, role: &str, args: &[&str]) -> Value {
        self.json(&[&["load", "-S", "corp", "--arn", role, "--json"], args].concat())
    }

    /// The address and the token of a slot.
    pub(crate) fn client(&self, slot: &str) -> Client {
        let variables = self.json(&["env", "-s", slot, "--format", "json"]);
        let value = |name: &str| variables[name].as_str().unwrap().to_owned();
        Client {
            url: value("AWS_CONTAINER_CREDENTIALS_FULL_URI"),
            token: value("AWS_CONTAINER_AUTHORIZATION_TOKEN"),
        }
    }

    pub(crate) fn wait_for_message(&self, text: &str) {
        wait_for(text, || {
            self.messages.lock().unwrap().iter().any(|line| line.contains(text)).then_some(())
        });
    }
}

impl Drop for EcsServer<'_> {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What a program needs to ask for credentials.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Client {
    pub(crate) url: String,
    pub(crate) token: String,
}

impl Client {
    /// Sends a request with these lines after the first one, and returns status and body.
    fn send(&self, lines: &[&str]) -> (u16, Value) {
        self.send_to(self.url.split('/').nth(2).unwrap(), lines)
    }

    /// Sends a request to this address.
    fn send_to(&self, address: &str, lines: &[&str]) -> (u16, Value) {
        let path = self.url.splitn(4, '/').nth(3).unwrap();
        let mut stream = TcpStream::connect(address).unwrap();
        let head: String = lines.iter().map(|line| format!("{line}\r\n")).collect();
        stream.write_all(format!("GET /{path} HTTP/1.1\r\n{head}\r\n").as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_default();
        let status = head.get(9..12).and_then(|status| status.parse().ok()).unwrap_or_default();
        (status, serde_json::from_str(body).unwrap_or_default())
    }

    fn host(&self) -> String {
        format!("Host: {}", self.url.split('/').nth(2).unwrap())
    }

    pub(crate) fn fetch(&self) -> (u16, Value) {
        self.send(&[&self.host(), &format!("Authorization: {}", self.token)])
    }

    /// Fetches from this address, which has the port that the URL leaves out.
    pub(crate) fn fetch_from(&self, address: &str) -> (u16, Value) {
        self.send_to(address, &[&self.host(), &format!("Authorization: {}", self.token)])
    }

    pub(crate) fn key(&self) -> Option<String> {
        let (status, document) = self.fetch();
        (status == 200).then(|| document["AccessKeyId"].as_str().unwrap().to_owned())
    }
}

/// What the system shows of a process; `None` if it hides it, as it hides the environment of a
/// process that is not dumpable from its own user.
#[cfg(target_os = "linux")]
pub(crate) fn read_of_process(pid: &str, file: &str) -> Option<String> {
    match std::fs::read(format!("/proc/{pid}/{file}")) {
        Ok(bytes) => {
            assert!(!bytes.is_empty(), "{pid} {file}");
            Some(String::from_utf8_lossy(&bytes).into_owned())
        }
        Err(error) => {
            assert_eq!(error.kind(), std::io::ErrorKind::PermissionDenied, "{pid} {file}");
            None
        }
    }
}

/// A simulator whose role credentials are valid for this many seconds.
pub(crate) fn short_lived(seconds: i64) -> Sandbox {
    let sandbox = Sandbox::with_options(SimulatorOptions {
        role_lifetime_seconds: seconds,
        ..Sandbox::default_options()
    });
    sandbox.login("corp");
    sandbox
}

#[test]
fn slots_are_loaded_listed_served_and_emptied() {
    let sandbox = Sandbox::signed_in();
    let server = EcsServer::start(&sandbox, &[]);
    assert_eq!(server.json(&["list", "--json"]), serde_json::json!([]));
    assert_refused(&server.run(&["profile"]), 1, &["the default slot is empty", "ecs load"]);
    let loaded = server.load(ROLE, &[]);
    assert_eq!(loaded["slot"], "default");
    assert_eq!(loaded["label"], "payments-prod/ReadOnlyAccess");
    server.load(OTHER_ROLE, &["-s", "ci"]);
    let (default, ci) = (server.client("default"), server.client("ci"));
    assert_eq!(ci.url, format!("{}/slot/ci", server.url));
    let (status, document) =
        wait_for("credentials", || Some(default.fetch()).filter(|a| a.0 == 200));
    assert_eq!((status, document["AccountId"].as_str()), (200, Some("012345678901")));
    let key = wait_for("credentials", || ci.key());
    assert_ne!(document["AccessKeyId"].as_str(), Some(key.as_str()));
    assert_eq!(sandbox.aws.call_count("GetRoleCredentials"), 2, "the server uses the vault");

    let list = server.run(&["list"]).stdout;
    let lines: Vec<&str> = list.lines().collect();
    assert!(lines[0].starts_with("SLOT") && lines.len() == 3, "{list}");
    assert!(lines[1].starts_with("default  payments-prod/ReadOnlyAccess"), "{list}");
    assert!(lines[2].contains("corp") && lines[2].contains("just now"), "{list}");
    assert_eq!(server.run(&["profile"]).stdout, "payments-prod/ReadOnlyAccess\n");
    assert_eq!(server.json(&["status", "--json"])["slots"][1]["role"], "DatabaseAdministrator");

    // A slot that gets another role keeps its token, so that its clients change with it.
    server.load(OTHER_ROLE, &[]);
    assert_eq!(server.client("default"), default);
    assert_eq!(wait_for("credentials", || default.key()), key);

    assert_eq!(server.run(&["unload"]).code, 0);
    assert_eq!((default.fetch().0, ci.fetch().0), (401, 200));
    assert_refused(&server.run(&["env"]), 1, &["the slot `default` is empty"]);
    assert_refused(&server.run(&["unload"]), 1, &["the slot `default` is empty"]);
    // A slot that is filled again has a new token.
    server.load(ROLE, &[]);
    assert_eq!(default.fetch().0, 401);
    let emptied = server.json(&["unload", "--all", "--json"]);
    assert_eq!(emptied, serde_json::json!({ "emptied": ["default", "ci"] }));
    assert_eq!((default.fetch().0, ci.fetch().0), (401, 401));
    assert_eq!(server.json(&["list", "--json"]), serde_json::json!([]));
}

#[test]
fn a_token_opens_its_own_slot_only_and_web_pages_are_refused() {
    let sandbox = Sandbox::signed_in();
    let server = EcsServer::start(&sandbox, &["--default", "payments-prod/ReadOnlyAccess"]);
    server.load(OTHER_ROLE, &["-s", "admin"]);
    let (reader, admin) = (server.client("default"), server.client("admin"));
    wait_for("credentials", || reader.key());
    assert_ne!(reader.token, admin.token);
    assert!(reader.token.len() >= 43, "32 random bytes");
    let thief = Client { token: reader.token.clone(), ..admin.clone() };
    assert_eq!(thief.fetch().0, 401);
    let (host, token) = (reader.host(), format!("Authorization: {}", reader.token));
    let port = host.rsplit(':').next().unwrap();
    assert_eq!(reader.send(&[&format!("Host: localhost:{port}"), &token]).0, 200);
    for other in ["example.com", "127.0.0.1", "[::1]x", "127.0.0.1:1", "rebound.example.com:4144"] {
        assert_eq!(reader.send(&[&format!("Host: {other}"), &token]).0, 403, "{other}");
    }
    for header in ["Origin: http://127.0.0.1", "Sec-Fetch-Site: same-origin"] {
        assert_eq!(reader.send(&[&host, &token, header]).0, 403, "{header}");
    }
    assert_eq!(reader.send(&[&host]).0, 401);
}

#[test]
fn only_loopback_addresses_are_served() {
    let sandbox = Sandbox::signed_in();
    for (address, reason) in [
        ("0.0.0.0:4144", "credentials would cross the network in plain text"),
        ("169.254.169.254:80", "instance metadata service"),
        ("4144", "is not an address with a port"),
    ] {
        let ran = sandbox.run(&["ecs", "run", "--listen", address]);
        assert_refused(&ran, 2, &[address, reason, "127.0.0.1:4144"]);
        let mut by_variable = sandbox.rolecall(&["ecs", "run"]);
        let ran = by_variable.env("AWS_SSO_ECS_SERVER", address).output().unwrap();
        assert_refused(&CommandOutput::from_output(ran), 2, &[address, reason]);
    }
}

#[test]
fn one_server_runs_until_it_is_stopped_and_replaces_one_that_was_killed() {
    let sandbox = Sandbox::signed_in();
    let nobody = sandbox.run(&["ecs", "status"]);
    assert_eq!((nobody.code, nobody.stdout.as_str()), (1, "not running\n"));
    for command in
        [&["list"][..], &["profile"], &["load", "--arn", ROLE], &["unload"], &["env"], &["stop"]]
    {
        let ran = sandbox.run(&[&["ecs"], command].concat());
        assert_refused(&ran, 1, &["no credentials endpoint is running", "rolecall ecs run"]);
    }
    assert_eq!(sandbox.aws.call_count("GetRoleCredentials"), 0, "nothing is fetched for no server");
    let mut killed = EcsServer::start(&sandbox, &[]);
    let status = killed.run(&["status"]);
    assert!(status.code == 0 && status.stdout.contains(&killed.url), "{status:?}");
    let second = killed.run(&["run", "--listen", "127.0.0.1:0"]);
    assert_refused(&second, 2, &["already running", "rolecall ecs stop"]);
    killed.child.kill().unwrap();
    killed.child.wait().unwrap();
    assert_eq!(sandbox.run(&["ecs", "status"]).code, 1);

    let mut server = EcsServer::start(&sandbox, &[]);
    let socket = sandbox.path("rolecall/state/ecs/control");
    let mode =
        |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&socket), mode(socket.parent().unwrap())), (0o600, 0o700));
    assert_eq!(server.json(&["stop", "--json"]), serde_json::json!({ "running": false }));
    assert_eq!(server.child.wait().unwrap().code(), Some(0));
    assert!(!socket.exists());
}

#[test]
fn credentials_are_renewed_in_each_slot_while_no_program_asks() {
    let sandbox = short_lived(4);
    let server = EcsServer::start(&sandbox, &["--default", "payments-prod/ReadOnlyAccess"]);
    server.load(OTHER_ROLE, &["-s", "ci"]);
    let clients = [server.client("default"), server.client("ci")];
    let first = clients.each_ref().map(|client| wait_for("credentials", || client.key()));
    wait_for("four more", || (sandbox.aws.call_count("GetRoleCredentials") >= 6).then_some(()));
    for (client, first) in clients.iter().zip(&first) {
        assert!(client.key().is_some_and(|key| key != *first), "at no time there are none");
    }
}

#[test]
fn old_credentials_are_served_while_aws_is_away() {
    let sandbox = short_lived(9);
    let server = EcsServer::start(&sandbox, &["--default", "payments-prod/ReadOnlyAccess"]);
    let client = server.client("default");
    let key = wait_for("credentials", || client.key());
    sandbox.aws.add_fault(Fault::Fail {
        operation: "GetRoleCredentials".into(),
        times: usize::MAX,
        status: 503,
        error: String::new(),
    });
    // Asked for by the background task, and by each request after that.
    wait_for("an attempt to renew them", || {
        assert_eq!(client.key().as_ref(), Some(&key));
        (sandbox.aws.call_count("GetRoleCredentials") > 1).then_some(())
    });
    assert_eq!(client.key(), Some(key.clone()));
    sandbox.aws.clear_faults();
    wait_for("new credentials", || client.key().filter(|now| *now != key));
}

#[test]
fn without_a_sign_in_programs_and_the_terminal_get_the_next_command() {
    let sandbox = short_lived(2);
    let server = EcsServer::start(&sandbox, &["--default", "payments-prod/ReadOnlyAccess"]);
    let client = server.client("default");
    wait_for("credentials", || client.key());
    sandbox.aws.end_sessions();
    let message = wait_for("the end of the credentials", || {
        let (status, body) = client.fetch();
        (status == 401).then(|| body["message"].as_str().unwrap().to_owned())
    });
    assert!(message.contains("rolecall login --sso corp"), "{message}");
    server.wait_for_message("rolecall login --sso corp");
    let problem = server.json(&["list", "--json"])[0]["problem"].as_str().unwrap().to_owned();
    assert!(problem.contains("rolecall login --sso corp"), "{problem}");
    sandbox.login("corp");
    wait_for("credentials again", || client.key());
    assert_eq!(server.json(&["list", "--json"])[0]["problem"], Value::Null);
}

#[test]
fn a_reader_of_messages_that_stops_reading_does_not_stop_the_server() {
    let sandbox = Sandbox::signed_in();
    let (reader, mut writer) = std::io::pipe().unwrap();
    let mut command = sandbox.rolecall(&["ecs", "run", "--listen", "127.0.0.1:0"]);
    let child = command.stderr(writer.try_clone().unwrap()).spawn().unwrap();
    let mut lines = BufReader::new(reader);
    let mut line = String::new();
    lines.read_line(&mut line).unwrap();
    let url = line.strip_prefix("serving credentials at ").and_then(|rest| rest.split_once(';'));
    let url = url.unwrap_or_else(|| panic!("{line}")).0.to_owned();
    let mut server = EcsServer { child, sandbox: &sandbox, url, messages: Arc::default() };
    while is_writable(&writer) {
        writer.write_all(&[b'x'; 4_096]).unwrap();
    }
    // Each gets credentials, which is reported.
    server.load(ROLE, &["-s", "a"]);
    server.load(OTHER_ROLE, &["-s", "b"]);
    for slot in ["a", "b"] {
        let client = server.client(slot);
        wait_for("credentials", || client.key());
    }
    assert_eq!(server.run(&["stop"]).code, 0);
    assert_eq!(server.child.wait().unwrap().code(), Some(0));
}

/// Whether a pipe accepts 4 KB.
fn is_writable(pipe: &std::io::PipeWriter) -> bool {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    let mut polled = [PollFd::new(pipe, PollFlags::OUT)];
    poll(&mut polled, Some(&Timespec::default())).unwrap() == 1
}

#[test]
fn protected_roles_are_loaded_with_consent_only() {
    let sandbox = Sandbox::signed_in();
    let server = EcsServer::start(&sandbox, &[]);
    let admin = ["load", "-S", "corp", "--arn", "012345678901:AdministratorAccess"];
    assert_refused(&server.run(&admin), 2, &["protected", "--yes"]);
    assert_eq!(server.json(&["list", "--json"]), serde_json::json!([]));
    assert_eq!(server.run(&[&admin[..], &["--yes"]].concat()).code, 0);
    drop(server);
    let run =
        ["ecs", "run", "--listen", "127.0.0.1:0", "--default", "payments-prod/AdministratorAccess"];
    assert_refused(&sandbox.run(&run), 2, &["protected", "--yes"]);
}

#[test]
#[cfg(target_os = "linux")]
fn the_server_has_no_secret_in_its_arguments_environment_or_messages() {
    let sandbox = Sandbox::signed_in();
    let server = EcsServer::start(
        &sandbox,
        &["--default", "payments-prod/ReadOnlyAccess", "--level", "info"],
    );
    let client = server.client("default");
    wait_for("credentials", || client.key());
    let (_, document) = client.fetch();
    assert!(
        read_of_process(&server.child.id().to_string(), "cmdline")
            .is_none_or(|words| words.contains("--prepared"))
    );
    let secrets = [&document["SecretAccessKey"], &document["Token"]]
        .map(|secret| secret.as_str().unwrap().to_owned());
    let list = server.run(&["list", "--json"]);
    let read = |file: &str| read_of_process(&server.child.id().to_string(), file);
    let written = server.messages.lock().unwrap().join("\n");
    let shown = [list.stdout, list.stderr, written];
    for text in [read("cmdline"), read("environ")].into_iter().flatten().chain(shown) {
        for secret in secrets.iter().chain([&client.token, &"correct horse".to_owned()]) {
            assert!(!text.contains(secret.as_str()), "{text}");
        }
    }
}

#[test]
fn a_shell_gets_an_endpoint_and_learns_what_programs_would_use_first() {
    let sandbox = Sandbox::signed_in();
    let server = EcsServer::start(&sandbox, &["--default", "payments-prod/ReadOnlyAccess"]);
    let client = server.client("default");
    let mut command = sandbox.rolecall(&["ecs", "env"]);
    let foreign = [("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/v2"), ("AWS_PROFILE", "mine")];
    let ran = CommandOutput::from_output(command.envs(foreign).output().unwrap());
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.stderr.contains("AWS_PROFILE is set") && ran.stderr.contains("unset AWS_PROFILE"));
    let script = format!(
        "{}; echo ${{AWS_CONTAINER_CREDENTIALS_RELATIVE_URI-none}} $AWS_CONTAINER_CREDENTIALS_FULL_URI $AWS_CONTAINER_AUTHORIZATION_TOKEN",
        ran.stdout.trim_end().trim_end_matches(';')
    );
    let mut shell = sandbox.command("sh");
    let shown = shell.args(["-c", &script]).envs(foreign).output().unwrap();
    let shown = CommandOutput::from_output(shown).stdout;
    assert_eq!(shown, format!("none {} {}\n", client.url, client.token));
    let file = server.run(&["env", "--format", "env"]).stdout;
    assert_eq!(
        file,
        format!(
            "AWS_CONTAINER_CREDENTIALS_FULL_URI={}\nAWS_CONTAINER_AUTHORIZATION_TOKEN={}\n",
            client.url, client.token
        )
    );
}

#[test]
#[cfg(target_os = "linux")]
fn the_list_shows_which_program_asked_last() {
    let sandbox = Sandbox::signed_in();
    let server = EcsServer::start(&sandbox, &["--default", "payments-prod/ReadOnlyAccess"]);
    let client = server.client("default");
    assert!(server.run(&["list"]).stdout.trim_end().ends_with("never"));
    let request = [client.host(), format!("Authorization: {}", client.token)].join("\r\n");
    // The response does not wait for the look-up, which finds only a connection that is open.
    let mut open = Vec::new();
    wait_for("a program", || {
        let mut stream = TcpStream::connect(client.url.split('/').nth(2).unwrap()).unwrap();
        stream.write_all(format!("GET / HTTP/1.1\r\n{request}\r\n\r\n").as_bytes()).unwrap();
        open.push(stream);
        server.json(&["list", "--json"])[0]["requested_by"].as_str().map(drop)
    });
    // The thread of this test asked; the system cuts the name of its process.
    let own = std::fs::read_to_string("/proc/self/comm").unwrap();
    let slot = &server.json(&["list", "--json"])[0];
    let program = slot["requested_by"].as_str().unwrap_or_default();
    assert!(own.trim_end().starts_with(program) && !program.is_empty(), "{slot} {own}");
    assert!(server.run(&["list"]).stdout.contains(&format!("by {program}")));
}
