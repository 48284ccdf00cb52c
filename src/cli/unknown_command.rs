//! Words that are meant as a command. They are refused rather than searched for: in the picker, one
//! Enter would start a shell in whatever role they happen to match.

use std::ffi::OsString;

use crate::awsconfig::render::command_line;
use crate::domain::{Error, ErrorKind, Result, edit_distance};

/// Words that users of other tools expect as commands, and the command that does it here.
const EXPECTED: [(&str, &str); 38] = [
    ("accounts", "list AccountName AccountId"),
    ("assume", "exec"),
    ("assume-role", "exec"),
    ("clear", "eval --clear"),
    ("completion", "setup completions"),
    ("completions", "setup completions"),
    ("config-profiles", "setup profiles"),
    ("configure", "setup wizard"),
    ("creds", "credentials"),
    ("current", "status"),
    ("env", "eval"),
    ("export", "eval"),
    ("exports", "eval"),
    ("flush", "logout"),
    ("foreach", "each"),
    ("import", "setup import"),
    ("instances", "status"),
    ("kube", "setup kube"),
    ("kubectl", "setup kube"),
    ("lock", "vault lock"),
    ("open", "console"),
    ("passphrase", "vault passphrase"),
    ("profile", "setup profiles"),
    ("profiles", "setup profiles"),
    ("refresh", "cache"),
    ("reload", "cache"),
    ("roles", "list"),
    ("run", "exec"),
    ("sessions", "status"),
    ("shell", "exec"),
    ("signin", "login"),
    ("signout", "logout"),
    ("switch", "exec"),
    ("unlock", "vault unlock"),
    ("update", "cache"),
    ("use", "exec"),
    ("who", "status"),
    ("whoami", "status"),
];

/// The least letters of a word that is taken for the beginning of a command's name.
const LEAST_PREFIX: usize = 4;

/// Refuses a first word that is expected as a command, or mistyped. `words` are the picker's query
/// and `args` the whole command line: words after `--` are a query.
///
/// # Errors
/// [`ErrorKind::Usage`] with the command that is meant.
pub(super) fn check(words: &[String], args: &[OsString]) -> Result<()> {
    let Some(word) = words.first() else { return Ok(()) };
    let after_separator =
        args.iter().position(|arg| arg == "--").map_or(0, |at| args.len() - at - 1);
    if after_separator == words.len() {
        return Ok(());
    }
    let Some(meant) = suggestion(words) else { return Ok(()) };
    let query = command_line([words.join(" ").as_str()]);
    Err(Error::new(ErrorKind::Usage, format!("no command `{word}`"))
        .hint(format!("did you mean `rolecall {meant}`?"))
        .hint(format!("to search for it: `rolecall -q {query}`")))
}

/// The command line that these words are meant as.
fn suggestion(words: &[String]) -> Option<String> {
    let (word, rest) = words.split_first()?;
    let word = word.to_ascii_lowercase();
    let with_rest =
        |command: &str| command_line(command.split(' ').chain(rest.iter().map(String::as_str)));
    if let Some((_, command)) = EXPECTED.iter().find(|(expected, _)| *expected == word) {
        let takes_words = ["exec", "cache", "eval", "console", "setup profiles", "login", "logout"];
        return Some(match takes_words.contains(command) {
            true => with_rest(command),
            false => (*command).to_owned(),
        });
    }
    let names = command_names();
    let near = names.iter().filter(|name| is_misspelling(&word, name));
    near.min_by_key(|name| edit_distance(&word, name)).map(|name| with_rest(name))
}

/// The names and aliases of all visible commands.
fn command_names() -> Vec<String> {
    let root = <crate::cli::Cli as clap::CommandFactory>::command();
    root.get_subcommands()
        .filter(|command| !command.is_hide_set())
        .flat_map(|command| std::iter::once(command.get_name()).chain(command.get_all_aliases()))
        .chain(["help", "version"])
        .map(str::to_owned)
        .collect()
}

/// Whether a word is a command's name with another case, with a letter added, left out, replaced or
/// two exchanged, or the beginning of the name.
fn is_misspelling(word: &str, name: &str) -> bool {
    let length = word.chars().count();
    let exchanged = || {
        let (mut left, mut right): (Vec<char>, Vec<char>) =
            (word.chars().collect(), name.chars().collect());
        left.sort_unstable();
        right.sort_unstable();
        left == right && edit_distance(word, name) <= 2
    };
    word == name
        || length >= LEAST_PREFIX && name.starts_with(word)
        || length >= 3 && (edit_distance(word, name) == 1 || exchanged())
        || length >= 7 && edit_distance(word, name) == 2
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(line: &str) -> Option<String> {
        let words: Vec<String> =
            line.split(' ').filter(|word| *word != "--").map(str::to_owned).collect();
        let args: Vec<OsString> =
            std::iter::once("rolecall").chain(line.split(' ')).map(OsString::from).collect();
        check(&words, &args).err().map(|error| error.hints[0].clone())
    }

    #[test]
    fn commands_that_are_mistyped_or_expected_are_not_searched_for() {
        for (line, command) in [
            ("logn", "login"),
            ("lgoin", "login"),
            ("Login", "login"),
            ("lits", "list"),
            ("cons", "console"),
            ("crednetials", "credentials"),
            ("refresh", "cache"),
            ("profiles", "setup profiles"),
            ("whoami", "status"),
            ("logn corp", "login corp"),
            ("use prod adm", "exec prod adm"),
            ("vesion", "version"),
        ] {
            let want = format!("did you mean `rolecall {command}`?");
            assert_eq!(refused(line), Some(want), "{line}");
        }
    }

    #[test]
    fn everything_else_is_a_query() {
        for line in [
            "prod adm",
            "pay",
            "dev",
            "data",
            "test",
            "log",
            "audit",
            "sandbox",
            "env:prod",
            "-- logn",
            "-- refresh now",
            "prod refresh",
            "infra",
            "admin",
            "payments",
            "core",
            "network",
            "billing",
            "security",
            "shared",
            "staging",
            "platform",
            "ops",
            "web",
        ] {
            assert_eq!(refused(line), None, "{line}");
        }
    }

    #[test]
    fn what_is_expected_is_not_a_command_and_what_is_suggested_is_one() {
        use clap::CommandFactory;
        let root = crate::cli::Cli::command();
        assert!(EXPECTED.is_sorted());
        for (expected, command) in EXPECTED {
            assert!(root.find_subcommand(expected).is_none(), "{expected}");
            let line = std::iter::once("rolecall").chain(command.split(' '));
            // A line may still need a query or a file.
            if let Err(error) = crate::cli::parse(line.map(OsString::from).collect()) {
                assert_ne!(error.kind(), clap::error::ErrorKind::InvalidSubcommand, "{command}");
                assert_ne!(error.kind(), clap::error::ErrorKind::UnknownArgument, "{command}");
            }
        }
    }
}
