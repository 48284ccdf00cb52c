//! Command lines of `exec` and `each` without the `--` before the command, and their correction.

use std::ffi::OsString;

use clap::Command;

use crate::awsconfig::render::command_line;
use crate::config::{Env, env};
use crate::os::process::find_in_path;

/// Formats the hint that shows the corrected line.
pub(super) fn separator_hint(line: &str) -> String {
    format!("put `--` before the command: `{line}`")
}

/// The words of a command line that name a role or belong to the command to run.
#[derive(Debug, Clone)]
pub(super) struct CommandWords {
    /// Positions in the arguments of words that are neither flags nor their values.
    words: Vec<usize>,
    /// The index in `words` of the command's first word.
    first_of_command: usize,
}

impl CommandWords {
    /// Finds the words of `exec` or `each` before any `--`. The command is assumed to begin with
    /// the first word that the query can't be: the second, or the first if flags name the role.
    pub(super) fn find(root: &Command, args: &[OsString]) -> Option<Self> {
        let (command, words, names_role) = scan(root, args)?;
        let first_of_command = usize::from(!names_role);
        ["exec", "each"].contains(&command.get_name()).then_some(Self { words, first_of_command })
    }

    /// Finds the words of this process's command line.
    pub(super) fn from_process(args: &[OsString]) -> Option<Self> {
        let mut root = <crate::cli::Cli as clap::CommandFactory>::command();
        root.build();
        Self::find(&root, args)
    }

    /// Lets the command begin after this many words.
    pub(super) fn after(self, words: usize) -> Self {
        Self { first_of_command: words, ..self }
    }

    /// Lets the command begin with the first word that is a program, if there is one after the
    /// first word.
    pub(super) fn at_program(self, args: &[OsString]) -> Option<Self> {
        let at = (1..self.words.len()).find(|at| self.is_program(args, *at))?;
        Some(self.after(at))
    }

    /// Whether the word after this many others is a program in PATH.
    pub(super) fn is_program(&self, args: &[OsString], after: usize) -> bool {
        let env = Env::from_process();
        let word = self.words.get(after).map(|at| &args[*at]);
        let found = word.zip(env.get(env::PATH)).map(|(word, path)| find_in_path(path, word));
        found.flatten().is_some()
    }

    /// Whether the command's first word comes before this argument.
    pub(super) fn position_before(&self, args: &[OsString], argument: &str) -> bool {
        let flag = args.iter().position(|arg| {
            arg.to_str().is_some_and(|arg| arg == argument || arg.starts_with(argument))
        });
        match (self.words.get(self.first_of_command), flag) {
            (Some(word), Some(flag)) => *word < flag,
            _ => false,
        }
    }

    /// Returns the line with `--` before the command. `None` if the line has no command, or a `--`
    /// already.
    pub(super) fn corrected_line(&self, args: &[OsString]) -> Option<String> {
        if args.iter().any(|arg| arg == "--") {
            return None;
        }
        let at = *self.words.get(self.first_of_command)?;
        let words = args.get(1..)?.iter().map(|arg| arg.to_str()).collect::<Option<Vec<_>>>()?;
        let (before, after) = words.split_at(at - 1);
        let line = std::iter::once("rolecall").chain(before.iter().copied());
        Some(command_line(line.chain(["--"]).chain(after.iter().copied())))
    }
}

/// Returns the first word of a command line that is neither a flag nor a flag's value.
pub(super) fn first_word(root: &Command, args: &[OsString]) -> Option<String> {
    let (_, words, _) = scan(root, args)?;
    args[*words.first()?].to_str().map(str::to_owned)
}

/// Finds the command, the positions of the words before any `--` that are neither flags nor their
/// values, and whether a flag names the role. Stops at an unknown flag.
fn scan<'a>(root: &'a Command, args: &[OsString]) -> Option<(&'a Command, Vec<usize>, bool)> {
    let (mut command, mut words, mut is_value, mut names_role) = (root, Vec::new(), false, false);
    for (position, arg) in args.iter().enumerate().skip(1) {
        let text = arg.to_str()?;
        if std::mem::take(&mut is_value) {
            continue;
        }
        if text == "--" {
            break;
        }
        if text.starts_with('-') && text != "-" {
            let Some(flag) = find_flag(command, text) else { break };
            let takes_value = flag.get_action().takes_values();
            is_value = takes_value && !text.contains('=') && is_whole_flag(text);
            let names = ["profile", "arn", "account", "role"].contains(&flag.get_id().as_str());
            // After a word, it may be a flag of the command: `exec prod ls -a`.
            names_role |= names && words.is_empty();
        } else if let Some(sub) = command.find_subcommand(text).filter(|_| words.is_empty()) {
            command = sub;
        } else {
            words.push(position);
        }
    }
    Some((command, words, names_role))
}

/// Returns the argument of a flag such as `--arn=x`, `-A` or `-Acorp`.
fn find_flag<'a>(command: &'a Command, text: &str) -> Option<&'a clap::Arg> {
    let name = text.split('=').next().unwrap_or(text);
    command.get_arguments().find(|arg| match name.strip_prefix("--") {
        Some(long) => arg.get_long() == Some(long),
        None => arg.get_short() == name.chars().nth(1),
    })
}

/// Whether a flag's value is the next argument: `-A` and `--arn`, not `-Acorp`.
fn is_whole_flag(text: &str) -> bool {
    text.starts_with("--") || text.chars().count() == 2
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    fn corrected(line: &str) -> Option<String> {
        let mut root = crate::cli::Cli::command();
        root.build();
        let args: Vec<OsString> =
            std::iter::once("rolecall").chain(line.split(' ')).map(OsString::from).collect();
        CommandWords::find(&root, &args)?.corrected_line(&args)
    }

    #[test]
    fn the_command_begins_after_the_role() {
        for (line, want) in [
            ("exec pay aws s3 ls", Some("rolecall exec pay -- aws s3 ls")),
            ("exec -p pay aws s3", Some("rolecall exec -p pay -- aws s3")),
            ("-S corp exec --arn=x aws s3", Some("rolecall -S corp exec --arn=x -- aws s3")),
            ("exec -Apay -RRead aws --debug", Some("rolecall exec -Apay -RRead -- aws --debug")),
            ("exec pay ls -a", Some("rolecall exec pay -- ls -a")),
            ("each env:prod aws", Some("rolecall each env:prod -- aws")),
            ("exec pay", None),
            ("exec pay -- aws", None),
            ("console pay aws", None),
        ] {
            assert_eq!(corrected(line).as_deref(), want, "{line}");
        }
    }
}
