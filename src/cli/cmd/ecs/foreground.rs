//! The server of `ecs run` in the foreground, until Ctrl-C or `ecs stop`.
//!
//! Deriving the vault's key, the list of roles and a sign-in take several times the memory of the
//! server. So the process that has prepared it replaces itself: the server starts with little
//! memory, and without the passphrase in its environment.

use std::ffi::OsString;
use std::net::SocketAddr;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::config::{Env, env};
use crate::domain::{Error, ErrorKind, Result, ResultExt, Secret};
use crate::ops::ctx::Ctx;
use crate::ops::ecs::messages::LoadedRole;
use crate::ops::ecs::server::{BoundServer, EcsServer, ServerHooks};
use crate::ops::ecs::socket_path;
use crate::ops::ecs::stored_slots::{self, SlotContent};
use crate::ops::ecs::transport::Transport;
use crate::ops::open_url::SECRET_VARIABLES;
use crate::os::atomic_file;
use crate::os::process::signals::TerminationGuard;
use crate::os::process::{self, own_program};
use crate::server::SlotName;

use crate::cli::app::{self, Caller};
use crate::cli::args::Globals;
use crate::cli::helpers::sign_in;
use crate::cli::ui;

use super::event_printer::EventPrinter;

/// The roles that a server serves from its start.
pub(super) struct InitialRoles {
    /// That of `--default`.
    pub(super) default: Option<LoadedRole>,
    /// The slots of the last run that are served again.
    pub(super) stored: Vec<SlotContent>,
}

/// What the process that serves gets on its standard input from the one that it replaces.
#[derive(Serialize, Deserialize)]
struct PreparedServer {
    address: SocketAddr,
    /// The vault's key as base64; empty if it has none.
    #[serde(with = "crate::domain::exposed")]
    key: Secret<String>,
    default: Option<LoadedRole>,
    /// The stored slots that are served again. Their roles and tokens are in the vault.
    stored: Vec<SlotName>,
}

/// Serves until the user or `ecs stop` ends it.
pub(super) fn serve(
    ctx: &Arc<Ctx>,
    globals: &Globals,
    address: SocketAddr,
    roles: InitialRoles,
) -> Result<u8> {
    replace_process(ctx, address, &roles)?;
    serve_here(ctx, globals, address, roles)
}

/// Replaces this process with one that only serves. Returns only if that failed, or if the system
/// can't do it. After a failure, the passphrase would stay in the environment of the server.
fn replace_process(ctx: &Ctx, address: SocketAddr, roles: &InitialRoles) -> Result<()> {
    let key = ctx.vault.data_key()?;
    let prepared = PreparedServer {
        address,
        key: Secret::new(key.map_or_else(String::new, |key| STANDARD.encode(key.expose()))),
        default: roles.default.clone(),
        stored: roles.stored.iter().map(|content| content.slot.clone()).collect(),
    };
    let input = serde_json::to_vec(&prepared).context(ErrorKind::Internal, "the server")?;
    let input = Zeroizing::new(input);
    // The command takes no words, only flags.
    let words = std::env::args_os().skip(1).filter(|word| word != "--");
    let words: Vec<OsString> = words.chain(["--prepared".into()]).collect();
    // A pipe with the passphrase can't be read again.
    let unset: Vec<&str> =
        SECRET_VARIABLES.into_iter().chain([env::AWS_SSO_FILE_PASSWORD_FILE.name()]).collect();
    process::replace(&own_program()?, &words, &unset, &input)
}

/// Serves what the process that this one replaced has prepared.
pub(super) fn serve_prepared(globals: &Globals) -> Result<u8> {
    // Not what is wrong with it: that could quote the key.
    let foreign = || Error::new(ErrorKind::Usage, "only `rolecall ecs run` uses `--prepared`");
    let input = process::take_input()?;
    let PreparedServer { address, key, default, stored: served } =
        serde_json::from_slice(&input).map_err(|_| foreign())?;
    drop(input);
    let key = STANDARD.decode(key.expose()).map_err(|_| foreign())?;
    let key = Some(Secret::new(key)).filter(|key| !key.expose().is_empty());
    // Warnings were printed before.
    let ctx = app::open_with_data_key(Env::from_process(), globals, Caller::Program, key)?;
    let mut stored = stored_slots::load_all(&ctx).unwrap_or_else(|error| {
        ui::print_warning(&error.context("the slots of the last run are not served"));
        Vec::new()
    });
    stored.retain(|content| served.contains(&content.slot));
    serve_here(&ctx, globals, address, InitialRoles { default, stored })
}

/// Serves in this process.
fn serve_here(
    ctx: &Arc<Ctx>,
    globals: &Globals,
    address: SocketAddr,
    roles: InitialRoles,
) -> Result<u8> {
    let bound = BoundServer::bind(ctx, address, &Transport::for_address(ctx, address)?)?;
    let socket = socket_path(&ctx.paths);
    let guard = TerminationGuard::new(move || drop(atomic_file::remove(&socket)))?;
    let printer = EventPrinter::start(ctx.clock)?;
    let server = EcsServer::new(ctx, &bound, hooks(ctx, globals, printer.clone()));
    ui::print_message(&format!("serving credentials at {}; Ctrl-C ends it", bound.url()));
    let lock = app::block_on(ctx, async {
        for content in roles.stored {
            let slot = content.slot.clone();
            if let Err(error) = server.open(content) {
                ui::print_warning(&error.context(format!("the slot `{slot}` is not served")));
            }
        }
        if let Some(role) = roles.default {
            server.load(&SlotName::default(), role).await?;
        }
        let shown = server.clone();
        printer.show(move || shown.status().slots);
        server.serve(bound).await
    })?;
    // The next server may have its socket as soon as the lock is gone.
    drop(guard);
    drop(lock);
    Ok(0)
}

fn hooks(ctx: &Arc<Ctx>, globals: &Globals, printer: EventPrinter) -> ServerHooks {
    let (signing, globals) = (ctx.clone(), globals.clone());
    ServerHooks {
        report: Box::new(move |slot, role, event| printer.print(slot, role, event)),
        start_sign_in: Box::new(move |instance| sign_in::start(&signing, &globals, instance)),
    }
}
