//! Reads accounts and roles of an instance anew: many small requests, paced, and nothing lost when some of them fail.

pub mod again;
pub mod pace;
pub mod update;

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};
use tracing::info;

use crate::domain::{Account, AccountId, Error, Inventory, Kind, Result, RoleName, Secret};
use crate::identity::{Identity, Page, PortalAccount};
use crate::os::clock::Clock;

use crate::ops::refresh::pace::Pace;

/// The first pause after a request that got no answer; doubled with every further one.
const FIRST_BACKOFF: Duration = Duration::from_millis(200);

/// How hard the portal may be asked.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limits {
    /// Requests under way at once.
    pub threads: usize,
    /// Requests a second at most; without it the rate finds the portal's own limit.
    pub requests_per_second: Option<f64>,
    /// How often a request without an answer is sent again. A 429 is not counted: it is waited out.
    pub max_retry: u32,
    /// The longest pause between two attempts.
    pub max_backoff: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { threads: 5, requests_per_second: None, max_retry: 10, max_backoff: Duration::from_secs(5) }
    }
}

/// How far a refresh has come.
#[derive(Debug, Clone, Copy)]
pub struct Progress<'a> {
    /// Accounts whose roles were read, or could not be.
    pub done: usize,
    /// Accounts in all; 0 while the account list is being read.
    pub total: usize,
    /// AWS has asked to slow down within the last seconds.
    pub throttled: bool,
    /// All accounts as they are known now: old roles until they are read anew. Empty while the account list is being read.
    pub inventory: &'a Inventory,
}

/// What a refresh came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The accounts in the portal's order; `complete` when the roles of all of them were read.
    pub inventory: Inventory,
    /// Accounts that could not be read, and why; they have their old roles.
    pub failed: Vec<(AccountId, Error)>,
    /// Why it ended early: the session ended, the network went away, or AWS did not stop asking to slow down.
    pub stopped: Option<Error>,
}

