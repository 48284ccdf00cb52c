//! The rules of the source tree: which folder may name which, which may print, what the warm path
//! does without, and that files do not name each other in rings.

mod modules;
mod rings;
mod source;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::LazyLock;

use modules::{Edges, Modules, Reexports};

/// The rings that exist, one a line: `reason: file file …`. A ring may lose files; a new ring or a
/// new file in one fails the test.
const KNOWN_RINGS: &str = include_str!("known_rings.txt");

/// The folders between `os` and `ops`, which do not name each other.
const MIDDLE: [&str; 8] =
    ["config", "identity", "vault", "cache", "awsconfig", "shell", "console", "server"];

/// Whether files of one folder may name files of another.
fn may_name(from: &str, to: &str) -> bool {
    let is_below_ops = ["domain", "os"].contains(&to) || MIDDLE.contains(&to);
    match from {
        "domain" => false,
        "os" => to == "domain",
        "demo" => ["domain", "os"].contains(&to),
        middle if MIDDLE.contains(&middle) => ["domain", "os"].contains(&to),
        "ops" => is_below_ops,
        "tui" => ["domain", "os", "ops"].contains(&to),
        "cli" => is_below_ops || ["ops", "tui", "demo"].contains(&to),
        other => panic!("src/{other} is a folder that this test does not know"),
    }
}

