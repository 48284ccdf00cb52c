//! The time from the picker's start to its first full frame on a terminal, compared with fzf on the
//! same lines.
//!
//! `cargo bench --bench first_frame`, or with the path of another build after `--`. Both programs
//! run in turn on a pseudo-terminal of 120×40, in the demo's home with this many accounts; the
//! clock runs from before the fork to the last byte of the frame: for the picker the right end of
//! the footer, for fzf the counter that shows that all lines are read. If fzf is not in PATH, only
//! the picker is measured. Budget: 0.4 of fzf's median at 15,000 roles.

#![allow(clippy::print_stdout, reason = "a bench prints its table")]

mod demo_server;

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use demo_server::DemoServer;
use portable_pty::{CommandBuilder, PtySize, native_pty_system};

/// Runs of each program.
const RUNS: usize = 40;
/// Time for the background work of the first start.
const SNAPSHOT_DELAY: Duration = Duration::from_secs(6);
/// Longer than any start takes.
const TIMEOUT: Duration = Duration::from_secs(10);

fn main() {
    let path = std::env::args().skip(1).find(|word| !word.starts_with('-'));
    let rolecall =
        path.map_or_else(|| PathBuf::from(env!("CARGO_BIN_EXE_rolecall")), PathBuf::from);
    println!(
        "{:<10}{:>10}{:>14}{:>14}{:>14}{:>14}{:>8}",
        "accounts", "roles", "first ms", "median ms", "p90 ms", "fzf median", "ratio"
    );
    for accounts in ["3500", "23000"] {
        measure(&rolecall, accounts);
    }
}

/// The output of `list` for every role: the lines for fzf.
fn role_lines(server: &DemoServer, rolecall: &Path) -> Vec<u8> {
    let mut command = Command::new(rolecall);
    command
        .args(["list", "AccountName", "AccountId", "RoleName", "--csv"])
        .envs(server.variables.iter().cloned());
    let mut lines = command.output().expect("the list is printed").stdout;
    let heading = lines.iter().position(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    lines.drain(..heading);
    lines
}

fn measure(rolecall: &Path, accounts: &str) {
    let place = DemoServer::new(rolecall, accounts);
    let lines = role_lines(&place, rolecall);
    let count = lines.iter().filter(|byte| **byte == b'\n').count();
    let file = std::env::temp_dir().join(format!("first-frame-{}", std::process::id()));
    std::fs::write(&file, lines).expect("the lines are kept");
    let picker = |linger| {
        let mut command = CommandBuilder::new(rolecall);
        command.env("TERM", "xterm-256color");
        command.env("COLORTERM", "truecolor");
        place.variables.iter().for_each(|(name, value)| command.env(name, value));
        time_until(command, "quit", linger)
    };
    let fzf = || {
        let mut command = CommandBuilder::new("sh");
        command.args(["-c", &format!("exec fzf < {}", file.display())]);
        command.env("TERM", "xterm-256color");
        time_until(command, &format!("{count}/{count}"), Duration::ZERO)
    };
    // The first start after a change of the configuration reads all of it, and stores a snapshot in
    // the background.
    let first = picker(SNAPSHOT_DELAY);
    let (mut times, mut fzf_times) = (Vec::new(), Vec::new());
    let has_fzf = Command::new("fzf").arg("--version").output().is_ok();
    for _ in 0..RUNS {
        times.push(picker(Duration::ZERO));
        if has_fzf {
            fzf_times.push(fzf());
        }
    }
    let _ = std::fs::remove_file(&file);
    times.sort_unstable();
    fzf_times.sort_unstable();
    let ms = |duration: Duration| duration.as_secs_f64() * 1_000.0;
    let (median, p90) = (ms(times[RUNS / 2]), ms(times[RUNS * 9 / 10]));
    let comparison = fzf_times
        .get(RUNS / 2)
        .map_or_else(String::new, |fzf| format!("{:>14.1}{:>8.2}", ms(*fzf), median / ms(*fzf)));
    println!("{accounts:<10}{count:>10}{:>14.1}{median:>14.1}{p90:>14.1}{comparison}", ms(first));
}

/// Starts a program on a terminal, and returns the time until it wrote this text. The program is
/// killed `linger` later.
fn time_until(mut command: CommandBuilder, text: &str, linger: Duration) -> Duration {
    let size = PtySize { rows: 40, cols: 120, pixel_width: 0, pixel_height: 0 };
    let pair = native_pty_system().openpty(size).expect("a terminal");
    let mut output = pair.master.try_clone_reader().expect("its output");
    command.cwd(std::env::temp_dir());
    let started = Instant::now();
    let mut child = pair.slave.spawn_command(command).expect("the program starts");
    drop(pair.slave);
    let (mut seen, mut part) = (Vec::new(), [0; 65_536]);
    let took = loop {
        let read = output.read(&mut part).unwrap_or(0);
        seen.extend_from_slice(&part[..read]);
        let found = seen.windows(text.len()).any(|window| window == text.as_bytes());
        assert!(
            read > 0 && started.elapsed() < TIMEOUT,
            "`{text}` was never written: {}",
            String::from_utf8_lossy(&seen)
        );
        if found {
            break started.elapsed();
        }
    };
    std::thread::sleep(linger);
    let _ = child.kill();
    let _ = child.wait();
    took
}
