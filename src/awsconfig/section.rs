//! Sections as we write them: headers, keys and command lines that every AWS SDK reads alike.

use crate::domain::{Error, Kind, Result};

/// Letters of names that all SDKs take without quotes.
const PLAIN: &str = "_./%@:+-";

/// `[profile NAME]`, with quotes where the name needs them; `[default]` for that name.
///
/// # Errors
/// [`Kind::Config`] when no header can hold the name so that it is read back.
pub fn profile_header(name: &str) -> Result<String> {
    if name == "default" { Ok("[default]".to_owned()) } else { header("profile", name) }
}

/// `[sso-session NAME]`.
///
/// # Errors
/// As [`profile_header`].
pub fn session_header(name: &str) -> Result<String> {
    header("sso-session", name)
}

fn header(kind: &str, name: &str) -> Result<String> {
    // Some SDKs cut a header at a comment's sign, and then the whole file is unreadable to them.
    let odd = |letter: char| letter.is_control() || matches!(letter, '[' | ']' | '#' | ';');
    if name.is_empty() || name != name.trim() || name.contains(odd) {
        return Err(Error::new(Kind::Config, format!("`{name}` can't be the name of a {kind} in an AWS config file")));
    }
    if name.chars().all(|letter| letter.is_ascii_alphanumeric() || PLAIN.contains(letter)) {
        return Ok(format!("[{kind} {name}]"));
    }
    Ok(format!("[{kind} \"{}\"]", name.replace('\\', "\\\\").replace('"', "\\\"")))
}

/// A header and its keys, one a line.
///
/// # Errors
/// [`Kind::Config`] for a key or a value that would not be read back, naming it.
pub fn section<'p>(header: &str, pairs: impl IntoIterator<Item = (&'p str, &'p str)>) -> Result<String> {
    let mut out = format!("{header}\n");
    for (key, value) in pairs {
        check_key(key)?;
        check_value(key, value)?;
        for part in [key, " = ", value, "\n"] {
            out.push_str(part);
        }
    }
    Ok(out)
}

/// # Errors
/// [`Kind::Config`] when this can't be a key.
pub fn check_key(key: &str) -> Result<()> {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-' | '.');
    if !key.is_empty() && key.chars().all(plain) {
        return Ok(());
    }
    Err(Error::new(Kind::Config, format!("`{key}` can't be a key in an AWS config file")))
}

/// # Errors
/// [`Kind::Config`] when this can't be a value: some SDKs take a `#` or `;` behind a blank for a comment.
pub fn check_value(key: &str, value: &str) -> Result<()> {
    let comment = value
        .char_indices()
        .any(|(at, letter)| matches!(letter, '#' | ';') && value[..at].chars().next_back().is_none_or(char::is_whitespace));
    if value.is_empty() || value != value.trim() || value.contains(char::is_control) || comment {
        return Err(Error::new(Kind::Config, format!("{key}: `{value}` can't stand in an AWS config file")));
    }
    Ok(())
}

/// A command line of these words for `credential_process`: the AWS CLI splits it by itself, other SDKs give it to a shell.
pub fn command_line<'w>(words: impl IntoIterator<Item = &'w str>) -> String {
    words.into_iter().map(quoted).collect::<Vec<_>>().join(" ")
}

/// A word in double quotes where it needs any, since that is what all systems know; what a POSIX shell would see inside of them stands in
/// single quotes.
fn quoted(word: &str) -> String {
    let plain =
        |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '.' | '/' | ':' | '=' | '@' | '%' | '+' | ',' | '-');
    let bare = |letter: char| plain(letter) || (cfg!(windows) && letter == '\\');
    if !word.is_empty() && word.chars().all(bare) {
        return word.to_owned();
    }
    if cfg!(windows) {
        return format!("\"{}\"", word.replace('"', "\\\""));
    }
    if !word.contains(['"', '$', '`', '\\']) {
        return format!("\"{word}\"");
    }
    word.split('\'').map(|part| format!("'{part}'")).collect::<Vec<_>>().join("\"'\"")
}
