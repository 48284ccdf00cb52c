//! What the program answers to mistakes: the exact messages, exit codes and next commands.
//!
//! `mistakes/table.txt` is the table. To change an answer, run the test, read the lines that it
//! prints, and copy them there if a user would understand them and can follow them.

use std::sync::LazyLock;

use clap::CommandFactory;
use rolecall::testing::cli::Cli;

use crate::sandbox::Sandbox;

/// The table: sections, each with mistakes and their answers. Read when the tests run, so that an
/// answer can be corrected without compiling them again.
static TABLE: LazyLock<String> = LazyLock::new(|| {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/mistakes/table.txt");
    std::fs::read_to_string(file).unwrap()
});

/// A command line with a mistake, and the answer.
struct Mistake<'a> {
    /// The line, as typed in a POSIX shell, with variables in front of it.
    line: &'a str,
    /// The exit code and stderr.
    answer: Vec<&'a str>,
}

/// Parses a section of the table.
fn mistakes_of(section: &str) -> Vec<Mistake<'static>> {
    let start = TABLE.split("\n# ").find_map(|part| part.strip_prefix(section));
    let text = start.unwrap_or_else(|| panic!("there is no section `{section}`"));
    let mut mistakes = Vec::new();
    for line in text.lines().skip(1).filter(|line| !line.is_empty()) {
        match line.strip_prefix("$ ") {
            Some(line) => mistakes.push(Mistake { line, answer: Vec::new() }),
            None => mistakes.last_mut().unwrap().answer.push(line),
        }
    }
    mistakes
}

/// Splits a line at blanks outside quotes.
fn split(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, None);
    for letter in line.chars() {
        match (letter, quote) {
            ('\'' | '"', None) => {
                quote = Some(letter);
                word.get_or_insert_default();
            }
            (letter, Some(open)) if letter == open => quote = None,
            (' ', None) => words.extend(word.take()),
            (letter, _) => word.get_or_insert_default().push(letter),
        }
    }
    words.extend(word);
    words
}

/// Runs every line of a section and compares the answers.
fn check(section: &str, sandbox: &Sandbox) {
    let home = sandbox.home().to_string_lossy().into_owned();
    let mut differences = String::new();
    for mistake in mistakes_of(section) {
        let words = split(mistake.line);
        let program = words.iter().position(|word| word == "rolecall").unwrap();
        let variables: Vec<(&str, &str)> =
            words[..program].iter().map(|pair| pair.split_once('=').unwrap()).collect();
        let args: Vec<&str> = words[program + 1..].iter().map(String::as_str).collect();
        let ran = sandbox.run_with_env(&args, &variables);
        let stderr = ran.stderr.replace(&home, "HOME").replace(sandbox.aws.url(), "http://AWS");
        let code = format!("exit {}", ran.code);
        let mut answer: Vec<&str> =
            std::iter::once(code.as_str()).chain(stderr.lines()).map(str::trim_end).collect();
        if !ran.stdout.is_empty() {
            answer.push("something on stdout");
        }
        if answer != mistake.answer {
            differences += &format!("$ {}\n{}\n\n", mistake.line, answer.join("\n"));
        }
    }
    assert!(differences.is_empty(), "these answers differ from the table:\n\n{differences}");
}

#[test]
fn every_mistake_of_a_signed_in_user_has_its_answer() {
    let sandbox = Sandbox::new();
    sandbox.login("corp");
    sandbox.login("lab");
    sandbox.write("notes.txt", "not a program\n");
    sandbox.write("credentials", "[default]\naws_access_key_id = AKIAEXAMPLE\n");
    sandbox.write("typo.toml", "threds = 8\n");
    sandbox.write("broken.toml", "threads = \n");
    check("signed in", &sandbox);
}

#[test]
fn every_mistake_of_a_user_who_is_not_signed_in_has_its_answer() {
    check("signed out", &Sandbox::new());
}

#[test]
fn every_mistake_on_a_new_machine_has_its_answer() {
    let sandbox = Sandbox::new();
    sandbox.write("rolecall/config.toml", "secure_store = \"file\"\nkey_cache = \"never\"\n");
    check("new machine", &sandbox);
}

#[test]
fn the_table_has_at_least_sixty_mistakes() {
    let count = TABLE.lines().filter(|line| line.starts_with("$ ")).count();
    assert!(count >= 60, "{count}");
}

/// Returns every `rolecall …` in backquotes of the hints.
fn suggested_lines() -> Vec<&'static str> {
    TABLE
        .lines()
        .filter(|line| line.starts_with("hint: "))
        .flat_map(|line| line.split('`').skip(1).step_by(2))
        .filter(|code| code.starts_with("rolecall "))
        .collect()
}

#[test]
fn every_command_that_an_answer_suggests_is_a_valid_command_line() {
    let suggested = suggested_lines();
    assert!(suggested.len() > 40, "{}", suggested.len());
    for line in suggested {
        // A pipe or a redirection is the shell's.
        let words = split(line.split([';', '|', '>']).next().unwrap());
        let parsed = Cli::command().try_get_matches_from(words);
        if let Err(error) = parsed {
            use clap::error::ErrorKind::*;
            assert!(
                matches!(
                    error.kind(),
                    DisplayHelp | DisplayVersion | DisplayHelpOnMissingArgumentOrSubcommand
                ),
                "{line}: {error}"
            );
        }
    }
}

#[test]
fn suggested_commands_that_change_nothing_succeed() {
    let sandbox = Sandbox::new();
    sandbox.login("corp");
    sandbox.login("lab");
    let reads = ["list", "status", "cache", "history", "--help"];
    let lines = suggested_lines();
    let reading = lines.into_iter().map(split).filter(|words| {
        reads.iter().any(|read| words.iter().any(|word| word == read))
            // A query that the user mistyped still matches nothing.
            && !words.iter().any(|word| word == "-q")
    });
    let mut count = 0;
    for words in reading {
        let args: Vec<&str> = words[1..].iter().map(String::as_str).collect();
        let ran = sandbox.run(&args);
        assert_eq!(ran.code, 0, "{words:?}: {ran:?}");
        count += 1;
    }
    assert!(count > 5, "{count}");
}
