//! The matrix as a page of the documentation.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::PathBuf;

use crate::matrix_faults::{OPERATIONS, rows};
use crate::matrix_rules::Outcome;

/// The outcomes of each row and operation.
pub(crate) type Cells = BTreeMap<(&'static str, &'static str), BTreeSet<Outcome>>;

const HEAD: &str = "\
# What happens when AWS does not answer as it should

<!-- Written by `cargo test --test it matrix -- --ignored` with ROLECALL_WRITE_DOCS=1; without it the same test compares. -->

Every row is something that AWS, or a box between you and AWS, can answer. Every column is a request that rolecall makes. A test
runs each command that makes the request against each answer, and checks what comes out:

- rolecall never crashes, never exits with 70 (a bug) and always ends.
- Standard output is empty or complete. Credentials are only printed if AWS issued them for this role.
- The list of accounts and roles stays as it was unless AWS sent a complete new one. Stored tokens and credentials that were good
  stay, and are served again when AWS answers again. Nothing incomplete is stored.
- Messages hold no secrets and no control characters.
- `ecs run` goes on. Its clients get credentials, old ones included, or a JSON error, and credentials again when AWS answers again.

What a cell says:

| cell | meaning |
|---|---|
| `0` | The command succeeds. |
| `old` | The command succeeds with stored credentials that are still good, and warns. |
| `3` | AWS does not take the start URL or the region of the configuration. |
| `4` | The sign-in has ended: run `rolecall login`. Clients of `ecs run` get 401. |
| `5` | The role is not known. |
| `6` | AWS refused, could not be reached, or its answer was not usable. Clients of `ecs run` get 403 or 503. |
| `1` | `doctor` reports it. |
| `–` | The answer has no such part. |

Several values in one cell come from several commands, or from what was stored before: `process` with good stored credentials gives
those (`old`), without any it fails (`6`).

";

pub(crate) fn render_page(cells: &Cells) -> String {
    let mut out = HEAD.to_owned();
    let names: Vec<String> = OPERATIONS
        .iter()
        .map(|operation| operation.name.replace("CreateToken:", "CreateToken ").replace('_', " "))
        .collect();
    let _ =
        writeln!(out, "| answer | {} |\n|---|{}", names.join(" | "), "---|".repeat(names.len()));
    for row in rows() {
        let cell = |operation: &'static str| match cells.get(&(row.name, operation)) {
            Some(outcomes) => outcomes.iter().map(render_outcome).collect::<Vec<_>>().join(", "),
            None => "–".to_owned(),
        };
        let line: Vec<String> = OPERATIONS.iter().map(|operation| cell(operation.name)).collect();
        let _ = writeln!(out, "| {} | {} |", row.name, line.join(" | "));
    }
    out
}

fn render_outcome(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Fine => "0".into(),
        Outcome::Old => "old".into(),
        Outcome::Failed(code) => code.to_string(),
    }
}

/// Compares the page with the one in the repository, or writes it there if ROLECALL_WRITE_DOCS is
/// set.
pub(crate) fn check(cells: &Cells) {
    let (path, page) =
        (PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("docs/faults.md"), render_page(cells));
    if std::env::var_os("ROLECALL_WRITE_DOCS").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, page).unwrap();
        return;
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    let differ = written.lines().zip(page.lines()).find(|(written, now)| written != now);
    assert!(
        written == page,
        "docs/faults.md is out of date: set ROLECALL_WRITE_DOCS=1 and run this test again; {differ:#?}"
    );
}
