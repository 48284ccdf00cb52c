//! The AWS CLI's token cache, `~/.aws/sso/cache`. Reads retry half-written files; writes keep all
//! other fields.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Map, Value};
use sha1::{Digest, Sha1};

use crate::domain::{
    ErrorKind, Region, Result, ResultExt, Secret, StartUrl, Timestamp, hex, is_header_value,
};
use crate::os::atomic_file;

/// The pause before a half-written file is read again: the programs that share the cache do not
/// write atomically.
const PARTIAL_WRITE_DELAY: Duration = Duration::from_millis(20);

/// The field that marks a token as written by rolecall: the token's SHA-1. Other programs ignore
/// unknown fields.
const MARKER_FIELD: &str = "rolecall";
/// Fields that belong to the program that signed in, and only to that instance.
const OWNER_FIELDS: [&str; 4] =
    ["refreshToken", "clientId", "clientSecret", "registrationExpiresAt"];

/// Returns the name of a cache file. `key` is the name of the `[sso-session]`, or a legacy
/// profile's start URL exactly as written.
pub fn file_name(key: &str) -> String {
    format!("{}.json", sha1_hex(key))
}

/// An access token in the cache. Refresh tokens are not read, because they belong to other
/// programs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CachedToken {
    /// The access token for the portal.
    pub access_token: Secret<String>,
    pub expires_at: Timestamp,
    /// The start URL that it was issued for; the Go SDK writes none.
    pub start_url: Option<StartUrl>,
    /// The region of the instance.
    pub region: Option<Region>,
    /// The ID of the client that it was issued to.
    pub client_id: Option<String>,
    /// Whether rolecall has written it.
    pub is_from_rolecall: bool,
}

/// Loads the token in a file; `None` if the file is missing, half-written or not a token.
pub fn load(path: &Path) -> Option<CachedToken> {
    parse_token(&load_fields_with_retry(path)?)
}

/// Whether the client of a token has these scopes, according to the registrations in the same
/// directory. Tokens do not contain scopes. A client without a registration counts as having them.
pub fn has_scopes(directory: &Path, token: &CachedToken, scopes: &[String]) -> bool {
    let Some(client) = &token.client_id else { return true };
    let Ok(entries) = std::fs::read_dir(directory) else { return true };
    let paths = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "json"));
    let registered = paths.filter_map(|path| load_fields(&path)).find_map(|fields| {
        let is_same_client = text_field(&fields, "clientId")? == client;
        Some(field(&fields, "scopes")?.as_array()?.clone()).filter(|_| is_same_client)
    });
    registered.is_none_or(|registered| {
        scopes.iter().all(|scope| registered.iter().any(|known| known == scope.as_str()))
    })
}

/// Saves a token that rolecall lends to the AWS CLI, atomically and readable only for this user
/// (0600). Other fields are kept, unless they belong to another instance.
///
/// # Errors
/// If the file can't be written.
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
    let is_same_instance = text_field(fields, "startUrl")
        .is_none_or(|url| StartUrl::new(url) == *start_url)
        && text_field(fields, "region").is_none_or(|known| Region::new(known) == *region);
    if !is_same_instance {
        OWNER_FIELDS.iter().for_each(|name| drop(remove_field(fields, name)));
    }
    set_field(fields, "startUrl", start_url.as_written());
    set_field(fields, "region", region.as_str());
    set_field(fields, "accessToken", access_token.expose());
    set_field(fields, "expiresAt", &expires_at.to_rfc3339());
    set_field(fields, MARKER_FIELD, &sha1_hex(access_token.expose()));
}

/// Parses the bytes of a file as [`load`] does. Public for fuzzing.
#[doc(hidden)]
pub fn parse_bytes(bytes: &[u8]) -> Option<CachedToken> {
    parse_token(&serde_json::from_slice(bytes).ok()?)
}

/// Returns the bytes that [`save`] would write for this content. Public for fuzzing.
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

/// Removes a token that rolecall has written. The file stays, because it shows that the AWS CLI is
/// used with this session. Tokens of other programs are not changed.
///
/// # Errors
/// If the file can't be written.
pub fn remove_token(path: &Path) -> Result<()> {
    let Some(mut fields) = load_fields_with_retry(path) else { return Ok(()) };
    if !parse_token(&fields).is_some_and(|token| token.is_from_rolecall) {
        return Ok(());
    }
    set_field(&mut fields, "accessToken", "");
    set_field(&mut fields, "expiresAt", &Timestamp::default().to_rfc3339());
    remove_field(&mut fields, MARKER_FIELD);
    save_fields(path, &fields)
}

