//! Programs that print credentials as JSON: a profile's `credential_process`.

use std::time::Duration;

use serde::Deserialize;

use crate::domain::{Error, ErrorKind, Result, Secret};
use crate::identity::AccessKeys;
use crate::ops::ctx::run_blocking;
use crate::os::process::{TerminalAccess, capture, split_words};

use super::ProfileTerminal;

/// How long such a program may take. It may ask the user for a code or to sign in.
const TIME_LIMIT: Duration = Duration::from_secs(300);

/// The JSON of a `credential_process`, version 1.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ProcessOutput {
    version: u32,
    access_key_id: String,
    secret_access_key: String,
    session_token: Option<String>,
}

/// Runs the `credential_process` of a profile.
///
/// # Errors
/// [`ErrorKind::Config`] if the program can't be started, fails or prints something else.
///
/// If the terminal is in use, the program may have failed for want of it: [`ErrorKind::Usage`].
pub(super) async fn run(name: &str, line: String, terminal: ProfileTerminal) -> Result<AccessKeys> {
    match terminal {
        ProfileTerminal::Shared(_) => run_with(name, line, TerminalAccess::Shared).await,
        ProfileTerminal::InUse => {
            run_with(name, line, TerminalAccess::None).await.map_err(|mut error| {
                error.kind = ErrorKind::Usage;
                error
            })
        }
    }
}

async fn run_with(name: &str, line: String, terminal: TerminalAccess) -> Result<AccessKeys> {
    let mut words = split_words(&line).into_iter();
    let program = words.next().unwrap_or_default();
    let args: Vec<String> = words.collect();
    let in_profile = |what: &str| format!("profile `{name}`: its credential_process {what}");
    let failed = |what: &str| Error::new(ErrorKind::Config, in_profile(what));
    let run = move || capture(&program, &args, TIME_LIMIT, terminal);
    let captured = run_blocking(run).await.map_err(|error| {
        let mut error = error.context(format!("profile `{name}`: its credential_process"));
        error.kind = ErrorKind::Config;
        error.hint(format!("correct `credential_process` in the profile `{name}`"))
    })?;
    if !captured.status.success() {
        return Err(failed(&captured.describe_failure()));
    }
    parse(captured.stdout.expose()).ok_or_else(|| failed("printed no credentials"))
}

/// Parses the output. An error would quote secrets, so there is none.
pub(super) fn parse(output: &[u8]) -> Option<AccessKeys> {
    let output: ProcessOutput = serde_json::from_slice(output).ok()?;
    let is_filled = !output.access_key_id.is_empty() && !output.secret_access_key.is_empty();
    (output.version == 1 && is_filled).then(|| AccessKeys {
        access_key_id: output.access_key_id,
        secret_access_key: output.secret_access_key.into(),
        session_token: output.session_token.filter(|token| !token.is_empty()).map(Secret::new),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_credentials_of_version_1_are_taken() {
        let with = |version: &str, secret: &str| {
            format!(
                r#"{{"Version":{version},"AccessKeyId":"AKIA","SecretAccessKey":"{secret}","SessionToken":""}}"#
            )
        };
        let keys = parse(with("1", "s").as_bytes()).unwrap();
        assert_eq!((keys.access_key_id.as_str(), keys.session_token.is_none()), ("AKIA", true));
        for bad in [with("2", "s"), with("1", ""), "{}".to_owned(), String::new()] {
            assert!(parse(bad.as_bytes()).is_none(), "{bad}");
        }
    }
}