/// The modules of `src`, parsed once for all tests.
static SOURCE: LazyLock<Modules> =
    LazyLock::new(|| Modules::parse(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src")));

/// For each file of `src`, the files that it names and by what path.
fn edges(reexports: Reexports) -> Edges {
    let edges = SOURCE.edges(reexports);
    assert!(edges.len() > 300, "only {} files were found", edges.len());
    edges
}

fn room(file: &str) -> Option<&str> {
    file.split_once('/').map(|(room, _)| room)
}

/// Every edge between two files that is not allowed, as `file names path`.
fn forbidden_edges(is_allowed: impl Fn(&str, &str) -> bool) -> Vec<String> {
    let edges = edges(Reexports::Stop);
    let all = edges.iter().flat_map(|(from, to)| to.iter().map(move |(to, path)| (from, to, path)));
    all.filter(|(from, to, _)| room(from).is_some() && !is_allowed(from, to))
        .map(|(from, _, path)| format!("{from} names {path}"))
        .collect()
}

/// Every name of another crate or macro that is not allowed in its file, as `file names path`.
fn forbidden_names(is_allowed: impl Fn(&str, &str) -> bool) -> Vec<String> {
    let names = SOURCE.external_names();
    let all = names.iter().flat_map(|(file, names)| names.iter().map(move |name| (file, name)));
    all.filter(|(file, name)| !is_allowed(file, name))
        .map(|(file, name)| format!("{file} names {name}"))
        .collect()
}

const NONE: [String; 0] = [];

#[test]
fn every_folder_names_only_the_folders_below_it() {
    let wrong = forbidden_edges(|from, to| {
        let (from, to) = (room(from).unwrap_or_default(), room(to).unwrap_or_default());
        to == from || may_name(from, to)
    });
    assert_eq!(wrong, NONE, "imports that look up or sideways");
}

#[test]
fn the_domain_does_no_io_and_reads_no_clock() {
    const FORBIDDEN: [&str; 10] = [
        "std::fs",
        "std::env",
        "std::io",
        "std::process",
        "std::thread",
        "std::time::SystemTime",
        "std::time::Instant",
        "std::net::Tcp",
        "tokio",
        "rustix",
    ];
    let wrong = forbidden_names(|file, name| {
        room(file) != Some("domain") || !FORBIDDEN.iter().any(|start| name.starts_with(start))
    });
    assert_eq!(wrong, NONE);
}

#[test]
fn the_picker_names_only_the_messages_of_ops() {
    let wrong = forbidden_edges(|from, to| {
        room(from) != Some("tui") || room(to) != Some("ops") || to == "ops/backend/messages.rs"
    });
    assert_eq!(wrong, NONE);
}

#[test]
fn the_context_names_nothing_else_of_ops() {
    let wrong = forbidden_edges(|from, to| from != "ops/ctx.rs" || room(to) != Some("ops"));
    assert_eq!(wrong, NONE);
}

#[test]
fn the_demo_is_named_only_by_its_own_command() {
    let wrong = forbidden_edges(|from, to| {
        room(from) == Some("demo") || room(to) != Some("demo") || from.starts_with("cli/cmd/demo/")
    });
    assert_eq!(wrong, NONE);
}

#[test]
fn only_the_command_line_prints_and_exits() {
    const PRINTING: [&str; 5] = ["print!", "println!", "eprint!", "eprintln!", "dbg!"];
    const STREAMS: [&str; 4] =
        ["std::io::stdout", "std::io::stderr", "std::process::exit", "std::process::abort"];
    let wrong = forbidden_names(|file, name| {
        // A helper reports to the process that started it, and `-o /dev/stdout` names a stream.
        // On Windows, the default action of Ctrl-C is an exit.
        const SEAMS: [&str; 3] = [
            "os/process/detached.rs",
            "os/atomic_file/write_target.rs",
            "os/process/signals/windows.rs",
        ];
        let is_seam = SEAMS.contains(&file);
        room(file) == Some("cli")
            || file == "main.rs"
            || !(PRINTING.contains(&name) || STREAMS.contains(&name) && !is_seam)
    });
    assert_eq!(wrong, NONE);
}

#[test]
fn code_for_one_platform_is_in_files_of_its_own_in_os_and_vault() {
    let is_seam = |file: &str| matches!(room(file), Some("os" | "vault"));
    // The `mod.rs` of a folder chooses between `unix.rs`, `linux.rs`, `macos.rs` and `windows.rs`.
    let chooses = |file: &str| is_seam(file) && file.ends_with("/mod.rs");
    let [attributes, values] = SOURCE.platform_files();
    let [chosen, wrong]: [Vec<&str>; 2] = [true, false]
        .map(|right| attributes.iter().copied().filter(|at| chooses(at) == right).collect());
    assert!(chosen.len() > 10, "{chosen:?}");
    assert_eq!(wrong, Vec::<&str>::new(), "files with `#[cfg(unix)]` and the like");
    let wrong: Vec<&str> =
        values.into_iter().filter(|file| *file != "os/platform/mod.rs").collect();
    assert_eq!(wrong, Vec::<&str>::new(), "files with `cfg!(unix)` and the like");
}

#[test]
fn folders_that_need_no_network_are_synchronous_and_one_file_builds_the_runtime() {
    const SYNCHRONOUS: [&str; 8] =
        ["domain", "config", "vault", "cache", "awsconfig", "shell", "console", "tui"];
    let wrong = forbidden_names(|file, name| {
        let builds = name.starts_with("tokio::runtime::Builder");
        !(name.starts_with("tokio") && room(file).is_some_and(|room| SYNCHRONOUS.contains(&room)))
            && (!builds || file == "os/thread.rs")
    });
    assert_eq!(wrong, NONE);
}

#[test]
fn the_warm_path_names_no_runtime_no_sdk_and_no_list_of_roles() {
    // Where `process` leaves the warm path; also if several instances are known and none is named.
    const COLD: [&str; 4] =
        ["fetch", "with_credentials_by_name", "open_in_env", "only_with_account"];
    let forbidden = |name: &str| {
        let starts = ["tokio", "hyper", "http", "aws_", "identity/", "ops/refresh/"];
        let files = ["cache/inventory.rs", "domain/inventory.rs", "domain/roster.rs"];
        // The events of the console of Windows, which need no runtime to be received.
        let is_event = name.starts_with("tokio::signal::windows::");
        !is_event && starts.iter().any(|start| name.starts_with(start)) || files.contains(&name)
    };
    let warm = SOURCE.reached("cli/cmd/process.rs", "run", &COLD);
    for function in [
        "cli/machine_credentials.rs::with_credentials",
        "ops/instances/snapshot.rs::load_or_rebuild",
        "ops/assume/mod.rs::load_fresh",
    ] {
        assert!(warm.functions.contains(function), "{function} is not reached");
    }
    let all = SOURCE.reached("cli/cmd/process.rs", "run", &[]);
    assert!(all.names.iter().any(|name| forbidden(name)), "the rule does not see the cold path");
    let wrong: Vec<&String> = warm.names.iter().filter(|name| forbidden(name)).collect();
    assert_eq!(wrong, NONE.each_ref(), "named on the path of {:#?}", warm.functions);
    // Methods are not followed, so the whole vault is checked.
    for (file, names) in SOURCE.external_names() {
        let wrong: Vec<&String> = names.iter().filter(|name| forbidden(name)).collect();
        assert!(room(&file) != Some("vault") || wrong.is_empty(), "{file} names {wrong:?}");
    }
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
    let names = |from: &str, to: &str| edges[from].contains_key(to);
    // Through a re-export, through `super`, through a path in a body, and through the arguments of
    // a macro.
    assert!(names("ops/ctx.rs", "domain/error.rs"));
    assert!(names("vault/record.rs", "vault/record_id.rs"));
    assert!(names("cli/mod.rs", "cli/cmd/pick.rs"));
    assert!(edges["domain/mod.rs"].keys().all(|to| to.starts_with("domain/")));
}

#[test]
fn names_of_other_crates_and_macros_are_found_however_they_are_written() {
    let names = SOURCE.external_names();
    // Through an imported module, by its name, in full, and as a macro.
    assert!(names["vault/mod.rs"].contains("std::fs::read_dir"));
    assert!(names["os/thread.rs"].contains("tokio::runtime::Runtime"));
    assert!(names["os/thread.rs"].contains("tokio::runtime::Builder::new_current_thread"));
    assert!(names["vault/mod.rs"].contains("format!"));
}
