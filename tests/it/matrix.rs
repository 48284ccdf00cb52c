//! Every operation × every fault × every command that uses it: the outcome, and the state
//! afterwards.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use rolecall::testing::vault::SecureStore;

use crate::matrix_commands::{CASES, CHAINED, Case, Endpoint, Prints, ROLE, Scenario};
use crate::matrix_endpoint::RunningEndpoint;
use crate::matrix_faults::{Class, FaultRow, Operation, rows};
use crate::matrix_rules::{Outcome, SLACK, check_genuine, judge};
use crate::matrix_table::{self, Cells};
use crate::matrix_world::{TimedRun, World};
use crate::records::Records;

/// The number of roles that the portal lists for the user.
const ROWS: usize = 38;

/// One cell of the matrix.
#[derive(Clone, Copy)]
struct Combination {
    case: &'static Case,
    operation: &'static str,
    row: &'static FaultRow,
}

impl Combination {
    fn all() -> Vec<Self> {
        let mut all = Vec::new();
        for case in CASES {
            for operation in case.operations {
                let concerned =
                    rows().filter(|row| !row.faults(&Operation::from_name(operation)).is_empty());
                all.extend(concerned.map(|row| Self { case, operation, row }));
            }
        }
        all
    }

    fn name(&self) -> String {
        format!("{} / {} / {}", self.case.name, self.operation, self.row.name)
    }

    /// Whether the outcome belongs on the page: an outcome that depends on a race with a time-out
    /// does not.
    fn is_deterministic(&self) -> bool {
        let old = matches!(self.case.scenario, Scenario::Old | Scenario::TokenExpiredAndOld);
        !(old && matches!(self.row.class, Class::Harmless | Class::Passing | Class::Unauthorized))
    }
}

/// The result of the matrix.
#[derive(Default)]
struct Findings {
    cells: Cells,
    wrong: Vec<String>,
}

/// Runs combinations in several worlds at once. The slow ones go first, since they mostly wait.
fn run(mut combinations: Vec<Combination>, workers: usize) -> Findings {
    combinations.sort_by_key(|combination| !combination.row.slow);
    let (next, findings) = (AtomicUsize::new(0), Mutex::new(Findings::default()));
    let work = || {
        let world = World::new();
        while let Some(combination) = combinations.get(next.fetch_add(1, Ordering::Relaxed)) {
            let outcome = run_one(&world, *combination);
            let mut findings = findings.lock().unwrap();
            match outcome {
                Ok(outcome) if combination.is_deterministic() => {
                    let cell = findings
                        .cells
                        .entry((combination.row.name, combination.operation))
                        .or_default();
                    cell.insert(outcome);
                }
                Ok(_) => {}
                Err(wrong) => findings.wrong.push(format!("{}: {wrong}", combination.name())),
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(work);
        }
    });
    findings.into_inner().unwrap()
}

/// Runs one combination: a scenario, the faults, the command; then AWS works again.
#[expect(clippy::print_stdout, reason = "the log of a run that is asked for by name")]
fn run_one(world: &World, combination: Combination) -> Result<Outcome, String> {
    let Combination { case, operation, row } = combination;
    world.restore_scenario(case.scenario);
    let aws = &world.sandbox.aws;
    let (listed, old) = (world.listed(), stored_key(world, case));
    let before = match case.endpoint {
        Endpoint::Empty => Some(RunningEndpoint::start(world)?),
        Endpoint::Restarted => RunningEndpoint::store_slot(world).map(|()| None)?,
        Endpoint::Unused => None,
    };
    let name = operation.split(':').next().unwrap_or_default();
    let calls = aws.call_count(name);
    row.faults(&Operation::from_name(operation)).into_iter().for_each(|fault| aws.add_fault(fault));
    let (run, endpoint) = match case.endpoint {
        Endpoint::Restarted => {
            let endpoint = RunningEndpoint::start(world)?;
            (endpoint.request(), Some(endpoint))
        }
        Endpoint::Unused | Endpoint::Empty => (world.run(case.args), before),
    };
    println!(
        "{:6.2} s  exit {}  {}",
        run.elapsed.as_secs_f64(),
        run.output.code,
        combination.name()
    );
    let describe = |wrong: String| {
        format!(
            "{wrong}\n    code {} after {:.1} s; {}",
            run.output.code,
            run.elapsed.as_secs_f64(),
            excerpt(&run)
        )
    };
    if aws.call_count(name) == calls {
        return Err(describe(format!("{operation} was never asked for")));
    }
    let outcome =
        judge(world, case, row.class, operation, &run, old.as_deref()).map_err(describe)?;
    aws.clear_faults();
    check_recovery(world, combination, outcome, &listed).map_err(describe)?;
    if let Some(endpoint) = endpoint {
        endpoint.check_recovery(world).map_err(describe)?;
    }
    Ok(outcome)
}

