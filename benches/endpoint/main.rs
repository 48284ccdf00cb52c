//! The standing credentials endpoint with 200 clients: the time from connecting to the end of the
//! response, the memory of the server, and how often it wakes up when no program asks.
//!
//! `cargo bench --bench endpoint`, or with the path of another build after `--`. Each client asks
//! ten times a second for a minute, while credentials are fetched from AWS for another slot once a
//! second. Budgets: 2 ms for 99 of 100 requests, 16 MiB, no wake-up. Linux only: the memory and the
//! wake-ups are from procfs.
//!
//! `cargo bench --bench endpoint -- --aws-vault PATH` measures `aws-vault exec --ecs-server` with
//! the same clients. It gets the credentials from `rolecall process` as its `credential_process`,
//! and fetches nothing meanwhile.
//!
//! The peak (`VmHWM`) counts the pages of the program file that were read, which the system shares
//! and can drop (`RssFile`). The memory that only this process has is `RssAnon`.

#![allow(clippy::print_stdout, reason = "a bench prints its table")]

#[path = "../demo_server/mod.rs"]
mod demo_server;
mod server;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use demo_server::DemoServer;
use server::{Memory, ServerUnderTest};

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

fn main() {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    let is_flag = |word: &&String| word.as_str() == "--aws-vault";
    let aws_vault = words.iter().skip_while(|word| !is_flag(word)).nth(1).map(PathBuf::from);
    let path = words.iter().find(|_| aws_vault.is_none()).map(PathBuf::from);
    let rolecall = path.unwrap_or_else(|| PathBuf::from(env!("CARGO_BIN_EXE_rolecall")));
    let demo = DemoServer::new(&rolecall, "200");
    let server = match &aws_vault {
        Some(program) => ServerUnderTest::start_aws_vault(program, &rolecall, &demo),
        None => ServerUnderTest::start_rolecall(&rolecall, &demo),
    };
    let at_start = server.memory();

    let end = Instant::now() + RUN_TIME;
    let mut times = std::thread::scope(|scope| {
        let clients: Vec<_> = (0..CLIENTS)
            .map(|client| {
                let server = &server;
                scope.spawn(move || ask_until(server, PACE * client / CLIENTS, end))
            })
            .collect();
        let mut fetches = 0;
        while Instant::now() < end {
            fetches += usize::from(server.fetch_another_role());
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
    print_memory("at the start", at_start);
    print_memory("after the run", server.memory());
    std::thread::sleep(SETTLE_TIME);
    let before = server.context_switches();
    std::thread::sleep(IDLE_TIME);
    let name = format!("wake-ups in {} idle seconds", IDLE_TIME.as_secs());
    println!("{name:<40}{:>10}{:>10}", 0, server.context_switches() - before);
}

/// Asks at a steady pace, and returns the time of each request.
fn ask_until(server: &ServerUnderTest, delay: Duration, end: Instant) -> Vec<Duration> {
    let mut times = Vec::new();
    let mut next = Instant::now() + delay;
    while next < end {
        std::thread::sleep(next.saturating_duration_since(Instant::now()));
        times.push(server.ask());
        next += PACE;
    }
    times
}

fn print_memory(when: &str, memory: Memory) {
    let Memory { peak_mib, anonymous_mib, file_mib } = memory;
    let line = |name: String, budget: &str, mib: f64| {
        println!("{name:<40}{budget:>10}{mib:>10.1}");
    };
    line(format!("peak memory {when}, MiB"), "16", peak_mib);
    line("    now, of this process alone".to_owned(), "", anonymous_mib);
    line("    now, pages of the program file".to_owned(), "", file_mib);
}
