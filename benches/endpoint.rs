//! The standing credentials endpoint with 200 clients: the time from connecting to the end of the
//! response, the peak memory of the server, and how often it wakes up when nobody asks.
//!
//! `cargo bench --bench endpoint`, or with the path of another build after `--`. Each client asks
//! ten times a second for a minute, while credentials are fetched from AWS for another slot once a
//! second. The start includes the passphrase of the vault, whose derivation takes 19 MiB. Budgets: 2 ms for 99 of 100 requests, 16 MiB, no wake-up. Linux only: the memory and
//! the wake-ups are from procfs.

#![allow(clippy::print_stdout, reason = "a bench prints its table")]

mod demo_server;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use demo_server::DemoServer;

const CLIENTS: u32 = 200;
const RUN_TIME: Duration = Duration::from_secs(60);
/// The time from one request of a client to its next.
const PACE: Duration = Duration::from_millis(100);
/// The time between two roles that are loaded into another slot.
const FETCH_INTERVAL: Duration = Duration::from_secs(1);
/// How long wake-ups are counted.
const IDLE_TIME: Duration = Duration::from_secs(20);
/// The time after the last request in which the server may still be busy.
const SETTLE_TIME: Duration = Duration::from_secs(3);
const ROLE: &str = "payments-prod/ReadOnlyAccess";
const OTHER_ROLE: &str = "payments-dev/ReadOnlyAccess";

fn main() {
    let path = std::env::args().skip(1).find(|word| !word.starts_with('-'));
    let rolecall =
        path.map_or_else(|| PathBuf::from(env!("CARGO_BIN_EXE_rolecall")), PathBuf::from);
    let demo = DemoServer::new(&rolecall, "200");
    let server = Endpoint::start(&rolecall, &demo);
    let request = server.request();
    let at_start = server.peak_memory();

    let end = Instant::now() + RUN_TIME;
    let mut times = std::thread::scope(|scope| {
        let clients: Vec<_> = (0..CLIENTS)
            .map(|client| {
                let (server, request) = (&server, &request);
                scope.spawn(move || server.ask_until(request, PACE * client / CLIENTS, end))
            })
            .collect();
        let mut fetches = 0;
        while Instant::now() < end {
            server.run(&["load", OTHER_ROLE, "-s", "other"]);
            server.run(&["unload", "-s", "other"]);
            fetches += 1;
            std::thread::sleep(FETCH_INTERVAL);
        }
        println!("{fetches} roles were loaded meanwhile");
        clients.into_iter().flat_map(|client| client.join().expect("a client")).collect::<Vec<_>>()
    });
    times.sort_unstable();
    let percentile = |share: usize| times[(times.len() - 1) * share / 100].as_secs_f64() * 1_000.0;
    println!("{:<40}{:>10}{:>10}", format!("{} requests", times.len()), "budget", "measured");
    println!("{:<40}{:>10}{:>10.2}", "median, ms", "", percentile(50));
    println!("{:<40}{:>10}{:>10.2}", "99 of 100, ms", 2, percentile(99));
    println!("{:<40}{:>10}{:>10.2}", "slowest, ms", "", percentile(100));
    println!("{:<40}{:>10}{:>10.1}", "peak memory at the start, MiB", "", at_start);
    println!("{:<40}{:>10}{:>10.1}", "peak memory, MiB", 16, server.peak_memory());
    std::thread::sleep(SETTLE_TIME);
    let before = server.context_switches();
    std::thread::sleep(IDLE_TIME);
    let name = format!("wake-ups in {} idle seconds", IDLE_TIME.as_secs());
    println!("{name:<40}{:>10}{:>10}", 0, server.context_switches() - before);
}

/// A running `ecs run` with a role in its default slot. Ended when dropped.
struct Endpoint<'a> {
    rolecall: &'a Path,
    demo: &'a DemoServer,
    server: Child,
    /// The address, such as `127.0.0.1:4144`.
    address: String,
}

impl<'a> Endpoint<'a> {
    fn start(rolecall: &'a Path, demo: &'a DemoServer) -> Self {
        let mut server = Command::new(rolecall)
            .args(["ecs", "run", "--listen", "127.0.0.1:0", "--default", ROLE])
            .envs(demo.variables.iter().cloned())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the endpoint starts");
        let output = BufReader::new(server.stderr.take().expect("messages are piped"));
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
        Self { rolecall, demo, server, address }
    }

    fn run(&self, args: &[&str]) -> Vec<u8> {
        let output = Command::new(self.rolecall)
            .arg("ecs")
            .args(args)
            .envs(self.demo.variables.iter().cloned())
            .output()
            .expect("a command runs");
        assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    }

    /// A request of a client of the default slot.
    fn request(&self) -> String {
        let token = self.run(&["env", "--format", "token"]);
        let token = String::from_utf8(token).expect("a token is text");
        format!(
            "GET / HTTP/1.1\r\nHost: {}\r\nAuthorization: {}\r\n\r\n",
            self.address,
            token.trim()
        )
    }

    /// Asks at a steady pace, and returns the time of each request.
    fn ask_until(&self, request: &str, delay: Duration, end: Instant) -> Vec<Duration> {
        let mut times = Vec::new();
        let mut next = Instant::now() + delay;
        while next < end {
            std::thread::sleep(next.saturating_duration_since(Instant::now()));
            let start = Instant::now();
            let mut stream = TcpStream::connect(&self.address).expect("the endpoint accepts");
            stream.write_all(request.as_bytes()).expect("the endpoint reads");
            let mut response = String::new();
            stream.read_to_string(&mut response).expect("the endpoint answers");
            times.push(start.elapsed());
            assert!(
                response.starts_with("HTTP/1.1 200"),
                "{}",
                response.lines().next().unwrap_or("")
            );
            next += PACE;
        }
        times
    }

    fn peak_memory(&self) -> f64 {
        status_of("VmHWM:", &format!("/proc/{}/status", self.server.id())) as f64 / 1_024.0
    }

    /// How often its threads have gone to sleep so far.
    fn context_switches(&self) -> u64 {
        let tasks = format!("/proc/{}/task", self.server.id());
        let threads = std::fs::read_dir(tasks).expect("procfs").flatten();
        threads
            .map(|thread| {
                let file = thread.path().join("status");
                status_of("voluntary_ctxt_switches:", &file.display().to_string())
            })
            .sum()
    }
}

impl Drop for Endpoint<'_> {
    fn drop(&mut self) {
        let _ = Command::new(self.rolecall)
            .args(["ecs", "stop"])
            .envs(self.demo.variables.iter().cloned())
            .output();
        let _ = self.server.wait();
    }
}

/// The number of a line of a status file (proc(5)).
fn status_of(line: &str, file: &str) -> u64 {
    let text = std::fs::read_to_string(file).unwrap_or_default();
    let value = text.lines().find_map(|text| text.strip_prefix(line)).unwrap_or_default();
    value.split_whitespace().next().and_then(|number| number.parse().ok()).unwrap_or(0)
}
