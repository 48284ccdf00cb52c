//! `ecs run`: prepares a server, with the questions to the user, and starts it.

use std::net::SocketAddr;
use std::sync::Arc;

use crate::config::env;
use crate::domain::{Error, ErrorKind, Result};
use crate::ops::assume::Freshness;
use crate::ops::ctx::Ctx;
use crate::ops::ecs::client;
use crate::ops::ecs::listen_address::{DEFAULT_LISTEN_ADDRESS, parse_listen_address};
use crate::ops::ecs::messages::LoadedRole;
use crate::ops::ecs::server::BoundServer;
use crate::ops::ecs::stored_slots::{self, SlotContent};
use crate::ops::ecs::transport::Transport;
use crate::ops::endpoint::default_profile_conflict;
use crate::ops::roles::load;
use crate::ops::roles::other_profiles::ProfileRows;
use crate::ops::target::lookup::ResolvedRole;
use crate::ops::target::resolve::RoleQuery;
use crate::ops::target::selector::RoleSelector;
use crate::server::SlotName;
use crate::shell::shell_word;
use crate::tui::PickAction;

use crate::cli::access::{self, Consent};
use crate::cli::args::{EcsEnvArgs, EcsEnvFormat, EcsRunArgs, Globals};
use crate::cli::helpers::ecs;
use crate::cli::{role_selector, setup, ui};

use super::client_env;
use super::foreground::{self, InitialRoles};
use super::load::{loaded_role, print_not_stored};

/// Runs the command.
pub(super) fn run(globals: &Globals, args: &EcsRunArgs) -> Result<u8> {
    if args.prepared {
        return foreground::serve_prepared(globals);
    }
    let ctx = &setup::open_or_set_up(globals)?;
    let address = args.listen.as_deref().or(ctx.env.get(env::AWS_SSO_ECS_SERVER));
    let address = parse_listen_address(address.unwrap_or(DEFAULT_LISTEN_ADDRESS))?;
    let transport = &Transport::for_address(ctx, address)?;
    // The vault is opened or made here, where the user can be asked to unlock it.
    ctx.vault.ensure_ready()?;
    let start = ServerStart { ctx, globals, args, address, transport };
    let roles = start.prepare_roles()?;
    if args.detach {
        start.run_detached(roles)
    } else {
        foreground::serve(ctx, globals, address, roles)
    }
}

/// A server that is about to start.
struct ServerStart<'a> {
    ctx: &'a Arc<Ctx>,
    globals: &'a Globals,
    args: &'a EcsRunArgs,
    address: SocketAddr,
    transport: &'a Transport,
}

impl ServerStart<'_> {
    /// Returns the roles, after the user has confirmed protected ones and signed in.
    fn prepare_roles(&self) -> Result<InitialRoles> {
        let Self { ctx, globals, args, address, transport } = *self;
        // Reported before the user confirms and signs in. While they do, commands and programs must
        // not wait for a server that does not answer.
        drop(BoundServer::bind(ctx, address, transport)?);
        warn_about_default_profile(ctx)?;
        let default = default_role(ctx, globals, args)?;
        let stored = stored_slots(ctx, default.is_some());
        Ok(InitialRoles { default, stored })
    }

    /// Starts a server in the background and puts the roles into its slots.
    fn run_detached(&self, roles: InitialRoles) -> Result<u8> {
        let Self { ctx, globals, args, address, transport } = *self;
        let url = ecs::start(ctx, globals, address, transport)?;
        // The server finds the tokens in the vault.
        for SlotContent { slot, role, .. } in roles.stored {
            if let Err(error) = load(ctx, slot.clone(), role) {
                ui::print_warning(&error.context(format!("the slot `{slot}` is not served")));
            }
        }
        if let Some(role) = roles.default
            && let Err(error) = load(ctx, SlotName::default(), role)
        {
            // A command that fails leaves nothing behind.
            if let Err(error) = client::stop(&ctx.paths) {
                ui::print_warning(&error);
            }
            return Err(error);
        }
        ui::print_message(&format!("serving credentials at {url}; `rolecall ecs stop` ends it"));
        if args.print_env {
            let args = EcsEnvArgs {
                slot: None,
                format: EcsEnvFormat::Sh,
                token_file: None,
                service: Vec::new(),
            };
            return client_env::run(globals, args);
        }
        Ok(0)
    }
}

