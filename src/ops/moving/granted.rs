//! Granted's `~/.granted/config`.

use toml::Value;

use crate::domain::{Error, ErrorKind, Result};

use super::Wishes;

/// Reads the file.
///
/// # Errors
/// [`Kind::Config`] with the line, when it is no TOML.
pub(super) fn read(text: &str, out: &mut Wishes) -> Result<()> {
    let table: toml::Table = toml::from_str(text).map_err(|error| {
        let line = error
            .span()
            .and_then(|span| text.get(..span.start))
            .map_or(1, |before| before.matches('\n').count() + 1);
        Error::new(
            ErrorKind::Config,
            format!("line {line}: {}", error.message().replace('\n', ", ")),
        )
    })?;
    for (key, value) in &table {
        // Granted writes down what was never chosen as an empty text.
        if value.as_str() != Some("") {
            setting(key, value, out);
        }
    }
    Ok(())
}

fn setting(key: &str, value: &Value, out: &mut Wishes) {
    let truth = value.as_bool();
    match (key, value) {
        ("DefaultBrowser", Value::String(name)) => browser(name, out),
        ("CustomBrowserPath", Value::String(path)) => out.wish(key, &["browser"], path.as_str()),
        ("CustomSSOBrowserPath", Value::String(path)) => {
            out.wish(key, &["auth_browser"], path.as_str())
        }
        ("AccessRequestURL", Value::String(url)) if !url.contains("{{") => {
            out.wish(key, &["access_request_url"], url.as_str())
        }
        ("AccessRequestURL", _) => out.leave(
            key,
            "it is a template; `access_request_url` takes {account_id}, {role} and {email}",
        ),
        ("ExportSSOToken", _) if truth.is_some() => out.wish(
            key,
            &["share_token_cache"],
            if truth == Some(true) { "always" } else { "never" },
        ),
        ("CredentialProcessAutoLogin", _) if truth.is_some() => {
            out.wish(
                key,
                &["auto_login"],
                if truth == Some(true) { "always" } else { "interactive" },
            );
        }
        ("UseAuthorizationCode", _) if truth.is_some() => {
            out.wish(key, &["auth_flow"], if truth == Some(true) { "pkce" } else { "device-code" })
        }
        ("DefaultExportAllEnvVar", Value::Boolean(all)) => {
            out.wish(key, &["export_all_env_vars"], *all)
        }
        ("Ordering", Value::String(order)) => match order.to_ascii_lowercase().as_str() {
            "alphabetical" => out.wish(key, &["history_weight"], 0.0),
            "frecency" => out.wish(key, &["history_weight"], 1.0),
            _ => out.leave(key, format!("`{order}` is no order that is known")),
        },
        ("Keyring", Value::Table(table)) => keyring(table, out),
        ("LastCheckForUpdates", _) => out.leave(key, "only Granted's own notes"),
        (_, Value::Table(table)) if key.ends_with("LaunchTemplate") => {
            let command = table.get("Command").map(ToString::to_string).unwrap_or_default();
            out.leave(
                key,
                format!("write it as `url_exec_command`, a list with one %s: {command}"),
            );
        }
        _ => out.leave(key, "it has no counterpart"),
    }
}

fn browser(name: &str, out: &mut Wishes) {
    match name.to_ascii_uppercase().as_str() {
        "FIREFOX" => out.wish("DefaultBrowser", &["url_action"], "granted-containers"),
        "STDOUT" | "FIREFOX_STDOUT" => out.wish("DefaultBrowser", &["url_action"], "print"),
        _ => out.leave(
            "DefaultBrowser",
            format!("{name} is opened by its path, as `browser`, or as the system's own"),
        ),
    }
}

fn keyring(table: &toml::Table, out: &mut Wishes) {
    for (key, value) in table {
        let from = format!("Keyring.{key}");
        match (key.as_str(), value.as_str()) {
            (_, Some("")) => {}
            ("Backend", Some("keychain" | "secret-service" | "wincred" | "kwallet")) => {
                out.wish(from, &["secure_store"], "keyring")
            }
            ("Backend", Some("file")) => out.wish(from, &["secure_store"], "file"),
            ("Backend", Some(other)) => {
                out.leave(from, format!("there is no store `{other}`: see `secure_store`"))
            }
            _ => out.leave(from, "the vault needs no such setting"),
        }
    }
}
