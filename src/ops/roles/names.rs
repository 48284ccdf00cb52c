//! A unique profile name for every role: by `profile_format`, else `ACCOUNT-ROLE`.

use std::collections::HashMap;
use std::sync::Arc;

use crate::config::Settings;
use crate::domain::{AccountId, Result, RoleName, Roster, RosterEntry, slug};

use crate::ops::roles::profile_format::ProfileFormat;

/// Names the roles to which the configuration gives no profile name. If names are equal, all of
/// them get the account's id: otherwise the portal's order would decide which account has the bare
/// name. If that is not enough, because two instances list the same account, they get the
/// instance's name too.
///
/// A template that is invalid, or fails for a role, is ignored: the default name is used then.
/// Callers that write names use [`bare_names`], which reports it.
pub(in crate::ops) fn name_profiles(roster: &mut Roster, settings: &Settings) {
    let format = ProfileFormat::from_settings(settings).unwrap_or_default();
    let mut usual = DefaultNames::default();
    let mut names = Vec::with_capacity(roster.entries.len());
    for entry in &roster.entries {
        let by_format =
            || format.as_ref()?.render_name(roster, entry).ok().filter(|name| !name.is_empty());
        names.push(
            entry.profile.is_none().then(|| by_format().unwrap_or_else(|| usual.name(entry))),
        );
    }
    for suffix in [with_account, with_instance] {
        let collided = collisions(roster, &names);
        if collided.is_empty() {
            break;
        }
        for at in collided {
            if let Some(name) = &mut names[at] {
                *name = suffix(name, roster, &roster.entries[at]);
            }
        }
    }
    for (entry, name) in roster.entries.iter_mut().zip(names) {
        if let Some(name) = name {
            entry.profile = Some(Arc::from(name));
        }
    }
}

/// Returns the name of every role without such suffixes: the name that the configuration gives it,
/// else the format's.
///
/// # Errors
/// [`crate::domain::ErrorKind::Config`] with file and line if the template is invalid, or fails for
/// one of these roles.
pub fn bare_names(roster: &Roster, settings: &Settings) -> Result<Vec<String>> {
    let (format, mut usual, mut names) = (
        ProfileFormat::from_settings(settings)?,
        DefaultNames::default(),
        Vec::with_capacity(roster.entries.len()),
    );
    for entry in &roster.entries {
        if let Some(given) = configured_name(roster, settings, entry) {
            names.push(given.to_owned());
            continue;
        }
        let by_format = format
            .as_ref()
            .map(|format| format.render_name(roster, entry))
            .transpose()?
            .filter(|name| !name.is_empty());
        names.push(by_format.unwrap_or_else(|| usual.name(entry)));
    }
    Ok(names)
}

/// As [`bare_names`], for one role. A template that is invalid, or fails for it, is ignored: the
/// default name is used then.
pub(in crate::ops) fn bare_name(
    roster: &Roster,
    settings: &Settings,
    format: Option<&ProfileFormat>,
    entry: &RosterEntry,
) -> String {
    if let Some(given) = configured_name(roster, settings, entry) {
        return given.to_owned();
    }
    let by_format = || format?.render_name(roster, entry).ok().filter(|name| !name.is_empty());
    by_format().unwrap_or_else(|| DefaultNames::default().name(entry))
}

/// The profile name in a role's table in the configuration.
pub fn configured_name<'s>(
    roster: &Roster,
    settings: &'s Settings,
    entry: &RosterEntry,
) -> Option<&'s str> {
    let account =
        settings.instances.get(&roster.instance(entry).name)?.accounts.get(&entry.account)?;
    account.roles.get(&RoleName::new(&*entry.role))?.profile.as_deref()
}

/// Appends the account's id, which distinguishes the name from that of another account.
pub fn with_account(name: &str, _: &Roster, entry: &RosterEntry) -> String {
    format!("{name}-{}", entry.account)
}

/// Appends the instance to a name with the account's id, which distinguishes it from the same
/// account in another instance.
pub fn with_instance(name: &str, roster: &Roster, entry: &RosterEntry) -> String {
    format!("{name}-{}", slug(roster.instance(entry).name.as_str()))
}

/// Returns the default name: `ACCOUNT-ROLE`, slugged.
#[derive(Default)]
struct DefaultNames<'r> {
    roles: HashMap<&'r str, String>,
    account: (Option<(usize, AccountId)>, String),
}

impl<'r> DefaultNames<'r> {
    fn name(&mut self, entry: &'r RosterEntry) -> String {
        // Roles of an account are adjacent: one slug serves all of them.
        let same = Some((entry.instance, entry.account));
        if self.account.0 != same {
            let named = slug(&entry.account_name);
            self.account = (same, if named.is_empty() { entry.account.to_string() } else { named });
        }
        let role = self.roles.entry(&entry.role).or_insert_with(|| slug(&entry.role));
        format!("{}-{role}", self.account.1)
    }
}

/// The positions of formatted names that are not unique.
fn collisions(roster: &Roster, names: &[Option<String>]) -> Vec<usize> {
    let mut times: HashMap<&str, u32> = HashMap::with_capacity(names.len());
    let given = roster.entries.iter().zip(names);
    for name in given.filter_map(|(entry, name)| name.as_deref().or(entry.profile.as_deref())) {
        *times.entry(name).or_default() += 1;
    }
    let is_unique =
        |name: &Option<String>| name.as_deref().is_none_or(|name| times.get(name) == Some(&1));
    names.iter().enumerate().filter(|(_, name)| !is_unique(name)).map(|(at, _)| at).collect()
}
