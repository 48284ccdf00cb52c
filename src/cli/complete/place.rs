//! Where a command line stands: which command it has reached, what was given, and what could come
//! next.

use std::collections::HashMap;

use clap::{Arg, Command};

/// What a line of words amounts to.
#[derive(Debug)]
pub(super) struct Place<'a> {
    /// The command that the words have reached.
    pub(super) command: &'a Command,
    /// Values of flags and positions so far, by clap's name of the argument.
    pub(super) given: HashMap<&'a str, Vec<String>>,
    /// What the word under the cursor can be.
    pub(super) next: Next<'a>,
}

/// What the word under the cursor can be.
#[derive(Debug)]
pub(super) enum Next<'a> {
    /// The value of a flag; what stands before it in the same word, as in `--sso=`.
    Value(&'a Arg, String),
    /// A flag.
    Flag,
    /// A subcommand, where one can stand here, or the value of a position.
    Word {
        /// Whether a subcommand can stand here.
        commands: bool,
        /// The position, if there is one left.
        position: Option<&'a Arg>,
    },
    /// A command of somebody else's, behind `--`.
    Child,
}

/// Reads the words behind the program's name; the last one is under the cursor. The command has to
/// be built.
pub(super) fn place<'a>(root: &'a Command, words: &[String], typed: &str) -> Place<'a> {
    let mut walk = Walk {
        root,
        command: root,
        given: HashMap::new(),
        pending: None,
        positions: 0,
        dashes: false,
    };
    words.iter().for_each(|word| walk.take(word));
    let next = walk.next(typed);
    Place { command: walk.command, given: walk.given, next }
}

struct Walk<'a> {
    root: &'a Command,
    command: &'a Command,
    given: HashMap<&'a str, Vec<String>>,
    pending: Option<&'a Arg>,
    positions: usize,
    dashes: bool,
}

impl<'a> Walk<'a> {
    fn take(&mut self, word: &str) {
        if let Some(arg) = self.pending.take() {
            return self.give(arg, word);
        }
        if self.dashes {
            return;
        }
        if word == "--" {
            self.dashes = true;
        } else if let Some(flag) = word.strip_prefix("--") {
            self.take_long(flag);
        } else if let Some(flags) = word.strip_prefix('-').filter(|flags| !flags.is_empty()) {
            self.take_shorts(flags);
        } else if let Some(command) = self.subcommand(word) {
            (self.command, self.positions) = (command, 0);
        } else {
            if let Some(arg) = self.position() {
                self.give(arg, word);
            }
            self.positions += 1;
        }
    }

    fn take_long(&mut self, flag: &str) {
        let (name, value) =
            flag.split_once('=').map_or((flag, None), |(name, value)| (name, Some(value)));
        let Some(arg) = self.command.get_arguments().find(|arg| arg.get_long() == Some(name))
        else {
            return;
        };
        match value {
            Some(value) => self.give(arg, value),
            None if arg.get_action().takes_values() => self.pending = Some(arg),
            None => self.give(arg, ""),
        }
    }

    /// `-A corp`, `-Acorp`, `-1f`.
    fn take_shorts(&mut self, flags: &str) {
        for (at, letter) in flags.char_indices() {
            let Some(arg) =
                self.command.get_arguments().find(|arg| arg.get_short() == Some(letter))
            else {
                return;
            };
            if arg.get_action().takes_values() {
                match &flags[at + letter.len_utf8()..] {
                    "" => self.pending = Some(arg),
                    value => self.give(arg, value),
                }
                return;
            }
            self.give(arg, "");
        }
    }

    fn give(&mut self, arg: &'a Arg, value: &str) {
        self.given.entry(arg.get_id().as_str()).or_default().push(value.to_owned());
    }

    /// A subcommand by its name or another name of it. `demo` takes every command of the program.
    fn subcommand(&self, word: &str) -> Option<&'a Command> {
        let of = if self.command.get_name() == "demo" { self.root } else { self.command };
        if self.positions > 0 { None } else { of.find_subcommand(word) }
    }

    fn position(&self) -> Option<&'a Arg> {
        let mut positions = self.command.get_positionals().filter(|arg| !arg.is_last_set());
        let mut left = self.positions;
        positions.find(|arg| {
            let many = arg.get_num_args().is_some_and(|most| most.max_values() > 1)
                || matches!(arg.get_action(), clap::ArgAction::Append);
            let here = left == 0 || many;
            left = left.saturating_sub(1);
            here
        })
    }

    fn next(&self, typed: &str) -> Next<'a> {
        if let Some(arg) = self.pending {
            return Next::Value(arg, String::new());
        }
        if self.dashes {
            return Next::Child;
        }
        let long = typed.strip_prefix("--").and_then(|flag| flag.split_once('='));
        if let Some((name, _)) = long
            && let Some(arg) = self.command.get_arguments().find(|arg| arg.get_long() == Some(name))
        {
            return Next::Value(arg, format!("--{name}="));
        }
        if typed.starts_with('-') && typed != "-" {
            return Next::Flag;
        }
        Next::Word { commands: self.positions == 0, position: self.position() }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    /// The command reached, what is expected, and the instance given.
    fn read(line: &[&str]) -> (String, String, Option<String>) {
        let mut root = crate::cli::Cli::command();
        root.build();
        let (typed, words) = line.split_last().unwrap();
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        let place = place(&root, &words, typed);
        let next = match &place.next {
            Next::Value(arg, glued) => format!("{glued}{}", arg.get_id()),
            Next::Flag => "flag".to_owned(),
            Next::Word { commands, position } => {
                format!(
                    "{}{}",
                    if *commands { "command|" } else { "" },
                    position.map_or("none", |arg| arg.get_id().as_str())
                )
            }
            Next::Child => "child".to_owned(),
        };
        let sso = place.given.get("sso").and_then(|given| given.last().cloned());
        (place.command.get_name().to_owned(), next, sso)
    }

    #[test]
    fn a_line_is_followed_to_where_the_cursor_is() {
        let said = |line: &[&str]| {
            let (command, next, _) = read(line);
            format!("{command} {next}")
        };
        assert_eq!(said(&[""]), "rolecall command|words");
        assert_eq!(said(&["ex"]), "rolecall command|words");
        assert_eq!(said(&["exec", ""]), "exec command|query");
        assert_eq!(said(&["exec", "-A", ""]), "exec account");
        assert_eq!(said(&["exec", "--account=x", "--role", ""]), "exec role");
        assert_eq!(said(&["exec", "--sso=c"]), "exec --sso=sso");
        assert_eq!(said(&["exec", "-"]), "exec command|query");
        assert_eq!(said(&["exec", "--"]), "exec flag");
        assert_eq!(said(&["exec", "pay", "--", "aws", ""]), "exec child");
        assert_eq!(said(&["list", "Arn", ""]), "list fields");
        assert_eq!(said(&["settings", "get", ""]), "get command|key");
        assert_eq!(said(&["demo", "exec", "-R", ""]), "exec role");
    }

    #[test]
    fn flags_typed_already_are_known_wherever_they_stand() {
        for line in [
            &["--sso", "lab", "exec", ""][..],
            &["exec", "-Slab", ""],
            &["-S", "lab", "exec", "-A", ""],
        ] {
            assert_eq!(read(line).2.as_deref(), Some("lab"), "{line:?}");
        }
    }
}
