//! Mutation testing: changes the program in small ways, and lists the changes that no test notices.
//!
//! All mutants are built once, into a copy of the tree; `ROLECALL_MUTANT` selects one at run time.
//! Each test runs once to see which mutants it reaches. Then each mutant runs against these tests:
//! unit tests first, and integration tests if it survives them.
//!
//! Options: `--only FOLDER`; `--shard 3/50`, counted from 0; `--unit` for unit tests only;
//! `--survivors` to repeat only what survived last time, after a change of the tests. A run that is
//! interrupted goes on where it stopped. Everything is kept in `target/mutants`.

mod mutate;
mod replacements;
mod report;
mod run;
mod tree;

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

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

/// Files in these folders that are not mutated: scripted responses for tests, and the keyrings of
/// the desktop and the kernel, which the ignored tests in tests/it/vault_keyring.rs run against.
const EXCLUDED: [&str; 3] =
    ["src/identity/scripted.rs", "src/vault/kernel_keyring.rs", "src/vault/os_keyring.rs"];

struct Options {
    only: Option<String>,
    shard: (usize, usize),
    unit: bool,
    survivors: bool,
}

fn main() -> ExitCode {
    let Some(options) = options() else {
        eprintln!("usage: mutants [--only FOLDER] [--shard N/ALL] [--unit] [--survivors]");
        return ExitCode::from(2);
    };
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let repository = repository.canonicalize().expect("the repository");
    let target = std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
    let work = target.unwrap_or_else(|| repository.join("target")).join("mutants");
    fs::create_dir_all(&work).expect("a folder for results");

    let tree = tree::build(&repository, &work);
    let coverage = |kind: &str| format!("coverage-{kind}-{}.jsonl", tree.fingerprint);
    let results = work.join("results.jsonl");
    let state = work.join("fingerprint");
    if fs::read_to_string(&state).ok().as_ref() != Some(&tree.fingerprint) {
        forget_coverage(&work);
        if !options.survivors {
            let _ = fs::remove_file(&results);
        }
        fs::write(&state, &tree.fingerprint).expect("the disk is not full");
    }

    let mut outcomes = read(&results);
    if options.survivors {
        outcomes.retain(|_, outcome| outcome == "caught");
    }
    let selected: Vec<_> = tree.mutants.iter().filter(|mutant| options.selects(mutant)).collect();
    let of_folder = |mutant: &&&Mutant| !outcomes.contains_key(&mutant.name);
    let new: Vec<&Mutant> = selected.iter().filter(of_folder).copied().collect();
    println!("{} mutants, {} of them to run", selected.len(), new.len());

    let lines = run::Lines::append(&results);
    let save = |mutant: &Mutant, outcome: &str| {
        lines.write(&json!({ "mutant": mutant.name, "line": mutant.line, "outcome": outcome }));
    };
    let unit = run::Suite::new(&tree.unit, &tree.folder, &work, &coverage("unit"));
    run::in_parallel(&new, |_, mutant| {
        let outcome = match (unit.catches(mutant), unit.reaches(mutant.id)) {
            (true, _) => "caught",
            (false, true) => "survives unit tests",
            (false, false) => "not reached by unit tests",
        };
        save(mutant, outcome);
    });
    if !options.unit {
        let outcomes = read(&results);
        let is_open = |mutant: &&&Mutant| outcomes[&mutant.name].ends_with("unit tests");
        let open: Vec<&Mutant> = selected.iter().filter(is_open).copied().collect();
        println!("{} survive the unit tests", open.len());
        let all = run::Suite::new(&tree.integration, &tree.folder, &work, &coverage("integration"));
        run::in_parallel(&open, |_, mutant| {
            let is_reached = unit.reaches(mutant.id) || all.reaches(mutant.id);
            let outcome = match all.catches(mutant) {
                true => "caught",
                false if is_reached => "survived",
                false => "not reached",
            };
            save(mutant, outcome);
        });
    }
    let _ = fs::remove_dir_all(work.join("tmp"));
    let explained = repository.join("tests/mutants/explained.txt");
    report::print(&selected, &read(&results), &explained)
}

/// The last outcome of each mutant, by name.
fn read(results: &Path) -> HashMap<String, String> {
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let lines = run::read_lines(results).into_iter();
    lines.map(|line| (text(&line["mutant"]), text(&line["outcome"]))).collect()
}

/// Deletes the coverage of other sources.
fn forget_coverage(work: &Path) {
    for entry in fs::read_dir(work).into_iter().flatten().flatten() {
        if entry.file_name().to_string_lossy().starts_with("coverage-") {
            let _ = fs::remove_file(entry.path());
        }
    }
}

impl Options {
    fn selects(&self, mutant: &Mutant) -> bool {
        let (shard, shards) = self.shard;
        let only = self.only.as_deref().unwrap_or("");
        mutant.id as usize % shards == shard
            && mutant.file.strip_prefix("src/").is_some_and(|file| file.starts_with(only))
    }
}

fn options() -> Option<Options> {
    let mut options = Options { only: None, shard: (0, 1), unit: false, survivors: false };
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
            _ => return None,
        }
    }
    Some(options)
}
