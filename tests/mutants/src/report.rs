//! What was caught, by folder, and what was not.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs;
use std::path::Path;
use std::process::ExitCode;

use crate::tree::{self, Mutants};
use crate::{Options, Outcome};

#[derive(Default)]
struct Count {
    not_compiling: usize,
    not_run: usize,
    caught_by_unit_tests: usize,
    caught_by_integration_tests: usize,
    explained: usize,
    survived: usize,
}

impl Count {
    fn caught(&self) -> usize {
        self.caught_by_unit_tests + self.caught_by_integration_tests
    }

    fn tested(&self) -> usize {
        self.caught() + self.explained + self.survived
    }

    /// A line of the table.
    fn print(&self, folder: &str) {
        let percent = |all: usize| 100.0 * self.caught() as f64 / all.max(1) as f64;
        println!(
            "{folder:12} {:>7} {:>8} {:>7} {:>6} {:>11} {:>9} {:>8} {:6.1}% {:6.1}%",
            self.not_compiling + self.not_run + self.tested(),
            self.not_compiling,
            self.not_run,
            self.caught_by_unit_tests,
            self.caught_by_integration_tests,
            self.explained,
            self.survived,
            percent(self.tested()),
            percent(self.tested() - self.explained),
        );
    }
}

/// Prints the survivors without an explanation, then a table of the folders. Fails if less than
/// 95 % of the mutants of a folder are caught that compile and are not explained.
pub(crate) fn print(
    mutants: &Mutants,
    options: &Options,
    outcomes: &HashMap<String, Outcome>,
    explained: &Path,
) -> ExitCode {
    let explained = fs::read_to_string(explained).unwrap_or_default();
    let mut explained: HashSet<&str> = names(&explained).collect();
    explained.retain(|name| options.selects_file(name));
    let mut needless = explained.clone();
    let mut folders: BTreeMap<&str, Count> = BTreeMap::new();
    let mut count = |file: &str, field: fn(&mut Count) -> &mut usize| {
        for folder in [tree::folder(file).unwrap_or("other"), "all"] {
            *field(folders.entry(folder).or_default()) += 1;
        }
    };
    for file in mutants.not_compiling.iter().filter(|file| options.selects_file(file)) {
        count(file, |count| &mut count.not_compiling);
    }
    for mutant in mutants.compiling.iter().filter(|mutant| options.selects(mutant)) {
        let Some(outcome) = outcomes.get(&mutant.name) else {
            count(&mutant.file, |count| &mut count.not_run);
            continue;
        };
        let is_explained = explained.contains(mutant.name.as_str());
        if !outcome.is_caught() {
            needless.remove(mutant.name.as_str());
        }
        match outcome.what.as_str() {
            "caught by unit tests" => count(&mutant.file, |count| &mut count.caught_by_unit_tests),
            _ if outcome.is_caught() => {
                count(&mutant.file, |count| &mut count.caught_by_integration_tests);
            }
            _ if is_explained => count(&mutant.file, |count| &mut count.explained),
            what => {
                count(&mutant.file, |count| &mut count.survived);
                let change = mutant.name.strip_prefix(&mutant.file).unwrap_or(&mutant.name);
                println!("{what}: {}:{}{change}", mutant.file, mutant.line);
            }
        }
    }
    if options.shard.1 == 1 && folders.get("all").is_some_and(|all| all.not_run == 0) {
        for name in needless {
            println!("explained, but caught or not a mutant: {name}");
        }
    }
    println!(
        "{:12} {:>7} {:>8} {:>7} {:>6} {:>11} {:>9} {:>8} {:>7} {:>7}",
        "", "", "do not", "not", "caught by tests:", "", "", "", "caught", "of not"
    );
    println!(
        "{:12} {:>7} {:>8} {:>7} {:>6} {:>11} {:>9} {:>8} {:>7} {:>7}",
        "",
        "mutants",
        "compile",
        "run",
        "unit",
        "integration",
        "explained",
        "survived",
        "",
        "expl."
    );
    for (folder, count) in &folders {
        count.print(folder);
    }
    let is_too_little =
        |count: &Count| count.caught() * 100 < (count.tested() - count.explained) * 95;
    ExitCode::from(u8::from(folders.values().any(is_too_little)))
}

/// The names in a list of explanations; the reasons are indented.
fn names(explained: &str) -> impl Iterator<Item = &str> {
    explained.lines().filter(|line| line.starts_with("src/"))
}
