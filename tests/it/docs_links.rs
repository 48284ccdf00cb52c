//! Links and structure of the documentation.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Component, Path, PathBuf};

use rolecall::testing::config::Settings;

use crate::docs_written::docs;

/// The pages below a folder.
fn pages(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(pages(&path));
        } else if path.extension().is_some_and(|end| end == "md") {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// All texts of the repository that are written in Markdown for readers.
fn all_pages() -> Vec<PathBuf> {
    let root = docs().parent().unwrap().to_owned();
    let mut found = pages(&docs());
    found.extend(
        ["README.md", "CONTRIBUTING.md", "SECURITY.md", "CODE_OF_CONDUCT.md", "CHANGELOG.md"]
            .map(|name| root.join(name)),
    );
    found
}

/// The lines outside of fenced blocks, without code spans.
fn prose(text: &str) -> String {
    let mut is_code = false;
    let mut out = String::new();
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            is_code = !is_code;
        } else if !is_code {
            let spans = line.split('`').step_by(2);
            out.extend(spans.flat_map(|span| [span, "`"]));
            out.push('\n');
        }
    }
    out
}

/// The targets of links and pictures, and of reference definitions.
fn targets(text: &str) -> Vec<String> {
    let prose = prose(text);
    let inline = prose.split("](").skip(1).filter_map(|rest| rest.split([')', '\n']).next());
    let definitions = prose.lines().filter_map(|line| line.strip_prefix('[')?.split_once("]: "));
    let attributes = ["src=\"", "srcset=\""]
        .into_iter()
        .flat_map(|name| prose.split(name).skip(1).filter_map(|rest| rest.split('"').next()));
    inline
        .chain(attributes)
        .map(str::to_owned)
        .chain(definitions.map(|(_, target)| target.trim().to_owned()))
        .collect()
}

/// The anchors of a page's headings, as GitHub and mdBook make them.
fn anchors(text: &str) -> BTreeSet<String> {
    let mut is_code = false;
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let mut out = BTreeSet::new();
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            is_code = !is_code;
        }
        let heading = line.trim_start_matches('#');
        if is_code || heading.len() == line.len() || !heading.starts_with(' ') {
            continue;
        }
        let anchor: String = heading
            .trim()
            .to_lowercase()
            .chars()
            .filter(|c| c.is_alphanumeric() || [' ', '-', '_'].contains(c))
            .map(|c| if c == ' ' { '-' } else { c })
            .collect();
        let count = seen.entry(anchor.clone()).or_default();
        out.insert(if *count == 0 { anchor } else { format!("{anchor}-{count}") });
        *count += 1;
    }
    out
}

/// Removes `.` and `..` from a path.
fn normalized(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => drop(out.pop()),
            Component::CurDir => {}
            part => out.push(part),
        }
    }
    out
}

#[test]
fn every_link_and_anchor_resolves() {
    let mut dead = Vec::new();
    let mut count = 0;
    for page in all_pages() {
        let text = fs::read_to_string(&page).unwrap();
        for target in targets(&text) {
            if target.starts_with("https://") || target.starts_with("http://") {
                continue;
            }
            count += 1;
            let (file, anchor) = target.split_once('#').unwrap_or((&target, ""));
            let path = match file {
                "" => page.clone(),
                file => normalized(&page.parent().unwrap().join(file)),
            };
            let resolves = path.exists()
                && (anchor.is_empty()
                    || anchors(&fs::read_to_string(&path).unwrap()).contains(anchor));
            if !resolves {
                dead.push(format!("{}: {target}", page.display()));
            }
        }
    }
    assert!(count > 100, "{count} links");
    assert_eq!(dead, [""; 0]);
}

#[test]
fn the_summary_lists_every_page_once_and_nothing_else() {
    let summary = fs::read_to_string(docs().join("SUMMARY.md")).unwrap();
    let mut listed = targets(&summary);
    listed.sort();
    let mut want: Vec<String> = pages(&docs())
        .iter()
        .map(|path| path.strip_prefix(docs()).unwrap().to_string_lossy().replace('\\', "/"))
        .filter(|name| name != "SUMMARY.md")
        .collect();
    want.sort();
    assert_eq!(listed, want);
    // mdBook accepts titles, links and lists of links, indented by two spaces.
    for line in summary.lines().filter(|line| !line.is_empty()) {
        let item = line.trim_start_matches(' ');
        let indent = line.len() - item.len();
        let is_link = |text: &str| text.starts_with('[') && text.ends_with(".md)");
        assert!(
            line.starts_with("# ")
                || is_link(line)
                || indent % 2 == 0 && item.strip_prefix("- ").is_some_and(is_link),
            "{line}"
        );
    }
}

#[test]
fn the_readme_is_short() {
    let readme = fs::read_to_string(docs().parent().unwrap().join("README.md")).unwrap();
    assert!(readme.lines().count() <= 160, "{} lines", readme.lines().count());
}

#[test]
fn every_page_begins_with_its_title_and_has_no_other_of_its_level() {
    for page in all_pages() {
        let text = fs::read_to_string(&page).unwrap();
        assert!(text.starts_with("# "), "{}", page.display());
        if !page.ends_with("SUMMARY.md") {
            let titles = prose(&text).lines().filter(|line| line.starts_with("# ")).count();
            assert_eq!(titles, 1, "{}", page.display());
        }
    }
}

#[test]
fn every_example_of_a_configuration_is_valid() {
    let mut count = 0;
    for page in all_pages() {
        let text = fs::read_to_string(&page).unwrap();
        for block in text.split("```toml\n").skip(1).filter_map(|rest| rest.split("```").next()) {
            // starship's configuration.
            if block.contains("[custom.") {
                continue;
            }
            count += 1;
            if let Err(error) = toml::from_str::<Settings>(block) {
                panic!("{}: {error}\n{block}", page.display());
            }
        }
    }
    assert!(count > 8, "{count} examples");
}
