//! Edits values in the configuration file, and keeps everything else byte for byte.

use std::path::Path;

use toml_edit::{DocumentMut, Item, Key, Table, Value};

use crate::domain::{Error, ErrorKind, InstanceName, Region, Result, StartUrl, nearest};

use super::load::check;
use super::schema::{self, quote_key};
use super::type_error;

/// Splits a dotted key into its parts.
///
/// # Errors
/// Returns [`ErrorKind::Usage`] if the key is not TOML or is unknown, with similar keys as a hint.
pub fn parse_key(key: &str) -> Result<Vec<String>> {
    let wrong = || {
        Error::new(ErrorKind::Usage, format!("`{key}` is not a key"))
            .hint("write threads, or instances.corp.default_region")
    };
    let parts: Vec<String> =
        Key::parse(key).map_err(|_| wrong())?.iter().map(|part| part.get().to_owned()).collect();
    for at in 0..parts.len() {
        let above: Vec<&str> = parts[..at].iter().map(String::as_str).collect();
        let Some(keys) = schema::keys(&above) else { continue };
        if !keys.contains(&parts[at].as_str()) {
            let error = Error::new(ErrorKind::Usage, format!("no setting `{key}`"));
            let near = nearest(&parts[at], keys.iter().copied(), 3);
            let mut near: Vec<String> = near
                .iter()
                .map(|name| above.iter().chain([name]).copied().collect::<Vec<_>>().join("."))
                .collect();
            // The user may have put a top-level key into a table.
            let general = schema::keys(&[]).filter(|_| near.is_empty()).unwrap_or_default();
            near.extend(
                nearest(&parts[at], general.iter().copied(), 3).into_iter().map(str::to_owned),
            );
            let hint = if near.is_empty() {
                "run `rolecall settings show`".into()
            } else {
                format!("did you mean {}?", near.join(", "))
            };
            return Err(error.hint(hint));
        }
    }
    Ok(parts)
}

/// Sets a value and returns the new text of the file. `value` is TOML, or a string without quotes.
/// `file` is named in errors.
///
/// # Errors
/// Returns [`ErrorKind::Usage`] for an unknown key, an invalid value or a list of tables, and
/// [`ErrorKind::Config`] if the file is not TOML.
pub fn set(text: &str, file: &Path, key: &str, value: &str) -> Result<String> {
    let parts = parse_key(key)?;
    if parts[0] == "rules" {
        return Err(Error::new(ErrorKind::Usage, "rules are a list, and their order matters")
            .hint("run `rolecall settings edit`"));
    }
    let document = || text.parse::<DocumentMut>().map_err(|error| toml_error(text, file, &error));
    let as_text = Value::from(value);
    let as_toml = value.parse::<Value>().ok();
    let mut rejected = None;
    // `08` and `corp` are strings; `8` and `true` are not, unless the key accepts only strings.
    for candidate in as_toml.into_iter().chain([as_text]) {
        let mut document = document()?;
        insert_value(&mut document, &parts, candidate, key)?;
        let changed = document.to_string();
        match check(file, &changed) {
            Ok(_) => return Ok(changed),
            Err(error) => rejected = rejected.or(Some(error)),
        }
    }
    Err(rejected.map_or_else(
        || Error::internal("no value was tried"),
        |error| invalid_value_error(key, value, &error, check(file, text).err()),
    ))
}

/// Sets values by the parts of their keys, and returns the new text of the file. Creates missing
/// tables and replaces existing values.
///
/// # Errors
/// Returns [`ErrorKind::Config`] if the file is invalid, or if a value is.
pub fn set_all(text: &str, file: &Path, pairs: &[(Vec<String>, Value)]) -> Result<String> {
    let mut document =
        text.parse::<DocumentMut>().map_err(|error| toml_error(text, file, &error))?;
    for (parts, value) in pairs {
        insert_value(&mut document, parts, value.clone(), &dotted_key(parts))?;
    }
    let changed = document.to_string();
    check(file, &changed)?;
    Ok(changed)
}

/// Joins parts to a dotted key, and quotes them if necessary.
pub fn dotted_key(parts: &[String]) -> String {
    parts.iter().map(|part| quote_key(part)).collect::<Vec<_>>().join(".")
}

/// Appends an instance and returns the new text of the file.
///
/// # Errors
/// Returns [`ErrorKind::Config`] if the file is invalid, or if it defines an instance of this name
/// with a start URL or a region.
pub fn add_instance(
    text: &str,
    file: &Path,
    name: &InstanceName,
    start_url: &StartUrl,
    region: &Region,
) -> Result<String> {
    let table = format!("instances.{}", quote_key(name.as_str()));
    let document: DocumentMut = text.parse().map_err(|error: toml_edit::TomlError| {
        Error::new(ErrorKind::Config, format!("{}: {}", file.display(), error.message()))
            .with_source(error)
            .hint("run `rolecall settings edit` to fix it")
    })?;
    let existing = document.get("instances").and_then(|instances| instances.get(name.as_str()));
    if existing
        .is_some_and(|known| known.get("start_url").is_some() || known.get("sso_region").is_some())
    {
        let error =
            Error::new(ErrorKind::Config, format!("{} already contains [{table}]", file.display()));
        return Err(error
            .hint("choose another name, or change that instance with `rolecall settings edit`"));
    }
    let with_url = set(text, file, &format!("{table}.start_url"), start_url.normalized())?;
    set(&with_url, file, &format!("{table}.sso_region"), region.as_str())
}

