//! `process`: JSON for `credential_process`.

use std::time::Duration;

use serde::Serialize;

use crate::config::Env;
use crate::domain::{Credentials, Error, ErrorKind, Result, Window, parse_duration};

use super::args::{Globals, ProcessArgs};
use super::out;
use super::warm::{self, Terms};

/// Runs the command: never prompts, prints nothing but the credentials on stdout.
pub(super) fn run(globals: &Globals, args: &ProcessArgs) -> Result<u8> {
    let terms = terms(args)?;
    warm::credentials(Env::from_process(), globals, &args.selectors, &terms, |credentials, _| {
        print(credentials)
    })
}

fn terms(args: &ProcessArgs) -> Result<Terms> {
    let window = Window(length("--window", &args.window)?);
    let wait = args.wait.as_deref().map(|wait| length("--wait", wait)).transpose()?;
    let wait = wait.map(|seconds| Duration::from_secs(seconds.unsigned_abs()));
    Ok(Terms {
        window,
        auto_login: args.auto_login,
        wait,
        stored: !args.sts_refresh && !args.no_cache,
        keep: !args.no_cache,
        of_shell: false,
        command: "process",
    })
}

/// A flag's length of time, in seconds.
fn length(flag: &str, text: &str) -> Result<i64> {
    parse_duration(text).ok_or_else(|| {
        Error::new(ErrorKind::Usage, format!("`{flag} {text}` is not a length of time"))
            .hint("write 15m, 900s or 1h")
    })
}

/// The document that every AWS SDK reads.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Document<'a> {
    version: u8,
    access_key_id: &'a str,
    secret_access_key: &'a str,
    session_token: &'a str,
    expiration: String,
    account_id: &'a str,
}

fn print(credentials: &Credentials) -> Result<u8> {
    let document = Document {
        version: 1,
        access_key_id: &credentials.access_key_id,
        secret_access_key: credentials.secret_access_key.expose(),
        session_token: credentials.session_token.expose(),
        expiration: credentials.expires_at.to_rfc3339(),
        account_id: credentials.account.as_str(),
    };
    let text =
        serde_json::to_string(&document).map_err(|error| Error::internal(error.to_string()))?;
    out::data(&(text + "\n"))?;
    Ok(0)
}
