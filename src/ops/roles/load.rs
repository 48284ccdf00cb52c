//! Loads the roster from the stored inventories, without network.

use crate::cache::inventory;
use crate::domain::{Error, ErrorKind, Instance, InstanceName, Inventory, Roster};
use crate::ops::ctx::Ctx;
use crate::ops::roles::other_profiles;
use crate::ops::roles::profile_names::apply_profile_names;
use crate::ops::roles::roster::{build_base_roster, build_roster};
use crate::os::atomic_file;

/// Loads the roster of these instances. Roles with a profile in the AWS config file have its name.
pub fn load_roster(ctx: &Ctx, instances: &[Instance]) -> Roster {
    load_roster_with_warnings(ctx, instances).0
}

/// As [`load_roster`], with a warning for each instance that has unconfirmed accounts.
pub fn load_roster_with_warnings(ctx: &Ctx, instances: &[Instance]) -> (Roster, Vec<Error>) {
    let inventories = load_inventories(ctx, instances);
    let mut roster = build_roster(instances.to_vec(), &inventories, &ctx.settings);
    apply_profile_names(&mut roster, &ctx.paths, &ctx.settings);
    let warnings = instances.iter().zip(&inventories).filter_map(|(instance, inventory)| {
        unconfirmed_warning(&instance.name, inventory.as_ref()?)
    });
    (roster, warnings.collect())
}

/// As [`load_roster`], with rows of other AWS profiles below the roles, as the picker shows it.
pub fn load_pick_roster(ctx: &Ctx, instances: &[Instance]) -> Roster {
    let mut roster = load_roster(ctx, instances);
    other_profiles::add_rows(&mut roster, &ctx.paths, &ctx.settings, &ctx.instances);
    roster
}

/// Loads the roster with the profile names that `profile_format` gives, whatever names the AWS
/// config file has.
pub(in crate::ops) fn load_roster_with_new_names(ctx: &Ctx, instances: &[Instance]) -> Roster {
    build_roster(instances.to_vec(), &load_inventories(ctx, instances), &ctx.settings)
}

/// Loads the roster without rules and profile formats: fast enough for the first frame, but not
/// sufficient to act on. Also returns the instances whose inventory needs a refresh.
pub fn load_preview(ctx: &Ctx, instances: &[Instance]) -> (Roster, Vec<InstanceName>) {
    let inventories = load_inventories(ctx, instances);
    let stale = instances
        .iter()
        .zip(&inventories)
        .filter(|(_, inventory)| is_inventory_stale(ctx, inventory.as_ref()))
        .map(|(instance, _)| instance.name.clone())
        .collect();
    (build_base_roster(instances.to_vec(), &inventories, &ctx.settings), stale)
}

fn load_inventories(ctx: &Ctx, instances: &[Instance]) -> Vec<Option<Inventory>> {
    instances.iter().map(|instance| inventory::load(&ctx.paths.cache_dir, instance)).collect()
}

/// Returns the warning that AWS sent an empty list and that the known roles are kept; `None` if no
/// account is unconfirmed.
pub fn unconfirmed_warning(instance: &InstanceName, inventory: &Inventory) -> Option<Error> {
    let accounts = match inventory.unconfirmed.len() {
        0 => return None,
        1 => "1 account".to_owned(),
        several => format!("{several} accounts"),
    };
    let text = format!(
        "{instance}: AWS sent an empty list; the known roles of {accounts} are kept until a second \
         refresh agrees"
    );
    Some(
        Error::new(ErrorKind::Unreachable, text)
            .hint(format!("run `rolecall cache --sso {instance}`")),
    )
}

/// Returns why the inventory of one of these instances can't be read; `None` if each can be read or
/// does not exist.
pub fn unreadable_inventory(ctx: &Ctx, instances: &[Instance]) -> Option<Error> {
    instances.iter().find_map(|instance| {
        atomic_file::load(&inventory::path(&ctx.paths.cache_dir, instance)).err()
    })
}

/// Whether every role of an instance is known.
pub fn is_complete(ctx: &Ctx, name: &InstanceName) -> bool {
    let instance = ctx.instances.iter().find(|instance| instance.name == *name);
    instance
        .and_then(|instance| inventory::load(&ctx.paths.cache_dir, instance))
        .is_some_and(|inventory| inventory.complete)
}

/// Whether an instance's inventory is missing, partial, unconfirmed, or older than `cache_refresh`
/// hours.
pub fn is_instance_stale(ctx: &Ctx, instance: &Instance) -> bool {
    is_inventory_stale(ctx, inventory::load(&ctx.paths.cache_dir, instance).as_ref())
}

fn is_inventory_stale(ctx: &Ctx, inventory: Option<&Inventory>) -> bool {
    let Some(inventory) = inventory else { return true };
    let max_age_seconds = i64::from(ctx.settings.cache_refresh_hours) * 3_600;
    let is_old = max_age_seconds > 0
        && ctx.clock.now().seconds_since(inventory.fetched_at) > max_age_seconds;
    !inventory.complete || !inventory.unconfirmed.is_empty() || is_old
}
