//! Rooms look down only: which folder of `src` may name which.

use std::fs;
use std::path::{Path, PathBuf};

/// What each room may name besides itself. `ops` and above may name everything below them.
fn allowed(room: &str) -> &'static [&'static str] {
    const LOW: &[&str] = &["domain", "os"];
    const OPS: &[&str] = &["domain", "os", "config", "identity", "vault", "cache", "awsconfig", "shell", "console", "server"];
    match room {
        "domain" => &[],
        "os" => &["domain"],
        "config" | "identity" | "vault" | "cache" | "awsconfig" | "shell" | "console" | "server" | "demo" => LOW,
        "ops" => OPS,
        "tui" => &["domain", "os", "ops"],
        "cli" => &["domain", "os", "config", "identity", "vault", "cache", "awsconfig", "shell", "console", "server", "ops", "tui", "demo"],
        other => panic!("src/{other} is a room that this test does not know"),
    }
}

fn sources(folder: &Path, out: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, out);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            out.push(path);
        }
    }
}

/// Rooms named by a file, as `crate::ROOM`, and how far its longest run of `super::` climbs.
fn named(text: &str) -> (Vec<&str>, usize) {
    let code: Vec<&str> = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
    let rooms = code.iter().flat_map(|line| line.match_indices("crate::").map(|(at, _)| &line[at + 7..])).filter_map(|rest| {
        let end = rest.find(|letter: char| !letter.is_ascii_lowercase() && letter != '_').unwrap_or(rest.len());
        (end > 0).then(|| &rest[..end])
    });
    let climbs = code.iter().map(|line| line.matches("super::super::").count() + usize::from(line.contains("super::"))).max();
    (rooms.collect(), climbs.unwrap_or(0))
}

#[test]
fn every_room_names_only_the_rooms_below_it() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&src, &mut files);
    assert!(files.len() > 30, "only {} files were found", files.len());
    let mut wrong = Vec::new();
    for file in files {
        let inside = file.strip_prefix(&src).unwrap();
        let parts: Vec<_> = inside.iter().map(|part| part.to_str().unwrap()).collect();
        let [room, below @ ..] = &parts[..] else { continue };
        if below.is_empty() {
            continue;
        }
        let text = fs::read_to_string(&file).unwrap();
        let (rooms, climb) = named(&text);
        for other in rooms {
            if other != *room && !allowed(room).contains(&other) {
                wrong.push(format!("{} names crate::{other}", inside.display()));
            }
        }
        // A file `ROOM/a.rs` may climb once to its room, and `mod tests` in it once more; every folder adds one.
        if climb > below.len() + 1 {
            wrong.push(format!("{} climbs out of its room", inside.display()));
        }
    }
    assert!(wrong.is_empty(), "imports that look up or sideways:\n{}", wrong.join("\n"));
}

#[test]
fn the_picker_alone_knows_ops_by_its_messages() {
    let mut files = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/tui"), &mut files);
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        let other = text.match_indices("crate::ops::").map(|(at, found)| &text[at + found.len()..]).find(|rest| !rest.starts_with("work"));
        assert!(other.is_none(), "{} names more of ops than its messages", file.display());
    }
}

#[test]
fn the_demo_is_named_by_its_command_alone() {
    let mut files = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/cli"), &mut files);
    for file in files.iter().filter(|file| !file.ends_with("cli/demo.rs") && !file.to_string_lossy().contains("cli/demo/")) {
        let text = fs::read_to_string(file).unwrap();
        assert!(!text.contains("crate::demo"), "{} names the demo", file.display());
    }
}
