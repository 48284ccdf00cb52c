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
    let wanted = args.selectors.to_role_query().with_words(&args.query);
    if let Some(word @ ("." | "-")) = wanted.query.as_deref() {
        let message =
            format!("`process` needs a role that is the same in every shell, and `{word}` is not");
        return Err(Error::new(ErrorKind::Usage, message).hint("name the role as account/role"));
    }
    machine_credentials::with_credentials(
        Env::from_process(),
        globals,
        wanted,
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
        Error::new(ErrorKind::Usage, format!("`{flag} {text}` is not a duration"))
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

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use crate::awsconfig::AwsConfig;
    use crate::cli::Cli;
    use crate::ops::roles::profile::find_role;

    /// `credential_process` lines of profiles are read with the flags of this command.
    #[test]
    fn the_value_of_no_flag_is_taken_for_the_role_of_a_profile() {
        let mut root = Cli::command();
        root.build();
        let process = root.find_subcommand("process").unwrap();
        let with_value = process.get_arguments().filter(|arg| {
            let names_role = ["profile", "arn", "account", "role"].contains(&arg.get_id().as_str());
            arg.get_action().takes_values() && !arg.is_positional() && !names_role
        });
        let mut count = 0;
        for arg in with_value {
            let long = arg.get_long().map(|long| format!("--{long}"));
            let short = arg.get_short().map(|short| format!("-{short}"));
            for flag in long.into_iter().chain(short) {
                let line = format!("rolecall process {flag} x 012345678901/Admin");
                let text = format!("[profile a]\ncredential_process = {line}\n");
                let role = find_role(&AwsConfig::parse(text), &[], "a");
                assert_eq!(
                    role.map(|role| role.role.to_string()).as_deref(),
                    Some("Admin"),
                    "{line}"
                );
                count += 1;
            }
        }
        assert!(count > 8, "{count}");
    }
}
