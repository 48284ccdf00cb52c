//! Errors about values of the wrong type, in the words of the configuration file.

use toml::de::Error;

/// What the deserializer expects, and how the file's reader calls it.
const EXPECTED: [(&str, &str); 9] = [
    ("a sequence", "a list such as [\"a\", \"b\"]"),
    ("a string", "text in quotes"),
    ("string or map", "text in quotes or a table"),
    ("a map", "a table"),
    ("a boolean", "true or false"),
    ("u8", "a whole number"),
    ("u16", "a whole number"),
    ("u32", "a whole number"),
    ("usize", "a whole number"),
];

/// Returns the message of a deserializer: `"no" is not true or false`.
pub(super) fn describe(error: &Error) -> String {
    let message = error.message();
    let wrong = ["invalid type: ", "invalid value: "];
    let rest = wrong.iter().find_map(|start| message.strip_prefix(start));
    if let Some((found, expected)) = rest.and_then(|rest| rest.split_once(", expected ")) {
        return format!("{} is not {}", describe_found(found), describe_expected(expected));
    }
    if let Some((found, expected)) =
        message.strip_prefix("unknown variant ").and_then(|rest| rest.split_once(", expected "))
    {
        let words = expected.strip_prefix("one of ").unwrap_or(expected);
        return format!("{found} is not one of {words}");
    }
    match message.strip_prefix("missing field ") {
        Some(field) => format!("{field} is missing"),
        None => message.to_owned(),
    }
}

/// The value as the file has it: `"no"`, `3`, `a list`.
fn describe_found(found: &str) -> String {
    let value = ["string ", "integer ", "floating point ", "boolean "];
    match value.iter().find_map(|kind| found.strip_prefix(kind)) {
        Some(text) => text.trim_matches('`').to_owned(),
        None => match found {
            "sequence" => "a list".to_owned(),
            "map" => "a table".to_owned(),
            other => other.to_owned(),
        },
    }
}

/// What the deserializer expects, in the words of the configuration file.
pub(super) fn describe_expected(expected: &str) -> String {
    let known = EXPECTED.iter().find(|(name, _)| *name == expected);
    match known {
        Some((_, words)) => (*words).to_owned(),
        None if expected.starts_with("struct ") => "a table".to_owned(),
        None => expected.to_owned(),
    }
}