/// Removes a value with its lines, and returns the new text of the file, or `None` if the file does
/// not set it.
///
/// # Errors
/// Returns [`ErrorKind::Usage`] for an unknown key, a table or a rule, and [`ErrorKind::Config`] if
/// the file is not TOML.
pub fn unset(text: &str, file: &Path, key: &str) -> Result<Option<String>> {
    let parts = parse_key(key)?;
    if parts[0] == "rules" {
        return Err(Error::new(ErrorKind::Usage, "rules are a list, and their order matters")
            .hint("run `rolecall settings edit`"));
    }
    let mut document =
        text.parse::<DocumentMut>().map_err(|error| toml_error(text, file, &error))?;
    let Some((last, above)) = parts.split_last() else { return Ok(None) };
    let mut table: &mut dyn toml_edit::TableLike = document.as_table_mut();
    for part in above {
        let Some(inner) = table.get_mut(part).and_then(Item::as_table_like_mut) else {
            return Ok(None);
        };
        table = inner;
    }
    match table.get(last) {
        None => return Ok(None),
        Some(item) if !item.is_value() => {
            let error = Error::new(ErrorKind::Usage, format!("`{key}` is a table, not a value"));
            return Err(error.hint(format!(
                "name one of its keys: {key}.NAME, or run `rolecall settings edit`"
            )));
        }
        Some(_) => drop(table.remove(last)),
    }
    let structural = document.to_string();
    // Keep comments above the line, since they often apply to more than this key.
    let by_line = remove_lines(text, &parts).filter(|shorter| {
        shorter.parse::<DocumentMut>().is_ok_and(|left| has_same_values(&left, &document))
    });
    Ok(Some(by_line.unwrap_or(structural)))
}

/// Removes the lines of a value.
fn remove_lines(text: &str, parts: &[String]) -> Option<String> {
    let document = toml_edit::Document::parse(text).ok()?;
    let (last, above) = parts.split_last()?;
    let mut table: &dyn toml_edit::TableLike = document.as_table();
    for part in above {
        table = table.get(part)?.as_table_like()?;
    }
    let (key, item) = table.get_key_value(last)?;
    let start = text[..key.span()?.start].rfind('\n').map_or(0, |at| at + 1);
    let end = item.span()?.end;
    let end = text[end..].find('\n').map_or(text.len(), |at| end + at + 1);
    Some(format!("{}{}", &text[..start], &text[end..]))
}

/// Whether two documents have the same values, regardless of comments.
fn has_same_values(one: &DocumentMut, other: &DocumentMut) -> bool {
    let plain = |document: &DocumentMut| toml::from_str::<toml::Table>(&document.to_string()).ok();
    let (one, other) = (plain(one), plain(other));
    one.is_some() && one == other
}

fn toml_error(text: &str, file: &Path, error: &toml_edit::TomlError) -> Error {
    let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    Error::new(
        ErrorKind::Config,
        format!("{}:{line}: {}", file.display(), error.message().replace('\n', ", ")),
    )
    .with_source(error.clone())
    .hint("run `rolecall settings edit`")
}

/// Converts the error for the changed file, unless the file was invalid before the change.
fn invalid_value_error(key: &str, value: &str, error: &Error, before: Option<Error>) -> Error {
    if let Some(before) = before {
        return before.hint("run `rolecall settings edit` to fix it");
    }
    let why = error
        .message
        .rsplit_once(&format!("{key}: "))
        .map_or(error.message.as_str(), |(_, why)| why);
    let source = std::error::Error::source(error);
    let source = source.and_then(|source| source.downcast_ref::<toml::de::Error>());
    match source.and_then(|source| source.message().rsplit_once(", expected ")) {
        Some((_, wanted)) => {
            Error::new(ErrorKind::Usage, format!("`{value}` is not a valid value for `{key}`"))
                .hint(format!("give {}", type_error::describe_expected(wanted)))
        }
        None => Error::new(ErrorKind::Usage, format!("`{key}` does not take `{value}`: {why}")),
    }
}

