//! The rules of the source tree: which folder may name which, and no rings of files.

mod modules;
mod rings;

use std::collections::BTreeSet;
use std::path::Path;

use modules::{Edges, Modules, Reexports};

/// Rings that exist, each with the reason, one a line: `reason: file file …`. A ring may lose
/// files; a new one, or one more file, fails.
const KNOWN_RINGS: &str = include_str!("known_rings.txt");

/// What each folder may name besides itself. `ops` and above may name everything below them.
fn allowed_imports(room: &str) -> &'static [&'static str] {
    const LOW: &[&str] = &["domain", "os"];
    const OPS: &[&str] = &[
        "domain",
        "os",
        "config",
        "identity",
        "vault",
        "cache",
        "awsconfig",
        "shell",
        "console",
        "server",
    ];
    match room {
        "domain" => &[],
        "os" => &["domain"],
        "config" | "identity" | "vault" | "cache" | "awsconfig" | "shell" | "console"
        | "server" | "demo" => LOW,
        "ops" => OPS,
        "tui" => &["domain", "os", "ops"],
        "cli" => &[
            "domain",
            "os",
            "config",
            "identity",
            "vault",
            "cache",
            "awsconfig",
            "shell",
            "console",
            "server",
            "ops",
            "tui",
            "demo",
        ],
        other => panic!("src/{other} is a folder that this test does not know"),
    }
}

/// For each file of `src`, the files that it names and by what path.
fn edges(reexports: Reexports) -> Edges {
    let edges = Modules::parse(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src")).edges(reexports);
    assert!(edges.len() > 300, "only {} files were found", edges.len());
    edges
}

fn room(file: &str) -> Option<&str> {
    file.split_once('/').map(|(room, _)| room)
}

/// Every edge between files of different folders, as `file names path`, for which this says no.
fn forbidden_edges(allows: impl Fn(&str, &str) -> bool) -> Vec<String> {
    let edges = edges(Reexports::Stop);
    let all = edges.iter().flat_map(|(from, to)| to.iter().map(move |(to, path)| (from, to, path)));
    all.filter(|(from, to, _)| room(from).is_some() && !allows(from, to))
        .map(|(from, _, path)| format!("{from} names {path}"))
        .collect()
}

#[test]
fn every_folder_names_only_the_folders_below_it() {
    let wrong = forbidden_edges(|from, to| {
        let (from, to) = (room(from).unwrap_or_default(), room(to).unwrap_or_default());
        to == from || allowed_imports(from).contains(&to)
    });
    assert_eq!(wrong, Vec::<String>::new(), "imports that look up or sideways");
}

#[test]
fn the_picker_knows_ops_by_its_messages_and_the_queue_that_takes_them() {
    let wrong = forbidden_edges(|from, to| {
        let queue = to == "ops/worker/mod.rs" && matches!(from, "tui/mod.rs" | "tui/runner.rs");
        room(from) != Some("tui") || room(to) != Some("ops") || to == "ops/work.rs" || queue
    });
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn the_demo_is_named_by_its_own_command_alone() {
    let wrong = forbidden_edges(|from, to| {
        room(from) == Some("demo")
            || room(to) != Some("demo")
            || from == "cli/demo.rs"
            || from.starts_with("cli/demo/")
    });
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn no_ring_of_files_is_new() {
    let known: Vec<BTreeSet<&str>> = KNOWN_RINGS
        .lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty())
        .map(|line| {
            line.split_once(": ")
                .unwrap_or_else(|| panic!("no reason: {line}"))
                .1
                .split(' ')
                .collect()
        })
        .collect();
    let new: Vec<String> = rings::rings(&edges(Reexports::Follow))
        .iter()
        .filter(|ring| {
            !known.iter().any(|known| ring.iter().all(|file| known.contains(file.as_str())))
        })
        .map(|ring| ring.iter().cloned().collect::<Vec<_>>().join(" "))
        .collect();
    assert!(new.is_empty(), "files that name each other in a ring:\n{}", new.join("\n"));
}

#[test]
fn imports_are_found_however_they_are_written() {
    let edges = edges(Reexports::Follow);
    let paths = |from: &str, to: &str| edges[from].contains_key(to);
    // Through a re-export, through `super`, through a path in a body, and through a macro's
    // arguments.
    assert!(paths("ops/ctx.rs", "domain/error.rs"));
    assert!(paths("vault/record.rs", "vault/name.rs"));
    assert!(paths("cli/mod.rs", "cli/pick.rs"));
    assert!(edges["domain/mod.rs"].keys().all(|to| to.starts_with("domain/")));
}