/// Loads the file's fields, and retries once if another program may be writing the file.
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
        is_from_rolecall: text_field(fields, MARKER_FIELD) == Some(&sha1_hex(access_token)),
    })
}

fn save_fields(path: &Path, fields: &Map<String, Value>) -> Result<()> {
    let bytes = serde_json::to_vec(fields).context(ErrorKind::Internal, "encoding the token")?;
    let bytes = Secret::new(bytes);
    atomic_file::save(path, bytes.expose())
}

/// Returns a field's name as spelled in the file: SDKs ignore the case of names.
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

/// Returns the files in which the AWS CLI may cache a token for these keys, in their order.
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
    fn files_have_the_names_that_the_aws_cli_uses() {
        assert_eq!(file_name("corp"), "ee0bfd2552fbd840c02cc48b6e823320543c450f.json");
        assert_eq!(
            file_name("https://d-1234567890.awsapps.com/start"),
            "7487b5b67d5fa1132cf33fa93ae51ef38cc37752.json"
        );
        let paths =
            cache_paths(Path::new("cache"), &["corp", "https://d-1234567890.awsapps.com/start"]);
        assert_eq!(
            paths,
            [
                Path::new("cache/ee0bfd2552fbd840c02cc48b6e823320543c450f.json"),
                Path::new("cache/7487b5b67d5fa1132cf33fa93ae51ef38cc37752.json"),
            ]
        );
    }

    #[test]
    fn tokens_of_any_program_are_read_and_half_written_files_are_not() {
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
            assert_eq!(
                (token.start_url, token.is_from_rolecall),
                (Some(StartUrl::new(URL)), false)
            );
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
    fn saving_a_token_keeps_all_other_fields() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("x.json");
        let old = r#"{"startUrl":"https://corp.awsapps.com/start/#/","AccessToken":"old","expiresAt":"2020-01-01T00:00:00Z","refreshToken":"theirs","future":[1]}"#;
        std::fs::write(&path, old).unwrap();
        save_own_token(&path);
        let saved = fields(&path);
        assert_eq!(
            (saved["AccessToken"].as_str(), saved["expiresAt"].as_str()),
            (Some("ours"), Some("2026-11-22T01:23:37Z"))
        );
        assert_eq!(
            (saved["refreshToken"].as_str(), saved["future"][0].as_i64()),
            (Some("theirs"), Some(1))
        );
        assert!(load(&path).unwrap().is_from_rolecall);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
    }

    #[test]
    fn fields_of_another_instance_are_removed() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("x.json");
        for owner in [r#""startUrl":"https://other""#, r#""region":"ap-south-2""#] {
            let theirs = r#""refreshToken":"theirs","clientSecret":"theirs","future":1"#;
            std::fs::write(&path, format!("{{{owner},{theirs}}}")).unwrap();
            save_own_token(&path);
            let saved = fields(&path);
            assert!(
                saved.get("refreshToken").is_none()
                    && saved.get("clientSecret").is_none()
                    && saved["future"] == 1,
                "{saved}"
            );
        }
    }

    #[test]
    fn only_tokens_of_rolecall_are_removed() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("x.json");
        save_own_token(&path);
        remove_token(&path).unwrap();
        assert_eq!(load(&path), None);
        assert_eq!(fields(&path)["expiresAt"], "1970-01-01T00:00:00Z");
        // Another program's token, in a file with a remaining marker of rolecall.
        save_own_token(&path);
        let other_token = std::fs::read_to_string(&path).unwrap().replace("\"ours\"", "\"theirs\"");
        std::fs::write(&path, &other_token).unwrap();
        remove_token(&path).unwrap();
        assert_eq!(
            (std::fs::read_to_string(&path).unwrap(), load(&path).unwrap().is_from_rolecall),
            (other_token, false)
        );
    }

    #[test]
    fn scopes_are_those_of_the_clients_registration() {
        let home = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| std::fs::write(home.path().join(name), text).unwrap();
        write(
            "token.json",
            r#"{"accessToken":"a","expiresAt":"2026-11-22T01:23:37Z","clientId":"c"}"#,
        );
        let token = load(&home.path().join("token.json")).unwrap();
        let scopes = ["sso:account:access".to_owned()];
        assert!(has_scopes(home.path(), &token, &scopes), "no registration");
        write(
            "client.json",
            r#"{"clientId":"c","clientSecret":"s","scopes":["codewhisperer:completions"]}"#,
        );
        assert!(!has_scopes(home.path(), &token, &scopes));
        write(
            "client.json",
            r#"{"clientId":"c","clientSecret":"s","scopes":["codewhisperer:completions","sso:account:access"]}"#,
        );
        assert!(has_scopes(home.path(), &token, &scopes));
    }
}
