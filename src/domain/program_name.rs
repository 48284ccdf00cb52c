//! How the user calls this program, for the commands in messages.

use std::borrow::Cow;
use std::sync::Arc;

/// The name that commands in messages are written with.
const USUAL: &str = "rolecall";

/// How the user calls this program: `rolecall`, or in the demo `rolecall demo` with its flags.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ProgramName(Option<Arc<str>>);

impl ProgramName {
    /// Takes the name from the first argument of the process, which only the demo sets to more than
    /// a program.
    pub fn from_first_argument(argument: &str) -> Self {
        let is_demo = argument.strip_prefix(USUAL).is_some_and(|flags| flags.starts_with(" demo"));
        Self(is_demo.then(|| argument.into()))
    }

    /// Replaces the usual name in commands between backquotes.
    pub fn rewrite<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let Some(name) = &self.0 else { return Cow::Borrowed(text) };
        let mut parts = text.split('`');
        let mut written = parts.next().unwrap_or_default().to_owned();
        for (at, part) in parts.enumerate() {
            written.push('`');
            let rest = part.strip_prefix(USUAL).filter(|_| at % 2 == 0);
            match rest.filter(|rest| is_own_command(rest)) {
                Some(rest) => written.extend([&**name, rest]),
                None => written.push_str(part),
            }
        }
        Cow::Owned(written)
    }

    /// Replaces the usual name at the beginning of a command without backquotes.
    pub fn rewrite_command<'a>(&self, command: &'a str) -> Cow<'a, str> {
        match (&self.0, command.strip_prefix(USUAL)) {
            (Some(name), Some(rest)) if is_own_command(rest) => Cow::Owned(format!("{name}{rest}")),
            _ => Cow::Borrowed(command),
        }
    }
}

/// Whether the program's name with this rest is a command outside of the demo.
fn is_own_command(rest: &str) -> bool {
    (rest.is_empty() || rest.starts_with(' ')) && !rest.starts_with(" demo")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_demo_changes_the_name_in_commands() {
        let demo = ProgramName::from_first_argument("rolecall demo --state locked");
        for (text, wanted) in [
            ("run `rolecall login`", "run `rolecall demo --state locked login`"),
            (
                "`rolecall` or `rolecall list`",
                "`rolecall demo --state locked` or `rolecall demo --state locked list`",
            ),
            ("see `rolecall demo --help`", "see `rolecall demo --help`"),
            ("rolecall keeps trying", "rolecall keeps trying"),
            ("`a` rolecall `b`", "`a` rolecall `b`"),
            ("`rolecall_x`, no command", "`rolecall_x`, no command"),
        ] {
            assert_eq!(demo.rewrite(text), wanted);
            for usual in ["rolecall", "/usr/bin/rolecall", "-rolecall", "", "rolecall exec"] {
                assert_eq!(ProgramName::from_first_argument(usual).rewrite(text), text);
            }
        }
        assert_eq!(demo.rewrite_command("rolecall x"), "rolecall demo --state locked x");
        assert_eq!(demo.rewrite_command("unset X"), "unset X");
    }
}
