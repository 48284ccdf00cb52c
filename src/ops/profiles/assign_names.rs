//! Assigns names to profiles: a name in the file is never taken from its role; new roles get the
//! remaining ones.

use std::collections::{HashMap, HashSet};

/// The names that a role may have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NameCandidates {
    /// The name in the roster.
    pub(super) preferred: String,
    /// The name without the suffixes that distinguish it from other roles.
    pub(super) bare: String,
    /// Longer names, in case those are taken.
    pub(super) longer: [String; 2],
}

impl NameCandidates {
    /// Names that fit the role today, best first.
    fn all(&self) -> impl Iterator<Item = &String> {
        [&self.preferred, &self.bare].into_iter().chain(&self.longer)
    }

    /// Names for a role without a profile. The bare one is included only if it is the first:
    /// otherwise other roles have it too.
    fn for_new_role(&self) -> impl Iterator<Item = &String> {
        [&self.preferred].into_iter().chain(&self.longer)
    }
}

/// Names with their roles, by position.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct NameAssignment {
    /// The role of every name; `None` if it no longer exists.
    pub(super) owners: HashMap<String, Option<usize>>,
    /// The name of each role.
    pub(super) current: HashMap<usize, String>,
    /// Roles for which no name is left.
    pub(super) unnamed: Vec<usize>,
}

/// Assigns names. `held` are those of the block, `wanted` the roles that should have one; a name
/// must be `usable` and free. With `force`, a role takes its first name from the role that has it.
pub(super) fn assign_names(
    existing: &[(String, Option<usize>)],
    wanted: &[usize],
    choices: &dyn Fn(usize) -> NameCandidates,
    usable: &dyn Fn(&str) -> bool,
    force: bool,
) -> NameAssignment {
    let mut owners: HashMap<String, Option<usize>> = existing.iter().cloned().collect();
    let mut seen = HashSet::new();
    let roles: Vec<usize> = existing
        .iter()
        .filter_map(|(_, role)| *role)
        .chain(wanted.iter().copied())
        .filter(|role| seen.insert(*role))
        .collect();
    if force {
        let mut given = HashSet::new();
        for role in &roles {
            let first = choices(*role).preferred;
            if usable(&first) && given.insert(first.clone()) {
                owners.entry(first).and_modify(|owner| *owner = Some(*role));
            }
        }
    }
    let (mut current, mut nameless) = (HashMap::new(), Vec::new());
    let mut newcomers = Vec::new();
    for role in roles {
        let choices = choices(role);
        let known = choices.all().find(|name| owners.get(*name) == Some(&Some(role))).cloned();
        match known {
            Some(name) => drop(current.insert(role, name)),
            None => newcomers.push((role, choices)),
        }
    }
    for (role, choices) in newcomers {
        let free = choices.for_new_role().find(|name| usable(name) && !owners.contains_key(*name));
        let Some(name) = free.cloned() else {
            nameless.push(role);
            continue;
        };
        owners.insert(name.clone(), Some(role));
        current.insert(role, name);
    }
    NameAssignment { owners, current, unnamed: nameless }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn candidates(first: &str, bare: &str, id: usize) -> NameCandidates {
        NameCandidates {
            preferred: first.into(),
            bare: bare.into(),
            longer: [format!("{bare}-{id}"), format!("{bare}-{id}-corp")],
        }
    }

    fn describe(assigned: &NameAssignment) -> Vec<String> {
        let mut lines: Vec<String> = assigned
            .owners
            .iter()
            .map(|(name, owner)| match owner {
                Some(role) if assigned.current[role] == *name => format!("{name} {role}"),
                Some(role) => format!("{name} {role} was"),
                None => format!("{name} gone"),
            })
            .collect();
        lines.sort();
        lines
    }

    #[test]
    fn a_new_role_whose_name_is_taken_gets_its_accounts_id() {
        let all =
            [candidates("pay-Admin", "pay-Admin", 1), candidates("pay-Admin", "pay-Admin", 2)];
        let existing = [("pay-Admin".to_owned(), Some(0))];
        let assigned = assign_names(&existing, &[1], &|at| all[at].clone(), &|_| true, false);
        assert_eq!(describe(&assigned), ["pay-Admin 0", "pay-Admin-2 1"]);
    }

    #[test]
    fn after_a_rename_both_names_work() {
        let renamed = candidates("new-Admin", "new-Admin", 1);
        let existing = [("pay-Admin".to_owned(), Some(0))];
        let assigned = assign_names(&existing, &[], &|_| renamed.clone(), &|_| true, false);
        assert_eq!(describe(&assigned), ["new-Admin 0", "pay-Admin 0 was"]);
    }

    #[test]
    fn a_name_that_has_become_ambiguous_is_not_an_old_name() {
        // Another account with that name was added: the roster distinguishes the two by their ids,
        // the name in the file stays.
        let all =
            [candidates("pay-Admin-1", "pay-Admin", 1), candidates("pay-Admin-2", "pay-Admin", 2)];
        let existing = [("pay-Admin".to_owned(), Some(0))];
        let assigned = assign_names(&existing, &[0, 1], &|at| all[at].clone(), &|_| true, false);
        assert_eq!(describe(&assigned), ["pay-Admin 0", "pay-Admin-2 1"]);
    }

    #[test]
    fn only_force_gives_a_name_to_another_role() {
        let all = [candidates("old", "old", 1), candidates("prod", "prod", 2)];
        let existing = [("prod".to_owned(), Some(0))];
        let asked = |force| {
            describe(&assign_names(&existing, &[1], &|at| all[at].clone(), &|_| true, force))
        };
        assert_eq!(asked(false), ["old 0", "prod 0 was", "prod-2 1"]);
        assert_eq!(asked(true), ["old 0", "prod 1"]);
    }

    #[test]
    fn the_name_of_a_removed_role_is_not_reused() {
        let existing = [("pay-Admin".to_owned(), None)];
        let assigned = assign_names(
            &existing,
            &[0],
            &|_| candidates("pay-Admin", "pay-Admin", 1),
            &|_| true,
            false,
        );
        assert_eq!(describe(&assigned), ["pay-Admin gone", "pay-Admin-1 0"]);
        let assigned = assign_names(
            &existing,
            &[0],
            &|_| candidates("pay-Admin", "pay-Admin", 1),
            &|name| name == "x",
            false,
        );
        assert_eq!(assigned.unnamed, [0]);
    }

    proptest! {
        #[test]
        fn names_stay_and_a_second_time_changes_nothing(
            existing in prop::collection::hash_map("[ab](-[0-3])?", prop::option::of(0_usize..4), 0..6),
            bare in prop::collection::vec("[ab]", 4),
            wanted in prop::collection::vec(0_usize..4, 0..4),
            force: bool,
        ) {
            let choices = |at: usize| {
                let shared = bare.iter().filter(|name| **name == bare[at]).count() > 1;
                candidates(&if shared { format!("{}-{at}", bare[at]) } else { bare[at].clone() }, &bare[at], at)
            };
            let existing: Vec<_> = existing.into_iter().collect();
            let once = assign_names(&existing, &wanted, &choices, &|_| true, force);
            for (name, owner) in &existing {
                prop_assert!(once.owners.contains_key(name));
                prop_assert!(force || once.owners[name] == *owner, "{name} was taken away");
            }
            for role in &wanted {
                prop_assert_eq!(once.owners.get(&once.current[role]), Some(&Some(*role)));
            }
            let again: Vec<_> = once.owners.clone().into_iter().collect();
            prop_assert_eq!(assign_names(&again, &wanted, &choices, &|_| true, force), once);
        }
    }
}
