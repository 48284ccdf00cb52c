//! The variables that are set, in formats for programs that are not shells: `docker --env-file`,
//! dotenv libraries.

use std::fmt;
use std::str::FromStr;

use crate::domain::{Error, ErrorKind, Result};

use super::env_changes::EnvChanges;
use super::render::check_variable_name;

/// A format of variables for a program that is not a shell. None of the formats can remove a
/// variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EnvFormat {
    /// `NAME=value` without quotes, as `env` prints and `docker --env-file` reads.
    Env,
    /// `NAME=value`, quoted if dotenv libraries need it.
    Dotenv,
    /// One JSON object.
    Json,
}

impl EnvFormat {
    /// Every format.
    pub const ALL: [Self; 3] = [Self::Env, Self::Dotenv, Self::Json];

    /// Returns the name on the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Env => "env",
            Self::Dotenv => "dotenv",
            Self::Json => "json",
        }
    }

    /// Renders the variables to set.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`] for a line break in the `env` format, which has no quotes;
    /// [`ErrorKind::Internal`] for an invalid name.
    pub fn render(self, changes: &EnvChanges) -> Result<String> {
        for (name, value) in &changes.set {
            check_variable_name(name)?;
            if self == Self::Env && value.contains(['\n', '\r']) {
                return Err(Error::new(
                    ErrorKind::Usage,
                    format!(
                        "the value of {name} has a line break, which the format `env` can't write"
                    ),
                )
                .hint("use `--format dotenv` or `--format json`"));
            }
        }
        Ok(match self {
            Self::Env => {
                changes.set.iter().map(|(name, value)| format!("{name}={value}\n")).collect()
            }
            Self::Dotenv => changes
                .set
                .iter()
                .map(|(name, value)| format!("{name}={}\n", quote_dotenv(value)))
                .collect(),
            Self::Json => {
                let object: serde_json::Map<_, _> = changes
                    .set
                    .iter()
                    .map(|(name, value)| (name.clone(), value.as_str().into()))
                    .collect();
                format!("{}\n", serde_json::Value::from(object))
            }
        })
    }
}

impl fmt::Display for EnvFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for EnvFormat {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let format = Self::ALL.into_iter().find(|format| format.as_str() == text);
        format.ok_or_else(|| {
            Error::new(ErrorKind::Usage, format!("`{text}` is not a format"))
                .hint("supported: env, dotenv, json")
        })
    }
}

/// Quotes a value in the syntax that dotenv libraries have in common: plain words, single quotes,
/// and these escapes in double quotes.
fn quote_dotenv(value: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-./:+=@,".contains(&byte);
    if !value.is_empty() && value.bytes().all(plain) {
        return value.to_owned();
    }
    if !value.contains(['\'', '\n', '\r']) {
        return format!("'{value}'");
    }
    let mut out = String::from("\"");
    for letter in value.chars() {
        match letter {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '"' | '\\' | '$' | '`' => out.extend(['\\', letter]),
            other => out.push(other),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changes(value: &str) -> EnvChanges {
        EnvChanges {
            set: vec![("B".into(), value.into()), ("A".into(), "wJalr/K7+=".into())],
            unset: vec!["AWS_PROFILE".into()],
        }
    }

    #[test]
    fn each_format_sets_variables_and_removes_none() {
        assert_eq!(
            EnvFormat::Env.render(&changes("a 'b' $c")).unwrap(),
            "B=a 'b' $c\nA=wJalr/K7+=\n"
        );
        assert_eq!(
            EnvFormat::Dotenv.render(&changes("a \"b\" $c")).unwrap(),
            "B='a \"b\" $c'\nA=wJalr/K7+=\n"
        );
        assert_eq!(
            EnvFormat::Json.render(&changes("a\"b")).unwrap(),
            "{\"A\":\"wJalr/K7+=\",\"B\":\"a\\\"b\"}\n"
        );
    }

    #[test]
    fn line_breaks_and_apostrophes_are_escaped_or_refused() {
        assert_eq!(
            EnvFormat::Dotenv.render(&changes("it's $5\n")).unwrap(),
            "B=\"it's \\$5\\n\"\nA=wJalr/K7+=\n"
        );
        assert_eq!(EnvFormat::Env.render(&changes("a\nb")).unwrap_err().kind, ErrorKind::Usage);
    }
}
