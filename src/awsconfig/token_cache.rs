//! The AWS CLI's cache of sign-ins, `~/.aws/sso/cache`: read with patience, written without taking
//! anything away.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Map, Value};
use sha1::{Digest, Sha1};

use crate::domain::{Error, Region, Result, Secret, StartUrl, Timestamp, hex, is_header_value};
use crate::os::atomic_file;

/// How long a writer of a half-written file is given to finish: nobody there writes by rename.
const PARTIAL_WRITE_DELAY: Duration = Duration::from_millis(20);

/// The field by which we know our own token again: the SHA-1 of it. Others pass over fields they
/// don't know.
const MARKER_FIELD: &str = "rolecall";
/// Fields that belong to whoever signed in, and to that directory alone.
const OWNER_FIELDS: [&str; 4] =
    ["refreshToken", "clientId", "clientSecret", "registrationExpiresAt"];

/// The file's name for a sign-in: of the name of its `[sso-session]`, or of a legacy profile's
/// start URL exactly as written.
pub fn file_name(key: &str) -> String {
    format!("{}.json", sha1_hex(key))
}

/// An access token in the cache. What would renew it is not read: it is not ours to use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CachedToken {
    /// Opens the access portal.
    pub access_token: Secret<String>,
    /// When it ends.
    pub expires_at: Timestamp,
    /// The portal it was issued for; the Go SDK writes none.
    pub start_url: Option<StartUrl>,
    /// The region of the directory.
    pub region: Option<Region>,
    /// The client it was issued to.
    pub client_id: Option<String>,
    /// We have put it there.
    pub is_ours: bool,
}

/// The token in a file. A file that is missing, half-written or something else altogether has none.
pub fn load(path: &Path) -> Option<CachedToken> {
    parse_token(&load_fields_with_retry(path)?)
}

/// Whether the client of a token may do what these scopes say, as far as the registrations beside
/// the token tell: tokens themselves don't say it, and a client that nobody has written down is
/// believed.
pub fn has_scopes(directory: &Path, token: &CachedToken, scopes: &[String]) -> bool {
    let Some(client) = &token.client_id else { return true };
    let Ok(entries) = std::fs::read_dir(directory) else { return true };
    let paths = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "json"));
    let registered = paths.filter_map(|path| load_fields(&path)).find_map(|fields| {
        let own = text_field(&fields, "clientId")? == client;
        Some(field(&fields, "scopes")?.as_array()?.clone()).filter(|_| own)
    });
    registered.is_none_or(|registered| {
        scopes.iter().all(|scope| registered.iter().any(|known| known == scope.as_str()))
    })
}

/// Puts a token of ours into a file, atomically and for this user alone (0600). Every other field
/// stays, unless it is about another directory.
///
/// # Errors
/// When the file can't be written.
pub fn save(
    path: &Path,
    start_url: &StartUrl,
    region: &Region,
    access_token: &Secret<String>,
    expires_at: Timestamp,
) -> Result<()> {
    let mut fields = load_fields_with_retry(path).unwrap_or_default();
    set_token(&mut fields, start_url, region, access_token, expires_at);
    save_fields(path, &fields)
}

fn set_token(
    fields: &mut Map<String, Value>,
    start_url: &StartUrl,
    region: &Region,
    access_token: &Secret<String>,
    expires_at: Timestamp,
) {
    let same = text_field(fields, "startUrl").is_none_or(|url| StartUrl::new(url) == *start_url)
        && text_field(fields, "region").is_none_or(|known| Region::new(known) == *region);
    if !same {
        OWNER_FIELDS.iter().for_each(|name| drop(remove_field(fields, name)));
    }
    set_field(fields, "startUrl", start_url.as_written());
    set_field(fields, "region", region.as_str());
    set_field(fields, "accessToken", access_token.expose());
    set_field(fields, "expiresAt", &expires_at.to_rfc3339());
    set_field(fields, MARKER_FIELD, &sha1_hex(access_token.expose()));
}

/// The token in the bytes of a file, as [`load`] reads it. Public for fuzzing.
#[doc(hidden)]
pub fn parse_bytes(bytes: &[u8]) -> Option<CachedToken> {
    parse_token(&serde_json::from_slice(bytes).ok()?)
}

