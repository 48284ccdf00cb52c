//! A profile name for every role: `ACCOUNT-ROLE`, unlike any other.

use std::collections::HashMap;
use std::sync::Arc;

use crate::domain::{Roster, slug};

/// Names the roles to which the configuration gives no profile name. Names that would be the same get the account's id, all of
/// them: which account the bare name meant would depend on the portal's order. If that is not enough, because two instances list
/// the same account, they get the instance's name too.
pub(in crate::ops) fn name_profiles(roster: &mut Roster) {
    let mut names = formatted(roster);
    let suffixes: [&dyn Fn(usize) -> String; 2] = [
        &|at| roster.entries[at].account.to_string(), //
        &|at| slug(roster.instance(&roster.entries[at]).name.as_str()),
    ];
    for suffix in suffixes {
        let collided = same(roster, &names);
        if collided.is_empty() {
            break;
        }
        for at in collided {
            if let Some(name) = &mut names[at] {
                *name = format!("{name}-{}", suffix(at));
            }
        }
    }
    for (entry, name) in roster.entries.iter_mut().zip(names) {
        if let Some(name) = name {
            entry.profile = Some(Arc::from(name));
        }
    }
}

/// The names by the default format; `None` where the configuration has one.
fn formatted(roster: &Roster) -> Vec<Option<String>> {
    let (mut roles, mut account) = (HashMap::<&str, String>::new(), (None, String::new()));
    let mut names = Vec::with_capacity(roster.entries.len());
    for entry in &roster.entries {
        // Roles of an account follow each other: one slug does for all of them.
        let same = Some((entry.instance, entry.account));
        if account.0 != same {
            let named = slug(&entry.account_name);
            account = (same, if named.is_empty() { entry.account.to_string() } else { named });
        }
        let role = roles.entry(&entry.role).or_insert_with(|| slug(&entry.role));
        names.push(entry.profile.is_none().then(|| format!("{}-{role}", account.1)));
    }
    names
}

/// The positions of formatted names that are not alone.
fn same(roster: &Roster, names: &[Option<String>]) -> Vec<usize> {
    let mut times: HashMap<&str, u32> = HashMap::with_capacity(names.len());
    let given = roster.entries.iter().zip(names);
    for name in given.filter_map(|(entry, name)| name.as_deref().or(entry.profile.as_deref())) {
        *times.entry(name).or_default() += 1;
    }
    let alone = |name: &Option<String>| name.as_deref().is_none_or(|name| times.get(name) == Some(&1));
    names.iter().enumerate().filter(|(_, name)| !alone(name)).map(|(at, _)| at).collect()
}
