//! Many processes for a long time with many faults: no bugs, no wrong answers, and a working state
//! at the end.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::process::{Child, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use rolecall::testing::demo::Fault;
use rolecall::testing::vault::SecureStore;

use crate::matrix_faults::{Class, FaultRow, Operation, rows};
use crate::matrix_rules::{check_genuine, check_stderr};
use crate::matrix_world::World;
use crate::records::Records;
use crate::sandbox::CommandOutput;
use crate::wait::wait_for_exit;

const WORKERS: usize = 8;
/// Roles in different accounts or in the same one; the last is chained.
const ROLES: [&str; 5] = [
    "012345678901:ReadOnlyAccess",
    "012345678901:AdministratorAccess",
    "882120723254:ReadOnlyAccess",
    "373374062225:ReadOnlyAccess",
    "373374062225:Deploy",
];
const OPERATIONS: [&str; 3] = ["GetRoleCredentials", "CreateToken:refresh_token", "AssumeRole"];

/// Pseudo-random numbers, reproducible by their seed (xorshift64).
struct Xorshift(u64);

impl Xorshift {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % limit.max(1) as u64).unwrap()
    }
}

/// The results so far.
#[derive(Default)]
struct Tally {
    codes: BTreeMap<i32, usize>,
    wrong: Vec<String>,
    events: BTreeMap<&'static str, usize>,
}

struct Soak {
    world: World,
    tally: Mutex<Tally>,
    is_over: AtomicBool,
    signed_out: AtomicBool,
    seeds: AtomicU64,
}

impl Soak {
    fn next_rng(&self) -> Xorshift {
        Xorshift(self.seeds.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed) | 1)
    }

    fn count(&self, event: &'static str) {
        *self.tally.lock().unwrap().events.entry(event).or_default() += 1;
    }

    /// Runs `process` until the time is over; some runs are killed at a random moment.
    fn work(&self) {
        let mut numbers = self.next_rng();
        while !self.is_over.load(Ordering::Relaxed) {
            let role = ROLES[numbers.below(ROLES.len())];
            let mut args = vec!["process", "-S", "corp", "--arn", role];
            args.extend(
                ["--sts-refresh", "--no-cache"].into_iter().filter(|_| numbers.below(12) == 0),
            );
            let mut child = self
                .world
                .command_with_memory_limit(&args)
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .unwrap();
            let begun = Instant::now();
            if numbers.below(10) == 0 {
                self.kill(&mut child, Duration::from_millis(numbers.below(150) as u64));
                continue;
            }
            let ran = CommandOutput::from_child(child);
            let outcome = self.judge(role, &ran, begun.elapsed());
            let mut tally = self.tally.lock().unwrap();
            *tally.codes.entry(ran.code).or_default() += 1;
            tally.wrong.extend(outcome.err().map(|wrong| format!("{args:?}: {wrong}: {ran:?}")));
        }
    }

    fn kill(&self, child: &mut Child, after: Duration) {
        wait_for_exit(child, after);
        let _ = child.kill();
        child.wait().unwrap();
        self.count("kills");
    }

    fn judge(&self, role: &str, ran: &CommandOutput, took: Duration) -> Result<(), String> {
        if !matches!(ran.code, 0 | 4 | 6) {
            return Err(format!("exit code {}", ran.code));
        }
        if took > Duration::from_secs(90) {
            return Err(format!("took {} s", took.as_secs()));
        }
        check_stderr(&self.world, &ran.stderr)?;
        if ran.code == 4 {
            self.signed_out.store(true, Ordering::Relaxed);
        }
        if ran.code != 0 {
            return if ran.stdout.is_empty() {
                Ok(())
            } else {
                Err("failed, but printed something".into())
            };
        }
        let document: serde_json::Value =
            serde_json::from_str(&ran.stdout).map_err(|_| "stdout is not JSON")?;
        let field = |name: &str| document[name].as_str().unwrap_or_default();
        check_genuine(
            &self.world,
            role,
            field("AccessKeyId"),
            field("SecretAccessKey"),
            field("SessionToken"),
            Some(field("Expiration")),
        )?;
        let left = rolecall::testing::domain::Timestamp::parse(field("Expiration"))
            .map_or(0, |ends| ends.seconds_since(now()));
        // A process may be held up between its answer and here, but not for long.
        if left < -10 { Err(format!("credentials that ended {} s ago", -left)) } else { Ok(()) }
    }

    /// Adds a fault every moment, and signs in again when a session was lost.
    fn disturb(&self) {
        let mut numbers = self.next_rng();
        let (aws, records) =
            (&self.world.sandbox.aws, Records::in_store(&self.world.sandbox, SecureStore::Json));
        let faults: Vec<&FaultRow> = rows().filter(|row| !row.slow).collect();
        while !self.is_over.load(Ordering::Relaxed) {
            match numbers.below(10) {
                0..=5 => {
                    let (row, operation) = (
                        faults[numbers.below(faults.len())],
                        OPERATIONS[numbers.below(OPERATIONS.len())],
                    );
                    // A refresh that AWS itself refuses ends the session: rarely, not all the time.
                    let ends = matches!(row.class, Class::Unauthorized | Class::Refused)
                        && numbers.below(4) > 0;
                    for fault in
                        row.faults(&Operation::from_name(operation)).into_iter().filter(|_| !ends)
                    {
                        aws.add_fault(for_once(fault));
                        self.count("faults");
                    }
                }
                6 => {
                    aws.expire_tokens();
                    self.count("tokens ended");
                }
                7 => {
                    if records.token("corp").is_some() {
                        records.expire_token_in("corp", -1);
                        self.count("tokens expired");
                    }
                }
                8 => {
                    let (role, left) = (
                        ROLES[numbers.below(ROLES.len() - 1)],
                        [-1, 0, 45, 300, 800][numbers.below(5)],
                    );
                    if records.credentials(role).is_some() {
                        records.expire_credentials_in(role, left);
                        self.count("credentials expired");
                    }
                }
                _ => {
                    aws.clear_faults();
                    self.count("recoveries");
                }
            }
            if self.signed_out.swap(false, Ordering::Relaxed) {
                let login = self
                    .world
                    .run(&["login", "-S", "corp", "--flow", "pkce", "--no-cache-refresh"])
                    .output;
                self.count(if login.code == 0 { "sign-ins" } else { "failed sign-ins" });
            }
            std::thread::park_timeout(Duration::from_millis(numbers.below(120) as u64));
        }
    }

    fn report(&self, seconds: u64, seed: u64) -> String {
        let tally = self.tally.lock().unwrap();
        let runs: usize = tally.codes.values().sum();
        let mut out =
            format!("soak: {runs} runs in {seconds} s from {WORKERS} workers (seed {seed})\n");
        for (code, count) in &tally.codes {
            let _ = writeln!(out, "  exit {code}: {count}");
        }
        for (event, count) in &tally.events {
            let _ = writeln!(out, "  {event}: {count}");
        }
        let _ = writeln!(out, "  wrong: {}", tally.wrong.len());
        out
    }
}

