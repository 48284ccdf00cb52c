//! What was caught, by folder, and what was not.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs;
use std::path::Path;
use std::process::ExitCode;

use crate::mutate::Mutant;
use crate::tree;

#[derive(Default)]
struct Count {
    all: usize,
    caught: usize,
    explained: usize,
    unreached: usize,
}

/// Prints a table of the folders and the survivors without an explanation. Fails if less than 95 %
/// of the mutants are caught.
pub(crate) fn print(
    mutants: &[&Mutant],
    outcomes: &HashMap<String, String>,
    explained: &Path,
) -> ExitCode {
    let explained = fs::read_to_string(explained).unwrap_or_default();
    let explained: HashSet<&str> = names(&explained).collect();
    let mut folders: BTreeMap<&str, Count> = BTreeMap::new();
    let (mut open, mut needless) = (Vec::new(), Vec::new());
    for mutant in mutants {
        let Some(outcome) = outcomes.get(&mutant.name) else { continue };
        let is_explained = explained.contains(mutant.name.as_str());
        for folder in [tree::folder(&mutant.file).unwrap_or("other"), "all"] {
            let count = folders.entry(folder).or_default();
            count.all += 1;
            count.caught += usize::from(outcome == "caught");
            count.explained += usize::from(outcome != "caught" && is_explained);
            count.unreached += usize::from(outcome.starts_with("not reached"));
        }
        match outcome.as_str() {
            "caught" if is_explained => needless.push(mutant),
            "caught" => {}
            _ if is_explained => {}
            _ => open.push((mutant, outcome)),
        }
    }
    for (mutant, outcome) in &open {
        let change = mutant.name.strip_prefix(&mutant.file).unwrap_or(&mutant.name);
        println!("{outcome}: {}:{}{change}", mutant.file, mutant.line);
    }
    for mutant in needless {
        println!("explained, but caught: {}", mutant.name);
    }
    println!(
        "{:12} {:>6} {:>6} {:>7} {:>9} {:>9} {:>5}",
        "", "all", "caught", "", "explained", "unreached", "open"
    );
    for (folder, count) in &folders {
        let Count { all, caught, explained, unreached } = count;
        println!(
            "{folder:12} {all:6} {caught:6} {:6.1}% {explained:9} {unreached:9} {:5}",
            100.0 * *caught as f64 / *all as f64,
            all - caught - explained,
        );
    }
    let is_too_little = folders.get("all").is_none_or(|all| all.caught * 100 < all.all * 95);
    ExitCode::from(u8::from(is_too_little))
}

/// The names in a list of explanations; the reasons are indented.
fn names(explained: &str) -> impl Iterator<Item = &str> {
    explained.lines().filter(|line| line.starts_with("src/"))
}
