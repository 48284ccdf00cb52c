//! Looks up a name that matches nothing at AWS, with as few requests as possible: access may have
//! been granted minutes ago.

use crate::domain::{AccountId, Inventory, Result, Secret};
use crate::identity::IdentityClient;
use crate::os::clock::Clock;

use crate::ops::refresh::fetch::Fetcher;
use crate::ops::refresh::{Progress, RefreshLimits, RefreshReport};

/// The part of an inventory that is fetched again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LookupScope {
    /// The roles of one known account.
    Account(AccountId),
    /// The account list, and the roles of accounts that are new in it or were never fetched.
    NewAccounts,
}

/// Fetches this part; everything else keeps its content and age. A list with an empty last page
/// removes nothing here; only a refresh does.
///
/// # Errors
/// As [`super::refresh`].
pub async fn lookup(
    identity: &IdentityClient,
    token: &Secret<String>,
    old: &Inventory,
    scope: LookupScope,
    limits: RefreshLimits,
    clock: Clock,
) -> Result<RefreshReport> {
    let mut run = Fetcher::new(identity, token, limits, clock);
    match scope {
        LookupScope::Account(id) => run.request_account(old.clone(), id),
        LookupScope::NewAccounts => {
            run.request_accounts(Some(old), |account| account.roles_fetched_at.is_none())
        }
    }
    let stopped = run.run(&mut |_: Progress<'_>| {}).await?;
    let (mut inventory, failed) = run.into_result();
    inventory.fetched_at = old.fetched_at;
    // A refused account keeps its old roles, so an inventory that was complete remains so.
    inventory.complete =
        old.complete && inventory.accounts.iter().all(|account| account.roles_fetched_at.is_some());
    Ok(RefreshReport { inventory, failed, stopped })
}
