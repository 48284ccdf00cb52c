//! Flights between real processes: this test program starts itself as the other ones.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use super::*;

const DIR_VARIABLE: &str = "ROLECALL_TEST_FLIGHT_DIR";
const OTHER_PROCESS_TEST: &str = "vault::tests::processes::the_other_process";

/// Does nothing in an ordinary run. As a child: boards a flight, says what came of it, and holds on
/// until its input ends.
#[test]
fn the_other_process() {
    let Some(dir) = std::env::var_os(DIR_VARIABLE) else { return };
    let flight = SingleFlight::new(Path::new(&dir), "x");
    let ticket = flight.generation();
    let mut said = std::io::stdout();
    writeln!(said, "\nlooked").unwrap();
    let boarding = flight.wait(ticket, Instant::now() + Duration::from_secs(30)).unwrap();
    let word = match &boarding {
        Turn::Lead(_) => "leading",
        Turn::Completed(_) => "landed",
        Turn::TimedOut => "timed out",
    };
    writeln!(said, "\n{word}").unwrap();
    let _ = std::io::stdin().read(&mut [0]);
    if let Turn::Lead(lead) = boarding {
        lead.complete(SharedOutcome::Ok);
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
        assert!(lines.any(|line| line.unwrap() == word), "the other process never said `{word}`")
    };
    (child, wait_for)
}

#[test]
fn a_killed_leader_lets_the_next_process_lead() {
    let home = VaultHome::new();
    let flight = SingleFlight::new(home.0.path(), "x");
    let ticket = flight.generation();
    let (mut child, mut wait_for) = start(&home);
    wait_for("leading");
    assert!(flight.poll(ticket).unwrap().is_none());
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(matches!(flight.poll(ticket).unwrap(), Some(Turn::Lead(_))));
}

#[test]
fn a_waiting_process_takes_the_outcome_of_the_one_that_leads() {
    let home = VaultHome::new();
    let flight = SingleFlight::new(home.0.path(), "x");
    let Some(Turn::Lead(lead)) = flight.poll(flight.generation()).unwrap() else { panic!() };
    let (mut child, mut wait_for) = start(&home);
    wait_for("looked");
    lead.complete(SharedOutcome::Ok);
    wait_for("landed");
    drop(child.stdin.take());
    assert!(child.wait().unwrap().success());
}