/// Sets a value at a path; creates missing tables and keeps the comment of the value.
fn insert_value(
    document: &mut DocumentMut,
    parts: &[String],
    mut value: Value,
    key: &str,
) -> Result<()> {
    let Some((last, above)) = parts.split_last() else { return Ok(()) };
    let mut table: &mut dyn toml_edit::TableLike = document.as_table_mut();
    for part in above {
        let item = table.entry(part).or_insert_with(|| {
            let mut table = Table::new();
            table.set_implicit(true);
            Item::Table(table)
        });
        let not_a_table =
            || Error::new(ErrorKind::Usage, format!("`{part}` in `{key}` is not a table"));
        table = item.as_table_like_mut().ok_or_else(not_a_table)?;
    }
    match table.get_mut(last) {
        Some(Item::Value(old)) => {
            *value.decor_mut() = old.decor().clone();
            *old = value;
        }
        Some(Item::Table(_) | Item::ArrayOfTables(_)) => {
            let error = Error::new(ErrorKind::Usage, format!("`{key}` is a table, not a value"));
            return Err(error.hint(format!("set one of its keys: {key}.NAME")));
        }
        _ => drop(table.insert(last, Item::Value(value))),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set_value(text: &str, key: &str, value: &str) -> Result<String> {
        set(text, Path::new("config.toml"), key, value)
    }

    #[test]
    fn everything_else_stays_byte_for_byte() {
        let text = "# ours\nthreads   = 3 # few\n\n\
                    [instances.corp] # work\nstart_url = 'https://x'\n\n[[rules]]\nmatch = 'a'\n";
        assert_eq!(set_value(text, "threads", "8").unwrap(), text.replace("3 # few", "8 # few"));
        let added = set_value(text, "instances.corp.default_region", "eu-west-1").unwrap();
        assert_eq!(
            added,
            text.replace("'https://x'\n", "'https://x'\ndefault_region = \"eu-west-1\"\n")
        );
        assert_eq!(set_value("", "pick.mouse", "false").unwrap(), "[pick]\nmouse = false\n");
    }

    #[test]
    fn a_value_is_removed_and_everything_else_stays_byte_for_byte() {
        let text = "# ours\nthreads   = 3 # few\nprefer_roles = [\n  'a', # first\n]\n\n\
                    [pick] # looks\nmouse = false\n\
                    [instances.corp.accounts.012345678901]\ntags = { env = 'x', team = 'y' }\n";
        let without = |key| unset(text, Path::new("config.toml"), key).unwrap();
        assert_eq!(without("threads").unwrap(), text.replace("threads   = 3 # few\n", ""));
        assert_eq!(
            without("prefer_roles").unwrap(),
            text.replace("prefer_roles = [\n  'a', # first\n]\n", "")
        );
        assert_eq!(without("pick.mouse").unwrap(), text.replace("mouse = false\n", ""));
        assert_eq!(
            without("instances.corp.accounts.012345678901.tags.env").unwrap(),
            text.replace("env = 'x', ", "")
        );
        assert_eq!((without("default_sso"), without("pick.theme")), (None, None));
        let table = unset(text, Path::new("config.toml"), "pick").unwrap_err();
        assert!(
            table.kind == ErrorKind::Usage && table.hints[0].contains("pick.NAME"),
            "{table:?}"
        );
        assert!(
            unset(text, Path::new("config.toml"), "therads").unwrap_err().hints[0]
                .contains("threads")
        );
        assert_eq!(
            unset("a = = 1", Path::new("config.toml"), "threads").unwrap_err().kind,
            ErrorKind::Config
        );
    }

    #[test]
    fn strings_need_no_quotes() {
        assert_eq!(set_value("", "default_sso", "corp").unwrap(), "default_sso = \"corp\"\n");
        assert_eq!(set_value("", "default_sso", "12").unwrap(), "default_sso = \"12\"\n");
        assert_eq!(
            set_value("", "prefer_roles", "['Read*']").unwrap(),
            "prefer_roles = ['Read*']\n"
        );
        assert_eq!(set_value("", "session_duration", "8h").unwrap(), "session_duration = \"8h\"\n");
    }

    #[test]
    fn invalid_keys_and_values_are_explained() {
        let error = |key, value| set_value("", key, value).unwrap_err();
        assert!(error("thread", "3").hints[0].contains("threads"), "{:?}", error("thread", "3"));
        assert!(error("pick.mous", "true").hints[0].contains("pick.mouse"));
        assert_eq!(error("instances.corp.thread", "3").hints, ["did you mean threads?"]);
        let range = error("console_duration", "5");
        assert_eq!(
            (range.kind, range.hints[0].contains("15 to 720")),
            (ErrorKind::Usage, true),
            "{range:?}"
        );
        assert_eq!(
            error("auth_flow", "magic").message,
            "`magic` is not a valid value for `auth_flow`"
        );
        assert_eq!(error("auth_flow", "magic").hints, ["give one of auto, pkce, device-code"]);
        assert_eq!(error("rules", "[]").kind, ErrorKind::Usage);
        let broken = set_value("\na = = 1", "threads", "3").unwrap_err();
        assert_eq!(
            (broken.kind, broken.message.starts_with("config.toml:2: ")),
            (ErrorKind::Config, true),
            "{broken:?}"
        );
        assert!(
            set_value("auth_flow = 'x'", "threads", "3").unwrap_err().hints[0]
                .contains("settings edit")
        );
        assert!(set_value("[pick]\n", "pick", "3").unwrap_err().hints[0].contains("pick.NAME"));
    }
}
