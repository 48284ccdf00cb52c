//! The simulated organization: two directories with their accounts.

use std::collections::HashSet;

use crate::domain::{AccountId, StartUrl};

use super::accounts::{self, SimulatedAccount};

/// The simulated organization.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organization {
    /// `corp`, then `lab`.
    pub directories: Vec<Directory>,
}

/// One IAM Identity Center directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Directory {
    /// The name of the instance in the demo's configuration.
    pub name: String,
    /// The start URL.
    pub start_url: String,
    /// The portal's own URL, which contains the region.
    pub portal_url: String,
    /// The region.
    pub region: String,
    /// The accounts, in the portal's order.
    pub accounts: Vec<SimulatedAccount>,
}

impl Organization {
    /// Creates an organization of this size, the same in every run: `accounts` in both directories
    /// together, at most `roles` roles in each.
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

    /// The number of roles in all accounts.
    pub fn role_count(&self) -> usize {
        self.directories
            .iter()
            .flat_map(|directory| &directory.accounts)
            .map(|account| account.roles.len())
            .sum()
    }

    /// Finds an account in either directory.
    pub fn account(&self, id: AccountId) -> Option<&SimulatedAccount> {
        self.directories
            .iter()
            .flat_map(|directory| &directory.accounts)
            .find(|account| account.id == id)
    }

    /// Returns the position of the directory with this start URL.
    pub(super) fn directory_index(&self, start_url: &str) -> Option<usize> {
        let wanted = StartUrl::new(start_url);
        let matches = |directory: &Directory| {
            [&directory.start_url, &directory.portal_url]
                .into_iter()
                .any(|url| StartUrl::new(&**url) == wanted)
        };
        self.directories.iter().position(matches)
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

    fn all(organization: &Organization) -> Vec<&SimulatedAccount> {
        organization.directories.iter().flat_map(|directory| &directory.accounts).collect()
    }

    #[test]
    fn the_organization_is_the_same_in_every_run() {
        assert_eq!(Organization::new(40, 6), Organization::new(40, 6));
    }

    #[test]
    fn the_default_organization_has_every_special_case() {
        let organization = Organization::new(40, 6);
        let accounts = all(&organization);
        assert_eq!(accounts.len(), 40);
        assert_eq!(organization.directories[1].accounts.len(), 6);
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
        let payments = organization.account("012345678901".parse().unwrap()).unwrap();
        assert_eq!(payments.name.as_deref(), Some("payments-prod"));
        assert_eq!(payments.roles[..2], ["AdministratorAccess", "ReadOnlyAccess"]);
    }

    #[test]
    fn ids_and_most_names_of_thousands_of_accounts_differ() {
        let organization = Organization::new(4_000, 6);
        let accounts = all(&organization);
        assert_eq!(accounts.iter().map(|account| account.id).collect::<HashSet<_>>().len(), 4_000);
        let names: HashSet<_> =
            accounts.iter().filter_map(|account| account.name.as_deref()).collect();
        assert_eq!(names.len(), 3_998, "one has no name, two share one");
        assert!(organization.role_count() > 15_000, "{}", organization.role_count());
    }

    #[test]
    fn not_every_role_is_in_every_account() {
        let organization = Organization::new(40, 6);
        let counts: HashSet<_> =
            all(&organization).iter().map(|account| account.roles.len()).collect();
        assert!(counts.len() > 1);
        assert!(all(&organization).iter().all(|account| (1..=6).contains(&account.roles.len())));
    }

    #[test]
    fn small_and_empty_organizations_have_the_requested_size() {
        for size in 0..15 {
            assert_eq!(all(&Organization::new(size, 1)).len(), size);
        }
    }

    #[test]
    fn accounts_can_have_many_roles() {
        let organization = Organization::new(12, 60);
        let most = all(&organization)
            .iter()
            .map(|account| account.roles.iter().collect::<HashSet<_>>().len())
            .max()
            .unwrap();
        assert!(most > 40, "{most}");
    }
}
