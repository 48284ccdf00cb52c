//! How old the list of roles is, for the line below `list`.

use crate::cache::inventory;
use crate::domain::{Instance, escape_unprintable, format_age};
use crate::ops::ctx::Ctx;
use crate::ops::roles::load;

/// Describes when the roles of each instance were read, and how to read them again if that was too
/// long ago: `corp: read 3 min ago · lab: never read`.
pub(super) fn describe(ctx: &Ctx, instances: &[Instance]) -> String {
    let now = ctx.clock.now();
    let age = |instance: &Instance| match inventory::load(&ctx.paths.cache_dir, instance) {
        Some(inventory) => {
            format!("{}: read {}", instance.name, format_age(inventory.fetched_at, now))
        }
        None => format!("{}: never read", instance.name),
    };
    let ages = instances.iter().map(age).collect::<Vec<_>>().join(" · ");
    let is_stale = instances.iter().any(|instance| load::is_instance_stale(ctx, instance));
    let hint = if is_stale { "; `rolecall cache` reads it again" } else { "" };
    escape_unprintable(&format!("{ages}{hint}"))
}
