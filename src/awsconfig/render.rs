//! Rendering of sections: headers, keys and command lines that all AWS SDKs parse in the same way.

pub use super::command_line::command_line;
use crate::domain::{Error, ErrorKind, Result};

/// The characters besides letters and digits that all SDKs accept in names without quotes.
const UNQUOTED: &str = "_./%@:+-";

/// Renders `[profile NAME]`, with quotes if the name needs them, or `[default]`.
///
/// # Errors
/// [`ErrorKind::Config`] if no header can represent the name.
pub fn profile_header(name: &str) -> Result<String> {
    if name == "default" { Ok("[default]".to_owned()) } else { header("profile", name) }
}

/// Renders `[sso-session NAME]`.
///
/// # Errors
/// As [`profile_header`].
pub fn sso_session_header(name: &str) -> Result<String> {
    header("sso-session", name)
}

fn header(kind: &str, name: &str) -> Result<String> {
    // Some SDKs cut a header at a comment sign and then reject the whole file.
    let forbidden = |letter: char| letter.is_control() || matches!(letter, '[' | ']' | '#' | ';');
    if name.is_empty() || name != name.trim() || name.contains(forbidden) {
        return Err(Error::new(
            ErrorKind::Config,
            format!("`{name}` can't be the name of a {kind} in an AWS config file"),
        ));
    }
    if name.chars().all(|letter| letter.is_ascii_alphanumeric() || UNQUOTED.contains(letter)) {
        return Ok(format!("[{kind} {name}]"));
    }
    Ok(format!("[{kind} \"{}\"]", name.replace('\\', "\\\\").replace('"', "\\\"")))
}

/// Renders a header and its keys, one per line.
///
/// # Errors
/// [`ErrorKind::Config`] with the key if the file format can't represent the key or its value.
pub fn render_section<'p>(
    header: &str,
    pairs: impl IntoIterator<Item = (&'p str, &'p str)>,
) -> Result<String> {
    let mut out = format!("{header}\n");
    for (key, value) in pairs {
        check_key(key)?;
        check_value(key, value)?;
        out.push_str(&if value.is_empty() {
            format!("{key} =\n")
        } else {
            format!("{key} = {value}\n")
        });
    }
    Ok(out)
}

/// Checks that this can be a key.
///
/// # Errors
/// [`ErrorKind::Config`] if it can't.
pub fn check_key(key: &str) -> Result<()> {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-' | '.');
    if !key.is_empty() && key.chars().all(plain) {
        return Ok(());
    }
    Err(Error::new(ErrorKind::Config, format!("`{key}` can't be a key in an AWS config file")))
}

/// Checks that this can be a value. Some SDKs take a `#` or `;` after whitespace for a comment. An
/// empty value is allowed: `cli_pager =` turns the pager off.
///
/// # Errors
/// [`ErrorKind::Config`] if it can't.
pub fn check_value(key: &str, value: &str) -> Result<()> {
    let has_comment = value.char_indices().any(|(at, letter)| {
        matches!(letter, '#' | ';')
            && value[..at].chars().next_back().is_none_or(char::is_whitespace)
    });
    if value != value.trim() || value.contains(char::is_control) || has_comment {
        return Err(Error::new(
            ErrorKind::Config,
            format!("{key}: `{value}` can't be a value in an AWS config file"),
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::awsconfig::{AwsConfig, Profile};
    use proptest::prelude::*;

    fn read(text: &str, name: &str) -> Option<Profile> {
        AwsConfig::parse(text).profile(name)
    }

    #[test]
    fn headers_have_quotes_only_if_they_need_them() {
        let cases = [
            ("a.b@c+d-e_f/g", "[profile a.b@c+d-e_f/g]"),
            ("a b", "[profile \"a b\"]"),
            ("dév", "[profile \"dév\"]"),
            ("default", "[default]"),
        ];
        for (name, want) in cases {
            assert_eq!(profile_header(name).unwrap(), want);
        }
        for name in ["", " a", "a\nb", "a]", "[a", "a#b", "a;b", "a\u{85}b"] {
            assert_eq!(profile_header(name).unwrap_err().kind, ErrorKind::Config, "{name:?}");
        }
    }

    #[test]
    fn values_that_some_sdk_would_cut_are_rejected() {
        for value in [" x", "a #b", "a ;b", "#b", "a\nb", "a\tb\u{0}"] {
            assert!(render_section("[x]", [("k", value)]).is_err(), "{value:?}");
        }
        assert!(
            render_section("[x]", [("a b", "v")]).is_err()
                && render_section("[x]", [("", "v")]).is_err()
        );
        assert_eq!(
            render_section("[x]", [("k", "https://x/#/")]).unwrap(),
            "[x]\nk = https://x/#/\n"
        );
        let empty = render_section("[profile x]", [("cli_pager", ""), ("k", "v")]).unwrap();
        assert_eq!(empty, "[profile x]\ncli_pager =\nk = v\n");
        let read = read(&empty, "x").unwrap();
        assert_eq!(
            (read.keys.get("cli_pager").map(String::as_str), read.get("k")),
            (Some(""), Some("v"))
        );
    }

    proptest! {
        #[test]
        fn names_and_values_survive_a_round_trip(name in "[ -~\u{e9}\u{4e16}]{1,12}", value in "[ -~\u{e9}]{1,20}") {
            let Ok(header) = profile_header(&name) else { return Ok(()) };
            let Ok(text) = render_section(&header, [("k", value.as_str())]) else { return Ok(()) };
            let profile = read(&text, &name);
            prop_assert_eq!(profile.and_then(|profile| profile.get("k").map(str::to_owned)), Some(value), "{}", text);
        }
    }
}
