//! Reads aws-sso-cli's `config.yaml`, as its documentation describes it.

use toml_edit::{Array, InlineTable, Value as Toml};

use crate::domain::{AccountId, Error, ErrorKind, Region, Result, RoleArn, StartUrl};
use crate::ops::yaml::{self, YamlNode, YamlValue};

use super::profile_template::translate;
use super::{ImportValues, InstanceNames};

/// Columns of `list` that both programs have.
const LIST_FIELDS: [&str; 15] = [
    "AccountId",
    "AccountIdPad",
    "AccountName",
    "AccountAlias",
    "EmailAddress",
    "RoleName",
    "Arn",
    "SSO",
    "SSORegion",
    "StartUrl",
    "DefaultRegion",
    "Profile",
    "Via",
    "Expires",
    "ExpiresEpoch",
];

/// How a setting is converted.
enum Conversion {
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

/// Reads the file.
///
/// # Errors
/// [`ErrorKind::Config`] with the line, if the file is not YAML or not of this program.
pub(super) fn collect(text: &str, names: &mut InstanceNames, out: &mut ImportValues) -> Result<()> {
    let file = yaml::parse(text)?;
    if let YamlValue::Unsupported(what) = file.value {
        return Err(Error::new(
            ErrorKind::Config,
            format!("line {}: {what} is not read here", file.line),
        ));
    }
    let empty = YamlNode { value: YamlValue::Null, span: 0..0, line: 1, is_flow: false };
    let directories = file.get("SSOConfig").unwrap_or(&empty);
    let mut renamed = Vec::new();
    for (name, directory) in directories.pairs() {
        if let Some(target) = collect_instance(name, directory, names, out) {
            renamed.push((name.clone(), target));
        }
    }
    if directories.pairs().is_empty() {
        out.skip("SSOConfig", format!("line {}: there is no instance in it", directories.line));
    }
    for (key, node) in file.pairs() {
        match key.as_str() {
            "SSOConfig" => {}
            "DefaultSSO" => {
                match node.text().and_then(|name| renamed.iter().find(|(source, _)| source == name))
                {
                    Some((_, target)) => out.add("DefaultSSO", &["default_sso"], target.as_str()),
                    None => out.skip("DefaultSSO", "it does not name an imported instance"),
                }
            }
            "ProfileFormat" => match node.text().and_then(translate) {
                Some(target) => out.add("ProfileFormat", &["profile_format"], target),
                None => out.skip(
                    "ProfileFormat",
                    "it is a Go template with more than fields: write `profile_format` yourself",
                ),
            },
            "ListFields" => collect_list_fields(node, out),
            _ => convert(key, key, &[], node, conversion(key), out),
        }
    }
    Ok(())
}

/// Returns the conversion of a setting of the whole program.
fn conversion(key: &str) -> Conversion {
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

fn url_action(word: &str) -> Option<&'static str> {
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
fn convert(
    from: &str,
    key: &str,
    above: &[&str],
    node: &YamlNode,
    conversion: Conversion,
    out: &mut ImportValues,
) {
    if let Some((line, what)) = node.unsupported() {
        return out.skip(from, format!("line {line}: {what} is not read here"));
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
            format!(
                "`{}` is not understood as a value of {key}",
                text.unwrap_or("what stands there")
            ),
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

fn collect_list_fields(node: &YamlNode, out: &mut ImportValues) {
    let all: Vec<&str> = node.items().iter().filter_map(YamlNode::text).collect();
    let (known, other): (Vec<&str>, Vec<&str>) =
        all.into_iter().partition(|name| LIST_FIELDS.contains(name));
    for name in other {
        out.skip(format!("ListFields {name}"), "`list` has no such column");
    }
    if !known.is_empty() {
        out.add("ListFields", &["list_fields"], known.into_iter().collect::<Array>());
    }
}

/// Collects one instance. Returns its name in rolecall, or `None` if it lacks a required setting.
fn collect_instance(
    name: &str,
    node: &YamlNode,
    names: &mut InstanceNames,
    out: &mut ImportValues,
) -> Option<String> {
    let from = format!("SSOConfig.{name}");
    let (Some(url), Some(region)) = (
        node.get("StartUrl").and_then(YamlNode::text),
        node.get("SSORegion").and_then(YamlNode::text),
    ) else {
        let reason = node
            .unsupported()
            .map_or("it has no StartUrl or no SSORegion".to_owned(), |(line, what)| {
                format!("line {line}: {what} is not read here")
            });
        out.skip(&from, reason);
        return None;
    };
    // Names in rolecall may be typed without quotes.
    let wanted: String = name
        .chars()
        .map(
            |letter| {
                if letter.is_ascii_alphanumeric() || "-_".contains(letter) { letter } else { '-' }
            },
        )
        .collect();
    let target = names
        .resolve(&from, Some(&wanted), &StartUrl::new(url), &Region::new(region), out)
        .to_string();
    let above = ["instances", target.as_str()];
    for (key, node) in node.pairs() {
        let conversion = match key.as_str() {
            "StartUrl" | "SSORegion" => continue,
            "Accounts" => {
                collect_accounts(&from, &above, node, out);
                continue;
            }
            "DefaultRegion" => Conversion::Text("default_region"),
            "AuthUrlAction" => Conversion::Choice("auth_url_action", url_action),
            _ => Conversion::Unsupported("an instance has no such setting here"),
        };
        convert(&format!("{from}.{key}"), key, &above, node, conversion, out);
    }
    Some(target)
}

fn collect_accounts(from: &str, above: &[&str], node: &YamlNode, out: &mut ImportValues) {
    if let YamlValue::Unsupported(what) = node.value {
        return out.skip(
            format!("{from}.Accounts"),
            format!("line {}: {what} is not read here", node.line),
        );
    }
    for (written, node) in node.pairs() {
        let from = format!("{from}.Accounts.{written}");
        // Some editors strip the leading zeros of a number.
        let Ok(account) = format!("{written:0>12}").parse::<AccountId>() else {
            out.skip(&from, "it is not an account id");
            continue;
        };
        let id = account.to_string();
        let above = [above, &["accounts", &id]].concat();
        if let YamlValue::Unsupported(what) = node.value {
            out.skip(&from, format!("line {}: {what} is not read here", node.line));
        }
        for (key, node) in node.pairs() {
            let conversion = match key.as_str() {
                "Name" => Conversion::Text("name"),
                "DefaultRegion" => Conversion::Text("default_region"),
                "Tags" => Conversion::Map("tags"),
                "Roles" => {
                    collect_roles(&from, &above, node, out);
                    continue;
                }
                _ => Conversion::Unsupported("an account has no such setting here"),
            };
            convert(&format!("{from}.{key}"), key, &above, node, conversion, out);
        }
    }
}

fn collect_roles(from: &str, above: &[&str], node: &YamlNode, out: &mut ImportValues) {
    if let YamlValue::Unsupported(what) = node.value {
        return out
            .skip(format!("{from}.Roles"), format!("line {}: {what} is not read here", node.line));
    }
    for (role, node) in node.pairs() {
        let from = format!("{from}.Roles.{role}");
        let above = [above, &["roles", role.as_str()]].concat();
        if let YamlValue::Unsupported(what) = node.value {
            out.skip(&from, format!("line {}: {what} is not read here", node.line));
        }
        for (key, node) in node.pairs() {
            let conversion = match key.as_str() {
                "Profile" => Conversion::Text("profile"),
                "DefaultRegion" => Conversion::Text("default_region"),
                "Tags" => Conversion::Map("tags"),
                "Via" if node.text().is_some_and(|via| via.parse::<RoleArn>().is_err()) => {
                    Conversion::Unsupported("it is not the ARN of a role")
                }
                "Via" => Conversion::Text("via"),
                "SourceIdentity" => Conversion::Text("source_identity"),
                "ExternalId" => Conversion::Text("external_id"),
                _ => Conversion::Unsupported("a role has no such setting here"),
            };
            convert(&format!("{from}.{key}"), key, &above, node, conversion, out);
        }
    }
}