/// The bytes of a file after [`save`] has put a token into it. Public for fuzzing.
#[doc(hidden)]
pub fn with_token(
    bytes: &[u8],
    start_url: &StartUrl,
    region: &Region,
    access_token: &Secret<String>,
    expires_at: Timestamp,
) -> Vec<u8> {
    let mut fields = serde_json::from_slice(bytes).unwrap_or_default();
    set_token(&mut fields, start_url, region, access_token, expires_at);
    serde_json::to_vec(&fields).unwrap_or_default()
}

/// Takes a token of ours out of a file, which stays: it tells that the CLI is used with this
/// session. Tokens of others are left alone.
///
/// # Errors
/// When the file can't be written.
pub fn remove_token(path: &Path) -> Result<()> {
    let Some(mut fields) = load_fields_with_retry(path) else { return Ok(()) };
    if !parse_token(&fields).is_some_and(|token| token.is_ours) {
        return Ok(());
    }
    set_field(&mut fields, "accessToken", "");
    set_field(&mut fields, "expiresAt", &Timestamp::default().to_rfc3339());
    remove_field(&mut fields, MARKER_FIELD);
    save_fields(path, &fields)
}

/// The file's fields, with a second look at a file that somebody may be writing.
fn load_fields_with_retry(path: &Path) -> Option<Map<String, Value>> {
    load_fields(path).or_else(|| {
        path.exists().then(|| std::thread::sleep(PARTIAL_WRITE_DELAY))?;
        load_fields(path)
    })
}

fn load_fields(path: &Path) -> Option<Map<String, Value>> {
    serde_json::from_slice(&atomic_file::load(path).ok()??).ok()
}

fn parse_token(fields: &Map<String, Value>) -> Option<CachedToken> {
    let access_token = text_field(fields, "accessToken").filter(|token| is_header_value(token))?;
    Some(CachedToken {
        access_token: access_token.into(),
        expires_at: text_field(fields, "expiresAt").and_then(Timestamp::parse)?,
        start_url: text_field(fields, "startUrl").map(StartUrl::new),
        region: text_field(fields, "region").map(Region::new),
        client_id: text_field(fields, "clientId").map(str::to_owned),
        is_ours: text_field(fields, MARKER_FIELD) == Some(&sha1_hex(access_token)),
    })
}

fn save_fields(path: &Path, fields: &Map<String, Value>) -> Result<()> {
    let bytes = Secret::new(
        serde_json::to_vec(fields).map_err(|error| Error::internal(error.to_string()))?,
    );
    atomic_file::save(path, bytes.expose())
}

/// A field's name in the file: the SDKs read names in any case.
fn find_field_name<'f>(fields: &'f Map<String, Value>, name: &str) -> Option<&'f String> {
    fields.keys().find(|key| key.eq_ignore_ascii_case(name))
}

fn field<'f>(fields: &'f Map<String, Value>, name: &str) -> Option<&'f Value> {
    fields.get(find_field_name(fields, name)?)
}

fn text_field<'f>(fields: &'f Map<String, Value>, name: &str) -> Option<&'f str> {
    field(fields, name)?.as_str()
}

fn set_field(fields: &mut Map<String, Value>, name: &str, value: &str) {
    let name = find_field_name(fields, name).cloned().unwrap_or_else(|| name.to_owned());
    fields.insert(name, value.into());
}

fn remove_field(fields: &mut Map<String, Value>, name: &str) -> Option<Value> {
    let name = find_field_name(fields, name)?.clone();
    fields.remove(&name)
}

fn sha1_hex(text: &str) -> String {
    hex(&Sha1::digest(text.as_bytes()))
}

