//! Rendering changes of the environment as code that a shell evaluates.

use crate::domain::{Error, ErrorKind, Result};

use super::dialect::Dialect;
use super::env_changes::EnvChanges;
use super::quote::quote;

/// Renders the changes in a shell's language: first the variables to remove, then those to set.
/// Nushell, which has no `eval`, gets JSON for `load-env`, with `null` for a variable to remove.
///
/// # Errors
/// [`ErrorKind::Usage`] if the language can't express a value; [`ErrorKind::Internal`] for an
/// invalid name.
pub fn render(changes: &EnvChanges, dialect: Dialect) -> Result<String> {
    let mut lines = Vec::with_capacity(changes.unset.len() + changes.set.len());
    for name in &changes.unset {
        lines.push(render_unset(check_variable_name(name)?, dialect));
    }
    for (name, value) in &changes.set {
        let word = quote(value, dialect).ok_or_else(|| {
            Error::new(
                ErrorKind::Usage,
                format!("the value of {name} has a line break, which {dialect} can't evaluate"),
            )
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

/// Renders an assignment. Lines end in `;` if the language permits it, since all lines are joined
/// by an unquoted `eval $(…)`. In POSIX shells the backslash prevents alias expansion; tcsh would
/// not find its builtins with it.
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
        // A universal variable with the same name belongs to the user and applies to all their
        // shells.
        Dialect::Fish => format!("set -eg {name};"),
        Dialect::PowerShell => format!("$Env:{name} = $null;"),
        Dialect::Nushell => format!("\"{name}\":null"),
        Dialect::Elvish => format!("unset-env {name}"),
        Dialect::Xonsh => format!("__xonsh__.env.pop('{name}', None)"),
        Dialect::Tcsh => format!("unsetenv {name};"),
        Dialect::Cmd => format!("set \"{name}=\""),
    }
}

/// Checks that a name is valid in every shell. Nothing else may be rendered without quotes.
pub(super) fn check_variable_name(name: &str) -> Result<&str> {
    let is_valid = !name.is_empty()
        && !name.starts_with(|first: char| first.is_ascii_digit())
        && name.bytes().all(|letter| letter.is_ascii_alphanumeric() || letter == b'_');
    if is_valid {
        Ok(name)
    } else {
        Err(Error::internal(format!("`{name}` is not a valid variable name")))
    }
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
    fn every_shell_gets_lines_in_its_own_language() {
        let cases = [
            (
                Dialect::Bash,
                "\\unset AWS_PROFILE;\n\\export AWS_SSO='it'\\''s';\n\
                 \\export ROLECALL_ROLE='arn';\n",
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
                "__xonsh__.env.pop('AWS_PROFILE', None)\n$AWS_SSO = 'it\\'s'\n\
                 $ROLECALL_ROLE = 'arn'\n",
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
    fn an_invalid_name_never_reaches_a_shell() {
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
    fn the_error_for_a_value_names_the_variable_and_does_not_contain_the_value() {
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
