//! Rings in the graph of files: strongly connected components that remain without the module that is
//! the parent of all their files.

use std::collections::{BTreeMap, BTreeSet};

use super::modules::Edges;

/// The sets of files that reach each other, largest first.
///
/// A module may use its children, and they may use what it declares. So the parent of all files of a
/// ring is removed, and only the rings among the rest are reported.
pub(super) fn rings(edges: &Edges) -> Vec<BTreeSet<String>> {
    let mut out = Vec::new();
    within(edges, &edges.keys().cloned().collect(), &mut out);
    out.sort_by_key(|ring| std::cmp::Reverse(ring.len()));
    out
}

fn within(edges: &Edges, files: &BTreeSet<String>, out: &mut Vec<BTreeSet<String>>) {
    for ring in components(edges, files) {
        match ring
            .iter()
            .find(|parent| ring.iter().all(|file| file == *parent || is_below(file, parent)))
        {
            Some(parent) => {
                within(edges, &ring.iter().filter(|file| *file != parent).cloned().collect(), out)
            }
            None => out.push(ring),
        }
    }
}

/// Strongly connected components of more than one file among these.
fn components(edges: &Edges, files: &BTreeSet<String>) -> Vec<BTreeSet<String>> {
    let next = |from: &String| {
        edges.get(from).into_iter().flat_map(BTreeMap::keys).filter(|to| files.contains(*to))
    };
    let reach = |start: &String| {
        let (mut seen, mut open) = (BTreeSet::new(), next(start).collect::<Vec<_>>());
        while let Some(file) = open.pop() {
            if seen.insert(file.clone()) {
                open.extend(next(file));
            }
        }
        seen
    };
    let reached: BTreeMap<&String, BTreeSet<String>> =
        files.iter().map(|file| (file, reach(file))).collect();
    let mut done = BTreeSet::new();
    let mut rings = Vec::new();
    for start in files {
        if !done.contains(start) && reached[start].contains(start) {
            let ring: BTreeSet<String> = reached[start]
                .iter()
                .filter(|file| reached[file].contains(start))
                .cloned()
                .collect();
            done.extend(ring.iter().cloned());
            rings.push(ring);
        }
    }
    rings
}

/// Whether a file's module lies below another's.
fn is_below(file: &str, parent: &str) -> bool {
    let module = |file: &str| file.trim_end_matches(".rs").trim_end_matches("/mod").to_owned();
    parent == "lib.rs" || module(file).starts_with(&format!("{}/", module(parent)))
}

#[test]
fn a_parent_alone_makes_no_ring_but_does_not_hide_one() {
    let edges = |pairs: &[(&str, &str)]| {
        let mut edges = Edges::new();
        for (from, to) in pairs {
            edges.entry((*from).to_owned()).or_default().insert((*to).to_owned(), String::new());
            edges.entry((*to).to_owned()).or_default();
        }
        edges
    };
    assert!(
        rings(&edges(&[
            ("a/mod.rs", "a/b.rs"),
            ("a/b.rs", "a/mod.rs"),
            ("a/c.rs", "a/mod.rs"),
            ("a/mod.rs", "a/c.rs")
        ]))
        .is_empty()
    );
    let hidden = edges(&[
        ("x.rs", "a/b.rs"),
        ("a/b.rs", "a/mod.rs"),
        ("a/mod.rs", "a/c.rs"),
        ("a/c.rs", "x.rs"),
    ]);
    assert_eq!(rings(&hidden).first().map(BTreeSet::len), Some(4));
    let siblings = edges(&[
        ("a/mod.rs", "a/b.rs"),
        ("a/b.rs", "a/c.rs"),
        ("a/c.rs", "a/b.rs"),
        ("a/c.rs", "a/mod.rs"),
    ]);
    assert_eq!(rings(&siblings).first().map(BTreeSet::len), Some(2));
}
