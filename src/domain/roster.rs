//! The list of all roles of all instances, combined with the configuration.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::{
    AccountId, ConfirmLevel, Instance, Inventory, Region, RoleArn, RoleId, RoleName,
    escape_unprintable, profile_label,
};

/// The tags of a role: values by key.
pub type Tags = BTreeMap<String, String>;

/// A role with everything that is displayed and searched. Cheap to clone: strings are shared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RosterEntry {
    /// Index of its instance in [`Roster::instances`].
    pub instance: usize,
    pub account: AccountId,
    /// The account name from the configuration, else from the portal, else empty.
    pub account_name: Arc<str>,
    /// The account name in the portal, or empty.
    pub account_alias: Arc<str>,
    /// The e-mail address of the account, or empty.
    pub email: Arc<str>,
    pub role: Arc<str>,
    /// The tags from account tables, role tables and rules.
    pub tags: Arc<Tags>,
    /// The default region of the role, else of its account, else of its instance, else the global
    /// one.
    pub region: Option<Region>,
    /// The profile name from the configuration.
    pub profile: Option<Arc<str>>,
    /// The ARN of the role from which a chained role is assumed.
    pub via: Option<Arc<str>>,
    /// The confirmation that the role requires.
    pub confirm: ConfirmLevel,
}

/// All roles, in the order of the instances and of their portals.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Roster {
    /// The instances, in the order of the configuration.
    pub instances: Vec<Instance>,
    pub entries: Vec<RosterEntry>,
    /// Whether it contains every role of every instance: false if an inventory is missing or
    /// partial.
    pub complete: bool,
    /// The style of each entry, by its index; empty if no rule sets one.
    pub row_styles: Vec<RowStyle>,
}

/// The style that rules give a role in the picker.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RowStyle {
    /// The name of the colour of its account, the same for all roles of the account.
    pub account_color: Option<Arc<str>>,
    /// The name of the colour of the role.
    pub role_color: Option<Arc<str>>,
    /// Whether it is left out of the list.
    pub hidden: bool,
}

impl Roster {
    /// Builds the list from inventories alone, without the configuration. Equal names are stored
    /// once.
    pub fn new(instances: Vec<Instance>, inventories: &[Option<Inventory>]) -> Self {
        let mut names: HashMap<RoleName, Arc<str>> = HashMap::new();
        let (nothing, no_tags): (Arc<str>, Arc<Tags>) = (Arc::from(""), Arc::default());
        let mut entries =
            Vec::with_capacity(inventories.iter().flatten().map(Inventory::role_count).sum());
        for (position, inventory) in inventories.iter().enumerate() {
            for account in inventory.iter().flat_map(|inventory| &inventory.accounts) {
                let shared = |text: &Option<String>| {
                    text.as_deref().map_or_else(|| nothing.clone(), Arc::from)
                };
                let (name, email) = (shared(&account.name), shared(&account.email));
                for role in &account.roles {
                    let role = match names.get(role) {
                        Some(role) => role.clone(),
                        None => names
                            .entry(role.clone())
                            .or_insert_with(|| Arc::from(role.as_str()))
                            .clone(),
                    };
                    entries.push(RosterEntry {
                        instance: position,
                        account: account.id,
                        account_name: name.clone(),
                        account_alias: name.clone(),
                        email: email.clone(),
                        role,
                        tags: no_tags.clone(),
                        region: instances[position].default_region.clone(),
                        profile: None,
                        via: None,
                        confirm: ConfirmLevel::None,
                    });
                }
            }
        }
        let complete = inventories.len() == instances.len()
            && inventories.iter().all(|i| i.as_ref().is_some_and(|i| i.complete));
        Self { instances, entries, complete, row_styles: Vec::new() }
    }

    /// Returns the style of the entry at an index, if a rule sets one.
    pub fn row_style(&self, position: usize) -> Option<&RowStyle> {
        self.row_styles.get(position)
    }

    pub fn instance(&self, entry: &RosterEntry) -> &Instance {
        &self.instances[entry.instance]
    }

    /// Returns the identity of an entry, which is stable across refreshes.
    pub fn id(&self, entry: &RosterEntry) -> RoleId {
        RoleId {
            instance: self.instance(entry).name.clone(),
            account: entry.account,
            role: RoleName::new(&*entry.role),
        }
    }

    /// Returns the ARN of an entry, with the partition of the SSO region; `profile/NAME` for a
    /// profile, which has none.
    pub fn arn(&self, entry: &RosterEntry) -> String {
        if let Some(profile) = self.profile(entry) {
            return profile_label(&profile);
        }
        RoleArn::format(
            &self.instance(entry).sso_region,
            entry.account,
            &RoleName::new(&*entry.role),
        )
    }

    pub fn find(&self, id: &RoleId) -> Option<&RosterEntry> {
        self.position(id).map(|at| &self.entries[at])
    }

    pub fn position(&self, id: &RoleId) -> Option<usize> {
        self.entries.iter().position(|e| {
            e.account == id.account
                && *e.role == *id.role.as_str()
                && self.instance(e).name == id.instance
        })
    }
}

impl RosterEntry {
    /// Returns the account name, or the account id if there is no name.
    pub fn account_label(&self) -> &str {
        if self.account_name.is_empty() { self.account.as_str() } else { &self.account_name }
    }

    /// Whether the role requires a confirmation.
    pub fn is_protected(&self) -> bool {
        self.confirm != ConfirmLevel::None
    }

    /// Whether every keyboard can type the account label: it is printable ASCII.
    pub fn has_typable_label(&self) -> bool {
        self.account_label().bytes().all(|byte| (b' '..0x7f).contains(&byte))
    }

    /// Whether the typed text satisfies `confirm = "type"`: the account name, or the account id if
    /// there is no name or if not every keyboard can type the name.
    /// Surrounding blanks are ignored, and escaped characters may be typed as shown.
    pub fn matches_typed_account(&self, typed: &str) -> bool {
        let (typed, label) = (typed.trim(), self.account_label());
        let by_id = !self.has_typable_label() && typed == self.account.as_str();
        typed == label.trim() || typed == escape_unprintable(label).trim() || by_id
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_complete_if_the_inventory_of_each_instance_is() {
        let inventory = |complete| Some(Inventory { complete, ..Inventory::default() });
        let is_complete = |instances: &[&str], inventories: &[Option<Inventory>]| {
            let instances = instances.iter().map(|name| Instance::example(name)).collect();
            Roster::new(instances, inventories).complete
        };
        let both = &["corp", "lab"][..];
        assert!(is_complete(both, &[inventory(true), inventory(true)]));
        assert!(!is_complete(both, &[inventory(true), inventory(false)]));
        assert!(!is_complete(both, &[inventory(true), None]));
        assert!(!is_complete(both, &[inventory(true)]));
    }
}