/// The same fault for one call.
fn for_once(fault: Fault) -> Fault {
    match fault {
        Fault::Reply { operation, reply, .. } => Fault::Reply { operation, times: 1, reply },
        other => other,
    }
}

fn now() -> rolecall::testing::domain::Timestamp {
    rolecall::testing::os::clock::Clock::System.now()
}

#[expect(clippy::print_stdout, reason = "the report of a run that is asked for by name")]
#[test]
#[ignore = "takes as long as ROLECALL_SOAK_SECONDS says, 15 s by itself"]
fn a_soak_finds_no_bug_and_no_wrong_answer() {
    let setting = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let seconds = setting("ROLECALL_SOAK_SECONDS").unwrap_or(15);
    let seed = setting("ROLECALL_SOAK_SEED").unwrap_or_else(|| now().0.unsigned_abs());
    let soak = Soak {
        world: World::new(),
        tally: Mutex::default(),
        is_over: AtomicBool::new(false),
        signed_out: AtomicBool::new(false),
        seeds: AtomicU64::new(seed.wrapping_mul(0x2545_f491_4f6c_dd1d)),
    };
    soak.world.restore_scenario(crate::matrix_commands::Scenario::Fresh);
    std::thread::scope(|scope| {
        (0..WORKERS).for_each(|_| drop(scope.spawn(|| soak.work())));
        scope.spawn(|| soak.disturb());
        let end = Instant::now() + Duration::from_secs(seconds);
        while Instant::now() < end {
            std::thread::park_timeout(end.saturating_duration_since(Instant::now()));
        }
        soak.is_over.store(true, Ordering::Relaxed);
    });
    let report = soak.report(seconds, seed);
    std::fs::write(std::env::temp_dir().join("rolecall-soak.txt"), &report).unwrap();
    let tally = soak.tally.lock().unwrap();
    assert!(
        tally.wrong.is_empty(),
        "{report}\n{}",
        tally.wrong[..tally.wrong.len().min(20)].join("\n")
    );
    let (runs, fine) =
        (tally.codes.values().sum::<usize>(), tally.codes.get(&0).copied().unwrap_or(0));
    assert!(runs > WORKERS && fine * 3 > runs, "too few went well to mean anything\n{report}");
    // AWS works again, and so must everything here.
    soak.world.sandbox.aws.clear_faults();
    let fetch =
        |role| soak.world.run(&["process", "-S", "corp", "--arn", role, "--sts-refresh"]).output;
    // A process that was killed may have lost the only valid refresh token. Only a request to AWS
    // shows that: stored tokens and credentials still look valid.
    if fetch(ROLES[0]).code == 4 {
        soak.world.sandbox.login("corp");
    }
    for role in ROLES {
        let ran = fetch(role);
        assert_eq!((ran.code, soak.judge(role, &ran, Duration::ZERO)), (0, Ok(())), "{ran:?}");
    }
    println!("{report}");
}
