//! `process`: prints JSON for `credential_process`.

use std::time::Duration;

use serde::Serialize;

use crate::config::Env;
use crate::domain::{Credentials, Error, ErrorKind, Result, Window, parse_duration};

use crate::cli::args::{Globals, ProcessArgs};
use crate::cli::machine_credentials::{self, CredentialRequest};
use crate::cli::ui;

/// Runs the command: never prompts, prints nothing but the credentials on stdout.
pub(in crate::cli) fn run(globals: &Globals, args: &ProcessArgs) -> Result<u8> {
    let request = credential_request(args)?;
    machine_credentials::with_credentials(
        Env::from_process(),
        globals,
        &args.selectors,
        &request,
        |credentials, _| print_credentials(credentials),
    )
}

fn credential_request(args: &ProcessArgs) -> Result<CredentialRequest> {
    let window = Window(parse_duration_flag("--window", &args.window)?);
    let wait = args.wait.as_deref().map(|wait| parse_duration_flag("--wait", wait)).transpose()?;
    Ok(CredentialRequest {
        window,
        auto_login: args.auto_login,
        wait,
        use_cached: !args.sts_refresh && !args.no_cache,
        store: !args.no_cache,
        from_shell: false,
        command: "process",
    })
}

/// Parses the duration of a flag.
fn parse_duration_flag(flag: &str, text: &str) -> Result<Duration> {
    parse_duration(text).ok_or_else(|| {
        Error::new(ErrorKind::Usage, format!("`{flag} {text}` is not a length of time"))
            .hint("write 15m, 900s or 1h")
    })
}

/// The `credential_process` document that AWS SDKs read.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct CredentialProcessOutput<'a> {
    version: u8,
    access_key_id: &'a str,
    secret_access_key: &'a str,
    session_token: &'a str,
    expiration: String,
    account_id: &'a str,
}

fn print_credentials(credentials: &Credentials) -> Result<u8> {
    let document = CredentialProcessOutput {
        version: 1,
        access_key_id: &credentials.access_key_id,
        secret_access_key: credentials.secret_access_key.expose(),
        session_token: credentials.session_token.expose(),
        expiration: credentials.expires_at.to_rfc3339(),
        account_id: credentials.account.as_str(),
    };
    let text =
        serde_json::to_string(&document).map_err(|error| Error::internal(error.to_string()))?;
    ui::print_data(&(text + "\n"))?;
    Ok(0)
}
