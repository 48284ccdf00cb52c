//! The background sign-in of `process --auto-login`, which outlives an SDK's time-out.

use std::ffi::OsString;
use std::io::{Read, Write};

use crate::config::{Env, env};
use crate::domain::{ErrorKind, Instance, Result, ResultExt, Secret, escape_unprintable};
use crate::ops::ctx::Ctx;
use crate::ops::sign_in::background::{self, SignInNotice};
use crate::os::process::{self, own_program};

use crate::cli::app::{self, Caller};
use crate::cli::args::Globals;

/// Starts a helper that signs in to an instance. It gets the vault's key on its standard input, its
/// only stdio.
///
/// # Errors
/// [`crate::domain::ErrorKind::Vault`] if the vault can't be opened here: the helper could not
/// store the token either.
pub(in crate::cli) fn start(ctx: &Ctx, globals: &Globals, instance: &Instance) -> Result<()> {
    ctx.vault.ensure_ready()?;
    let key = ctx.vault.data_key()?;
    let mut args: Vec<OsString> =
        vec!["sign-in-helper".into(), "--sso".into(), instance.name.as_str().into()];
    if let Some(file) = &globals.config {
        args.extend(["--config".into(), file.into()]);
    }
    if let Some(browser) = &globals.browser {
        args.extend(["--browser".into(), browser.into()]);
    }
    if let Some(action) = globals.url_action {
        args.extend(["--url-action".into(), action.as_str().into()]);
    }
    let unset = [env::AWS_SSO_FILE_PASSWORD.name(), env::AWS_SSO_FILE_PASSWORD_FILE.name()];
    process::spawn_detached(
        &own_program()?,
        &args,
        &unset,
        key.as_ref().map_or(&[], |key| key.expose()),
    )
}

/// Shows the user at the terminal, if there is one, where to sign in.
pub(in crate::cli) fn show_notice(notice: &SignInNotice) {
    let Ok(mut terminal) = crate::os::terminal::tty::open() else { return };
    let problem = notice
        .problem
        .as_ref()
        .map(|problem| format!("rolecall: {}\r\n", escape_unprintable(problem)))
        .unwrap_or_default();
    let code = notice
        .code
        .as_ref()
        .map(|code| format!("\r\n  check that it shows this code: {}", escape_unprintable(code)))
        .unwrap_or_default();
    let _ = write!(
        terminal,
        "{problem}rolecall: sign in at {}{code}\r\n",
        escape_unprintable(&notice.url)
    );
}

/// Runs the helper.
pub(in crate::cli) fn run(globals: &Globals) -> Result<u8> {
    process::become_session_leader();
    let mut key = Vec::new();
    std::io::stdin().read_to_end(&mut key).context(ErrorKind::Os, "reading the vault's key")?;
    let key = Some(Secret::new(key)).filter(|key| !key.expose().is_empty());
    let ctx = app::open_with_data_key(Env::from_process(), globals, Caller::Program, key)?;
    let instance = app::selected_instance(&ctx, globals)?;
    app::block_on(&ctx, background::run_helper(&ctx, &instance))?;
    Ok(0)
}
