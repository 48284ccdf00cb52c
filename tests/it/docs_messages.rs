//! Messages that the documentation quotes exist in the program.

use std::fs;
use std::path::Path;

use crate::docs_written::docs;

/// The lines of all sources, with strings that continue on the next line joined.
fn sources(folder: &Path, out: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            if !path.ends_with("tests") {
                sources(&path, out);
            }
        } else if path.extension().is_some_and(|end| end == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            let code = text.split("#[cfg(test)]").next().unwrap_or_default();
            let mut joined = String::new();
            let mut parts = code.split("\\\n");
            joined.extend(parts.next());
            for part in parts {
                joined.push_str(part.trim_start());
            }
            out.extend(joined.lines().map(|line| line.replace("\\\"", "\"").replace('`', "")));
        }
    }
}

/// Whether a line has all parts of a message in their order.
fn has_parts(line: &str, message: &str) -> bool {
    let mut rest = line;
    message.split('…').all(|part| match rest.find(part) {
        Some(at) => {
            rest = &rest[at + part.len()..];
            true
        }
        None => false,
    })
}

#[test]
fn every_quoted_message_is_one_of_the_program() {
    let page = fs::read_to_string(docs().join("troubleshooting.md")).unwrap();
    let (_, section) = page.split_once("\n## Questions by message\n").unwrap();
    let section = section.split("\n## ").next().unwrap();
    let messages: Vec<&str> =
        section.lines().filter_map(|line| line.strip_prefix("### `")?.strip_suffix('`')).collect();
    assert!(messages.len() >= 15, "{messages:?}");
    assert_eq!(messages.len(), section.matches("\n### ").count());
    let mut lines = Vec::new();
    sources(&docs().parent().unwrap().join("src"), &mut lines);
    let missing: Vec<&&str> = messages
        .iter()
        .filter(|message| !lines.iter().any(|line| has_parts(line, &message.replace('`', ""))))
        .collect();
    assert!(missing.is_empty(), "{missing:#?}");
}
