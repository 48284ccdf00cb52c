//! One more look at AWS for a name that matches nothing: as little as will tell, since a grant may
//! be minutes old.

use crate::domain::{AccountId, Inventory, Result, Secret};
use crate::identity::IdentityClient;
use crate::os::clock::Clock;

use crate::ops::refresh::fetch::Fetcher;
use crate::ops::refresh::{Progress, RefreshLimits, RefreshReport};

/// What is read anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LookupScope {
    /// The roles of one account that is known.
    Account(AccountId),
    /// The account list, and the roles of accounts that are new in it or were never read.
    NewAccounts,
}

/// Reads that much; all else stays as it was, and as old. A list with an empty last page removes
/// nothing here; only a refresh does.
///
/// # Errors
/// As [`super::refresh`].
pub async fn lookup(
    identity: &IdentityClient,
    token: &Secret<String>,
    old: &Inventory,
    look: LookupScope,
    limits: RefreshLimits,
    clock: Clock,
) -> Result<RefreshReport> {
    let mut run = Fetcher::new(identity, token, limits, clock);
    match look {
        LookupScope::Account(id) => run.request_account(old.clone(), id),
        LookupScope::NewAccounts => {
            run.request_accounts(Some(old), |account| account.roles_fetched_at.is_none())
        }
    }
    let stopped = run.run(&mut |_: Progress<'_>| {}).await?;
    let (mut inventory, failed) = run.into_result();
    inventory.fetched_at = old.fetched_at;
    // An account that is refused keeps its old roles; it makes a whole list no less whole than the
    // day it was read.
    inventory.complete =
        old.complete && inventory.accounts.iter().all(|account| account.roles_fetched_at.is_some());
    Ok(RefreshReport { inventory, failed, stopped })
}
