//! The tables of the documentation agree with the program: commands, flags with one letter, hooks.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use clap::CommandFactory;
use rolecall::testing::cli::Cli;
use rolecall::testing::config::{self, LoadedConfig};
use rolecall::testing::shell::hooks::SHELLS_WITH_HOOKS;
use rolecall::testing::shell::hooks::source_line;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The rows of a page's table whose header begins with this text, cell by cell; `\|` does not end a
/// cell.
fn table(page: &str, head: &str) -> Vec<Vec<String>> {
    let text = fs::read_to_string(root().join("docs").join(page)).unwrap();
    let start = text
        .find(&format!("\n{head}"))
        .unwrap_or_else(|| panic!("docs/{page} has no table that begins with {head}"));
    let rows = text[start + 1..].lines().skip(2).take_while(|line| line.starts_with('|'));
    rows.map(|line| {
        line.trim_matches('|')
            .replace("\\|", "\u{0}")
            .split('|')
            .map(|cell| cell.replace('\u{0}', "|").trim().to_owned())
            .collect()
    })
    .collect()
}

/// Fails with the missing rows, ready to be pasted, and the superfluous ones.
#[track_caller]
fn assert_same_rows(what: &str, have: &[String], want: &[String]) {
    let lines = |sign: char, these: &[String], those: &[String]| {
        these
            .iter()
            .filter(|row| !those.contains(row))
            .map(|row| format!("{sign} {row}\n"))
            .collect::<String>()
    };
    let difference = lines('+', want, have) + &lines('-', have, want);
    assert!(
        difference.is_empty(),
        "the table of {what} in the documentation differs from the program:\n{difference}"
    );
    assert_eq!(have, want, "the table of {what} in the documentation has another order");
}

#[test]
fn the_documentation_lists_exactly_the_commands() {
    let mut have: Vec<String> = table("commands.md", "| command | does |\n")
        .iter()
        .filter_map(|row| row[0].strip_prefix('`')?.split(['`', ' ']).next().map(str::to_owned))
        .collect();
    have.sort();
    have.dedup();
    let command = Cli::command();
    let mut want: Vec<String> = command
        .get_subcommands()
        .filter(|command| !command.is_hide_set())
        .map(|command| command.get_name().to_owned())
        .collect();
    want.sort();
    assert_same_rows("commands", &have, &want);
}

#[test]
fn the_docs_explain_every_flag_with_one_letter() {
    let text = fs::read_to_string(root().join("docs/commands.md")).unwrap();
    let of_section = text.split("## Flags with one letter").nth(1).unwrap();
    let section = of_section.split("\n## ").next().unwrap();
    let (mut unexplained, mut meanings) = (Vec::new(), BTreeMap::new());
    let root = Cli::command();
    let is_global = |short: Option<char>| {
        root.get_arguments().any(|arg| arg.is_global_set() && arg.get_short() == short)
    };
    for command in root.get_subcommands().filter(|command| !command.is_hide_set()) {
        for arg in command.get_arguments().filter(|arg| !is_global(arg.get_short())) {
            let (Some(short), Some(long)) = (arg.get_short(), arg.get_long()) else { continue };
            meanings.entry(short).or_insert_with(BTreeSet::new).insert(long.to_owned());
            if !section.contains(&format!("`-{short}`"))
                && !section.contains(&format!(" -{short}`"))
                || !section.contains(&format!("`--{long}`"))
            {
                unexplained.push(format!("{} -{short} --{long}", command.get_name()));
            }
        }
    }
    assert_eq!(unexplained, Vec::<String>::new());
    // A letter that means several things is an exception, which users have to look up. The `-a`
    // of `credentials` takes no role.
    let several: String =
        meanings.iter().filter(|(_, longs)| longs.len() > 1).map(|(short, _)| *short).collect();
    assert_eq!(several, "Pfs");
}

#[test]
fn the_documentation_has_the_hook_of_every_shell() {
    let table = table("shell.md", "| shell | in its start file |").concat().concat();
    for shell in SHELLS_WITH_HOOKS {
        let (line, once) = source_line(shell).unwrap();
        assert!(
            table.contains(&format!("`{line}`"))
                && once.is_none_or(|once| table.contains(&format!("`{once}`"))),
            "{shell}"
        );
    }
}

fn defaults() -> Vec<config::ListedSetting> {
    config::list_settings(&LoadedConfig::default()).unwrap()
}

#[test]
fn every_setting_is_read_by_something() {
    let mut code = String::new();
    sources(&root().join("src"), &mut code);
    let read = |key: &str| {
        let name = if key.starts_with("pick.") { key.to_owned() } else { format!(".{key}") };
        let whole = |rest: &str| {
            !rest.starts_with(|next: char| {
                next.is_ascii_alphanumeric() || next == '_' || next == '('
            })
        };
        code.match_indices(&name).any(|(at, _)| whole(&code[at + name.len()..]))
    };
    // `include` takes effect while the files are read.
    let unread = |key: &String| key != "include" && !read(key);
    let unread: Vec<String> =
        defaults().into_iter().map(|shown| shown.key).filter(unread).collect();
    assert_eq!(unread, Vec::<String>::new());
}

/// All code outside the folder that reads the settings, without comments and tests.
fn sources(folder: &Path, out: &mut String) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.ends_with("config") && !path.ends_with("tests") {
            sources(&path, out);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            let code = text.split("#[cfg(test)]").next().unwrap_or_default();
            out.extend(
                code.lines()
                    .filter(|line| !line.trim_start().starts_with("//"))
                    .flat_map(|line| [line, "\n"]),
            );
        }
    }
}
