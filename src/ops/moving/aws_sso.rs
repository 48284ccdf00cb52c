//! aws-sso-cli's `config.yaml`, as its documentation describes it.

use toml_edit::{Array, InlineTable, Value as Toml};

use crate::domain::{AccountId, Error, ErrorKind, Region, Result, RoleArn, StartUrl};
use crate::ops::yaml::{self, Node, Value};

use super::template::translated;
use super::{Names, Wishes};

/// Columns of `list` that both programs have.
const FIELDS: [&str; 15] = [
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

/// How a setting moves.
enum How {
    /// The same text under this key.
    Text(&'static str),
    /// The same number.
    Number(&'static str),
    /// The same truth.
    Truth(&'static str),
    /// A list of texts.
    Texts(&'static str),
    /// A map of texts.
    Map(&'static str),
    /// One word for another.
    Word(&'static str, fn(&str) -> Option<&'static str>),
    /// It has no counterpart; why.
    Nothing(&'static str),
}

/// Reads the file.
///
/// # Errors
/// [`Kind::Config`] with the line, for what is no YAML or no such file.
pub(super) fn read(text: &str, names: &mut Names, out: &mut Wishes) -> Result<()> {
    let file = yaml::parse(text)?;
    if let Value::Odd(what) = file.value {
        return Err(Error::new(
            ErrorKind::Config,
            format!("line {}: {what} is not read here", file.line),
        ));
    }
    let empty = Node { value: Value::Null, span: 0..0, line: 1, flow: false };
    let directories = file.get("SSOConfig").unwrap_or(&empty);
    let mut renamed = Vec::new();
    for (name, directory) in directories.pairs() {
        if let Some(ours) = instance(name, directory, names, out) {
            renamed.push((name.clone(), ours));
        }
    }
    if directories.pairs().is_empty() {
        out.leave("SSOConfig", format!("line {}: there is no instance in it", directories.line));
    }
    for (key, node) in file.pairs() {
        match key.as_str() {
            "SSOConfig" => {}
            "DefaultSSO" => {
                match node.text().and_then(|name| renamed.iter().find(|(theirs, _)| theirs == name))
                {
                    Some((_, ours)) => out.wish("DefaultSSO", &["default_sso"], ours.as_str()),
                    None => out.leave("DefaultSSO", "it names no instance that moves in"),
                }
            }
            "ProfileFormat" => match node.text().and_then(translated) {
                Some(ours) => out.wish("ProfileFormat", &["profile_format"], ours),
                None => out.leave(
                    "ProfileFormat",
                    "it is a Go template with more than fields: write `profile_format` anew",
                ),
            },
            "ListFields" => fields(node, out),
            _ => take(key, key, &[], node, setting(key), out),
        }
    }
    Ok(())
}

/// What a setting of the whole program becomes.
fn setting(key: &str) -> How {
    match key {
        "DefaultRegion" => How::Text("default_region"),
        "CacheRefresh" => How::Number("cache_refresh"),
        "AutoConfigCheck" => How::Truth("auto_config_check"),
        "AutoLogin" => {
            How::Word("auto_login", |word| choice(word, &[("true", "always"), ("false", "never")]))
        }
        "AuthWorkflow" => How::Word("auth_flow", |word| {
            choice(word, &[("pkce", "pkce"), ("device-code", "device-code")])
        }),
        "Threads" => How::Number("threads"),
        "MaxRetry" => How::Number("max_retry"),
        "MaxBackoff" => How::Number("max_backoff"),
        "Browser" => How::Text("browser"),
        "UrlAction" => How::Word("url_action", url_action),
        "AuthUrlAction" => How::Word("auth_url_action", url_action),
        "UrlExecCommand" => How::Texts("url_exec_command"),
        "ConsoleDuration" => How::Number("console_duration"),
        "LogLevel" => How::Word("log_level", log_level),
        "LogLines" => How::Truth("log_lines"),
        "HistoryLimit" => How::Number("history_limit"),
        "HistoryMinutes" => How::Number("history_minutes"),
        "SecureStore" => How::Word("secure_store", secure_store),
        "ConfigVariables" => How::Map("config_variables"),
        "EnvVarTags" => How::Texts("env_var_tags"),
        "ConfigProfilesBinaryPath" => {
            How::Nothing("it is the path of aws-sso; profiles run rolecall")
        }
        "ConfigProfilesUrlAction" => {
            How::Nothing("profiles open sign-in pages as `auth_url_action` says")
        }
        "PromptColors" => How::Nothing("the picker has themes: `pick.theme`"),
        "FirstTag" | "FullTextSearch" | "AccountPrimaryTag" => {
            How::Nothing("the picker searches all fields, and shows `pick.columns`")
        }
        "JsonStore" => How::Nothing("what is stored there stays with aws-sso: sign in anew"),
        _ => How::Nothing("it has no counterpart"),
    }
}

fn choice(word: &str, pairs: &[(&str, &'static str)]) -> Option<&'static str> {
    pairs.iter().find(|(theirs, _)| theirs.eq_ignore_ascii_case(word)).map(|(_, ours)| *ours)
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
    SAME.into_iter().find(|same| *same == word).or_else(|| choice(word, &[("ansi-osc52", "osc52")]))
}

fn secure_store(word: &str) -> Option<&'static str> {
    let keyring =
        ["keychain", "kwallet", "secret-service", "wincred"].map(|name| (name, "keyring"));
    choice(word, &keyring).or_else(|| choice(word, &[("file", "file"), ("json", "json")]))
}

/// aws-sso-cli logs at two finer levels, whose lines rolecall does not have.
fn log_level(word: &str) -> Option<&'static str> {
    choice(
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

/// Moves one value to the key below `above`.
fn take(from: &str, key: &str, above: &[&str], node: &Node, how: How, out: &mut Wishes) {
    if let Some((line, what)) = node.odd() {
        return out.leave(from, format!("line {line}: {what} is not read here"));
    }
    if node.value == Value::Null {
        return;
    }
    let text = node.text();
    let at = |name: &'static str| above.iter().copied().chain([name]).collect::<Vec<_>>();
    let moved: Option<(&'static str, Toml)> = match how {
        How::Nothing(why) => return out.leave(from, why),
        How::Text(name) => text.map(|text| (name, text.into())),
        How::Number(name) => {
            text.and_then(|text| text.parse::<i64>().ok()).map(|number| (name, number.into()))
        }
        How::Truth(name) => text.and_then(truth).map(|truth| (name, truth.into())),
        How::Texts(name) => texts(node).map(|list| (name, Toml::Array(list))),
        How::Map(name) => map(node).map(|map| (name, Toml::InlineTable(map))),
        How::Word(name, ours) => text.and_then(ours).map(|word| (name, word.into())),
    };
    match moved {
        // Nothing in it is nothing to move.
        Some((_, Toml::InlineTable(map))) if map.is_empty() => {}
        Some((name, value)) => out.wish(from, &at(name), value),
        None => out.leave(
            from,
            format!(
                "`{}` is not understood as a value of {key}",
                text.unwrap_or("what stands there")
            ),
        ),
    }
}

fn truth(word: &str) -> Option<bool> {
    match word.to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" => Some(true),
        "false" | "no" | "off" => Some(false),
        _ => None,
    }
}

fn texts(node: &Node) -> Option<Array> {
    let Value::List(items) = &node.value else { return None };
    items.iter().map(Node::text).collect()
}

fn map(node: &Node) -> Option<InlineTable> {
    let Value::Map(pairs) = &node.value else { return None };
    pairs
        .iter()
        .map(|(key, node)| {
            Some((key.as_str(), node.text().or_else(|| (node.value == Value::Null).then_some(""))?))
        })
        .collect()
}

fn fields(node: &Node, out: &mut Wishes) {
    let all: Vec<&str> = node.items().iter().filter_map(Node::text).collect();
    let (known, other): (Vec<&str>, Vec<&str>) =
        all.into_iter().partition(|name| FIELDS.contains(name));
    for name in other {
        out.leave(format!("ListFields {name}"), "`list` has no such column");
    }
    if !known.is_empty() {
        out.wish("ListFields", &["list_fields"], known.into_iter().collect::<Array>());
    }
}

/// One instance; its name here, or `None` when it lacks what makes one.
fn instance(name: &str, node: &Node, names: &mut Names, out: &mut Wishes) -> Option<String> {
    let from = format!("SSOConfig.{name}");
    let (Some(url), Some(region)) =
        (node.get("StartUrl").and_then(Node::text), node.get("SSORegion").and_then(Node::text))
    else {
        let why =
            node.odd().map_or("it has no StartUrl or no SSORegion".to_owned(), |(line, what)| {
                format!("line {line}: {what} is not read here")
            });
        out.leave(&from, why);
        return None;
    };
    // Names here may be typed without quotes.
    let wanted: String = name
        .chars()
        .map(
            |letter| {
                if letter.is_ascii_alphanumeric() || "-_".contains(letter) { letter } else { '-' }
            },
        )
        .collect();
    let ours = names
        .home(&from, Some(&wanted), &StartUrl::new(url), &Region::new(region), out)
        .to_string();
    let above = ["instances", ours.as_str()];
    for (key, node) in node.pairs() {
        let how = match key.as_str() {
            "StartUrl" | "SSORegion" => continue,
            "Accounts" => {
                accounts(&from, &above, node, out);
                continue;
            }
            "DefaultRegion" => How::Text("default_region"),
            "AuthUrlAction" => How::Word("auth_url_action", url_action),
            _ => How::Nothing("an instance has no such setting here"),
        };
        take(&format!("{from}.{key}"), key, &above, node, how, out);
    }
    Some(ours)
}

fn accounts(from: &str, above: &[&str], node: &Node, out: &mut Wishes) {
    if let Value::Odd(what) = node.value {
        return out.leave(
            format!("{from}.Accounts"),
            format!("line {}: {what} is not read here", node.line),
        );
    }
    for (written, node) in node.pairs() {
        let from = format!("{from}.Accounts.{written}");
        // A number loses its zeros on the way through some editors.
        let Ok(account) = format!("{written:0>12}").parse::<AccountId>() else {
            out.leave(&from, "it is no account id");
            continue;
        };
        let id = account.to_string();
        let above = [above, &["accounts", &id]].concat();
        if let Value::Odd(what) = node.value {
            out.leave(&from, format!("line {}: {what} is not read here", node.line));
        }
        for (key, node) in node.pairs() {
            let how = match key.as_str() {
                "Name" => How::Text("name"),
                "DefaultRegion" => How::Text("default_region"),
                "Tags" => How::Map("tags"),
                "Roles" => {
                    roles(&from, &above, node, out);
                    continue;
                }
                _ => How::Nothing("an account has no such setting here"),
            };
            take(&format!("{from}.{key}"), key, &above, node, how, out);
        }
    }
}

fn roles(from: &str, above: &[&str], node: &Node, out: &mut Wishes) {
    if let Value::Odd(what) = node.value {
        return out.leave(
            format!("{from}.Roles"),
            format!("line {}: {what} is not read here", node.line),
        );
    }
    for (role, node) in node.pairs() {
        let from = format!("{from}.Roles.{role}");
        let above = [above, &["roles", role.as_str()]].concat();
        if let Value::Odd(what) = node.value {
            out.leave(&from, format!("line {}: {what} is not read here", node.line));
        }
        for (key, node) in node.pairs() {
            let how = match key.as_str() {
                "Profile" => How::Text("profile"),
                "DefaultRegion" => How::Text("default_region"),
                "Tags" => How::Map("tags"),
                "Via" if node.text().is_some_and(|via| via.parse::<RoleArn>().is_err()) => {
                    How::Nothing("it is not the ARN of a role")
                }
                "Via" => How::Text("via"),
                "SourceIdentity" => How::Text("source_identity"),
                "ExternalId" => How::Text("external_id"),
                _ => How::Nothing("a role has no such setting here"),
            };
            take(&format!("{from}.{key}"), key, &above, node, how, out);
        }
    }
}
