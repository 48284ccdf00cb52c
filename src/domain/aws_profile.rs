//! AWS profiles outside of IAM Identity Center as rows of the picker: they follow the roles, as the
//! roles of an account called `profile`.

use std::sync::Arc;

use super::role_label::PROFILE_MARK;
use super::{
    AccountId, ConfirmLevel, EndpointOverrides, Instance, InstanceName, InstanceSource, Region,
    RoleId, RoleName, Roster, RosterEntry, RowStyle, StartUrl,
};

/// The name of the instance that these rows belong to.
const INSTANCE: &str = "AWS profiles";

/// A profile that gets a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProfileRow {
    /// The name of the profile.
    pub name: String,
    /// Its region, if it has one.
    pub region: Option<Region>,
}

impl Instance {
    /// The instance that stands in for IAM Identity Center in the rows of profiles.
    pub fn of_profiles() -> Self {
        Self {
            name: InstanceName::new(INSTANCE),
            start_url: StartUrl::new(""),
            sso_region: Region::new("us-east-1"),
            default_region: None,
            scopes: Vec::new(),
            source: InstanceSource::LegacyProfile,
            endpoints: EndpointOverrides::default(),
        }
    }

    /// Whether it is the instance of the rows of profiles.
    pub fn is_of_profiles(&self) -> bool {
        self.name.as_str() == INSTANCE && self.start_url.as_written().is_empty()
    }
}

impl RoleId {
    /// The identity of the row of a profile.
    pub fn of_profile(name: &str) -> Self {
        Self {
            instance: InstanceName::new(INSTANCE),
            account: AccountId::UNKNOWN,
            role: RoleName::new(name),
        }
    }

    /// The name of the profile, if this is the row of a profile and not a role.
    pub fn profile(&self) -> Option<&str> {
        (self.instance.as_str() == INSTANCE && self.account == AccountId::UNKNOWN)
            .then(|| self.role.as_str())
    }
}

impl Roster {
    /// The instances of IAM Identity Center, without that of the rows of profiles.
    pub fn sso_instances(&self) -> &[Instance] {
        match self.instances.split_last() {
            Some((last, others)) if last.is_of_profiles() => others,
            _ => &self.instances,
        }
    }

    /// The name of the profile, if an entry is the row of a profile and not a role.
    pub fn profile(&self, entry: &RosterEntry) -> Option<Arc<str>> {
        self.instances
            .get(entry.instance)
            .is_some_and(Instance::is_of_profiles)
            .then(|| entry.role.clone())
    }

    /// Adds rows of profiles after all roles. A list without roles gets none: it would look
    /// complete.
    pub fn add_profiles(&mut self, profiles: impl IntoIterator<Item = ProfileRow>) {
        if !self.entries.is_empty() {
            self.push_profiles(profiles);
        }
    }

    /// Adds rows of profiles to a list that is about nothing else.
    pub fn add_only_profiles(&mut self, profiles: impl IntoIterator<Item = ProfileRow>) {
        self.push_profiles(profiles);
    }

    fn push_profiles(&mut self, profiles: impl IntoIterator<Item = ProfileRow>) {
        let (instance, first) = (self.instances.len(), self.entries.len());
        let (mark, nothing): (Arc<str>, Arc<str>) = (Arc::from(PROFILE_MARK), Arc::from(""));
        self.entries.extend(profiles.into_iter().map(|profile| {
            let name: Arc<str> = Arc::from(profile.name);
            RosterEntry {
                instance,
                account: AccountId::UNKNOWN,
                account_name: mark.clone(),
                account_alias: nothing.clone(),
                email: nothing.clone(),
                role: name.clone(),
                tags: Arc::default(),
                region: profile.region,
                profile: Some(name),
                via: None,
                confirm: ConfirmLevel::None,
            }
        }));
        if self.entries.len() > first {
            self.instances.push(Instance::of_profiles());
        }
        if !self.row_styles.is_empty() {
            self.row_styles.resize(self.entries.len(), RowStyle::default());
        }
    }

