//! Changing one value of the configuration file, everything else byte for byte as it was.

use std::path::Path;

use toml_edit::{DocumentMut, Item, Key, Table, Value};

use crate::domain::{Error, ErrorKind, InstanceName, Region, Result, StartUrl, nearest};

use super::listing::quote_key;
use super::load::check;
use super::schema;

/// The parts of a dotted key, each known to the configuration.
///
/// # Errors
/// [`Kind::Usage`] for a key that is not TOML or not known, with the nearest one that is.
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
            let error = Error::new(ErrorKind::Usage, format!("there is no setting `{key}`"));
            let near = nearest(&parts[at], keys.iter().copied(), 3);
            let mut near: Vec<String> = near
                .iter()
                .map(|name| above.iter().chain([name]).copied().collect::<Vec<_>>().join("."))
                .collect();
            // A key of the whole program, looked for in one of its tables.
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

/// The text of the file with one value set. `value` is TOML, or a text that needs no quotes; `file`
/// is named in errors.
///
/// # Errors
/// [`Kind::Usage`] for an unknown key, a value that the key does not take, or a list of tables;
/// [`Kind::Config`] when the file is not TOML.
pub fn set(text: &str, file: &Path, key: &str, value: &str) -> Result<String> {
    let parts = parse_key(key)?;
    if parts[0] == "rules" {
        return Err(Error::new(ErrorKind::Usage, "rules are a list, and its order counts")
            .hint("run `rolecall settings edit`"));
    }
    let document = || text.parse::<DocumentMut>().map_err(|error| toml_error(text, file, &error));
    let as_text = Value::from(value);
    let as_toml = value.parse::<Value>().ok();
    let mut refused = None;
    // `08` and `corp` are texts; `8` and `true` are not, unless the key takes only texts.
    for candidate in as_toml.into_iter().chain([as_text]) {
        let mut document = document()?;
        insert_value(&mut document, &parts, candidate, key)?;
        let changed = document.to_string();
        match check(file, &changed) {
            Ok(_) => return Ok(changed),
            Err(error) => refused = refused.or(Some(error)),
        }
    }
    Err(refused.map_or_else(
        || Error::internal("no value was tried"),
        |error| invalid_value_error(key, value, &error, check(file, text).err()),
    ))
}

/// The text of the file with these values, by the parts of their keys, in it. Tables are made where
/// they are missing; a value that is there already is replaced.
///
/// # Errors
/// [`Kind::Config`] when the file is wrong, or would be: for a value that its key does not take.
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

/// The dotted key of these parts, with quotes where a part needs them.
pub fn dotted_key(parts: &[String]) -> String {
    parts.iter().map(|part| quote_key(part)).collect::<Vec<_>>().join(".")
}

/// The text of the file with one more instance, after everything that stands there.
///
/// # Errors
/// [`Kind::Config`] when the file is wrong already, or has an instance of this name with a start
/// URL or a region.
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
            .hint("run `rolecall settings edit` to mend it")
    })?;
    let there = document.get("instances").and_then(|instances| instances.get(name.as_str()));
    if there
        .is_some_and(|known| known.get("start_url").is_some() || known.get("sso_region").is_some())
    {
        let error =
            Error::new(ErrorKind::Config, format!("{} has an [{table}] already", file.display()));
        return Err(
            error.hint("choose another name, or change that one with `rolecall settings edit`")
        );
    }
    let with_url = set(text, file, &format!("{table}.start_url"), start_url.normalized())?;
    set(&with_url, file, &format!("{table}.sso_region"), region.as_str())
}

