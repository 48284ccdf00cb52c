//! A credentials endpoint in a world of the matrix, and a client of its default slot.

use std::cell::OnceCell;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::matrix_commands::ROLE;
use crate::matrix_rules::{check_genuine, check_stderr};
use crate::matrix_world::{LIMIT, TimedRun, World};
use crate::sandbox::CommandOutput;
use crate::wait::probe_until;

/// The body of a response while the first fetch is under way. SDKs try again after it.
const NOT_YET: &str = "not available yet";
/// How long the endpoint may need to serve credentials after AWS works again. It fetches at most
/// every two seconds.
const RECOVERY_TIME: Duration = Duration::from_secs(30);

/// A running `ecs run`. Killed when dropped.
pub(crate) struct RunningEndpoint<'a> {
    world: &'a World,
    child: Child,
    /// Its lines on stderr.
    messages: Arc<Mutex<String>>,
    /// The address and the token of its default slot, once it has a role.
    client: OnceCell<(String, String)>,
}

/// A response.
struct Response {
    status: u16,
    body: String,
}

impl<'a> RunningEndpoint<'a> {
    /// Starts an endpoint, and waits until it serves.
    pub(crate) fn start(world: &'a World) -> Result<Self, String> {
        let mut command =
            world.command_with_memory_limit(&["ecs", "run", "--listen", "127.0.0.1:0"]);
        let mut child = command.stderr(Stdio::piped()).spawn().map_err(|e| e.to_string())?;
        let stderr = BufReader::new(child.stderr.take().ok_or("no stderr")?);
        let mut lines = stderr.lines().map_while(std::result::Result::ok);
        let messages: Arc<Mutex<String>> = Arc::default();
        let written = messages.clone();
        let log = move |line: String| {
            let mut written = written.lock().unwrap();
            written.push_str(&line);
            written.push('\n');
        };
        let serves = lines.by_ref().any(|line| {
            log(line.clone());
            line.starts_with("serving credentials at ")
        });
        std::thread::spawn(move || lines.for_each(log));
        let endpoint = Self { world, child, messages, client: OnceCell::new() };
        match serves {
            true => Ok(endpoint),
            false => Err(format!("the endpoint ended: {}", endpoint.messages.lock().unwrap())),
        }
    }

    /// Stores the default slot with the role in the vault, without a request to AWS.
    pub(crate) fn store_slot(world: &World) -> Result<(), String> {
        let slot = world.records().store_slot("corp", ROLE);
        slot.map_err(|error| error.to_string())
    }

    /// Asks for credentials as an SDK does, until the answer does not depend on time. A refusal has
    /// the exit code of a command that is refused for the same reason.
    pub(crate) fn request(&self) -> TimedRun {
        let began = Instant::now();
        let send = || self.send().unwrap_or_else(|wrong| Response { status: 0, body: wrong });
        let is_final = |response: &Response| !response.body.contains(NOT_YET);
        let response = probe_until(began + LIMIT, || Some(send()).filter(is_final));
        let killed = response.is_none();
        let Response { status, body } = response.unwrap_or_else(send);
        let json: Value = serde_json::from_str(&body).unwrap_or_default();
        let message = json["message"].as_str().unwrap_or_default().to_owned();
        let code = match status {
            200 => 0,
            // AWS may have used up the refresh token with the answer that was broken. Only a
            // client that asks after the second attempt sees that, so the first one counts.
            401 if message.contains("run `rolecall login") => {
                if self.first_failure_ends_the_sign_in() { 4 } else { 6 }
            }
            403 | 503 => 6,
            other => i32::from(other),
        };
        let output = match code {
            0 => CommandOutput { code, stdout: body, stderr: self.stderr() },
            // A client sees the message; the terminal, those of the endpoint.
            _ => CommandOutput {
                code,
                stdout: String::new(),
                stderr: format!("{message}\n{}", self.stderr()),
            },
        };
        TimedRun { output, elapsed: began.elapsed(), killed }
    }

