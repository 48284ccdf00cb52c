//! Mutation testing: changes the program in small ways, and lists the changes that no test notices.
//!
//! All mutants are built once, into a copy of the tree; `ROLECALL_MUTANT` selects one at run time.
//! Each test runs once to see which mutants it reaches. Then each mutant runs against these tests:
//! unit tests first, and integration tests if it survives them. Both have a limit of time for each
//! mutant; the tests that are likely to notice it run first.
//!
//! Options: `--only FOLDER`; `--shard 3/50`, counted from 0; `--unit` for unit tests only;
//! `--survivors` to repeat only what survived last time, after a change of the tests; `--report` to
//! print the last results only. A run that is interrupted goes on where it stopped. Everything is
//! kept in `target/mutants`.

mod mutate;
mod replacements;
mod report;
mod run;
mod tree;

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use mutate::Mutant;
use serde_json::json;

/// The folders and files of `src` that are mutated: they keep secrets, call AWS, edit the user's
/// files, or decide what a key does.
const FOLDERS: [&str; 8] = [
    "vault",
    "identity",
    "awsconfig",
    "domain",
    "ops/assume",
    "ops/sign_in",
    "ops/refresh",
    "tui/update",
];

/// Beginnings of files in these folders that are not mutated: scripted responses for tests, and the
/// keyrings of the desktop and the kernel, which the ignored tests in tests/it/vault_keyring.rs run
/// against.
const EXCLUDED: [&str; 3] =
    ["src/identity/scripted.rs", "src/vault/kernel_keyring", "src/vault/os_keyring"];

/// Ends of files that are not compiled on Linux.
const OF_OTHER_PLATFORMS: [&str; 3] = ["/macos.rs", "/not_linux.rs", "/windows.rs"];

struct Options {
    only: Option<String>,
    shard: (usize, usize),
    unit: bool,
    survivors: bool,
    report: bool,
}

fn main() -> ExitCode {
    let Some(options) = options() else {
        eprintln!(
            "usage: mutants [--only FOLDER] [--shard N/ALL] [--unit] [--survivors] [--report]"
        );
        return ExitCode::from(2);
    };
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let repository = repository.canonicalize().expect("the repository");
    let target = std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
    let work = target.unwrap_or_else(|| repository.join("target")).join("mutants");
    fs::create_dir_all(&work).expect("a folder for results");

    let explained = repository.join("tests/mutants/explained.txt");
    let results = work.join("results.jsonl");
    if options.report {
        return report::print(
            &tree::list(&repository, &work),
            &options,
            &read(&results),
            &explained,
        );
    }

    let tests: &[&str] = if options.unit { &["--lib"] } else { &["--lib", "--test", "it"] };
    let tree = tree::build(&repository, &work, tests);
    let state = work.join("fingerprint");
    if fs::read_to_string(&state).ok().as_ref() != Some(&tree.fingerprint) {
        if !options.survivors {
            let _ = fs::remove_file(&results);
        }
        fs::write(&state, &tree.fingerprint).expect("the disk is not full");
    }
    let unit_coverage = format!("coverage-unit-{}.jsonl", tree.fingerprint);
    // It takes long to find out, and a change of a unit test does not change it.
    let coverage = format!("coverage-integration-{}.jsonl", tree.names);
    forget_coverage(&work, &[&unit_coverage, &coverage]);

    let mut outcomes = read(&results);
    if options.survivors {
        outcomes.retain(|_, outcome| outcome.is_caught());
    }
    let all = tree.mutants.compiling.iter();
    let selected: Vec<_> = all.filter(|mutant| options.selects(mutant)).collect();
    let is_new = |mutant: &&&Mutant| !outcomes.contains_key(&mutant.name);
    let new: Vec<&Mutant> = selected.iter().filter(is_new).copied().collect();
    println!("{} mutants, {} of them to run", selected.len(), new.len());

    let lines = run::Lines::append(&results);
    let save = |mutant: &Mutant, outcome: &str, test: Option<String>| {
        let Mutant { name, line, .. } = mutant;
        lines.write(&json!({ "mutant": name, "line": line, "outcome": outcome, "test": test }));
    };
    let unit = run::Suite::new(&tree.unit, &tree.folder, &work, &unit_coverage, UNIT_LIMIT);
    learn(&unit, &outcomes);
    run::in_parallel(&new, |_, mutant| match unit.catches(mutant) {
        Some(test) => save(mutant, "caught by unit tests", Some(test)),
        None if unit.reaches(mutant.id) => save(mutant, "survives unit tests", None),
        None => save(mutant, "not reached by unit tests", None),
    });
    if let Some(binary) = &tree.integration {
        let outcomes = read(&results);
        let is_open = |mutant: &&&Mutant| outcomes[&mutant.name].is_for_integration_tests();
        let open: Vec<&Mutant> = selected.iter().filter(is_open).copied().collect();
        println!("{} survive the unit tests", open.len());
        let limit = INTEGRATION_LIMIT;
        let integration = run::Suite::new(binary, &tree.folder, &work, &coverage, limit);
        learn(&integration, &outcomes);
        run::in_parallel(&open, |_, mutant| match integration.catches(mutant) {
            Some(test) => save(mutant, "caught by integration tests", Some(test)),
            None if unit.reaches(mutant.id) || integration.reaches(mutant.id) => {
                save(mutant, "survived", None);
            }
            None => save(mutant, "not reached", None),
        });
    }
    let _ = fs::remove_dir_all(work.join("tmp"));
    report::print(&tree.mutants, &options, &read(&results), &explained)
}

