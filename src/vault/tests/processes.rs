//! Flights between real processes: this test program starts itself as the other ones.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use super::*;

const ROLE: &str = "ROLECALL_TEST_FLIGHT_DIR";
const MYSELF: &str = "vault::tests::processes::the_other_process";

/// Does nothing in an ordinary run. As a child: boards a flight, says what came of it, and holds on
/// until its input ends.
#[test]
fn the_other_process() {
    let Some(dir) = std::env::var_os(ROLE) else { return };
    let flight = Flight::new(Path::new(&dir), "x");
    let ticket = flight.look();
    let mut said = std::io::stdout();
    writeln!(said, "\nlooked").unwrap();
    let boarding = flight.board(ticket, Instant::now() + Duration::from_secs(30)).unwrap();
    let word = match &boarding {
        Boarding::Lead(_) => "leading",
        Boarding::Landed(_) => "landed",
        Boarding::TimedOut => "timed out",
    };
    writeln!(said, "\n{word}").unwrap();
    let _ = std::io::stdin().read(&mut [0]);
    if let Boarding::Lead(lead) = boarding {
        lead.land(Outcome::Ok);
    }
}

fn start(home: &Home) -> (Child, impl FnMut(&str)) {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", MYSELF, "--nocapture"])
        .env(ROLE, home.0.path())
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
fn a_killed_lead_lets_the_next_process_lead() {
    let home = Home::new();
    let flight = Flight::new(home.0.path(), "x");
    let ticket = flight.look();
    let (mut child, mut wait_for) = start(&home);
    wait_for("leading");
    assert!(flight.poll(ticket).unwrap().is_none());
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(matches!(flight.poll(ticket).unwrap(), Some(Boarding::Lead(_))));
}

#[test]
fn a_waiting_process_takes_the_outcome_of_the_one_that_leads() {
    let home = Home::new();
    let flight = Flight::new(home.0.path(), "x");
    let Some(Boarding::Lead(lead)) = flight.poll(flight.look()).unwrap() else { panic!() };
    let (mut child, mut wait_for) = start(&home);
    wait_for("looked");
    lead.land(Outcome::Ok);
    wait_for("landed");
    drop(child.stdin.take());
    assert!(child.wait().unwrap().success());
}