    /// Moves the rows of profiles to the end and keeps the order otherwise.
    pub(in crate::domain) fn profiles_last(&self, mut order: Vec<u32>) -> Vec<u32> {
        if self.sso_instances().len() < self.instances.len() {
            order.sort_by_key(|row| self.profile(&self.entries[*row as usize]).is_some());
        }
        order
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::query::{Query, SearchIndex};
    use crate::domain::{PackedRoster, RoleFlags, Usages, query};

    fn rows(names: &[&str]) -> Vec<ProfileRow> {
        names.iter().map(|name| ProfileRow { name: (*name).to_owned(), region: None }).collect()
    }

    fn with_profiles() -> Roster {
        let mut roster = Roster::clone(&query::tests::company().0);
        roster.add_profiles(rows(&["old-keys", "aa-first"]));
        roster
    }

    #[test]
    fn profiles_follow_the_roles_in_every_order() {
        let roster = Arc::new(with_profiles());
        let index = SearchIndex::new(roster.clone());
        let last_two = |order: &[u32]| -> Vec<String> {
            let names = order.iter().map(|row| roster.entries[*row as usize].role.to_string());
            names.skip(order.len() - 2).collect()
        };
        assert_eq!(last_two(index.order_by_name()), ["aa-first", "old-keys"]);
        let (usages, flags) = (Usages::default(), RoleFlags::default());
        assert_eq!(
            last_two(&index.default_order(&usages, &flags, 1.0).rest),
            ["aa-first", "old-keys"]
        );
        assert_eq!(
            last_two(&roster.default_order(&usages, &flags, 1.0).rest),
            ["aa-first", "old-keys"]
        );
        let found = index.search(&Query::parse("old-keys", &|_| false), &usages, &flags, 1.0);
        assert_eq!(&*roster.entries[found[0] as usize].role, "old-keys");
    }

    #[test]
    fn a_packed_roster_keeps_the_rows_and_finds_them() {
        let roster = Arc::new(with_profiles());
        let index = SearchIndex::new(roster.clone());
        let packed = PackedRoster::pack(&roster, index.order_by_name()).unwrap();
        let last = packed.entry(packed.len() - 1).unwrap();
        let back = packed.unpack();
        assert_eq!(back.profile(&last).as_deref(), Some("old-keys"));
        assert_eq!(back.sso_instances(), roster.sso_instances());
        let id = back.id(&last);
        assert_eq!(id.profile(), Some("old-keys"));
        assert_eq!(packed.locate([&id]), [(packed.len() - 1, 0)]);
        assert_eq!(back.find(&id), Some(&last));
    }

    #[test]
    fn a_packed_roster_counts_profiles_and_keeps_them_apart_from_instances() {
        let (plain, order) = query::tests::company();
        let without = PackedRoster::pack(&plain, &order).unwrap();
        assert_eq!(without.profile_count(), 0);
        assert_eq!(without.sso_instances(), plain.instances);

        let roster = Arc::new(with_profiles());
        let index = SearchIndex::new(roster.clone());
        let packed = PackedRoster::pack(&roster, index.order_by_name()).unwrap();
        assert_eq!(packed.profile_count(), 2);
        assert_eq!(plain.sso_instances(), plain.instances);
        assert_eq!(roster.sso_instances(), plain.instances);
        assert_eq!(packed.sso_instances(), plain.instances);
        assert_eq!(packed.instances().len(), plain.instances.len() + 1);
        assert_eq!(packed.account_widths().count(), without.account_widths().count());
    }

    #[test]
    fn a_profile_that_the_user_named_gets_a_row_of_its_own() {
        let mut roster = Roster::default();
        roster.add_only_profiles(rows(&["old-keys"]));
        assert_eq!(roster.id(&roster.entries[0]).profile(), Some("old-keys"));
        assert!(roster.sso_instances().is_empty());
    }

    #[test]
    fn only_the_instance_and_the_account_of_profiles_mark_a_profile() {
        assert!(Instance::of_profiles().is_of_profiles());
        let named = Instance::example(INSTANCE);
        let without_url = Instance { name: InstanceName::new("corp"), ..Instance::of_profiles() };
        assert!(!named.is_of_profiles() && !without_url.is_of_profiles());
        let id = |instance: &str, account| RoleId {
            instance: InstanceName::new(instance),
            account,
            role: crate::domain::RoleName::new("x"),
        };
        let account: AccountId = "012345678901".parse().unwrap();
        assert_eq!(id(INSTANCE, AccountId::UNKNOWN).profile(), Some("x"));
        assert_eq!(id(INSTANCE, account).profile(), None);
        assert_eq!(id("corp", AccountId::UNKNOWN).profile(), None);
    }

    #[test]
    fn a_list_without_roles_gets_no_profiles_and_one_without_profiles_no_instance() {
        let mut nothing = Roster::default();
        nothing.add_profiles(rows(&["old-keys"]));
        assert_eq!(nothing, Roster::default());
        let mut roster = Roster::clone(&query::tests::company().0);
        let before = roster.clone();
        roster.add_profiles(rows(&[]));
        assert_eq!(roster, before);
    }
}
