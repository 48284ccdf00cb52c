//! One reading of the portal: which requests are under way, and what comes of their answers.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};
use tracing::info;

use crate::domain::{
    Account, AccountId, Error, ErrorKind, Inventory, Result, RoleName, Secret, format_duration,
};
use crate::identity::{IdentityClient, ListPage, PageTracker, PortalAccount};
use crate::os::clock::Clock;

use super::pace::Pace;
use super::{Limits, Progress};

/// The first pause after a request that got no answer; doubled with every further one.
const FIRST_BACKOFF: Duration = Duration::from_millis(200);

/// Says which accounts of the list are read.
type Wanted = fn(&Account) -> bool;
/// Hears how far it has come.
type Hear<'a> = &'a mut (dyn FnMut(Progress<'_>) + Send);

/// A reading under way.
pub(super) struct Run {
    identity: IdentityClient,
    token: Secret<String>,
    clock: Clock,
    limits: Limits,
    pace: Pace,
    began: Instant,
    /// When the portal last took a request.
    answered: Duration,
    /// Requests without an answer since then.
    silent: u32,
    /// When the wait for any answer from AWS began; `None` if no request is waiting.
    waiting: Option<Duration>,
    /// The last failure to get an answer, since AWS last answered.
    last_failure: Option<Error>,
    inventory: Inventory,
    /// Accounts of an earlier reading, with their positions, that the list has not named yet.
    old: HashMap<AccountId, (usize, Account)>,
    /// Accounts that the earlier reading left unconfirmed; see [`Inventory::unconfirmed`].
    unconfirmed: BTreeSet<AccountId>,
    /// Whether this reading may remove what is missing from an unconfirmed account.
    may_remove: bool,
    wanted: Wanted,
    /// Whether the account list is being read.
    listing: bool,
    queue: VecDeque<Job>,
    flying: JoinSet<Answer>,
    done: usize,
    failed: Vec<(AccountId, Error)>,
}

/// One list to read, or the rest of one.
#[derive(Debug)]
struct Job {
    of: List,
    next: Option<String>,
    retries: u32,
    not_before: Duration,
}

#[derive(Debug)]
enum List {
    /// The accounts. Its pages come one after the other, and each brings work for the other
    /// requests: it goes before all of them.
    Accounts(PageTracker<AccountId>),
    /// The roles of the account at this position.
    Roles {
        position: usize,
        account: AccountId,
        known: Vec<RoleName>,
        listing: PageTracker<RoleName>,
    },
}

/// A request that came back: the job, when it was sent, and what AWS says.
type Answer = (Job, Duration, Result<Reply>);

enum Reply {
    Accounts(ListPage<PortalAccount>),
    Roles(ListPage<RoleName>),
}

/// What to do with a request that failed.
enum Verdict {
    /// Send it again from this moment on.
    Again(Duration),
    /// Leave this account.
    Leave(Error),
    /// Leave everything.
    Stop(Error),
}

impl Run {
    /// A reading of nothing yet; see [`Run::list`] and [`Run::account`].
    pub(super) fn new(
        identity: &IdentityClient,
        token: &Secret<String>,
        limits: Limits,
        clock: Clock,
    ) -> Self {
        Self {
            identity: identity.clone(),
            token: token.clone(),
            clock,
            limits,
            pace: Pace::new(limits.requests_per_second, limits.max_backoff),
            began: Instant::now(),
            answered: Duration::ZERO,
            silent: 0,
            waiting: None,
            last_failure: None,
            inventory: Inventory::default(),
            old: HashMap::new(),
            unconfirmed: BTreeSet::new(),
            may_remove: false,
            wanted: |_| true,
            listing: false,
            queue: VecDeque::new(),
            flying: JoinSet::new(),
            done: 0,
            failed: Vec::new(),
        }
    }

    /// The account list is to be read, and the roles of those accounts in it that are wanted, each
    /// as it is known until then.
    pub(super) fn list(&mut self, old: Option<&Inventory>, wanted: Wanted) {
        let known = old.iter().flat_map(|old| &old.accounts).cloned().enumerate();
        self.old = known.map(|(position, account)| (account.id, (position, account))).collect();
        self.unconfirmed = old.map(|old| old.unconfirmed.clone()).unwrap_or_default();
        (self.wanted, self.listing) = (wanted, true);
        self.queue.push_back(Job::new(List::Accounts(PageTracker::default())));
    }

    /// Removes what the earlier reading could not confirm if it is missing again.
    pub(super) fn confirm_removals(&mut self) {
        self.may_remove = true;
    }

    /// The roles of this account in an inventory are to be read, and nothing else of it.
    pub(super) fn account(&mut self, inventory: Inventory, id: AccountId) {
        self.inventory = inventory;
        let position = self.inventory.accounts.iter().position(|account| account.id == id);
        self.queue.extend(position.map(|position| Job::roles(position, id)));
    }

    /// Keeps as many requests under way as allowed until everything was read or left. Gives back
    /// why it ended early, if it did.
    ///
    /// # Errors
    /// Whatever ends it before the account list is whole: what was read by then is less than what
    /// was known before.
    pub(super) async fn finish(&mut self, progress: Hear<'_>) -> Result<Option<Error>> {
        self.tell(progress);
        loop {
            let wake = self.send_what_may_go();
            if self.flying.is_empty() && self.queue.is_empty() {
                return Ok(None);
            }
            let wake = wake.map(|moment| self.began + moment);
            let end = self.waiting.map_or(self.limits.longest, |since| {
                self.limits.longest.min(since + self.limits.silence)
            });
            tokio::select! {
                Some(answer) = self.flying.join_next(), if !self.flying.is_empty() => {
                    let answer = answer.map_err(|error| Error::internal(format!("reading roles: {error}")));
                    match answer.and_then(|(job, sent, reply)| self.settle(job, sent, reply)) {
                        Ok(()) => self.tell(progress),
                        Err(error) if self.listing => return Err(error),
                        Err(error) => return Ok(Some(error)),
                    }
                }
                () = sleep_until(wake.unwrap_or(self.began)), if wake.is_some() => {}
                () = sleep_until(self.began + end) => {
                    let error = self.out_of_time();
                    return if self.listing { Err(error) } else { Ok(Some(error)) };
                }
            }
        }
    }

    /// The accounts, and those that could not be read.
    pub(super) fn result(self) -> (Inventory, Vec<(AccountId, Error)>) {
        (self.inventory, self.failed)
    }

    /// The error of a reading that got no answer for too long, or that takes too long.
    fn out_of_time(&mut self) -> Error {
        let silence = self.limits.silence;
        let seconds = i64::try_from(self.limits.longest.as_secs()).unwrap_or(i64::MAX);
        let waited = self.waiting.filter(|since| self.now().saturating_sub(*since) >= silence);
        match (waited, self.last_failure.take()) {
            (Some(_), Some(error)) => error,
            (Some(_), None) => Error::new(
                ErrorKind::Unreachable,
                format!("reading roles: AWS has not answered for {} s", silence.as_secs()),
            )
            .hint("check the network, and HTTPS_PROXY and NO_PROXY if there is a proxy"),
            (None, _) => Error::new(
                ErrorKind::Unreachable,
                format!("reading roles: not finished after {}", format_duration(seconds)),
            )
            .hint("run `rolecall cache` again, with more `--threads`"),
        }
    }

    fn now(&self) -> Duration {
        self.began.elapsed()
    }

    fn tell(&self, progress: Hear<'_>) {
        let (done, total) =
            if self.listing { (0, 0) } else { (self.done, self.inventory.accounts.len()) };
        progress(Progress {
            done,
            total,
            throttled: self.pace.throttled(self.now()),
            inventory: &self.inventory,
        });
    }

    /// Sends requests until something forbids the next one; says when to try again if time alone
    /// will do.
    fn send_what_may_go(&mut self) -> Option<Duration> {
        while self.flying.len() < self.limits.threads.max(1) {
            let now = self.now();
            let earliest = self.queue.iter().map(|job| job.not_before).min()?;
            let moment = self.pace.next(now).max(earliest);
            if moment > now {
                return Some(moment);
            }
            let job = self
                .queue
                .iter()
                .position(|job| job.not_before <= now)
                .and_then(|at| self.queue.remove(at))?;
            self.pace.sent(now);
            self.waiting.get_or_insert(now);
            let (identity, token) = (self.identity.clone(), self.token.clone());
            self.flying.spawn(async move {
                let next = job.next.as_deref();
                let reply = match &job.of {
                    List::Accounts(_) => {
                        identity.fetch_accounts_page(&token, next).await.map(Reply::Accounts)
                    }
                    List::Roles { account, .. } => {
                        identity.fetch_roles_page(&token, *account, next).await.map(Reply::Roles)
                    }
                };
                (job, now, reply)
            });
        }
        None
    }

    fn settle(&mut self, mut job: Job, sent: Duration, reply: Result<Reply>) -> Result<()> {
        let reply = match reply {
            Ok(reply) => reply,
            Err(error) => return self.settle_failure(job, sent, error),
        };
        self.took();
        self.restart_wait();
        job.retries = 0;
        let next = match (reply, &mut job.of) {
            (Reply::Accounts(page), List::Accounts(listing)) => {
                let page = listing.add(page, |account| account.id)?;
                let ended_empty = listing.is_last_page_empty();
                page.items.into_iter().for_each(|account| self.add(account));
                if page.next_token.is_none() {
                    if ended_empty {
                        self.keep_missing();
                    }
                    (self.listing, self.inventory.fetched_at) = (false, self.clock.now());
                }
                Ok(page.next_token)
            }
            (Reply::Roles(page), List::Roles { position, known, listing, .. }) => {
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
            // Not possible: the request decides which reply it gets.
            _ => Ok(None),
        };
        match next {
            Ok(Some(next)) => {
                job.next = Some(next);
                self.queue.push_front(job);
            }
            Ok(None) => {}
            Err(error) => self.leave(job.of, error)?,
        }
        Ok(())
    }

    /// An account that the list has: as it was known, and to be read if it is wanted.
    fn add(&mut self, PortalAccount { id, name, email }: PortalAccount) {
        let (roles, read_at) = self
            .old
            .remove(&id)
            .map(|(_, old)| (old.roles, old.roles_fetched_at))
            .unwrap_or_default();
        let account = Account { id, name, email, roles, roles_fetched_at: read_at };
        if self.unconfirmed.contains(&id) {
            self.inventory.unconfirmed.insert(id);
        }
        if (self.wanted)(&account) {
            self.queue.push_back(Job::roles(self.inventory.accounts.len(), id));
        }
        self.inventory.accounts.push(account);
    }

    /// Keeps the accounts that are missing from a list with an empty last page, unless the earlier
    /// reading missed them too.
    fn keep_missing(&mut self) {
        let missing = std::mem::take(&mut self.old).into_values();
        let mut missing: Vec<_> = missing
            .filter(|(_, account)| !(self.may_remove && self.unconfirmed.contains(&account.id)))
            .collect();
        missing.sort_by_key(|(position, _)| *position);
        self.done += missing.len();
        for (_, account) in missing {
            self.inventory.unconfirmed.insert(account.id);
            self.inventory.accounts.push(account);
        }
    }

    /// Stores the roles of an account. Roles that are missing from a list with an empty last page
    /// are kept, unless the earlier reading missed some too.
    fn store_roles(&mut self, position: usize, mut roles: Vec<RoleName>, ended_empty: bool) {
        self.done += 1;
        let account = &mut self.inventory.accounts[position];
        let seen_before = self.may_remove && self.unconfirmed.contains(&account.id);
        let missing: Vec<RoleName> =
            account.roles.iter().filter(|role| !roles.contains(role)).cloned().collect();
        if ended_empty && !missing.is_empty() && !seen_before {
            self.inventory.unconfirmed.insert(account.id);
            roles.extend(missing);
        } else {
            self.inventory.unconfirmed.remove(&account.id);
            account.roles_fetched_at = Some(self.clock.now());
        }
        account.roles = roles;
    }

    fn settle_failure(&mut self, mut job: Job, sent: Duration, error: Error) -> Result<()> {
        match (self.judge(error, sent, &mut job.retries), &job.of) {
            (Verdict::Again(moment), of) => {
                let first = matches!(of, List::Accounts(_));
                job.not_before = moment;
                // To the end: an account that is refused again and again must not keep others from
                // being read.
                if first { self.queue.push_front(job) } else { self.queue.push_back(job) }
            }
            (Verdict::Leave(error), _) => return self.leave(job.of, error),
            (Verdict::Stop(error), _) => return Err(error),
        }
        Ok(())
    }

    /// Gives up a list: one account's roles, or everything if it is the account list.
    fn leave(&mut self, of: List, error: Error) -> Result<()> {
        let List::Roles { account, .. } = of else { return Err(error) };
        info!(target: "rolecall::refresh", %account, %error, "account left");
        self.done += 1;
        self.failed.push((account, error));
        Ok(())
    }

    /// Restarts the wait for an answer, since AWS has just answered.
    fn restart_wait(&mut self) {
        self.last_failure = None;
        self.waiting = Some(self.now()).filter(|_| !self.flying.is_empty());
    }

    fn took(&mut self) {
        let now = self.now();
        self.pace.took(now);
        (self.answered, self.silent) = (now, 0);
    }

    fn judge(&mut self, error: Error, sent: Duration, retries: &mut u32) -> Verdict {
        let (now, limits) = (self.now(), self.limits);
        match error.kind {
            ErrorKind::Unreachable => self.last_failure = Some(error.clone()),
            _ => self.restart_wait(),
        }
        match error.kind {
            ErrorKind::LoginNeeded => Verdict::Stop(error),
            ErrorKind::Throttled => {
                self.pace.refused(sent, now);
                // As long as anything comes through, this will end.
                let patience = limits.max_backoff * limits.max_retry.max(1);
                if now.saturating_sub(self.answered) > patience {
                    Verdict::Stop(error)
                } else {
                    Verdict::Again(now)
                }
            }
            ErrorKind::Unreachable => {
                *retries += 1;
                self.silent += 1;
                // When nobody's request is answered, it is the network and not the account.
                let gone = limits
                    .max_retry
                    .saturating_add(u32::try_from(limits.threads).unwrap_or(u32::MAX));
                if self.silent > gone {
                    Verdict::Stop(error)
                } else if *retries > limits.max_retry {
                    Verdict::Leave(error)
                } else {
                    Verdict::Again(
                        now + (FIRST_BACKOFF * 2_u32.pow((*retries - 1).min(8)))
                            .min(limits.max_backoff),
                    )
                }
            }
            _ => Verdict::Leave(error),
        }
    }
}

impl Job {
    fn new(of: List) -> Self {
        Self { of, next: None, retries: 0, not_before: Duration::ZERO }
    }

    fn roles(position: usize, account: AccountId) -> Self {
        Self::new(List::Roles {
            position,
            account,
            known: Vec::new(),
            listing: PageTracker::default(),
        })
    }
}