    /// Whether the first failure that the endpoint reported asks for a sign-in.
    fn first_failure_ends_the_sign_in(&self) -> bool {
        let messages = self.stderr();
        let first = messages.split("warning: ").nth(1);
        first.is_none_or(|message| message.contains("run `rolecall login"))
    }

    /// Checks that the endpoint still runs and serves good credentials soon after AWS works again.
    pub(crate) fn check_recovery(mut self, world: &World) -> Result<(), String> {
        let ended = |child: &mut Child| child.try_wait().ok().flatten();
        if let Some(status) = ended(&mut self.child) {
            return Err(format!("the endpoint ended with {status}: {}", self.stderr()));
        }
        if world.run(&["ecs", "profile"]).output.code != 0 {
            let loaded = world.run(&["ecs", "load", "-S", "corp", "--arn", ROLE]);
            if loaded.output.code != 0 {
                return Err(format!("a later `ecs load` fails: {}", loaded.output.stderr));
            }
        }
        let deadline = Instant::now() + RECOVERY_TIME;
        let mut last = Ok(Response { status: 0, body: String::new() });
        let served = probe_until(deadline, || {
            last = self.send();
            // Without a response, waiting does not help.
            last.as_ref().map_or(Some(Value::Null), |response| {
                (response.status == 200)
                    .then(|| serde_json::from_str(&response.body).unwrap_or_default())
            })
        });
        let Response { status, body } = last?;
        let served = served.ok_or_else(|| format!("a later client still gets {status}: {body}"))?;
        let field = |name: &str| served[name].as_str().unwrap_or_default();
        let (key, secret, token) = (field("AccessKeyId"), field("SecretAccessKey"), field("Token"));
        check_genuine(world, ROLE, key, secret, token, Some(field("Expiration")))
            .map_err(|wrong| format!("a later client: {wrong}"))?;
        check_stderr(world, &self.stderr()).map_err(|wrong| format!("the endpoint: {wrong}"))
    }

    fn stderr(&self) -> String {
        self.messages.lock().unwrap().clone()
    }

    /// The address and the token of the default slot. Asked for once: on a busy machine that takes
    /// longer than a failure of a fetch is remembered.
    fn client(&self) -> Result<&(String, String), String> {
        if self.client.get().is_none() {
            let asked = self.world.run(&["ecs", "env", "--format", "json"]).output;
            let variables: Value = serde_json::from_str(&asked.stdout)
                .map_err(|_| format!("`ecs env` prints no JSON: {}", asked.stderr))?;
            let variable = |name: &str| variables[name].as_str().unwrap_or_default().to_owned();
            let url = variable("AWS_CONTAINER_CREDENTIALS_FULL_URI");
            let address = url.trim_start_matches("http://").trim_end_matches('/').to_owned();
            let _ = self.client.set((address, variable("AWS_CONTAINER_AUTHORIZATION_TOKEN")));
        }
        self.client.get().ok_or_else(|| "the endpoint has no address".to_owned())
    }

    /// Sends one request to the default slot.
    fn send(&self) -> Result<Response, String> {
        let (address, token) = self.client()?;
        let exchange = || {
            let mut stream = TcpStream::connect(address)?;
            write!(stream, "GET / HTTP/1.1\r\nHost: {address}\r\nAuthorization: {token}\r\n\r\n")?;
            let mut response = String::new();
            stream.read_to_string(&mut response)?;
            Ok::<_, std::io::Error>(response)
        };
        let response = exchange().map_err(|error| format!("no response: {error}"))?;
        let (head, body) = response.split_once("\r\n\r\n").unwrap_or_default();
        let status = head.get(9..12).and_then(|status| status.parse().ok());
        Ok(Response { status: status.ok_or("not HTTP")?, body: body.to_owned() })
    }
}

impl Drop for RunningEndpoint<'_> {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