/// How long the unit tests of one mutant may take.
const UNIT_LIMIT: Duration = Duration::from_secs(20);
/// How long the integration tests of one mutant may take.
const INTEGRATION_LIMIT: Duration = Duration::from_secs(40);

/// What became of a mutant.
pub(crate) struct Outcome {
    what: String,
    /// The file of the mutant, and the test that caught it.
    caught_by: Option<(String, String)>,
}

impl Outcome {
    fn is_caught(&self) -> bool {
        self.what.starts_with("caught")
    }

    fn is_for_integration_tests(&self) -> bool {
        !self.is_caught() && self.what.ends_with("unit tests")
    }
}

/// The last outcome of each mutant, by name.
fn read(results: &Path) -> HashMap<String, Outcome> {
    let outcome = |line: serde_json::Value| {
        let name = line["mutant"].as_str()?.to_owned();
        let what = line["outcome"].as_str()?.to_owned();
        let file = name.split(": ").next()?.to_owned();
        let caught_by = line["test"].as_str().map(|test| (file, test.to_owned()));
        Some((name, Outcome { what, caught_by }))
    };
    run::read_lines(results).into_iter().filter_map(outcome).collect()
}

/// Passes on which tests caught mutants in an interrupted or an earlier run.
fn learn(suite: &run::Suite, outcomes: &HashMap<String, Outcome>) {
    for (file, test) in outcomes.values().filter_map(|outcome| outcome.caught_by.as_ref()) {
        suite.learn(file, test);
    }
}

/// Deletes the coverage of other sources.
fn forget_coverage(work: &Path, keep: &[&str]) {
    for entry in fs::read_dir(work).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with("coverage-") && !keep.contains(&name.as_str()) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

impl Options {
    fn selects(&self, mutant: &Mutant) -> bool {
        let (shard, shards) = self.shard;
        mutant.id as usize % shards == shard && self.selects_file(&mutant.file)
    }

    fn selects_file(&self, file: &str) -> bool {
        let only = self.only.as_deref().unwrap_or("");
        file.strip_prefix("src/").is_some_and(|file| file.starts_with(only))
    }
}

fn options() -> Option<Options> {
    let mut options =
        Options { only: None, shard: (0, 1), unit: false, survivors: false, report: false };
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--only" => options.only = Some(arguments.next()?),
            "--shard" => {
                let shard = arguments.next()?;
                let (shard, shards) = shard.split_once('/')?;
                options.shard = (shard.parse().ok()?, shards.parse().ok()?);
                if options.shard.0 >= options.shard.1 {
                    return None;
                }
            }
            "--unit" => options.unit = true,
            "--survivors" => options.survivors = true,
            "--report" => options.report = true,
            _ => return None,
        }
    }
    Some(options)
}
