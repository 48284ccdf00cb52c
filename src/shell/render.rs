//! Lines that a shell evaluates to take the changes on.

use crate::domain::{Error, ErrorKind, Result};

use super::dialect::Dialect;
use super::env_changes::EnvChanges;
use super::quote::quote;

/// The changes in a shell's language: what is removed, then what is set. Nushell, which has no
/// `eval`, gets JSON for `load-env`, with `null` for what is removed.
///
/// # Errors
/// [`Kind::Usage`] when a value can't be written in this language; [`Kind::Internal`] for a name
/// that is none.
pub fn render(changes: &EnvChanges, dialect: Dialect) -> Result<String> {
    let mut lines = Vec::with_capacity(changes.unset.len() + changes.set.len());
    for name in &changes.unset {
        lines.push(render_unset(check_variable_name(name)?, dialect));
    }
    for (name, value) in &changes.set {
        let word = quote(value, dialect).ok_or_else(|| {
            Error::new(ErrorKind::Usage, format!("the value of {name} has a line break, which {dialect} can't take from what it evaluates"))
                .hint("use `rolecall exec` for this role, or change the tag that the value comes from")
        })?;
        lines.push(render_set(check_variable_name(name)?, &word, dialect));
    }
    Ok(match dialect {
        Dialect::Nushell => format!("{{{}}}\n", lines.join(",")),
        Dialect::Cmd => lines.into_iter().map(|line| line + "\r\n").collect(),
        _ => lines.into_iter().map(|line| line + "\n").collect(),
    })
}

/// The lines end in `;` where that is allowed: unquoted `eval $(…)` joins them to one. In POSIX
/// shells the backslash keeps aliases off the command; tcsh would not find its builtins that way.
fn render_set(name: &str, word: &str, dialect: Dialect) -> String {
    match dialect {
        Dialect::Bash | Dialect::Zsh | Dialect::Sh => format!("\\export {name}={word};"),
        Dialect::Fish => format!("set -gx {name} {word};"),
        Dialect::PowerShell => format!("$Env:{name} = {word};"),
        Dialect::Nushell => format!("\"{name}\":{word}"),
        Dialect::Elvish => format!("set-env {name} {word}"),
        Dialect::Xonsh => format!("${name} = {word}"),
        Dialect::Tcsh => format!("setenv {name} {word};"),
        Dialect::Cmd => format!("set \"{name}={word}"),
    }
}

fn render_unset(name: &str, dialect: Dialect) -> String {
    match dialect {
        Dialect::Bash | Dialect::Zsh | Dialect::Sh => format!("\\unset {name};"),
        // A universal variable of the same name is the person's, for every shell of theirs.
        Dialect::Fish => format!("set -eg {name};"),
        Dialect::PowerShell => format!("$Env:{name} = $null;"),
        Dialect::Nushell => format!("\"{name}\":null"),
        Dialect::Elvish => format!("unset-env {name}"),
        Dialect::Xonsh => format!("__xonsh__.env.pop('{name}', None)"),
        Dialect::Tcsh => format!("unsetenv {name};"),
        Dialect::Cmd => format!("set \"{name}=\""),
    }
}

/// A name that every shell takes for a variable's: nothing else may stand outside quotes.
pub(super) fn check_variable_name(name: &str) -> Result<&str> {
    let letters = |letter: u8| letter.is_ascii_alphanumeric() || letter == b'_';
    let good = !name.is_empty()
        && !name.starts_with(|first: char| first.is_ascii_digit())
        && name.bytes().all(letters);
    if good { Ok(name) } else { Err(Error::internal(format!("`{name}` is no name of a variable"))) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(dialect: Dialect) -> String {
        let set = vec![
            ("AWS_SSO".to_owned(), "it's".to_owned()),
            ("ROLECALL_ROLE".to_owned(), "arn".to_owned()),
        ];
        render(&EnvChanges { set, unset: vec!["AWS_PROFILE".to_owned()] }, dialect).unwrap()
    }

    #[test]
    fn every_shell_gets_lines_of_its_own() {
        let cases = [
            (
                Dialect::Bash,
                "\\unset AWS_PROFILE;\n\\export AWS_SSO='it'\\''s';\n\\export ROLECALL_ROLE='arn';\n",
            ),
            (
                Dialect::Fish,
                "set -eg AWS_PROFILE;\nset -gx AWS_SSO 'it\\'s';\nset -gx ROLECALL_ROLE 'arn';\n",
            ),
            (
                Dialect::PowerShell,
                "$Env:AWS_PROFILE = $null;\n$Env:AWS_SSO = 'it''s';\n$Env:ROLECALL_ROLE = 'arn';\n",
            ),
            (
                Dialect::Nushell,
                "{\"AWS_PROFILE\":null,\"AWS_SSO\":\"it's\",\"ROLECALL_ROLE\":\"arn\"}\n",
            ),
            (
                Dialect::Elvish,
                "unset-env AWS_PROFILE\nset-env AWS_SSO 'it''s'\nset-env ROLECALL_ROLE 'arn'\n",
            ),
            (
                Dialect::Xonsh,
                "__xonsh__.env.pop('AWS_PROFILE', None)\n$AWS_SSO = 'it\\'s'\n$ROLECALL_ROLE = 'arn'\n",
            ),
            (
                Dialect::Tcsh,
                "unsetenv AWS_PROFILE;\nsetenv AWS_SSO 'it'\\''s';\nsetenv ROLECALL_ROLE 'arn';\n",
            ),
            (
                Dialect::Cmd,
                "set \"AWS_PROFILE=\"\r\nset \"AWS_SSO=it's\"\r\nset \"ROLECALL_ROLE=arn\"\r\n",
            ),
        ];
        for (dialect, want) in cases {
            assert_eq!(lines(dialect), want, "{dialect}");
        }
        assert_eq!(lines(Dialect::Zsh), lines(Dialect::Bash));
        assert_eq!(lines(Dialect::Sh), lines(Dialect::Bash));
    }

    #[test]
    fn a_name_that_is_none_never_reaches_a_shell() {
        for name in ["", "1A", "A B", "A;rm", "A=1", "Ä"] {
            for dialect in Dialect::ALL {
                let set = EnvChanges { set: vec![(name.to_owned(), String::new())], unset: vec![] };
                assert!(render(&set, dialect).is_err(), "{name} {dialect}");
                let unset = EnvChanges { set: vec![], unset: vec![name.to_owned()] };
                assert!(render(&unset, dialect).is_err(), "{name} {dialect}");
            }
        }
    }

    #[test]
    fn a_value_that_can_not_be_written_names_its_variable_and_not_itself() {
        let changes = EnvChanges {
            set: vec![("AWS_SSO_TAG_NOTE".to_owned(), "top\nsecret".to_owned())],
            unset: vec![],
        };
        let error = render(&changes, Dialect::Tcsh).unwrap_err();
        assert_eq!(error.kind, ErrorKind::Usage);
        assert!(
            error.message.contains("AWS_SSO_TAG_NOTE") && !error.message.contains("secret"),
            "{error}"
        );
    }
}
