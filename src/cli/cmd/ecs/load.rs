//! `ecs load`: puts a role into a slot of the running server.

use crate::domain::{Error, Result, format_duration};
use crate::ops::assume::Freshness;
use crate::ops::ecs::client;
use crate::ops::ecs::messages::LoadedRole;
use crate::ops::roles::other_profiles::ProfileRows;
use crate::ops::target::lookup::ResolvedRole;
use crate::ops::target::selector::RoleSelector;
use crate::server::SlotName;
use crate::tui::PickAction;

use crate::cli::access::{self, Consent};
use crate::cli::args::{EcsLoadArgs, Globals};
use crate::cli::role_selector::{self, join_words};
use crate::cli::{setup, ui};

use super::slots::slot_json;

/// Runs the command.
pub(super) fn run(globals: &Globals, args: EcsLoadArgs) -> Result<u8> {
    // Before the user picks, confirms and signs in for nothing.
    client::status(&super::paths(globals)?)?;
    let ctx = setup::open_or_set_up(globals)?;
    let by_flags = args.selectors.to_role_query();
    let selector = RoleSelector::new(&ctx, by_flags, join_words(&args.query))?.or_from_env(&ctx);
    let found = role_selector::resolve_interactive(
        &selector,
        &ctx,
        globals,
        PickAction::Print,
        Consent::from_flag(args.yes),
        ProfileRows::Omitted,
    )?;
    // The server finds them in the vault.
    let credentials = access::obtain(&ctx, &found, Freshness::Cached)?;
    access::record_use(&ctx, &found, "ecs load");
    let slot = args.slot.unwrap_or_default();
    let (mut slot, warning) = client::load(&ctx.paths, slot, loaded_role(&found))?;
    if let Some(warning) = warning {
        print_not_stored(&slot.slot, &warning);
    }
    slot.expires_at = slot.expires_at.or(Some(credentials.expires_at));
    if args.json {
        ui::print_data(&format!("{}\n", slot_json(&slot)))?;
    } else {
        let left = format_duration(credentials.seconds_left(ctx.clock.now()));
        let label = &slot.role.label;
        ui::print_message(&format!("the slot `{}` serves {label}, {left} left", slot.slot));
    }
    Ok(0)
}

/// Warns that a slot could not be stored.
pub(super) fn print_not_stored(slot: &SlotName, error: &Error) {
    ui::print_warning(&error.clone().context(format!("{slot}: it will be lost on a restart")));
}

/// Returns a role as the server remembers it.
pub(super) fn loaded_role(found: &ResolvedRole) -> LoadedRole {
    LoadedRole { id: found.roster.id(found.entry()), label: found.entry().label() }
}
