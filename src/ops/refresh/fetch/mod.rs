//! One pass over the portal's lists: requests in flight, and what follows from their responses.

mod failures;
mod merge;

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

use crate::domain::{
    Account, AccountId, Error, ErrorKind, Inventory, Result, ResultExt, RoleName, Secret,
};
use crate::identity::{IdentityClient, ListPage, PageTracker, PortalAccount};
use crate::os::clock::Clock;

use super::rate_limiter::RateLimiter;
use super::{Progress, RefreshLimits};

/// Selects the accounts whose roles are fetched.
type AccountFilter = fn(&Account) -> bool;
type ProgressHandler<'a> = &'a mut (dyn FnMut(Progress<'_>) + Send);

/// A pass in progress.
pub(super) struct Fetcher {
    identity: IdentityClient,
    token: Secret<String>,
    clock: Clock,
    limits: RefreshLimits,
    rate_limiter: RateLimiter,
    started_at: Instant,
    /// When the portal last accepted a request.
    last_answered: Duration,
    /// Requests without an answer since then.
    unanswered: u32,
    /// When the wait for any answer from AWS began; `None` if no request is waiting.
    waiting_since: Option<Duration>,
    /// The last failure to get an answer, since AWS last answered.
    last_failure: Option<Error>,
    inventory: Inventory,
    /// Accounts of an earlier inventory, with their positions, that the list has not named yet.
    previous: HashMap<AccountId, (usize, Account)>,
    /// Accounts that were unconfirmed in the earlier inventory; see [`Inventory::unconfirmed`].
    unconfirmed: BTreeSet<AccountId>,
    /// Whether this pass may remove what is missing from an unconfirmed account.
    may_remove: bool,
    filter: AccountFilter,
    /// Whether the account list is being fetched.
    listing: bool,
    queue: VecDeque<PageRequest>,
    in_flight: JoinSet<PageResponse>,
    done: usize,
    failed: Vec<(AccountId, Error)>,
}

/// A list to fetch, or the rest of one.
#[derive(Debug)]
struct PageRequest {
    list: PortalList,
    next_token: Option<String>,
    retries: u32,
    not_before: Duration,
}

#[derive(Debug)]
enum PortalList {
    /// The accounts. Its pages are fetched one after the other, and each adds role lists to fetch,
    /// so it has priority over all of those.
    Accounts(PageTracker<AccountId>),
    /// The roles of the account at this position.
    Roles {
        position: usize,
        account: AccountId,
        known: Vec<RoleName>,
        listing: PageTracker<RoleName>,
    },
}

/// A completed request: the request, when it was sent, and the response.
type PageResponse = (PageRequest, Duration, Result<PortalPage>);

enum PortalPage {
    Accounts(ListPage<PortalAccount>),
    Roles(ListPage<RoleName>),
}

impl Fetcher {
    /// A pass with nothing to fetch yet; see [`Fetcher::request_accounts`] and
    /// [`Fetcher::request_account`].
    pub(super) fn new(
        identity: &IdentityClient,
        token: &Secret<String>,
        limits: RefreshLimits,
        clock: Clock,
    ) -> Self {
        Self {
            identity: identity.clone(),
            token: token.clone(),
            clock,
            limits,
            rate_limiter: RateLimiter::new(limits.requests_per_second, limits.max_backoff),
            started_at: Instant::now(),
            last_answered: Duration::ZERO,
            unanswered: 0,
            waiting_since: None,
            last_failure: None,
            inventory: Inventory::default(),
            previous: HashMap::new(),
            unconfirmed: BTreeSet::new(),
            may_remove: false,
            filter: |_| true,
            listing: false,
            queue: VecDeque::new(),
            in_flight: JoinSet::new(),
            done: 0,
            failed: Vec::new(),
        }
    }

    /// Requests the account list, and the roles of its accounts that pass the filter. Each account
    /// keeps its known roles until then.
    pub(super) fn request_accounts(&mut self, old: Option<&Inventory>, wanted: AccountFilter) {
        let known = old.iter().flat_map(|old| &old.accounts).cloned().enumerate();
        self.previous =
            known.map(|(position, account)| (account.id, (position, account))).collect();
        self.unconfirmed = old.map(|old| old.unconfirmed.clone()).unwrap_or_default();
        (self.filter, self.listing) = (wanted, true);
        self.queue.push_back(PageRequest::new(PortalList::Accounts(PageTracker::default())));
    }

    /// Allows the removal of what was unconfirmed in the earlier inventory and is missing again.
    pub(super) fn confirm_removals(&mut self) {
        self.may_remove = true;
    }

    /// Requests the roles of this account in an inventory, and nothing else.
    pub(super) fn request_account(&mut self, inventory: Inventory, id: AccountId) {
        self.inventory = inventory;
        let position = self.inventory.accounts.iter().position(|account| account.id == id);
        self.queue.extend(position.map(|position| PageRequest::for_roles(position, id)));
    }

    /// Keeps as many requests in flight as allowed until every list was fetched or skipped. Returns
    /// why it ended early, if it did.
    ///
    /// # Errors
    /// Any error before the account list is complete: what was fetched by then is less than what
    /// was known before.
    pub(super) async fn run(&mut self, progress: ProgressHandler<'_>) -> Result<Option<Error>> {
        self.report_progress(progress);
        loop {
            let wake = self.send_ready();
            if self.in_flight.is_empty() && self.queue.is_empty() {
                return Ok(None);
            }
            let wake = wake.map(|moment| self.started_at + moment);
            let end = self.waiting_since.map_or(self.limits.total_timeout, |since| {
                self.limits.total_timeout.min(since + self.limits.silence_timeout)
            });
            tokio::select! {
                Some(answer) = self.in_flight.join_next(), if !self.in_flight.is_empty() => {
                    let answer = answer.context(ErrorKind::Internal, "reading roles");
                    let handled = answer.and_then(|(request, sent, reply)| {
                        self.handle_response(request, sent, reply)
                    });
                    match handled {
                        Ok(()) => self.report_progress(progress),
                        Err(error) if self.listing => return Err(error),
                        Err(error) => return Ok(Some(error)),
                    }
                }
                () = sleep_until(wake.unwrap_or(self.started_at)), if wake.is_some() => {}
                () = sleep_until(self.started_at + end) => {
                    let error = self.timeout_error();
                    return if self.listing { Err(error) } else { Ok(Some(error)) };
                }
            }
        }
    }

    /// The inventory, and the accounts that could not be fetched.
    pub(super) fn into_result(self) -> (Inventory, Vec<(AccountId, Error)>) {
        (self.inventory, self.failed)
    }

    fn elapsed(&self) -> Duration {
        self.started_at.elapsed()
    }

    fn report_progress(&self, progress: ProgressHandler<'_>) {
        let (done, total) =
            if self.listing { (0, 0) } else { (self.done, self.inventory.accounts.len()) };
        progress(Progress {
            done,
            total,
            throttled: self.rate_limiter.is_throttled(self.elapsed()),
            failure: self.last_failure.as_ref(),
            inventory: &self.inventory,
        });
    }

    /// Sends requests until the limits forbid the next one. Returns when to try again, if it is
    /// only a matter of time.
    fn send_ready(&mut self) -> Option<Duration> {
        while self.in_flight.len() < self.limits.threads.max(1) {
            let now = self.elapsed();
            let earliest = self.queue.iter().map(|request| request.not_before).min()?;
            let moment = self.rate_limiter.next_send(now).max(earliest);
            if moment > now {
                return Some(moment);
            }
            let request = self
                .queue
                .iter()
                .position(|request| request.not_before <= now)
                .and_then(|at| self.queue.remove(at))?;
            self.rate_limiter.on_sent(now);
            self.waiting_since.get_or_insert(now);
            let (identity, token) = (self.identity.clone(), self.token.clone());
            self.in_flight.spawn(async move {
                let next = request.next_token.as_deref();
                let reply = match &request.list {
                    PortalList::Accounts(_) => {
                        identity.fetch_accounts_page(&token, next).await.map(PortalPage::Accounts)
                    }
                    PortalList::Roles { account, .. } => identity
                        .fetch_roles_page(&token, *account, next)
                        .await
                        .map(PortalPage::Roles),
                };
                (request, now, reply)
            });
        }
        None
    }

    fn handle_response(
        &mut self,
        mut request: PageRequest,
        sent: Duration,
        reply: Result<PortalPage>,
    ) -> Result<()> {
        let reply = match reply {
            Ok(reply) => reply,
            Err(error) => return self.handle_failure(request, sent, error),
        };
        self.on_accepted();
        self.restart_wait();
        request.retries = 0;
        let next = match (reply, &mut request.list) {
            (PortalPage::Accounts(page), PortalList::Accounts(listing)) => {
                let page = listing.add(page, |account| account.id)?;
                let ended_empty = listing.is_last_page_empty();
                page.items.into_iter().for_each(|account| self.add_account(account));
                if page.next_token.is_none() {
                    if ended_empty {
                        self.keep_missing();
                    }
                    (self.listing, self.inventory.fetched_at) = (false, self.clock.now());
                }
                Ok(page.next_token)
            }
            (PortalPage::Roles(page), PortalList::Roles { position, known, listing, .. }) => {
                listing.add(page, RoleName::clone).map(|page| {
                    known.extend(page.items);
                    if page.next_token.is_none() {
                        let (position, known, ended_empty) =
                            (*position, std::mem::take(known), listing.is_last_page_empty());
                        self.store_roles(position, known, ended_empty);
                    }
                    page.next_token
                })
            }
            // Not possible: the request determines the kind of its response.
            _ => Ok(None),
        };
        match next {
            Ok(Some(next)) => {
                request.next_token = Some(next);
                self.queue.push_front(request);
            }
            Ok(None) => {}
            Err(error) => self.skip(request.list, error)?,
        }
        Ok(())
    }

    /// Restarts the wait for an answer, since AWS has just answered.
    fn restart_wait(&mut self) {
        self.last_failure = None;
        self.waiting_since = Some(self.elapsed()).filter(|_| !self.in_flight.is_empty());
    }

    fn on_accepted(&mut self) {
        let now = self.elapsed();
        self.rate_limiter.on_accepted(now);
        (self.last_answered, self.unanswered) = (now, 0);
    }
}

impl PageRequest {
    fn new(list: PortalList) -> Self {
        Self { list, next_token: None, retries: 0, not_before: Duration::ZERO }
    }

    fn for_roles(position: usize, account: AccountId) -> Self {
        Self::new(PortalList::Roles {
            position,
            account,
            known: Vec::new(),
            listing: PageTracker::default(),
        })
    }
}
