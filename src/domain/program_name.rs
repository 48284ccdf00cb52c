//! How the user calls this program, for the commands in messages.

use std::borrow::Cow;
use std::sync::Arc;

/// The name that commands in messages are written with.
const USUAL: &str = "rolecall";

/// The commands of one instance: a flag that selects it belongs to them.
const COMMANDS_OF_INSTANCE: [&str; 14] = [
    "",
    "cache",
    "console",
    "credentials",
    "each",
    "eval",
    "exec",
    "list",
    "login",
    "logout",
    "ls",
    "pick",
    "setup profiles",
    "tags",
];

/// How the user calls this program: `rolecall`, or in the demo `rolecall demo` with its flags. The
/// global flags that select files and an instance are part of it, so that a command in a message
/// works as it is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ProgramName(Option<Arc<Call>>);

/// A call that differs from `rolecall`.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Call {
    name: String,
    /// ` --config FILE`, or empty.
    config: String,
    /// ` --sso NAME`, or empty.
    instance: String,
}

impl ProgramName {
    /// Takes the name from the first argument of the process, which only the demo sets to more than
    /// a program, and the values of `--config` and `--sso`, quoted for a shell.
    pub fn from_call(argument: &str, config: Option<&str>, instance: Option<&str>) -> Self {
        let is_demo = argument.strip_prefix(USUAL).is_some_and(|flags| flags.starts_with(" demo"));
        if !is_demo && config.is_none() && instance.is_none() {
            return Self(None);
        }
        let name = if is_demo { argument } else { USUAL }.to_owned();
        let flag = |name: &str, value: Option<&str>| {
            value.map(|value| format!(" {name} {value}")).unwrap_or_default()
        };
        Self(Some(Arc::new(Call {
            name,
            config: flag("--config", config),
            instance: flag("--sso", instance),
        })))
    }

    /// Returns the demo's name if a text contains a command of the demo that changes something: in
    /// another `rolecall demo` it has no effect.
    pub fn demo_of_change(&self, text: &str) -> Option<&str> {
        const CHANGES: [&str; 6] = ["cache", "login", "logout", "settings", "setup", "vault"];
        let name = &self.0.as_ref().filter(|call| call.name != USUAL)?.name;
        let changes = |command: &str| text.contains(&format!("{name} {command}"));
        CHANGES.into_iter().any(changes).then_some(name.as_str())
    }

    /// Whether this is the demo.
    pub fn is_demo(&self) -> bool {
        self.0.as_ref().is_some_and(|call| call.name != USUAL)
    }

    /// Replaces the usual name in commands between backquotes.
    pub fn rewrite<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let Some(call) = &self.0 else { return Cow::Borrowed(text) };
        let mut parts = text.split('`');
        let mut written = parts.next().unwrap_or_default().to_owned();
        for (at, part) in parts.enumerate() {
            written.push('`');
            let rest = part.strip_prefix(USUAL).filter(|_| at % 2 == 0);
            match rest.filter(|rest| is_own_command(rest)) {
                Some(rest) => written += &call.with_args(rest),
                None => written.push_str(part),
            }
        }
        Cow::Owned(written)
    }

    /// Replaces the usual name at the beginning of a command without backquotes.
    pub fn rewrite_command<'a>(&self, command: &'a str) -> Cow<'a, str> {
        match (&self.0, command.strip_prefix(USUAL)) {
            (Some(call), Some(rest)) if is_own_command(rest) => Cow::Owned(call.with_args(rest)),
            _ => Cow::Borrowed(command),
        }
    }
}

impl Call {
    /// Returns a command line: `rest` is empty, or the arguments after a blank.
    fn with_args(&self, rest: &str) -> String {
        let args = rest.split(" -- ").next().unwrap_or_default();
        let has = |flags: &[&str]| {
            let name = |word: &str| word.split('=').next().unwrap_or_default().to_owned();
            args.split_whitespace().any(|word| flags.contains(&name(word).as_str()))
        };
        let config = if has(&["--config"]) { "" } else { &self.config };
        let command = args.trim_start().split(" -").next().unwrap_or_default();
        let known = COMMANDS_OF_INSTANCE.iter().find(|known| {
            let rest = command.strip_prefix(**known);
            rest.is_some_and(|rest| rest.is_empty() || (!known.is_empty() && rest.starts_with(' ')))
        });
        let names_instance = has(&["--sso", "-S", "--all", "--undo"])
            // `login NAME`
            || ["login ", "logout ", "cache "].iter().any(|named| command.starts_with(named));
        let after_command = known
            .filter(|_| !names_instance)
            .and_then(|known| rest.trim_start().strip_prefix(*known).map(|rest| (*known, rest)));
        match after_command {
            Some(("", rest)) => format!("{}{config}{}{rest}", self.name, self.instance),
            Some((known, rest)) => {
                format!("{}{config} {known}{}{rest}", self.name, self.instance)
            }
            None => format!("{}{config}{rest}", self.name),
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
        let demo = ProgramName::from_call("rolecall demo --state locked", None, None);
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
                assert_eq!(ProgramName::from_call(usual, None, None).rewrite(text), text);
            }
        }
        assert_eq!(demo.rewrite_command("rolecall x"), "rolecall demo --state locked x");
        assert_eq!(demo.rewrite_command("unset X"), "unset X");
        let name = Some("rolecall demo --state locked");
        assert_eq!(demo.demo_of_change(&demo.rewrite("run `rolecall vault unlock`")), name);
        assert_eq!(demo.demo_of_change(&demo.rewrite("run `rolecall list`")), None);
        assert_eq!(ProgramName::default().demo_of_change("run `rolecall login`"), None);
    }

    #[test]
    fn flags_that_select_files_and_an_instance_are_kept() {
        let call = ProgramName::from_call("rolecall", Some("'my file.toml'"), Some("corp"));
        assert!(!call.is_demo());
        for (command, wanted) in [
            ("rolecall", "rolecall --config 'my file.toml' --sso corp"),
            ("rolecall list -q x", "rolecall --config 'my file.toml' list --sso corp -q x"),
            ("rolecall login --all", "rolecall --config 'my file.toml' login --all"),
            ("rolecall login lab", "rolecall --config 'my file.toml' login lab"),
            ("rolecall login --sso lab", "rolecall --config 'my file.toml' login --sso lab"),
            (
                "rolecall exec x -- y --config --all",
                "rolecall --config 'my file.toml' exec --sso corp x -- y --config --all",
            ),
            ("rolecall --config=b settings edit", "rolecall --config=b settings edit"),
            (
                "rolecall setup profiles --undo",
                "rolecall --config 'my file.toml' setup profiles --undo",
            ),
            ("rolecall vault unlock", "rolecall --config 'my file.toml' vault unlock"),
        ] {
            assert_eq!(call.rewrite_command(command), wanted);
            assert_eq!(call.rewrite(&format!("run `{command}`")), format!("run `{wanted}`"));
        }
        let demo = ProgramName::from_call("rolecall demo", None, Some("lab"));
        assert_eq!(demo.rewrite_command("rolecall list"), "rolecall demo list --sso lab");
    }

    #[test]
    fn another_program_with_the_same_beginning_keeps_its_name() {
        let demo = ProgramName::from_call("rolecall demo --state locked", None, None);
        for command in ["rolecall-other login", "rolecall demo --state x", "aws login"] {
            assert_eq!(demo.rewrite_command(command), command);
        }
        let login = "rolecall demo --state locked login";
        assert_eq!(demo.rewrite_command("rolecall login"), login);
    }
}
