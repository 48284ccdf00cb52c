//! Usage errors in rolecall's words. The tips of the parser name lines that do something else, such
//! as `-- -p` for an unknown flag `-p`.

use std::ffi::OsString;

use clap::error::{ContextKind, ContextValue, ErrorKind as ClapKind};
use clap::{Arg, Command};

use crate::awsconfig::render::command_line;
use crate::cli::command_separator::{self, CommandWords};
use crate::cli::unknown_command;
use crate::domain::{Error, ErrorKind, edit_distance, nearest};
use crate::shell::Dialect;

#[cfg(test)]
mod tests;

/// Converts an error of the parser. `None` if it is help or a version, which is not an error, or the
/// help of a command that needs a subcommand.
pub(super) fn from_clap(error: &clap::Error, root: &Command, args: &[OsString]) -> Option<Error> {
    if !error.use_stderr() || error.kind() == ClapKind::DisplayHelpOnMissingArgumentOrSubcommand {
        return None;
    }
    let parsed = ParsedError { error, command: failing_command(error, root) };
    // The flags of a command that does not exist are not the mistake.
    if parsed.command.0.get_name() == root.get_name()
        && let Some(word) = command_separator::first_word(root, args)
        && let Err(unknown) = unknown_command::check(&[word], args)
    {
        return Some(unknown);
    }
    let usage = |message: String| Error::new(ErrorKind::Usage, message);
    Some(match error.kind() {
        ClapKind::UnknownArgument => parsed.unknown_argument(root, args),
        ClapKind::InvalidSubcommand | ClapKind::MissingSubcommand => parsed.unknown_subcommand(),
        ClapKind::InvalidValue => parsed.invalid_value(root, args),
        ClapKind::ValueValidation => parsed.refused_value(),
        ClapKind::MissingRequiredArgument => parsed.missing_argument(root, args),
        ClapKind::ArgumentConflict => {
            let (one, other) = (parsed.argument(), parsed.texts(ContextKind::PriorArg));
            let others = other.iter().map(|arg| argument_name(arg)).collect::<Vec<_>>();
            match &others[..] {
                // `-q prod adm`
                [other] if [one.as_str(), other].contains(&"`--query`") => {
                    usage(format!("{one} can't be combined with {other}"))
                        .hint("put a query of several words in quotes")
                }
                [other] if *other == one => {
                    usage(format!("{one} is given twice")).hint("leave one of them out")
                }
                [] => usage(format!("{one} can't be combined with the other flags"))
                    .hint(parsed.help_hint()),
                others => usage(format!("{one} can't be combined with {}", others.join(" and ")))
                    .hint("leave one of them out"),
            }
        }
        ClapKind::TooFewValues | ClapKind::WrongNumberOfValues => {
            usage(format!("{} needs a value", parsed.argument())).hint(parsed.help_hint())
        }
        ClapKind::TooManyValues => {
            usage(format!("{} takes one value", parsed.argument())).hint(parsed.help_hint())
        }
        ClapKind::NoEquals => usage(format!("{} needs `=` before its value", parsed.argument())),
        ClapKind::InvalidUtf8 => usage("an argument is not valid UTF-8".to_owned()),
        _ => {
            let text = error.to_string();
            let first = text.lines().next().unwrap_or_default();
            usage(first.trim_start_matches("error: ").to_owned()).hint(parsed.help_hint())
        }
    })
}

/// An error of the parser, and the command whose arguments were wrong.
struct ParsedError<'a> {
    error: &'a clap::Error,
    /// The names from the program to the command: `rolecall setup kube`.
    command: (&'a Command, String),
}

