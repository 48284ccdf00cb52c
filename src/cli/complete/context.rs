//! The context of the word to complete: the command, the flags given and what can follow.

use std::collections::HashMap;

use clap::{Arg, Command};

/// A parsed command line.
#[derive(Debug)]
pub(super) struct CompletionContext<'a> {
    /// The innermost command.
    pub(super) command: &'a Command,
    /// Values of flags and positional arguments so far, by clap's argument id.
    pub(super) given: HashMap<&'a str, Vec<String>>,
    /// What the word under the cursor can be.
    pub(super) next: Expected<'a>,
}

/// What the word under the cursor can be.
#[derive(Debug)]
pub(super) enum Expected<'a> {
    /// The value of a flag, and the text before it in the same word, such as `--sso=`.
    Value(&'a Arg, String),
    /// A flag.
    Flag,
    /// A subcommand or a positional argument.
    Word {
        /// Whether a subcommand is possible.
        allows_subcommand: bool,
        /// The positional argument, if one is left.
        positional: Option<&'a Arg>,
    },
    /// Another program's command, after `--`.
    ChildCommand,
}

/// Parses the words after the program's name; the last one is under the cursor. `command` has to be
/// built.
pub(super) fn parse_context<'a>(
    root: &'a Command,
    words: &[String],
    typed: &str,
) -> CompletionContext<'a> {
    let mut walk = ArgWalker {
        root,
        command: root,
        given: HashMap::new(),
        pending_flag: None,
        positional_index: 0,
        after_double_dash: false,
    };
    words.iter().for_each(|word| walk.push(word));
    let next = walk.expected(typed);
    CompletionContext { command: walk.command, given: walk.given, next }
}

struct ArgWalker<'a> {
    root: &'a Command,
    command: &'a Command,
    given: HashMap<&'a str, Vec<String>>,
    pending_flag: Option<&'a Arg>,
    positional_index: usize,
    after_double_dash: bool,
}

impl<'a> ArgWalker<'a> {
    fn push(&mut self, word: &str) {
        if let Some(arg) = self.pending_flag.take() {
            return self.record(arg, word);
        }
        if self.after_double_dash {
            return;
        }
        if word == "--" {
            self.after_double_dash = true;
        } else if let Some(flag) = word.strip_prefix("--") {
            self.push_long(flag);
        } else if let Some(flags) = word.strip_prefix('-').filter(|flags| !flags.is_empty()) {
            self.push_shorts(flags);
        } else if let Some(command) = self.subcommand(word) {
            (self.command, self.positional_index) = (command, 0);
        } else {
            if let Some(arg) = self.positional() {
                self.record(arg, word);
            }
            self.positional_index += 1;
        }
    }

    fn push_long(&mut self, flag: &str) {
        let (name, value) =
            flag.split_once('=').map_or((flag, None), |(name, value)| (name, Some(value)));
        let Some(arg) = self.command.get_arguments().find(|arg| arg.get_long() == Some(name))
        else {
            return;
        };
        match value {
            Some(value) => self.record(arg, value),
            None if arg.get_action().takes_values() => self.pending_flag = Some(arg),
            None => self.record(arg, ""),
        }
    }

    /// `-A corp`, `-Acorp`, `-1f`.
    fn push_shorts(&mut self, flags: &str) {
        for (at, letter) in flags.char_indices() {
            let Some(arg) =
                self.command.get_arguments().find(|arg| arg.get_short() == Some(letter))
            else {
                return;
            };
            if arg.get_action().takes_values() {
                match &flags[at + letter.len_utf8()..] {
                    "" => self.pending_flag = Some(arg),
                    value => self.record(arg, value),
                }
                return;
            }
            self.record(arg, "");
        }
    }

    fn record(&mut self, arg: &'a Arg, value: &str) {
        self.given.entry(arg.get_id().as_str()).or_default().push(value.to_owned());
    }

