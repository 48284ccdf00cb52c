//! The helper of `ecs run --detach`: serves credentials until `ecs stop`.

use std::ffi::OsString;
use std::io::Read;
use std::net::SocketAddr;

use crate::config::{Env, env};
use crate::domain::{ErrorKind, Result, ResultExt, Secret};
use crate::ops::ctx::Ctx;
use crate::ops::ecs::server::{BoundServer, EcsServer, ServerHooks};
use crate::ops::ecs::socket_path;
use crate::ops::ecs::transport::Transport;
use crate::ops::open_url::SECRET_VARIABLES;
use crate::os::atomic_file;
use crate::os::process::signals::TerminationGuard;
use crate::os::process::{self, detached, own_program};

use crate::cli::app::{self, Caller};
use crate::cli::args::{EcsHelperArgs, Globals};
use crate::cli::helpers::sign_in;

/// Starts a server without slots and returns its URL. It gets the vault's key on its standard
/// input; secrets in variables are not passed on.
///
/// # Errors
/// [`ErrorKind::Vault`] if the vault can't be opened; [`ErrorKind::Usage`] if a server is running;
/// [`ErrorKind::Os`] if the address can't be bound.
pub(in crate::cli) fn start(
    ctx: &Ctx,
    globals: &Globals,
    address: SocketAddr,
    transport: &Transport,
) -> Result<String> {
    ctx.vault.ensure_ready()?;
    let key = ctx.vault.data_key()?;
    // Bound here first, because the helper has no terminal to report an error on.
    drop(BoundServer::bind(ctx, address, transport)?);
    let mut args: Vec<OsString> =
        vec!["ecs-helper".into(), "--listen".into(), address.to_string().into()];
    if let Some(file) = &globals.config {
        let file = std::path::absolute(file).unwrap_or_else(|_| file.into());
        args.extend(["--config".into(), file.into()]);
    }
    if let Some(browser) = &globals.browser {
        args.extend(["--browser".into(), browser.into()]);
    }
    let unset: Vec<&str> =
        SECRET_VARIABLES.into_iter().chain([env::AWS_SSO_FILE_PASSWORD_FILE.name()]).collect();
    let key = key.as_ref().map_or(&[][..], |key| key.expose());
    detached::spawn_and_wait(&own_program()?, &args, &unset, key)
        // Another server may have been faster, and the helper has no terminal to say so.
        .map_err(|error| BoundServer::bind(ctx, address, transport).err().unwrap_or(error))
}

/// Runs the helper: the first process starts the second, which serves.
pub(in crate::cli) fn run(globals: &Globals, args: &EcsHelperArgs) -> Result<u8> {
    if !args.serve {
        let words = std::env::args_os().skip(1).chain(["--serve".into()]);
        return detached::respawn_detached(&own_program()?, &words.collect::<Vec<_>>()).map(|()| 0);
    }
    process::become_session_leader();
    let mut key = Vec::new();
    std::io::stdin().read_to_end(&mut key).context(ErrorKind::Os, "reading the vault's key")?;
    let key = Some(Secret::new(key)).filter(|key| !key.expose().is_empty());
    let ctx = app::open_with_data_key(Env::from_process(), globals, Caller::Program, key)?;
    let bound = BoundServer::bind(&ctx, args.listen, &Transport::for_address(&ctx, args.listen)?)?;
    let socket = socket_path(&ctx.paths);
    let guard = TerminationGuard::new(move || drop(atomic_file::remove(&socket)))?;
    let (signing, globals) = (ctx.clone(), globals.clone());
    let hooks = ServerHooks {
        // Without a terminal, `ecs list` shows the events.
        report: Box::new(|_, _, _| {}),
        start_sign_in: Box::new(move |instance| sign_in::start(&signing, &globals, instance)),
    };
    let server = EcsServer::new(&ctx, &bound, hooks);
    // The directory of the caller can be unmounted, unless a variable names a file in it.
    let bundle = ctx.env.path(env::AWS_CA_BUNDLE);
    if ctx.paths.are_absolute() && bundle.is_none_or(|path| path.is_absolute()) {
        std::env::set_current_dir("/").context(ErrorKind::Os, "changing to /")?;
    }
    detached::report_ready(&bound.url())?;
    let lock = app::block_on(&ctx, server.serve(bound))?;
    // The next server may have its socket as soon as the lock is gone.
    drop(guard);
    drop(lock);
    Ok(0)
}