impl ParsedError<'_> {
    fn texts(&self, kind: ContextKind) -> Vec<String> {
        match self.error.get(kind) {
            Some(ContextValue::String(text)) => vec![text.clone()],
            Some(ContextValue::Strings(texts)) => texts.clone(),
            _ => Vec::new(),
        }
    }

    fn text(&self, kind: ContextKind) -> String {
        self.texts(kind).into_iter().next().unwrap_or_default()
    }

    /// The name of the wrong argument, in backquotes.
    fn argument(&self) -> String {
        argument_name(&self.text(ContextKind::InvalidArg))
    }

    fn help_hint(&self) -> String {
        format!("run `{} --help` to see its flags", self.command.1)
    }

    fn unknown_argument(&self, root: &Command, args: &[OsString]) -> Error {
        let (command, path) = &self.command;
        let given = self.text(ContextKind::InvalidArg);
        let is_flag = given.starts_with('-');
        let error = if is_flag {
            Error::new(ErrorKind::Usage, format!("`{path}` has no flag `{given}`"))
        } else {
            Error::new(ErrorKind::Usage, format!("`{path}` does not take the argument `{given}`"))
        };
        let flags: Vec<String> = command
            .get_arguments()
            .filter(|arg| !arg.is_hide_set())
            .filter_map(|arg| arg.get_long().map(|name| format!("--{name}")))
            .filter(|_| is_flag && given.starts_with("--"))
            .collect();
        let near = flags.iter().min_by_key(|flag| edit_distance(flag, &given));
        let near = near.filter(|flag| {
            is_mistyped(&given, flag) || given.len() > 4 && flag.starts_with(&given)
        });
        // `exec prod aws s3 ls --foo`: the flag is one of the command to run.
        let is_of_program = |words: &CommandWords| {
            words.position_before(args, &given)
                && (near.is_none() || words.clone().at_program(args).is_some())
        };
        if let Some(line) = CommandWords::find(root, args)
            .filter(|words| is_flag && is_of_program(words))
            .and_then(|words| words.corrected_line(args))
        {
            return error.hint(command_separator::separator_hint(&line));
        }
        if let Some(hint) = self.right_place(root, args, &given) {
            return error.hint(hint);
        }
        let has_query = || command.get_arguments().any(|arg| arg.get_long() == Some("query"));
        match near {
            Some(near) => error.hint(format!("did you mean `{near}`?")),
            None if given == "-v" => error.hint("for the version: `rolecall --version`"),
            None if !is_flag && has_query() => {
                error.hint(format!("to search for it: `{path} -q {given}`"))
            }
            None => error.hint(self.help_hint()),
        }
    }

    /// The form that takes an argument which this command does not take: the flag whose value it
    /// is, or the first command that has the flag.
    fn right_place(&self, root: &Command, args: &[OsString], given: &str) -> Option<String> {
        let (command, path) = &self.command;
        if !given.starts_with('-') {
            let has_value = |arg: &&Arg| {
                arg.get_possible_values().iter().any(|value| value.matches(given, false))
            };
            let flag = command.get_arguments().find(has_value)?.get_long()?;
            return Some(format!("did you mean `{path} --{flag} {given}`?"));
        }
        if command.get_name() != root.get_name() {
            return None;
        }
        let has_flag = |sub: &&Command| {
            let is_named = |arg: &Arg| {
                let short = arg.get_short().is_some_and(|short| given == format!("-{short}"));
                short || arg.get_long().is_some_and(|long| given == format!("--{long}"))
            };
            let is_shown = |arg: &Arg| !arg.is_hide_set() && is_named(arg);
            !sub.is_hide_set() && sub.get_arguments().any(is_shown)
        };
        let names: Vec<&str> =
            root.get_subcommands().filter(has_flag).map(Command::get_name).collect();
        // A role is named to run something in it, and most of what is printed is a list of roles.
        let usual = ["exec", "list"].into_iter().find(|name| names.contains(name));
        let name = usual.or_else(|| names.first().copied())?;
        let words: Vec<&str> = args.iter().skip(1).filter_map(|word| word.to_str()).collect();
        let line = command_line(["rolecall", name].into_iter().chain(words));
        let others = match names.len() {
            1 => String::new(),
            _ => format!("; these have it: {}", names.join(", ")),
        };
        Some(format!("name a command before it, such as `{line}`{others}"))
    }

    fn unknown_subcommand(&self) -> Error {
        let (command, path) = &self.command;
        let given = self.text(ContextKind::InvalidSubcommand);
        let names = || {
            command
                .get_subcommands()
                .filter(|sub| !sub.is_hide_set() && sub.get_name() != "help")
                .map(Command::get_name)
        };
        if given.is_empty() {
            let message = format!("`{path}` needs a command");
            let known = names().collect::<Vec<_>>().join(", ");
            return Error::new(ErrorKind::Usage, message).hint(format!("add one of {known}"));
        }
        let near = nearest(&given, names(), 1);
        let error = Error::new(ErrorKind::Usage, format!("`{path}` has no command `{given}`"));
        match near.first() {
            Some(near) => error.hint(format!("did you mean `{path} {near}`?")),
            None => error.hint(format!("its commands: {}", names().collect::<Vec<_>>().join(", "))),
        }
    }

    /// A value that is not one of the possible ones, or no value at all.
    fn invalid_value(&self, root: &Command, args: &[OsString]) -> Error {
        let (value, name) = (self.text(ContextKind::InvalidValue), self.argument());
        let possible = self.texts(ContextKind::ValidValue);
        // A value that is contained in others is not the nearest one.
        let near = nearest(&value, possible.iter().map(String::as_str), usize::MAX);
        // `csh` is rather `tcsh` than `sh`.
        let rank = |known: &&str| (edit_distance(&value, known), !known.contains(&value));
        let near = near.into_iter().min_by_key(rank);
        if value.is_empty() {
            let error = Error::new(ErrorKind::Usage, format!("{name} needs a value"));
            let usage = self.text(ContextKind::InvalidArg).replace(['<', '>'], "");
            // `exec prod ls -a`: the flag is one of the command to run.
            if let Some(line) = CommandWords::find(root, args)
                .and_then(|words| words.at_program(args))
                .and_then(|words| words.corrected_line(args))
            {
                return error.hint(command_separator::separator_hint(&line));
            }
            return match possible.is_empty() {
                true => error.hint(format!("write `{usage}`")),
                false => error.hint(format!("give one of {}", possible.join(", "))),
            };
        }
        // A shell that exists is not a mistyped one.
        if name == "`SHELL`"
            && let Ok(shell) = value.parse::<Dialect>()
        {
            let evaluation = shell.eval_command("rolecall eval");
            return Error::new(ErrorKind::Usage, format!("no hook for {value}"))
                .hint(format!("to use a role in it: {evaluation}"))
                .hint(format!("shells with a hook: {}", possible.join(", ")));
        }
        let error =
            Error::new(ErrorKind::Usage, format!("`{value}` is not a valid value for {name}"));
        match near {
            Some(near) => error.hint(format!("did you mean `{near}`?")),
            None => error.hint(format!("give one of {}", possible.join(", "))),
        }
    }

    /// A value that its parser refused.
    fn refused_value(&self) -> Error {
        let (value, name) = (self.text(ContextKind::InvalidValue), self.argument());
        let source = std::error::Error::source(self.error);
        let own = source.and_then(|source| source.downcast_ref::<Error>());
        if let Some(own) = own {
            let mut error = own.clone();
            error.kind = ErrorKind::Usage;
            return error.context(name);
        }
        let reason = source.map(ToString::to_string).unwrap_or_default();
        let error =
            Error::new(ErrorKind::Usage, format!("`{value}` is not a valid value for {name}"));
        match reason.rsplit_once(" is not in ").and_then(|(_, range)| range.split_once("..=")) {
            Some((least, most)) => error.hint(format!("give a number from {least} to {most}")),
            None if reason.contains("digit") || reason.contains("float literal") => {
                error.hint("give a number")
            }
            None => match reason.strip_prefix("expected ") {
                Some(wanted) => error.hint(format!("give {wanted}")),
                None => error.hint(reason),
            },
        }
    }

    fn missing_argument(&self, root: &Command, args: &[OsString]) -> Error {
        let missing = self.texts(ContextKind::InvalidArg);
        let path = &self.command.1;
        if missing.iter().any(|arg| arg.contains("<CMD>")) {
            let error =
                Error::new(ErrorKind::Usage, format!("`{path}` needs a command after `--`"));
            let line = CommandWords::find(root, args)
                .and_then(|words| words.at_program(args))
                .and_then(|words| words.corrected_line(args));
            return match line {
                Some(line) => error.hint(command_separator::separator_hint(&line)),
                None => error.hint(format!("write `{path} QUERY -- COMMAND`")),
            };
        }
        let name = |arg: &str| format!("`{}`", arg.trim_end_matches("..."));
        let bare: Vec<String> = missing.iter().map(|arg| arg.replace(['<', '>'], "")).collect();
        // `<--install|--uninstall>`
        if let [group] = &bare[..]
            && let Some((first, second)) = group.split_once('|')
            && !second.contains('|')
        {
            let typed = args.iter().skip(1).filter_map(|word| word.to_str());
            let line = command_line(["rolecall"].into_iter().chain(typed).chain([first]));
            let message = format!("`{path}` needs {} or {}", name(first), name(second));
            return Error::new(ErrorKind::Usage, message).hint(format!("such as `{line}`"));
        }
        let names: Vec<String> = bare.iter().map(|arg| name(arg)).collect();
        Error::new(ErrorKind::Usage, format!("`{path}` needs {}", names.join(" and ")))
            .hint(self.help_hint())
    }
}