    /// Finds a subcommand by its name or alias. `demo` takes every command of the program.
    fn subcommand(&self, word: &str) -> Option<&'a Command> {
        let of = if self.command.get_name() == "demo" { self.root } else { self.command };
        if self.positional_index > 0 { None } else { of.find_subcommand(word) }
    }

    fn positional(&self) -> Option<&'a Arg> {
        let mut positions = self.command.get_positionals().filter(|arg| !arg.is_last_set());
        let mut left = self.positional_index;
        positions.find(|arg| {
            let many = arg.get_num_args().is_some_and(|most| most.max_values() > 1)
                || matches!(arg.get_action(), clap::ArgAction::Append);
            let here = left == 0 || many;
            left = left.saturating_sub(1);
            here
        })
    }

    fn expected(&self, typed: &str) -> Expected<'a> {
        if let Some(arg) = self.pending_flag {
            return Expected::Value(arg, String::new());
        }
        if self.after_double_dash {
            return Expected::ChildCommand;
        }
        let long = typed.strip_prefix("--").and_then(|flag| flag.split_once('='));
        if let Some((name, _)) = long
            && let Some(arg) = self.command.get_arguments().find(|arg| arg.get_long() == Some(name))
        {
            return Expected::Value(arg, format!("--{name}="));
        }
        if typed.starts_with('-') && typed != "-" {
            return Expected::Flag;
        }
        Expected::Word {
            allows_subcommand: self.positional_index == 0,
            positional: self.positional(),
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    /// Returns the command, what is expected, and the instance given.
    fn parse_line(line: &[&str]) -> (String, String, Option<String>) {
        let mut root = crate::cli::Cli::command();
        root.build();
        let (typed, words) = line.split_last().unwrap();
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        let place = parse_context(&root, &words, typed);
        let next = match &place.next {
            Expected::Value(arg, glued) => format!("{glued}{}", arg.get_id()),
            Expected::Flag => "flag".to_owned(),
            Expected::Word { allows_subcommand: commands, positional: position } => {
                format!(
                    "{}{}",
                    if *commands { "command|" } else { "" },
                    position.map_or("none", |arg| arg.get_id().as_str())
                )
            }
            Expected::ChildCommand => "child".to_owned(),
        };
        let sso = place.given.get("sso").and_then(|given| given.last().cloned());
        (place.command.get_name().to_owned(), next, sso)
    }

    #[test]
    fn a_line_is_followed_to_where_the_cursor_is() {
        let expected_at = |line: &[&str]| {
            let (command, next, _) = parse_line(line);
            format!("{command} {next}")
        };
        assert_eq!(expected_at(&[""]), "rolecall command|words");
        assert_eq!(expected_at(&["ex"]), "rolecall command|words");
        assert_eq!(expected_at(&["exec", ""]), "exec command|query");
        assert_eq!(expected_at(&["exec", "-A", ""]), "exec account");
        assert_eq!(expected_at(&["exec", "--account=x", "--role", ""]), "exec role");
        assert_eq!(expected_at(&["exec", "--sso=c"]), "exec --sso=sso");
        assert_eq!(expected_at(&["exec", "-"]), "exec command|query");
        assert_eq!(expected_at(&["exec", "--"]), "exec flag");
        assert_eq!(expected_at(&["exec", "pay", "--", "aws", ""]), "exec child");
        assert_eq!(expected_at(&["list", "Arn", ""]), "list fields");
        assert_eq!(expected_at(&["settings", "get", ""]), "get command|key");
        assert_eq!(expected_at(&["demo", "exec", "-R", ""]), "exec role");
    }

    #[test]
    fn flags_typed_already_are_known_wherever_they_stand() {
        for line in [
            &["--sso", "lab", "exec", ""][..],
            &["exec", "-Slab", ""],
            &["-S", "lab", "exec", "-A", ""],
        ] {
            assert_eq!(parse_line(line).2.as_deref(), Some("lab"), "{line:?}");
        }
    }
}
