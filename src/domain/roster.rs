//! Every role of every instance in one list, with what the configuration adds to it.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::{
    AccountId, ConfirmLevel, Instance, Inventory, Region, RoleArn, RoleId, RoleName,
    escape_unprintable,
};

/// Keys and values on a role, by key.
pub type Tags = BTreeMap<String, String>;

/// One role as it is shown, searched and named. Cheap to clone: what accounts share is shared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RosterEntry {
    /// Position of its instance in [`Roster::instances`].
    pub instance: usize,
    /// The account.
    pub account: AccountId,
    /// The configuration's name for the account, else the portal's, else empty.
    pub account_name: Arc<str>,
    /// The portal's own name for it, or empty.
    pub account_alias: Arc<str>,
    /// The account's e-mail address, or empty.
    pub email: Arc<str>,
    /// The role's name.
    pub role: Arc<str>,
    /// Tags from account tables, role tables and rules.
    pub tags: Arc<Tags>,
    /// The role's own default region, else its account's or instance's, else the general one.
    pub region: Option<Region>,
    /// The profile's name that the configuration gives it.
    pub profile: Option<Arc<str>>,
    /// The ARN of the role through which a chained role is reached.
    pub via: Option<Arc<str>>,
    /// What a person has to do before it is used.
    pub confirm: ConfirmLevel,
}

/// All roles, in the order instances and portal list them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Roster {
    /// The instances, in the order of the configuration.
    pub instances: Vec<Instance>,
    /// The roles.
    pub entries: Vec<RosterEntry>,
    /// Whether every role of every instance is in it: false while an inventory is missing or
    /// partial.
    pub complete: bool,
    /// How the rules want each entry shown, by its position; empty where they say nothing of any.
    pub row_styles: Vec<RowStyle>,
}

/// How the rules want a role shown in the picker.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RowStyle {
    /// The colour of its account's name, by its English word.
    pub color: Option<Arc<str>>,
    /// Kept out of the list.
    pub hidden: bool,
}

impl Roster {
    /// The bare list of what the portals said, before the configuration adds anything. Equal names
    /// are stored once.
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

    /// How the rules want the entry at this position shown, where they say anything.
    pub fn row_style(&self, position: usize) -> Option<&RowStyle> {
        self.row_styles.get(position)
    }

    /// The instance of an entry.
    pub fn instance(&self, entry: &RosterEntry) -> &Instance {
        &self.instances[entry.instance]
    }

    /// Who an entry is, across refreshes.
    pub fn id(&self, entry: &RosterEntry) -> RoleId {
        RoleId {
            instance: self.instance(entry).name.clone(),
            account: entry.account,
            role: RoleName::new(&*entry.role),
        }
    }

    /// The ARN by which an entry is known here: partition from the SSO region.
    pub fn arn(&self, entry: &RosterEntry) -> String {
        RoleArn::format(
            &self.instance(entry).sso_region,
            entry.account,
            &RoleName::new(&*entry.role),
        )
    }

    /// The entry of a role, if it is still there.
    pub fn find(&self, id: &RoleId) -> Option<&RosterEntry> {
        self.entries.iter().find(|e| {
            e.account == id.account
                && *e.role == *id.role.as_str()
                && self.instance(e).name == id.instance
        })
    }
}

impl RosterEntry {
    /// What to call the account: its name, or its id when it has none.
    pub fn account_label(&self) -> &str {
        if self.account_name.is_empty() { self.account.as_str() } else { &self.account_name }
    }

    /// Whether it is marked `confirm`: production, break-glass.
    pub fn is_protected(&self) -> bool {
        self.confirm != ConfirmLevel::None
    }

    /// Whether what was typed is what `confirm = "type"` asks for: the account's name, or its id
    /// where it has none or where not every keyboard has its letters. Blanks around it don't
    /// count, and what is shown as an escape may be typed as one.
    pub fn matches_typed_account(&self, typed: &str) -> bool {
        let (typed, label) = (typed.trim(), self.account_label());
        let by_id = !label.is_ascii() && typed == self.account.as_str();
        typed == label.trim() || typed == escape_unprintable(label).trim() || by_id
    }
}