/// Whether a flag is another one with a typing mistake. Two other letters of three are no mistake,
/// but two that changed places are.
fn is_mistyped(given: &str, flag: &str) -> bool {
    let sorted = |text: &str| {
        let mut letters: Vec<char> = text.chars().collect();
        letters.sort_unstable();
        letters
    };
    match edit_distance(flag, given) {
        0 | 1 => true,
        2 => given.len() > "--name".len() || sorted(given) == sorted(flag),
        _ => false,
    }
}

/// Shortens `--region <REGION>`, `[QUERY]...` or `<KEY>` to the flag or the name, in backquotes.
fn argument_name(argument: &str) -> String {
    let first = argument.split([' ', '=']).next().unwrap_or(argument);
    let name = first.trim_end_matches("...").trim_matches(['<', '>', '[', ']']);
    format!("`{name}`")
}

/// Returns the command whose usage the error shows, and its names.
fn failing_command<'a>(error: &clap::Error, root: &'a Command) -> (&'a Command, String) {
    let usage = match error.get(ContextKind::Usage) {
        Some(ContextValue::StyledStr(usage)) => usage.to_string(),
        _ => String::new(),
    };
    let words = usage.trim_start_matches("Usage:").split_whitespace().skip(1);
    let mut found = (root, root.get_name().to_owned());
    for word in words {
        match found.0.find_subcommand(word) {
            Some(command) => found = (command, format!("{} {word}", found.1)),
            None => break,
        }
    }
    found
}
