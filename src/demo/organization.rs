//! The made-up organisation: two directories, their accounts, and the roles that the person has in
//! them.

use std::collections::HashSet;

use crate::domain::{AccountId, StartUrl};

use super::accounts::{self, SimulatedAccount};

/// Everything that exists in the simulator's world.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organization {
    /// `corp`, then `lab`.
    pub directories: Vec<Directory>,
}

/// One IAM Identity Center directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Directory {
    /// What the demo's configuration calls it.
    pub name: String,
    /// Its portal.
    pub start_url: String,
    /// The same portal by its own name, which tells its region.
    pub portal_url: String,
    /// Its region.
    pub region: String,
    /// The accounts, in the order the portal lists them.
    pub accounts: Vec<SimulatedAccount>,
}

impl Organization {
    /// The world of this size, the same one every time: `accounts` in both directories together, at
    /// most `roles` roles in each.
    pub fn new(accounts: usize, roles: usize) -> Self {
        let lab_count = if accounts >= 12 { 6 } else { accounts / 4 };
        let mut ids = HashSet::new();
        let corp = Directory::new(
            "corp",
            "eu-west-1",
            accounts::corp_accounts(accounts - lab_count, roles, &mut ids),
        );
        let lab =
            Directory::new("lab", "us-east-1", accounts::lab_accounts(lab_count, roles, &mut ids));
        Self { directories: vec![corp, lab] }
    }

    /// How many roles there are, all accounts together.
    pub fn role_count(&self) -> usize {
        self.directories
            .iter()
            .flat_map(|directory| &directory.accounts)
            .map(|account| account.roles.len())
            .sum()
    }

    /// The account of this id, in whichever directory.
    pub fn account(&self, id: AccountId) -> Option<&SimulatedAccount> {
        self.directories
            .iter()
            .flat_map(|directory| &directory.accounts)
            .find(|account| account.id == id)
    }

    /// The position of the directory with this start URL.
    pub(super) fn directory_index(&self, start_url: &str) -> Option<usize> {
        let wanted = StartUrl::new(start_url);
        let is_it = |directory: &Directory| {
            [&directory.start_url, &directory.portal_url]
                .into_iter()
                .any(|url| StartUrl::new(&**url) == wanted)
        };
        self.directories.iter().position(is_it)
    }
}

impl Directory {
    fn new(name: &str, region: &str, accounts: Vec<SimulatedAccount>) -> Self {
        let start_url = format!("https://{name}.awsapps.com/start");
        let portal = format!("https://ssoins-{name}0123456789.portal.{region}.app.aws");
        Self {
            name: name.to_owned(),
            start_url,
            portal_url: portal,
            region: region.to_owned(),
            accounts,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(organisation: &Organization) -> Vec<&SimulatedAccount> {
        organisation.directories.iter().flat_map(|directory| &directory.accounts).collect()
    }

    #[test]
    fn the_world_is_the_same_every_time() {
        assert_eq!(Organization::new(40, 6), Organization::new(40, 6));
    }

    #[test]
    fn the_default_world_holds_every_oddity() {
        let world = Organization::new(40, 6);
        let accounts = all(&world);
        assert_eq!(accounts.len(), 40);
        assert_eq!(world.directories[1].accounts.len(), 6);
        let named = |name: &str| {
            accounts.iter().filter(|account| account.name.as_deref() == Some(name)).count()
        };
        assert_eq!(named("sandbox"), 2);
        assert_eq!(
            (named("Zürich Analytics"), named("東京 Gaming"), named("Café São Paulo")),
            (1, 1, 1)
        );
        assert_eq!(
            accounts
                .iter()
                .filter(|account| account.name.is_none() && account.email.is_none())
                .count(),
            1
        );
        let payments = world.account("012345678901".parse().unwrap()).unwrap();
        assert_eq!(payments.name.as_deref(), Some("payments-prod"));
        assert_eq!(payments.roles[..2], ["AdministratorAccess", "ReadOnlyAccess"]);
    }

    #[test]
    fn a_world_of_thousands_keeps_ids_and_most_names_apart() {
        let world = Organization::new(4_000, 6);
        let accounts = all(&world);
        assert_eq!(accounts.iter().map(|account| account.id).collect::<HashSet<_>>().len(), 4_000);
        let names: HashSet<_> =
            accounts.iter().filter_map(|account| account.name.as_deref()).collect();
        assert_eq!(names.len(), 3_998, "one has no name, two share one");
        assert!(world.role_count() > 15_000, "{}", world.role_count());
    }

    #[test]
    fn not_every_role_is_in_every_account() {
        let world = Organization::new(40, 6);
        let counts: HashSet<_> = all(&world).iter().map(|account| account.roles.len()).collect();
        assert!(counts.len() > 1);
        assert!(all(&world).iter().all(|account| (1..=6).contains(&account.roles.len())));
    }

    #[test]
    fn small_and_empty_worlds_are_worlds() {
        for size in 0..15 {
            assert_eq!(all(&Organization::new(size, 1)).len(), size);
        }
    }

    #[test]
    fn many_roles_can_be_asked_for() {
        let world = Organization::new(12, 60);
        let most = all(&world)
            .iter()
            .map(|account| account.roles.iter().collect::<HashSet<_>>().len())
            .max()
            .unwrap();
        assert!(most > 40, "{most}");
    }
}