/// The text of the file without one value: its line, or lines, go; everything else stays. `None`
/// when the file does not set it.
///
/// # Errors
/// [`Kind::Usage`] for an unknown key, a table or a rule; [`Kind::Config`] when the file is not
/// TOML.
pub fn unset(text: &str, file: &Path, key: &str) -> Result<Option<String>> {
    let parts = parse_key(key)?;
    if parts[0] == "rules" {
        return Err(Error::new(ErrorKind::Usage, "rules are a list, and its order counts")
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
    // Comments above the line are about more than the one key, as often as not: they stay.
    let by_line = remove_lines(text, &parts).filter(|shorter| {
        shorter.parse::<DocumentMut>().is_ok_and(|left| has_same_values(&left, &document))
    });
    Ok(Some(by_line.unwrap_or(structural)))
}

/// The text without the lines of a value, where the value stands on lines of its own.
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

/// Whether two documents say the same, their comments aside.
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
    .hint("run `rolecall settings edit`")
}

/// Why the file would be wrong with this value; if it was wrong before, that comes first.
fn invalid_value_error(key: &str, value: &str, error: &Error, before: Option<Error>) -> Error {
    if let Some(before) = before {
        return before.hint("run `rolecall settings edit` to mend it");
    }
    let why = error
        .message
        .rsplit_once(&format!("{key}: "))
        .map_or(error.message.as_str(), |(_, why)| why);
    Error::new(ErrorKind::Usage, format!("`{key}` does not take `{value}`: {why}"))
}

/// Puts a value at a path, with its tables made where they are missing and its comment kept.
fn insert_value(
    document: &mut DocumentMut,
    parts: &[String],
    mut value: Value,
    key: &str,
) -> Result<()> {
    let Some((last, above)) = parts.split_last() else { return Ok(()) };
    let mut table: &mut dyn toml_edit::TableLike = document.as_table_mut();
    for part in above {
        let made = table.entry(part).or_insert_with(|| {
            let mut made = Table::new();
            made.set_implicit(true);
            Item::Table(made)
        });
        let no_table = || Error::new(ErrorKind::Usage, format!("`{part}` in `{key}` is no table"));
        table = made.as_table_like_mut().ok_or_else(no_table)?;
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
        let text = "# ours\nthreads   = 3 # few\n\n[instances.corp] # work\nstart_url = 'https://x'\n\n[[rules]]\nmatch = 'a'\n";
        assert_eq!(set_value(text, "threads", "8").unwrap(), text.replace("3 # few", "8 # few"));
        let added = set_value(text, "instances.corp.default_region", "eu-west-1").unwrap();
        assert_eq!(
            added,
            text.replace("'https://x'\n", "'https://x'\ndefault_region = \"eu-west-1\"\n")
        );
        assert_eq!(set_value("", "pick.mouse", "false").unwrap(), "[pick]\nmouse = false\n");
    }

    #[test]
    fn a_value_is_taken_out_and_everything_else_stays_byte_for_byte() {
        let text = "# ours\nthreads   = 3 # few\nprefer_roles = [\n  'a', # first\n]\n\n[pick] # looks\nmouse = false\n[instances.corp.accounts.012345678901]\ntags = { env = 'x', team = 'y' }\n";
        let left = |key| unset(text, Path::new("config.toml"), key).unwrap();
        assert_eq!(left("threads").unwrap(), text.replace("threads   = 3 # few\n", ""));
        assert_eq!(
            left("prefer_roles").unwrap(),
            text.replace("prefer_roles = [\n  'a', # first\n]\n", "")
        );
        assert_eq!(left("pick.mouse").unwrap(), text.replace("mouse = false\n", ""));
        assert_eq!(
            left("instances.corp.accounts.012345678901.tags.env").unwrap(),
            text.replace("env = 'x', ", "")
        );
        assert_eq!((left("default_sso"), left("pick.theme")), (None, None));
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
    fn a_value_needs_quotes_only_where_toml_would_mistake_it() {
        assert_eq!(set_value("", "default_sso", "corp").unwrap(), "default_sso = \"corp\"\n");
        assert_eq!(set_value("", "default_sso", "12").unwrap(), "default_sso = \"12\"\n");
        assert_eq!(
            set_value("", "prefer_roles", "['Read*']").unwrap(),
            "prefer_roles = ['Read*']\n"
        );
        assert_eq!(set_value("", "session_duration", "8h").unwrap(), "session_duration = \"8h\"\n");
    }

    #[test]
    fn what_a_key_does_not_take_is_said() {
        let said = |key, value| set_value("", key, value).unwrap_err();
        assert!(said("thread", "3").hints[0].contains("threads"), "{:?}", said("thread", "3"));
        assert!(said("pick.mous", "true").hints[0].contains("pick.mouse"));
        assert_eq!(said("instances.corp.thread", "3").hints, ["did you mean threads?"]);
        let range = said("console_duration", "5");
        assert_eq!(
            (range.kind, range.message.contains("15 to 720")),
            (ErrorKind::Usage, true),
            "{range:?}"
        );
        assert!(said("auth_flow", "magic").message.contains("device-code"));
        assert_eq!(said("rules", "[]").kind, ErrorKind::Usage);
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
