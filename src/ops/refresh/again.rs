//! One more look at AWS for a name that matches nothing: as little as will tell, since a grant may be minutes old.

use crate::domain::{AccountId, Inventory, Result, Secret};
use crate::identity::Identity;
use crate::os::clock::Clock;

use crate::ops::refresh::{Limits, Outcome, Progress, Run, start};

/// What is read anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// The roles of one account that is known.
    Account(AccountId),
    /// The account list, and the roles of accounts that are new in it or were never read.
    NewAccounts,
}

/// Reads that much; all else stays as it was, and as old.
///
/// # Errors
/// As [`super::refresh`].
pub async fn look(
    identity: &Identity,
    token: &Secret<String>,
    old: &Inventory,
    look: Look,
    limits: Limits,
    clock: Clock,
) -> Result<Outcome> {
    let mut run = Run::new(identity, token, limits, clock);
    let silent = &mut |_: Progress<'_>| {};
    run.inventory = match look {
        Look::Account(_) => old.clone(),
        Look::NewAccounts => start(run.read_accounts(silent).await?, Some(old)),
    };
    let accounts = run.inventory.accounts.iter().enumerate().filter(|(_, account)| match look {
        Look::Account(id) => account.id == id,
        Look::NewAccounts => account.read_at.is_none(),
    });
    let positions: Vec<usize> = accounts.map(|(position, _)| position).collect();
    let stopped = run.read_roles(positions, silent).await.err();
    run.inventory.fetched_at = old.fetched_at;
    // An account that is refused keeps its old roles; it makes a whole list no less whole than the day it was read.
    run.inventory.complete = old.complete && run.inventory.accounts.iter().all(|account| account.read_at.is_some());
    Ok(Outcome { inventory: run.inventory, failed: run.failed, stopped })
}