/// Warns if programs would use the default profile before the endpoint.
fn warn_about_default_profile(ctx: &Ctx) -> Result<()> {
    let Some((path, found)) = default_profile_conflict(ctx)? else { return Ok(()) };
    let place = format!("{}:{}", ctx.paths.abbreviate(&path), found.line);
    let message = format!(
        "{place}: `{}` in [default] takes precedence over the endpoint: programs without a \
         profile use it",
        found.key
    );
    let hint = "rename that section, or set AWS_PROFILE to a profile without credentials";
    ui::print_warning(&Error::new(ErrorKind::Config, message).hint(hint));
    Ok(())
}

/// Puts a role into a slot of the server in the background.
fn load(ctx: &Ctx, slot: SlotName, role: LoadedRole) -> Result<()> {
    let (slot, warning) = client::load(&ctx.paths, slot, role)?;
    if let Some(warning) = warning {
        print_not_stored(&slot.slot, &warning);
    }
    Ok(())
}

/// Returns the role of `--default`, after the user has confirmed a protected one and signed in.
fn default_role(
    ctx: &Arc<Ctx>,
    globals: &Globals,
    args: &EcsRunArgs,
) -> Result<Option<LoadedRole>> {
    let Some(text) = &args.default else { return Ok(None) };
    let selector = RoleSelector::new(ctx, RoleQuery::default(), Some(text.to_owned()))?;
    let found = role_selector::resolve_interactive(
        &selector,
        ctx,
        globals,
        PickAction::Print,
        Consent::from_flag(args.yes),
        ProfileRows::Omitted,
    )?;
    match access::obtain(ctx, &found, Freshness::Cached) {
        // The server gets them as soon as it can.
        Err(error)
            if matches!(
                error.kind,
                ErrorKind::LoginNeeded | ErrorKind::Unreachable | ErrorKind::Throttled
            ) =>
        {
            ui::print_warning(&error);
        }
        obtained => drop(obtained?),
    }
    access::record_use(ctx, &found, "ecs run");
    Ok(Some(loaded_role(&found)))
}

/// Returns the slots of the last run that may be served again. The user is asked about protected
/// roles, as for every other use of them; without a terminal these are left out.
fn stored_slots(ctx: &Arc<Ctx>, has_default: bool) -> Vec<SlotContent> {
    let stored = match stored_slots::load_all(ctx) {
        Ok(stored) => stored,
        Err(error) => {
            ui::print_warning(&error.context("the slots of the last run are not served"));
            return Vec::new();
        }
    };
    let roster = Arc::new(load::load_roster(ctx, &ctx.instances));
    let check = |content: &SlotContent| {
        let position = roster.entries.iter().position(|entry| roster.id(entry) == content.role.id);
        let position = position.ok_or_else(|| not_listed(&content.role.label))?;
        let found = ResolvedRole { roster: roster.clone(), position };
        access::confirm_protected(ctx, &found, Consent::Ask)
    };
    let is_served = |content: &SlotContent| {
        if has_default && content.slot == SlotName::default() {
            return false;
        }
        check(content)
            .map_err(|error| {
                let slot = &content.slot;
                let role = shell_word(&content.role.label);
                let again = format!("run `rolecall ecs load {role} -s {slot}`");
                let error = Error::new(error.kind, error.message).hint(again);
                ui::print_warning(&error.context(format!("the slot `{slot}` is not served")));
            })
            .is_ok()
    };
    stored.into_iter().filter(is_served).collect()
}

/// The error for a role whose protection is not known.
fn not_listed(label: &str) -> Error {
    Error::new(ErrorKind::UnknownRole, format!("{label} is not in the list of roles"))
}