/// Checks what must hold once AWS works again.
fn check_recovery(
    world: &World,
    combination: Combination,
    outcome: Outcome,
    listed: &BTreeSet<String>,
) -> Result<(), String> {
    let Combination { case, operation, row } = combination;
    let now = world.listed();
    if case.scenario != Scenario::SignedOut && now != *listed {
        let lost: Vec<_> = listed.difference(&now).take(3).collect();
        let new: Vec<_> = now.difference(listed).take(3).collect();
        return Err(format!("the list has changed: without {lost:?}, with {new:?}"));
    }
    if case.name == "logout" {
        return Ok(());
    }
    let role = if case.prints == Prints::Process(CHAINED) { CHAINED } else { ROLE };
    let mut later = world.process(role);
    let refused = matches!(row.class, Class::Unauthorized | Class::Refused);
    let may_have_ended = operation == "CreateToken:refresh_token"
        && (refused || row.reaches_aws(&Operation::from_name(operation)));
    let nobody = case.scenario == Scenario::SignedOut && outcome != Outcome::Fine;
    if later.output.code == 4 && (nobody || may_have_ended) {
        let again = world.run(&["login", "-S", "corp", "--flow", "pkce"]);
        if again.output.code != 0 {
            return Err(format!("a later login fails: {}", excerpt(&again)));
        }
        later = world.process(role);
    }
    if later.output.code != 0 {
        return Err(format!("a later process fails: {}", excerpt(&later)));
    }
    if case.scenario == Scenario::SignedOut && world.listed().len() < ROWS {
        let cache = world.run(&["cache", "-S", "corp"]);
        if cache.output.code != 0 || world.listed().len() < ROWS {
            return Err(format!(
                "a later `cache` leaves {} rows: {}",
                world.listed().len(),
                excerpt(&cache)
            ));
        }
    }
    let document: serde_json::Value = serde_json::from_str(&later.output.stdout)
        .map_err(|_| format!("a later process prints {}", later.output.stdout))?;
    let field = |name: &str| document[name].as_str().unwrap_or_default();
    check_genuine(
        world,
        role,
        field("AccessKeyId"),
        field("SecretAccessKey"),
        field("SessionToken"),
        Some(field("Expiration")),
    )
    .map_err(|wrong| format!("a later process: {wrong}"))?;
    for expires in Records::in_store(&world.sandbox, SecureStore::Json).expiries(role) {
        let lasts = world
            .sandbox
            .aws
            .issued_credentials(field("AccessKeyId"))
            .map(|issued| expires.seconds_since(issued.expires_at));
        if lasts.is_some_and(|longer| longer > SLACK) {
            return Err(format!(
                "stored credentials are kept {} s too long",
                lasts.unwrap_or_default()
            ));
        }
    }
    Ok(())
}

/// The access key that was stored before, in scenarios with old credentials.
fn stored_key(world: &World, case: &Case) -> Option<String> {
    let role = match case.prints {
        Prints::Process(role) | Prints::Served(role)
            if matches!(case.scenario, Scenario::Old | Scenario::TokenExpiredAndOld) =>
        {
            role
        }
        _ => return None,
    };
    Records::in_store(&world.sandbox, SecureStore::Json).key_id(role)
}

fn excerpt(run: &TimedRun) -> String {
    let text = run.output.stderr.trim().replace('\n', " | ");
    text.chars().take(300).collect::<String>().escape_debug().to_string()
}

#[track_caller]
fn assert_nothing_wrong(findings: &Findings) {
    let wrong = &findings.wrong;
    assert!(wrong.is_empty(), "{} combinations went wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn a_slice_of_the_matrix_holds() {
    let all: Vec<Combination> =
        Combination::all().into_iter().filter(|combination| !combination.row.slow).collect();
    let mut slice: Vec<Combination> = all.iter().step_by(17).copied().collect();
    // Every row that is not slow, and every case, at least once.
    for combination in all {
        let of_row = slice.iter().any(|other| other.row.name == combination.row.name);
        if !of_row || !slice.iter().any(|other| other.case.name == combination.case.name) {
            slice.push(combination);
        }
    }
    assert_nothing_wrong(&run(slice, 6));
}

#[test]
#[ignore = "takes minutes"]
fn the_matrix_holds_and_equals_the_documentation() {
    let only = std::env::var("ROLECALL_MATRIX").unwrap_or_default();
    let all: Vec<Combination> = Combination::all()
        .into_iter()
        .filter(|combination| combination.name().contains(&only))
        .collect();
    let findings = run(all, if only.is_empty() { 40 } else { 8 });
    assert_nothing_wrong(&findings);
    if only.is_empty() {
        matrix_table::check(&findings.cells);
    }
}
