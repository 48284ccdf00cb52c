//! How the user calls this process.

use std::borrow::Cow;
use std::ffi::OsString;
use std::sync::OnceLock;

use crate::awsconfig::render::command_line;
use crate::domain::ProgramName;

/// The name, for commands in messages.
pub(super) fn current() -> &'static ProgramName {
    static NAME: OnceLock<ProgramName> = OnceLock::new();
    NAME.get_or_init(|| from_arguments(&super::arguments()))
}

/// The demo whose commands were printed, if they change something.
static PRINTED_CHANGE: OnceLock<String> = OnceLock::new();

/// Writes the commands between backquotes as the user calls this program.
pub(super) fn rewrite(text: &str) -> Cow<'_, str> {
    remember_change(current().rewrite(text))
}

/// Writes a command without backquotes as the user calls this program.
pub(super) fn rewrite_command(command: &str) -> Cow<'_, str> {
    remember_change(current().rewrite_command(command))
}

fn remember_change(text: Cow<'_, str>) -> Cow<'_, str> {
    if let Some(demo) = current().demo_of_change(&text) {
        let _ = PRINTED_CHANGE.set(demo.to_owned());
    }
    text
}

/// Returns the command that starts a shell of the demo, if a command was printed that has no effect
/// in another `rolecall demo`.
pub(super) fn demo_shell() -> Option<String> {
    PRINTED_CHANGE.get().map(|demo| format!("{demo} shell"))
}

fn from_arguments(args: &[OsString]) -> ProgramName {
    let program = args.first().map(|argument| argument.to_string_lossy()).unwrap_or_default();
    let quoted = |value: Option<String>| value.map(|value| command_line([value.as_str()]));
    let config = quoted(flag_value(args, "--config", None));
    let instance = quoted(flag_value(args, "--sso", Some("-S")));
    ProgramName::from_call(&program, config.as_deref(), instance.as_deref())
}

/// Returns the value of a global flag, which need not be one that the parser accepts: messages about
/// a wrong command line contain commands too.
fn flag_value(args: &[OsString], long: &str, short: Option<&str>) -> Option<String> {
    let mut words = args.iter().skip(1).map(|word| word.to_string_lossy());
    while let Some(word) = words.next() {
        if word == "--" {
            return None;
        }
        if word == long || short.is_some_and(|short| word == short) {
            return words.next().map(|value| value.into_owned());
        }
        let joined = word.strip_prefix(long).and_then(|rest| rest.strip_prefix('='));
        let joined = joined.or_else(|| word.strip_prefix(short?));
        if let Some(value) = joined {
            return Some(value.trim_start_matches('=').to_owned());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_are_found_in_every_notation_before_a_command() {
        for (line, wanted) in [
            ("rolecall list", "rolecall"),
            ("rolecall --config a.toml list", "rolecall --config a.toml"),
            ("rolecall list --config=a.toml", "rolecall --config a.toml"),
            ("rolecall -S corp list", "rolecall --sso corp"),
            ("rolecall -Scorp list", "rolecall --sso corp"),
            ("rolecall --sso=corp list", "rolecall --sso corp"),
            ("rolecall exec x -- y --config z -S lab", "rolecall"),
            ("/usr/bin/rolecall --config", "rolecall"),
        ] {
            let args: Vec<OsString> = line.split(' ').map(OsString::from).collect();
            assert_eq!(from_arguments(&args).rewrite_command("rolecall"), wanted, "{line}");
        }
    }
}
