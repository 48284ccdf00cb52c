//! Pages of the documentation that tests write: `ROLECALL_WRITE_DOCS=1 cargo test --test it docs_`.

use std::fs;
use std::path::PathBuf;

/// The line below the title of a written page.
pub(crate) const NOTE: &str =
    "<!-- Written by `ROLECALL_WRITE_DOCS=1 cargo test --test it docs_`. -->";

pub(crate) fn docs() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("docs")
}

/// Compares a page with the one in `docs`, or writes it there if ROLECALL_WRITE_DOCS is set.
#[track_caller]
pub(crate) fn assert_page(name: &str, page: &str) {
    let path = docs().join(name);
    if std::env::var_os("ROLECALL_WRITE_DOCS").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, page).unwrap();
        return;
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    let differ = written.lines().zip(page.lines()).find(|(written, now)| written != now);
    assert!(
        written == page,
        "docs/{name} is out of date: run `ROLECALL_WRITE_DOCS=1 cargo test --test it docs_`; {differ:#?}"
    );
}

/// Escapes what would end a cell of a table.
pub(crate) fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}
