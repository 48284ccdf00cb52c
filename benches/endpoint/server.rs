//! The servers that are measured.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::demo_server::DemoServer;

const ROLE: &str = "payments-prod/ReadOnlyAccess";
const OTHER_ROLE: &str = "payments-dev/ReadOnlyAccess";

/// A running server. Ended when dropped.
pub(crate) struct ServerUnderTest {
    child: Child,
    /// The address, such as `127.0.0.1:4144`.
    address: String,
    /// The request of a client.
    request: String,
    /// The commands of a rolecall server.
    commands: Option<Commands>,
    /// Removed at the end.
    home: Option<PathBuf>,
}

/// Commands to a rolecall server.
struct Commands {
    rolecall: PathBuf,
    variables: Vec<(String, String)>,
}

/// The memory of a process.
#[derive(Clone, Copy)]
pub(crate) struct Memory {
    pub(crate) peak_mib: f64,
    pub(crate) anonymous_mib: f64,
    pub(crate) file_mib: f64,
}

impl ServerUnderTest {
    /// Starts `ecs run` with a role in its default slot.
    pub(crate) fn start_rolecall(rolecall: &Path, demo: &DemoServer) -> Self {
        let mut child = Command::new(rolecall)
            .args(["ecs", "run", "--listen", "127.0.0.1:0", "--default", ROLE])
            .envs(demo.variables.iter().cloned())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the endpoint starts");
        let output = BufReader::new(child.stderr.take().expect("messages are piped"));
        let mut lines = output.lines().map_while(Result::ok);
        let mut before = Vec::new();
        let address = loop {
            let line = lines.next().unwrap_or_else(|| panic!("the endpoint ended: {before:?}"));
            if let Some(url) = line.strip_prefix("serving credentials at http://") {
                break url.split(';').next().unwrap_or(url).to_owned();
            }
            before.push(line);
        };
        // Read on, so that the server never waits for a full pipe.
        std::thread::spawn(move || lines.for_each(drop));
        let commands =
            Commands { rolecall: rolecall.to_owned(), variables: demo.variables.clone() };
        let token = commands.run(&["env", "--format", "token"]);
        let request = request(&address, &token);
        Self { child, address, request, commands: Some(commands), home: None }
    }

    /// Starts `aws-vault exec --ecs-server` with a profile whose `credential_process` is rolecall.
    pub(crate) fn start_aws_vault(program: &Path, rolecall: &Path, demo: &DemoServer) -> Self {
        let home = std::env::temp_dir().join(format!("aws-vault-bench-{}", std::process::id()));
        std::fs::create_dir_all(&home).expect("a home for aws-vault");
        let config = home.join("config");
        let process = format!("{} process --arn {ROLE}", rolecall.display());
        let profile =
            format!("[profile bench]\nregion = us-east-1\ncredential_process = {process}\n");
        std::fs::write(&config, profile).expect("the profile is written");
        let path = std::env::var("PATH").unwrap_or_default();
        std::fs::copy("/bin/false", home.join("zenity")).expect("a program that it can find");
        let path = format!("{}:{path}", home.display());
        let show = "echo \"$AWS_CONTAINER_CREDENTIALS_FULL_URI\"; \
                    echo \"$AWS_CONTAINER_AUTHORIZATION_TOKEN\"; exec cat";
        let mut child = Command::new(program)
            .args(["exec", "--ecs-server", "bench", "--", "sh", "-c", show])
            .envs(demo.variables.iter().cloned())
            .env("AWS_CONFIG_FILE", &config)
            .env("AWS_VAULT_BACKEND", "file")
            .env("AWS_VAULT_FILE_DIR", home.join("keys"))
            .env("AWS_VAULT_FILE_PASSPHRASE", "bench")
            // It refuses to ask at the terminal beside a server. Never asked.
            .env("AWS_VAULT_PROMPT", "zenity")
            .env("PATH", path)
            // Closed by the wait for its end: its child reads it until then.
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("aws-vault starts");
        let mut lines = BufReader::new(child.stdout.take().expect("its child prints")).lines();
        let mut line = || lines.next().expect("aws-vault ended").expect("a line is text");
        let (url, token) = (line(), line());
        let address = url.trim_start_matches("http://").to_owned();
        let request = request(&address, &token);
        Self { child, address, request, commands: None, home: Some(home) }
    }

    /// Asks once, and returns the time from connecting to the end of the response.
    pub(crate) fn ask(&self) -> Duration {
        let start = Instant::now();
        let mut stream = TcpStream::connect(&self.address).expect("the endpoint accepts");
        stream.write_all(self.request.as_bytes()).expect("the endpoint reads");
        let mut response = String::new();
        stream.read_to_string(&mut response).expect("the endpoint answers");
        let time = start.elapsed();
        let first = response.lines().next().unwrap_or("");
        assert!(first.starts_with("HTTP/1.1 200"), "{first}");
        time
    }

    /// Loads another role into another slot, and empties it; `false` if the server can't do that.
    pub(crate) fn fetch_another_role(&self) -> bool {
        let Some(commands) = &self.commands else { return false };
        commands.run(&["load", OTHER_ROLE, "-s", "other"]);
        commands.run(&["unload", "-s", "other"]);
        true
    }

    pub(crate) fn memory(&self) -> Memory {
        let file = format!("/proc/{}/status", self.child.id());
        let mib = |line: &str| status_of(line, &file) as f64 / 1_024.0;
        Memory {
            peak_mib: mib("VmHWM:"),
            anonymous_mib: mib("RssAnon:"),
            file_mib: mib("RssFile:"),
        }
    }

    /// How often its threads have gone to sleep so far.
    pub(crate) fn context_switches(&self) -> u64 {
        let tasks = format!("/proc/{}/task", self.child.id());
        let threads = std::fs::read_dir(tasks).expect("procfs").flatten();
        threads
            .map(|thread| {
                let file = thread.path().join("status");
                status_of("voluntary_ctxt_switches:", &file.display().to_string())
            })
            .sum()
    }
}

impl Drop for ServerUnderTest {
    fn drop(&mut self) {
        if let Some(commands) = &self.commands {
            drop(commands.output(&["stop"]));
        }
        let _ = self.child.wait();
        if let Some(home) = &self.home {
            let _ = std::fs::remove_dir_all(home);
        }
    }
}

impl Commands {
    fn output(&self, args: &[&str]) -> std::io::Result<std::process::Output> {
        let mut command = Command::new(&self.rolecall);
        command.arg("ecs").args(args).envs(self.variables.iter().cloned()).output()
    }

    fn run(&self, args: &[&str]) -> String {
        let output = self.output(args).expect("a command runs");
        assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("its output is text")
    }
}

/// A request with a token. The server closes the connection after its response.
fn request(address: &str, token: &str) -> String {
    let token = token.trim();
    format!(
        "GET / HTTP/1.1\r\nHost: {address}\r\nAuthorization: {token}\r\n\
         Connection: close\r\n\r\n"
    )
}

/// The number of a line of a status file (proc(5)).
fn status_of(line: &str, file: &str) -> u64 {
    let text = std::fs::read_to_string(file).unwrap_or_default();
    let value = text.lines().find_map(|text| text.strip_prefix(line)).unwrap_or_default();
    value.split_whitespace().next().and_then(|number| number.parse().ok()).unwrap_or(0)
}
