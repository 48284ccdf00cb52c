//! Reads Granted's `~/.granted/config`.

use toml::Value;

use crate::domain::{Error, ErrorKind, Result};

use super::ImportValues;

/// Reads the file.
///
/// # Errors
/// [`ErrorKind::Config`] with the line, if the file is not TOML.
pub(super) fn collect(text: &str, out: &mut ImportValues) -> Result<()> {
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
        // Granted writes settings that were never chosen as empty strings.
        if value.as_str() != Some("") {
            collect_setting(key, value, out);
        }
    }
    Ok(())
}

fn collect_setting(key: &str, value: &Value, out: &mut ImportValues) {
    let truth = value.as_bool();
    match (key, value) {
        ("DefaultBrowser", Value::String(name)) => collect_browser(name, out),
        ("CustomBrowserPath", Value::String(path)) => out.add(key, &["browser"], path.as_str()),
        ("CustomSSOBrowserPath", Value::String(path)) => {
            out.add(key, &["auth_browser"], path.as_str())
        }
        ("AccessRequestURL", Value::String(url)) if !url.contains("{{") => {
            out.add(key, &["access_request_url"], url.as_str())
        }
        ("AccessRequestURL", _) => out.skip(
            key,
            "it is a template; `access_request_url` takes {account_id}, {role} and {email}",
        ),
        ("ExportSSOToken", _) if truth.is_some() => out.add(
            key,
            &["share_token_cache"],
            if truth == Some(true) { "always" } else { "never" },
        ),
        ("CredentialProcessAutoLogin", _) if truth.is_some() => {
            out.add(
                key,
                &["auto_login"],
                if truth == Some(true) { "always" } else { "interactive" },
            );
        }
        ("UseAuthorizationCode", _) if truth.is_some() => {
            out.add(key, &["auth_flow"], if truth == Some(true) { "pkce" } else { "device-code" })
        }
        ("DefaultExportAllEnvVar", Value::Boolean(all)) => {
            out.add(key, &["export_all_env_vars"], *all)
        }
        ("Ordering", Value::String(order)) => match order.to_ascii_lowercase().as_str() {
            "alphabetical" => out.add(key, &["history_weight"], 0.0),
            "frecency" => out.add(key, &["history_weight"], 1.0),
            _ => out.skip(key, format!("`{order}` is not a known order")),
        },
        ("Keyring", Value::Table(table)) => collect_keyring(table, out),
        ("LastCheckForUpdates", _) => out.skip(key, "only Granted's own notes"),
        (_, Value::Table(table)) if key.ends_with("LaunchTemplate") => {
            let command = table.get("Command").map(ToString::to_string).unwrap_or_default();
            out.skip(key, format!("write it as `url_exec_command`, a list with one %s: {command}"));
        }
        _ => out.skip(key, "it has no counterpart"),
    }
}

fn collect_browser(name: &str, out: &mut ImportValues) {
    match name.to_ascii_uppercase().as_str() {
        "FIREFOX" => out.add("DefaultBrowser", &["url_action"], "granted-containers"),
        "STDOUT" | "FIREFOX_STDOUT" => out.add("DefaultBrowser", &["url_action"], "print"),
        _ => out.skip(
            "DefaultBrowser",
            format!("{name} is opened by its path, as `browser`, or as the system's own"),
        ),
    }
}

fn collect_keyring(table: &toml::Table, out: &mut ImportValues) {
    for (key, value) in table {
        let from = format!("Keyring.{key}");
        match (key.as_str(), value.as_str()) {
            (_, Some("")) => {}
            ("Backend", Some("keychain" | "secret-service" | "wincred" | "kwallet")) => {
                out.add(from, &["secure_store"], "keyring")
            }
            ("Backend", Some("file")) => out.add(from, &["secure_store"], "file"),
            ("Backend", Some(other)) => {
                out.skip(from, format!("no store `{other}`: see `secure_store`"))
            }
            _ => out.skip(from, "the vault needs no such setting"),
        }
    }
}
