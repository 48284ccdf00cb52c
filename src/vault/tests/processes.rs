//! Single flight between real processes: this test program runs itself as the other process.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use super::*;

const DIR_VARIABLE: &str = "ROLECALL_TEST_FLIGHT_DIR";
const OTHER_PROCESS_TEST: &str = "vault::tests::processes::the_other_process";

/// Does nothing in an ordinary run. As a child it waits for its turn, prints it, and keeps it until
/// its input ends.
#[test]
fn the_other_process() {
    let Some(dir) = std::env::var_os(DIR_VARIABLE) else { return };
    let flight = SingleFlight::new(Path::new(&dir), "x");
    let seen = flight.generation();
    let mut stdout = std::io::stdout();
    writeln!(stdout, "\nwaiting").unwrap();
    let turn = flight.wait(seen, Instant::now() + Duration::from_secs(30)).unwrap();
    let word = match &turn {
        Turn::Lead(_) => "leading",
        Turn::Completed(_) => "completed",
        Turn::TimedOut => "timed out",
    };
    writeln!(stdout, "\n{word}").unwrap();
    let _ = std::io::stdin().read(&mut [0]);
    if let Turn::Lead(leader) = turn {
        leader.complete(SharedOutcome::Ok);
    }
}

fn start(home: &VaultHome) -> (Child, impl FnMut(&str)) {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", OTHER_PROCESS_TEST, "--nocapture"])
        .env(DIR_VARIABLE, home.0.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let wait_for = move |word: &str| {
        assert!(lines.any(|line| line.unwrap() == word), "the other process did not print `{word}`")
    };
    (child, wait_for)
}

#[test]
fn a_killed_leader_lets_the_next_process_lead() {
    let home = VaultHome::new();
    let flight = SingleFlight::new(home.0.path(), "x");
    let seen = flight.generation();
    let (mut child, mut wait_for) = start(&home);
    wait_for("leading");
    assert!(flight.poll(seen).unwrap().is_none());
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(matches!(flight.poll(seen).unwrap(), Some(Turn::Lead(_))));
}

#[test]
fn a_waiting_process_takes_the_outcome_of_the_one_that_leads() {
    let home = VaultHome::new();
    let flight = SingleFlight::new(home.0.path(), "x");
    let Some(Turn::Lead(leader)) = flight.poll(flight.generation()).unwrap() else { panic!() };
    let (mut child, mut wait_for) = start(&home);
    wait_for("waiting");
    leader.complete(SharedOutcome::Ok);
    wait_for("completed");
    drop(child.stdin.take());
    assert!(child.wait().unwrap().success());
}
