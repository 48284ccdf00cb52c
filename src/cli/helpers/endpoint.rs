//! The helper of `exec --as endpoint`: serves credentials to the command and ends with it.

use std::ffi::OsString;
use std::io::Read;
use std::sync::Arc;

use crate::config::{CredentialsAs, Env, env};
use crate::domain::{Error, ErrorKind, Result, ResultExt, RoleArn, Secret};
use crate::ops::assume::AssumeRequest;
use crate::ops::ctx::Ctx;
use crate::ops::endpoint::{credential_source, default_profile_conflict};
use crate::ops::target::lookup::ResolvedRole;
use crate::os::http::Listener;
use crate::os::process::watch::ProcessIdentity;
use crate::os::process::{self, detached, own_program};
use crate::os::random;
use crate::server::{AllowedClients, Endpoint, SlotName, SlotTiming};
use crate::shell::CredentialExport;

use crate::cli::app::{self, Caller};
use crate::cli::args::{EndpointHelperArgs, FormArg, Globals};
use crate::cli::role_env;

/// Whether `--as`, else `credentials_as`, asks for an endpoint.
pub(in crate::cli) fn is_requested(ctx: &Ctx, options: &role_env::EnvOptions) -> bool {
    options.form.map_or(ctx.settings.credentials_as == CredentialsAs::Endpoint, |form| {
        form == FormArg::Endpoint
    })
}

/// Checks that programs would use the endpoint.
///
/// # Errors
/// [`ErrorKind::Usage`] with `-x`; [`ErrorKind::Config`] with file and line if the default profile
/// has credentials.
pub(in crate::cli) fn check(ctx: &Ctx, options: &role_env::EnvOptions) -> Result<()> {
    if options.export_all {
        return Err(Error::new(
            ErrorKind::Usage,
            "keys in variables take precedence over an endpoint: programs would never ask it",
        )
        .hint("leave -x out, or use `--as profile -x`"));
    }
    let Some((path, found)) = default_profile_conflict(ctx)? else { return Ok(()) };
    let (place, line, key) = (ctx.paths.abbreviate(&path), found.line, found.key);
    Err(Error::new(
        ErrorKind::Config,
        format!(
            "{place}:{line}: `{key}` in [default] takes \
         precedence over an endpoint: programs would never ask it"
        ),
    )
    .hint("use `--as keys`, or rename that section and its uses"))
}

/// Starts a helper that serves this role to the program that this process becomes, and to its
/// children.
///
/// # Errors
/// [`ErrorKind::Vault`] if the vault can't be opened; if the helper does not start.
pub(in crate::cli) fn start(
    ctx: &Ctx,
    globals: &Globals,
    found: &ResolvedRole,
) -> Result<CredentialExport> {
    let key = ctx.vault.data_key()?;
    let input = HelperInput {
        watched: ProcessIdentity::current()?,
        token: random::token::<32>()?.into(),
        key,
    };
    let entry = found.entry();
    let (sso, role) =
        (found.roster.instance(entry).name.as_str(), format!("{}:{}", entry.account, entry.role));
    let mut args: Vec<OsString> =
        ["endpoint-helper", "--sso", sso, "--arn", &role].map(OsString::from).to_vec();
    if let Some(file) = &globals.config {
        args.extend(["--config".into(), file.into()]);
    }
    if let Some(browser) = &globals.browser {
        args.extend(["--browser".into(), browser.into()]);
    }
    let unset = [env::AWS_SSO_FILE_PASSWORD.name(), env::AWS_SSO_FILE_PASSWORD_FILE.name()];
    let url = detached::spawn_and_wait(&own_program()?, &args, &unset, input.render().expose())?;
    Ok(CredentialExport::Endpoint { url, token: input.token })
}

/// Runs the helper: the first process starts the second, which serves.
pub(in crate::cli) fn run(globals: &Globals, args: &EndpointHelperArgs) -> Result<u8> {
    if !args.serve {
        let words = std::env::args_os().skip(1).chain(["--serve".into()]);
        return detached::respawn_detached(&own_program()?, &words.collect::<Vec<_>>()).map(|()| 0);
    }
    process::become_session_leader();
    let input = HelperInput::read_stdin()?;
    let ctx = app::open_with_data_key(Env::from_process(), globals, Caller::Program, input.key)?;
    let (instance, arn) = (app::selected_instance(&ctx, globals)?, args.arn.parse::<RoleArn>()?);
    let request = AssumeRequest::new(&instance, arn.account, arn.role);
    let sign_in = {
        let (ctx, globals) = (ctx.clone(), globals.clone());
        move || crate::cli::helpers::sign_in::start(&ctx, &globals, &instance)
    };
    app::block_on(&ctx, serve(&ctx, request, input.watched, input.token, sign_in))?;
    Ok(0)
}

async fn serve(
    ctx: &Arc<Ctx>,
    request: AssumeRequest,
    watched: ProcessIdentity,
    token: Secret<String>,
    sign_in: impl Fn() -> Result<()> + Send + Sync + 'static,
) -> Result<()> {
    let (endpoint, listener) =
        (Endpoint::new(ctx.clock, SlotTiming::default()), Listener::bind(0)?);
    let (name, watch) = (SlotName::default(), watched.watch());
    endpoint.open(&name, token, credential_source(ctx.clone(), request, sign_in));
    // Reported after the watch began, so the parent can't have ended unnoticed.
    detached::report_ready(&format!("{}{}", listener.url(), name.path()))?;
    tokio::select! {
        served = endpoint.serve(listener, AllowedClients::All) => served,
        () = watch.wait() => Ok(()),
    }
}

/// The helper's standard input: the process to watch, the token that clients have to send, and the
/// vault's key.
struct HelperInput {
    watched: ProcessIdentity,
    token: Secret<String>,
    key: Option<Secret<Vec<u8>>>,
}

impl HelperInput {
    /// Renders two lines and the key's bytes.
    fn render(&self) -> Secret<Vec<u8>> {
        let lines = Secret::new(format!("{}\n{}\n", self.watched, self.token.expose()));
        let key: &[u8] = self.key.as_ref().map_or(&[], |key| key.expose());
        Secret::new([lines.expose().as_bytes(), key].concat())
    }

    fn read_stdin() -> Result<Self> {
        let mut bytes = Vec::new();
        std::io::stdin().read_to_end(&mut bytes).context(ErrorKind::Os, "reading what to serve")?;
        Self::parse(Secret::new(bytes).expose())
            .ok_or_else(|| Error::internal("only `rolecall exec --as endpoint` starts this"))
    }

    fn parse(bytes: &[u8]) -> Option<Self> {
        let mut parts = bytes.splitn(3, |byte| *byte == b'\n');
        let mut line = || std::str::from_utf8(parts.next()?).ok();
        let (watched, token) = (line()?.parse().ok()?, line()?.to_owned().into());
        let key = Some(parts.next()?.to_vec()).filter(|key| !key.is_empty()).map(Secret::new);
        Some(Self { watched, token, key })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_helper_is_told_arrives_whole_also_keys_with_line_ends_in_them() {
        for key in [None, Some(vec![b'\n', 0, b'\n', 255])] {
            let input = HelperInput {
                watched: ProcessIdentity::current().unwrap(),
                token: "token".into(),
                key: key.map(Secret::new),
            };
            let read = HelperInput::parse(input.render().expose()).unwrap();
            assert_eq!(
                (read.watched, read.token, read.key),
                (input.watched, input.token, input.key)
            );
        }
        assert!(
            HelperInput::parse(b"").is_none() && HelperInput::parse(b"hello\nworld\n").is_none()
        );
    }
}
