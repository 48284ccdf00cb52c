//! Converts single settings.

use toml_edit::{Array, InlineTable, Value as Toml};

use crate::ops::import::ImportValues;
use crate::ops::yaml::{YamlNode, YamlValue};

/// How a setting is converted.
pub(super) enum Conversion {
    /// The same text under this key.
    Text(&'static str),
    /// The same number.
    Number(&'static str),
    /// The same boolean.
    Bool(&'static str),
    /// A list of strings.
    List(&'static str),
    /// A map of strings.
    Map(&'static str),
    /// One word for another.
    Choice(&'static str, fn(&str) -> Option<&'static str>),
    /// It has no counterpart; the reason.
    Unsupported(&'static str),
}

/// Returns the conversion of a setting of the whole program.
pub(super) fn conversion(key: &str) -> Conversion {
    match key {
        "DefaultRegion" => Conversion::Text("default_region"),
        "CacheRefresh" => Conversion::Number("cache_refresh"),
        "AutoConfigCheck" => Conversion::Bool("auto_config_check"),
        "AutoLogin" => Conversion::Choice("auto_login", |word| {
            map_word(word, &[("true", "always"), ("false", "never")])
        }),
        "AuthWorkflow" => Conversion::Choice("auth_flow", |word| {
            map_word(word, &[("pkce", "pkce"), ("device-code", "device-code")])
        }),
        "Threads" => Conversion::Number("threads"),
        "MaxRetry" => Conversion::Number("max_retry"),
        "MaxBackoff" => Conversion::Number("max_backoff"),
        "Browser" => Conversion::Text("browser"),
        "UrlAction" => Conversion::Choice("url_action", url_action),
        "AuthUrlAction" => Conversion::Choice("auth_url_action", url_action),
        "UrlExecCommand" => Conversion::List("url_exec_command"),
        "ConsoleDuration" => Conversion::Number("console_duration"),
        "LogLevel" => Conversion::Choice("log_level", log_level),
        "LogLines" => Conversion::Bool("log_lines"),
        "HistoryLimit" => Conversion::Number("history_limit"),
        "HistoryMinutes" => Conversion::Number("history_minutes"),
        "SecureStore" => Conversion::Choice("secure_store", secure_store),
        "ConfigVariables" => Conversion::Map("config_variables"),
        "EnvVarTags" => Conversion::List("env_var_tags"),
        "ConfigProfilesBinaryPath" => {
            Conversion::Unsupported("it is the path of aws-sso; profiles run rolecall")
        }
        "ConfigProfilesUrlAction" => {
            Conversion::Unsupported("profiles open sign-in pages as `auth_url_action` says")
        }
        "PromptColors" => Conversion::Unsupported("the picker has themes: `pick.theme`"),
        "FirstTag" | "FullTextSearch" | "AccountPrimaryTag" => {
            Conversion::Unsupported("the picker searches all fields, and shows `pick.columns`")
        }
        "JsonStore" => {
            Conversion::Unsupported("stored credentials stay with aws-sso: sign in again")
        }
        _ => Conversion::Unsupported("it has no counterpart"),
    }
}

fn map_word(word: &str, pairs: &[(&str, &'static str)]) -> Option<&'static str> {
    pairs.iter().find(|(source, _)| source.eq_ignore_ascii_case(word)).map(|(_, target)| *target)
}

pub(super) fn url_action(word: &str) -> Option<&'static str> {
    const SAME: [&str; 7] = [
        "open",
        "print",
        "printurl",
        "clip",
        "exec",
        "open-url-in-container",
        "granted-containers",
    ];
    SAME.into_iter()
        .find(|same| *same == word)
        .or_else(|| map_word(word, &[("ansi-osc52", "osc52")]))
}

fn secure_store(word: &str) -> Option<&'static str> {
    let keyring =
        ["keychain", "kwallet", "secret-service", "wincred"].map(|name| (name, "keyring"));
    map_word(word, &keyring).or_else(|| map_word(word, &[("file", "file"), ("json", "json")]))
}

/// aws-sso-cli logs at two finer levels that rolecall does not have.
fn log_level(word: &str) -> Option<&'static str> {
    map_word(
        word,
        &[
            ("error", "error"),
            ("warn", "warn"),
            ("info", "info"),
            ("debug", "info"),
            ("trace", "info"),
        ],
    )
}

/// Converts one value to the key below `above`.
pub(super) fn convert(
    from: &str,
    key: &str,
    above: &[&str],
    node: &YamlNode,
    conversion: Conversion,
    out: &mut ImportValues,
) {
    if let Some((line, what)) = node.unsupported() {
        return out.skip(from, format!("line {line}: {what} is not supported here"));
    }
    if node.value == YamlValue::Null {
        return;
    }
    let text = node.text();
    let at = |name: &'static str| above.iter().copied().chain([name]).collect::<Vec<_>>();
    let moved: Option<(&'static str, Toml)> = match conversion {
        Conversion::Unsupported(reason) => return out.skip(from, reason),
        Conversion::Text(name) => text.map(|text| (name, text.into())),
        Conversion::Number(name) => {
            text.and_then(|text| text.parse::<i64>().ok()).map(|number| (name, number.into()))
        }
        Conversion::Bool(name) => text.and_then(parse_bool).map(|truth| (name, truth.into())),
        Conversion::List(name) => to_array(node).map(|list| (name, Toml::Array(list))),
        Conversion::Map(name) => to_inline_table(node).map(|map| (name, Toml::InlineTable(map))),
        Conversion::Choice(name, target) => text.and_then(target).map(|word| (name, word.into())),
    };
    match moved {
        // An empty setting has nothing to convert.
        Some((_, Toml::InlineTable(map))) if map.is_empty() => {}
        Some((name, value)) => out.add(from, &at(name), value),
        None => out.skip(
            from,
            match text {
                Some(text) => format!("`{text}` is not understood as a value of {key}"),
                None => format!("its value has the wrong type for {key}"),
            },
        ),
    }
}

fn parse_bool(word: &str) -> Option<bool> {
    match word.to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" => Some(true),
        "false" | "no" | "off" => Some(false),
        _ => None,
    }
}

fn to_array(node: &YamlNode) -> Option<Array> {
    let YamlValue::List(items) = &node.value else { return None };
    items.iter().map(YamlNode::text).collect()
}

fn to_inline_table(node: &YamlNode) -> Option<InlineTable> {
    let YamlValue::Map(pairs) = &node.value else { return None };
    pairs
        .iter()
        .map(|(key, node)| {
            Some((
                key.as_str(),
                node.text().or_else(|| (node.value == YamlValue::Null).then_some(""))?,
            ))
        })
        .collect()
}