/// Reads the account list, then the roles of each account. `old` lends its roles to accounts that can't be read this time.
///
/// # Errors
/// When the account list itself can't be read: [`Kind::LoginNeeded`], [`Kind::Throttled`], [`Kind::Unreachable`], [`Kind::Refused`].
/// Whatever happens later is told in the [`Outcome`].
pub async fn refresh(
    identity: &Identity,
    token: &Secret<String>,
    old: Option<&Inventory>,
    limits: Limits,
    clock: Clock,
    progress: &mut (dyn FnMut(Progress<'_>) + Send),
) -> Result<Outcome> {
    let mut run = Run::new(identity, token, limits, clock);
    run.tell(progress);
    let accounts = run.read_accounts(progress).await?;
    run.inventory = start(accounts, old);
    run.inventory.fetched_at = clock.now();
    run.tell(progress);
    let stopped = run.read_roles(0..run.inventory.accounts.len(), progress).await.err();
    run.inventory.complete = stopped.is_none() && run.failed.is_empty();
    info!(target: "rolecall::refresh", accounts = run.done, failed = run.failed.len(), took = ?run.began.elapsed(), "refreshed");
    Ok(Outcome { inventory: run.inventory, failed: run.failed, stopped })
}

/// The new account list with what is known of the roles so far.
fn start(accounts: Vec<PortalAccount>, old: Option<&Inventory>) -> Inventory {
    let known: HashMap<AccountId, &Account> = old.iter().flat_map(|old| &old.accounts).map(|account| (account.id, account)).collect();
    let accounts = accounts.into_iter().map(|PortalAccount { id, name, email }| {
        let (roles, read_at) = known.get(&id).map_or_else(Default::default, |old| (old.roles.clone(), old.read_at));
        Account { id, name, email, roles, read_at }
    });
    Inventory { accounts: accounts.collect(), ..Inventory::default() }
}

struct Run {
    identity: Identity,
    token: Secret<String>,
    clock: Clock,
    limits: Limits,
    pace: Pace,
    began: Instant,
    /// When the portal last took a request.
    answered: Duration,
    /// Requests without an answer since then.
    silent: u32,
    inventory: Inventory,
    done: usize,
    failed: Vec<(AccountId, Error)>,
}

/// One account to read, or the rest of one.
#[derive(Debug)]
struct Job {
    position: usize,
    account: AccountId,
    next: Option<String>,
    roles: Vec<RoleName>,
    retries: u32,
    not_before: Duration,
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
    fn new(identity: &Identity, token: &Secret<String>, limits: Limits, clock: Clock) -> Self {
        Self {
            identity: identity.clone(),
            token: token.clone(),
            clock,
            limits,
            pace: Pace::new(limits.requests_per_second, limits.max_backoff),
            began: Instant::now(),
            answered: Duration::ZERO,
            silent: 0,
            inventory: Inventory::default(),
            done: 0,
            failed: Vec::new(),
        }
    }

    fn now(&self) -> Duration {
        self.began.elapsed()
    }

    fn tell(&self, progress: &mut (dyn FnMut(Progress<'_>) + Send)) {
        let (total, throttled) = (self.inventory.accounts.len(), self.pace.throttled(self.now()));
        progress(Progress { done: self.done, total, throttled, inventory: &self.inventory });
    }

    async fn read_accounts(&mut self, progress: &mut (dyn FnMut(Progress<'_>) + Send)) -> Result<Vec<PortalAccount>> {
        let (mut accounts, mut next, mut retries) = (Vec::new(), None, 0);
        loop {
            sleep_until(self.began + self.pace.next(self.now())).await;
            let sent = self.now();
            self.pace.sent(sent);
            match self.identity.accounts_page(&self.token, next.as_deref()).await {
                Ok(page) => {
                    self.took();
                    retries = 0;
                    accounts.extend(page.items);
                    next = page.next;
                    if next.is_none() {
                        return Ok(accounts);
                    }
                }
                Err(error) => match self.judge(error, sent, &mut retries) {
                    Verdict::Again(moment) => {
                        self.tell(progress);
                        sleep_until(self.began + moment).await;
                    }
                    Verdict::Leave(error) | Verdict::Stop(error) => return Err(error),
                },
            }
        }
    }

    /// Keeps as many requests under way as allowed until every account at these positions was read or left.
    async fn read_roles(
        &mut self,
        positions: impl IntoIterator<Item = usize>,
        progress: &mut (dyn FnMut(Progress<'_>) + Send),
    ) -> Result<()> {
        let mut queue: VecDeque<Job> = positions.into_iter().map(|at| Job::new(at, self.inventory.accounts[at].id)).collect();
        let mut flying = JoinSet::new();
        loop {
            let wake = self.send_what_may_go(&mut queue, &mut flying);
            if flying.is_empty() && queue.is_empty() {
                return Ok(());
            }
            let wake = wake.map(|moment| self.began + moment);
            tokio::select! {
                Some(answer) = flying.join_next(), if !flying.is_empty() => {
                    let (job, sent, reply) = answer.map_err(|error| Error::internal(format!("reading roles: {error}")))?;
                    self.settle(job, sent, reply, &mut queue)?;
                    self.tell(progress);
                }
                () = sleep_until(wake.unwrap_or(self.began)), if wake.is_some() => {}
            }
        }
    }

    /// Sends requests until something forbids the next one; says when to try again if time alone will do.
    fn send_what_may_go(
        &mut self,
        queue: &mut VecDeque<Job>,
        flying: &mut JoinSet<(Job, Duration, Result<Page<RoleName>>)>,
    ) -> Option<Duration> {
        while flying.len() < self.limits.threads.max(1) {
            let now = self.now();
            let earliest = queue.iter().map(|job| job.not_before).min()?;
            let moment = self.pace.next(now).max(earliest);
            if moment > now {
                return Some(moment);
            }
            let job = queue.iter().position(|job| job.not_before <= now).and_then(|at| queue.remove(at))?;
            self.pace.sent(now);
            let (identity, token) = (self.identity.clone(), self.token.clone());
            flying.spawn(async move {
                let reply = identity.roles_page(&token, job.account, job.next.as_deref()).await;
                (job, now, reply)
            });
        }
        None
    }

    fn settle(&mut self, mut job: Job, sent: Duration, reply: Result<Page<RoleName>>, queue: &mut VecDeque<Job>) -> Result<()> {
        match reply {
            Ok(page) => {
                self.took();
                job.roles.extend(page.items);
                job.next = page.next;
                job.retries = 0;
                if job.next.is_some() {
                    queue.push_front(job);
                } else {
                    self.done += 1;
                    let account = &mut self.inventory.accounts[job.position];
                    (account.roles, account.read_at) = (job.roles, Some(self.clock.now()));
                }
            }
            Err(error) => match self.judge(error, sent, &mut job.retries) {
                Verdict::Again(moment) => {
                    // To the end: an account that is refused again and again must not keep others from being read.
                    job.not_before = moment;
                    queue.push_back(job);
                }
                Verdict::Leave(error) => {
                    info!(target: "rolecall::refresh", account = %job.account, %error, "account left");
                    self.done += 1;
                    self.failed.push((job.account, error));
                }
                Verdict::Stop(error) => return Err(error),
            },
        }
        Ok(())
    }

    fn took(&mut self) {
        let now = self.now();
        self.pace.took(now);
        (self.answered, self.silent) = (now, 0);
    }

    fn judge(&mut self, error: Error, sent: Duration, retries: &mut u32) -> Verdict {
        let (now, limits) = (self.now(), self.limits);
        match error.kind {
            Kind::LoginNeeded => Verdict::Stop(error),
            Kind::Throttled => {
                self.pace.refused(sent, now);
                // As long as anything comes through, this will end.
                let patience = limits.max_backoff * limits.max_retry.max(1);
                if now.saturating_sub(self.answered) > patience { Verdict::Stop(error) } else { Verdict::Again(now) }
            }
            Kind::Unreachable => {
                *retries += 1;
                self.silent += 1;
                // When nobody's request is answered, it is the network and not the account.
                let gone = limits.max_retry.saturating_add(u32::try_from(limits.threads).unwrap_or(u32::MAX));
                if self.silent > gone {
                    Verdict::Stop(error)
                } else if *retries > limits.max_retry {
                    Verdict::Leave(error)
                } else {
                    Verdict::Again(now + (FIRST_BACKOFF * 2_u32.pow((*retries - 1).min(8))).min(limits.max_backoff))
                }
            }
            _ => Verdict::Leave(error),
        }
    }
}

impl Job {
    fn new(position: usize, account: AccountId) -> Job {
        Job { position, account, next: None, roles: Vec::new(), retries: 0, not_before: Duration::ZERO }
    }
}

#[cfg(test)]
mod tests;