/// The files in a cache where the CLI may keep a sign-in of these keys, in their order.
pub fn cache_paths(directory: &Path, keys: &[&str]) -> Vec<PathBuf> {
    keys.iter().map(|key| directory.join(file_name(key))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const URL: &str = "https://corp.awsapps.com/start";

    fn save_own_token(path: &Path) {
        save(
            path,
            &StartUrl::new(URL),
            &Region::new("eu-west-1"),
            &"ours".into(),
            Timestamp(1_795_310_617),
        )
        .unwrap();
    }

    fn fields(path: &Path) -> Value {
        serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
    }

    #[test]
    fn files_are_named_as_the_cli_names_them() {
        assert_eq!(file_name("corp"), "ee0bfd2552fbd840c02cc48b6e823320543c450f.json");
        assert_eq!(
            file_name("https://d-1234567890.awsapps.com/start"),
            "7487b5b67d5fa1132cf33fa93ae51ef38cc37752.json"
        );
    }

    #[test]
    fn what_any_tool_wrote_is_read_and_a_half_written_file_is_none() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("x.json");
        for at in [
            "2026-11-22T01:23:37Z",
            "2026-11-22T01:23:37UTC",
            "2026-11-22T01:23:37.328958Z",
            "2026-11-22T02:23:37+01:00",
        ] {
            std::fs::write(&path, format!(r#"{{"ACCESSTOKEN":"a","expiresat":"{at}","StartURL":"{URL}/","Region":"eu-west-1"}}"#)).unwrap();
            let token = load(&path).unwrap();
            assert_eq!(
                (token.access_token.expose().as_str(), token.expires_at),
                ("a", Timestamp(1_795_310_617))
            );
            assert_eq!((token.start_url, token.is_ours), (Some(StartUrl::new(URL)), false));
        }
        for text in [
            "",
            "{\"accessToken\": \"a",
            "[]",
            "{}",
            r#"{"accessToken":"a"}"#,
            r#"{"accessToken":"","expiresAt":"2026-11-22T01:23:37Z"}"#,
        ] {
            std::fs::write(&path, text).unwrap();
            assert_eq!(load(&path), None, "{text}");
        }
        assert_eq!(load(&home.path().join("missing")), None);
    }

    #[test]
    fn our_token_keeps_all_other_fields() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("x.json");
        let old = r#"{"startUrl":"https://corp.awsapps.com/start/#/","AccessToken":"old","expiresAt":"2020-01-01T00:00:00Z","refreshToken":"theirs","future":[1]}"#;
        std::fs::write(&path, old).unwrap();
        save_own_token(&path);
        let said = fields(&path);
        assert_eq!(
            (said["AccessToken"].as_str(), said["expiresAt"].as_str()),
            (Some("ours"), Some("2026-11-22T01:23:37Z"))
        );
        assert_eq!(
            (said["refreshToken"].as_str(), said["future"][0].as_i64()),
            (Some("theirs"), Some(1))
        );
        assert!(load(&path).unwrap().is_ours);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
    }

    #[test]
    fn fields_of_another_directory_are_removed() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("x.json");
        std::fs::write(&path, r#"{"startUrl":"https://other","refreshToken":"theirs","clientSecret":"theirs","future":1}"#).unwrap();
        save_own_token(&path);
        let said = fields(&path);
        assert!(
            said.get("refreshToken").is_none()
                && said.get("clientSecret").is_none()
                && said["future"] == 1,
            "{said}"
        );
    }

    #[test]
    fn our_token_is_taken_back_and_nobody_elses() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("x.json");
        save_own_token(&path);
        remove_token(&path).unwrap();
        assert_eq!(load(&path), None);
        assert_eq!(fields(&path)["expiresAt"], "1970-01-01T00:00:00Z");
        // Another tool's token, in a file where our mark was kept.
        save_own_token(&path);
        let theirs = std::fs::read_to_string(&path).unwrap().replace("\"ours\"", "\"theirs\"");
        std::fs::write(&path, &theirs).unwrap();
        remove_token(&path).unwrap();
        assert_eq!(
            (std::fs::read_to_string(&path).unwrap(), load(&path).unwrap().is_ours),
            (theirs, false)
        );
    }

    #[test]
    fn a_client_with_other_scopes_is_no_use_to_us() {
        let home = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| std::fs::write(home.path().join(name), text).unwrap();
        write(
            "token.json",
            r#"{"accessToken":"a","expiresAt":"2026-11-22T01:23:37Z","clientId":"c"}"#,
        );
        let token = load(&home.path().join("token.json")).unwrap();
        let ours = ["sso:account:access".to_owned()];
        assert!(has_scopes(home.path(), &token, &ours), "nobody knows better");
        write(
            "client.json",
            r#"{"clientId":"c","clientSecret":"s","scopes":["codewhisperer:completions"]}"#,
        );
        assert!(!has_scopes(home.path(), &token, &ours));
        write(
            "client.json",
            r#"{"clientId":"c","clientSecret":"s","scopes":["codewhisperer:completions","sso:account:access"]}"#,
        );
        assert!(has_scopes(home.path(), &token, &ours));
    }
}
