//! What the simulator remembers: registrations, codes, sessions, tokens and the role credentials it
//! gave out.

use std::collections::HashMap;
use std::time::Instant;

use crate::domain::{AccountId, Result, Timestamp};
use crate::os::random;

use super::faults::Script;
use super::organisation::{Account, Organisation};
use super::{Approve, Options};

/// The person who signs in.
pub(super) const USER: &str = "jane.doe";

/// All of it, behind one lock.
#[derive(Clone)]
pub(super) struct State {
    pub(super) options: Options,
    pub(super) url: String,
    pub(super) organisation: Organisation,
    /// Directory and position of every account.
    places: HashMap<AccountId, (usize, usize)>,
    /// By client id.
    pub(super) clients: HashMap<String, Client>,
    /// By device code.
    pub(super) devices: HashMap<String, Device>,
    /// Authorize pages on show, by the number in their form.
    pub(super) requests: HashMap<String, AuthorizeRequest>,
    /// By authorization code.
    pub(super) codes: HashMap<String, Code>,
    /// By session number.
    pub(super) sessions: HashMap<u64, Session>,
    /// Access tokens.
    pub(super) tokens: HashMap<String, Token>,
    /// Role credentials by access key id.
    pub(super) issued: HashMap<String, Issued>,
    /// Console sign-in tokens.
    pub(super) signin_tokens: HashMap<String, SigninToken>,
    pub(super) calls: HashMap<String, usize>,
    pub(super) faults: Script,
    bucket: Bucket,
    /// Signs the portal's page tokens.
    pub(super) salt: String,
    next_session: u64,
}

/// A registered client.
#[derive(Clone)]
pub(super) struct Client {
    /// What it calls itself.
    pub(super) name: String,
    pub(super) secret: String,
    pub(super) expires: Timestamp,
    pub(super) grants: Vec<String>,
    /// Without port.
    pub(super) redirects: Vec<String>,
    /// Which directory it was registered for; none with the device flow.
    pub(super) directory: Option<usize>,
    pub(super) refreshable: bool,
}

/// A device code and what became of it.
#[derive(Clone)]
pub(super) struct Device {
    pub(super) user_code: String,
    pub(super) client: String,
    pub(super) directory: usize,
    pub(super) csrf: String,
    pub(super) expires: Timestamp,
    pub(super) created: Instant,
    pub(super) polls: u32,
    pub(super) last_poll: Instant,
    pub(super) decision: Option<Decision>,
}

/// What the person pressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Decision {
    Allow,
    Deny,
}

/// An authorize page that waits for its answer.
#[derive(Clone)]
pub(super) struct AuthorizeRequest {
    pub(super) csrf: String,
    pub(super) expires: Timestamp,
    pub(super) state: String,
    pub(super) code: Code,
}

/// What an authorization code stands for.
#[derive(Clone)]
pub(super) struct Code {
    pub(super) client: String,
    pub(super) directory: usize,
    pub(super) redirect: String,
    pub(super) challenge: String,
    pub(super) expires: Timestamp,
}

/// One sign-in, from its first token to its end.
#[derive(Clone)]
pub(super) struct Session {
    pub(super) directory: usize,
    pub(super) client: String,
    pub(super) ends: Timestamp,
    /// The one refresh token that is good now.
    pub(super) refresh: Option<String>,
}

/// An access token.
#[derive(Clone)]
pub(super) struct Token {
    pub(super) session: u64,
    pub(super) directory: usize,
    pub(super) expires: Timestamp,
}

/// Role credentials that were given out.
#[derive(Clone)]
pub(super) struct Issued {
    pub(super) secret: String,
    pub(super) token: String,
    pub(super) account: AccountId,
    /// `AWSReservedSSO_ReadOnlyAccess_…`, or the chained role's name.
    pub(super) role: String,
    /// The role session's name.
    pub(super) session: String,
    pub(super) chained: bool,
    pub(super) expires: Timestamp,
}

/// A console sign-in token.
#[derive(Clone)]
pub(super) struct SigninToken {
    pub(super) account: AccountId,
    pub(super) role: String,
    pub(super) expires: Timestamp,
}

impl State {
    pub(super) fn new(options: Options, url: String) -> Result<Self> {
        let organisation = Organisation::new(options.accounts, options.roles);
        let mut places = HashMap::new();
        for (directory, accounts) in
            organisation.directories.iter().map(|directory| &directory.accounts).enumerate()
        {
            places.extend(
                accounts.iter().enumerate().map(|(at, account)| (account.id, (directory, at))),
            );
        }
        Ok(Self {
            bucket: Bucket::new(options.throttle),
            options,
            url,
            organisation,
            places,
            clients: HashMap::new(),
            devices: HashMap::new(),
            requests: HashMap::new(),
            codes: HashMap::new(),
            sessions: HashMap::new(),
            tokens: HashMap::new(),
            issued: HashMap::new(),
            signin_tokens: HashMap::new(),
            calls: HashMap::new(),
            faults: Script::default(),
            salt: random::token::<16>()?,
            next_session: 0,
        })
    }

    /// The simulator's time.
    pub(super) fn now(&self) -> Timestamp {
        self.options.clock.now().plus(self.faults.skew)
    }

    /// An account of this directory.
    pub(super) fn account(&self, directory: usize, id: AccountId) -> Option<&Account> {
        let &(place, at) = self.places.get(&id)?;
        (place == directory).then(|| &self.organisation.directories[place].accounts[at])
    }

    /// Whether any directory has the account.
    pub(super) fn exists(&self, id: AccountId) -> bool {
        self.places.contains_key(&id)
    }

    /// Grants or revokes.
    pub(super) fn change(&mut self, id: AccountId, change: impl FnOnce(&mut Vec<String>)) {
        if let Some(&(directory, at)) = self.places.get(&id) {
            change(&mut self.organisation.directories[directory].accounts[at].roles);
        }
    }

    /// Every secret that was given out and is remembered.
    pub(super) fn secrets(&self) -> Vec<String> {
        let refresh = self.sessions.values().filter_map(|session| session.refresh.as_ref());
        let clients = self.clients.values().map(|client| &client.secret);
        let credentials = self.issued.values().flat_map(|issued| [&issued.secret, &issued.token]);
        self.tokens
            .keys()
            .chain(self.signin_tokens.keys())
            .chain(self.devices.keys())
            .chain(refresh)
            .chain(clients)
            .chain(credentials)
            .cloned()
            .collect()
    }

    /// Begins a session; its number.
    pub(super) fn open_session(&mut self, session: Session) -> u64 {
        self.next_session += 1;
        self.sessions.insert(self.next_session, session);
        self.next_session
    }

    /// The session a bearer token belongs to, while the token is good.
    pub(super) fn token(&self, bearer: &str) -> Option<&Token> {
        self.tokens.get(bearer).filter(|token| {
            self.now() < token.expires && self.sessions.contains_key(&token.session)
        })
    }

    /// What was decided about a device code, by a person or by time.
    pub(super) fn decision(&self, device: &Device) -> Option<Decision> {
        let by_itself = match self.options.approve {
            Approve::Person => None,
            Approve::AfterMillis(wait) => (device.created.elapsed().as_millis()
                >= u128::from(wait))
            .then_some(Decision::Allow),
        };
        device.decision.or(by_itself)
    }

    /// Takes one of the portal's tokens for a request; false when there is none left.
    pub(super) fn admit(&mut self) -> bool {
        self.bucket.take(Instant::now())
    }

    /// Changes the portal's rate.
    pub(super) fn set_throttle(&mut self, rate: Option<f64>) {
        self.options.throttle = rate;
        self.bucket = Bucket::new(rate);
    }
}

/// A token bucket with room for about a second's worth.
#[derive(Clone)]
struct Bucket {
    rate: Option<f64>,
    level: f64,
    filled: Instant,
}

impl Bucket {
    fn new(rate: Option<f64>) -> Self {
        Self { rate, level: rate.map_or(0.0, |rate| rate.max(1.0)), filled: Instant::now() }
    }

    fn take(&mut self, now: Instant) -> bool {
        let Some(rate) = self.rate else { return true };
        self.level =
            (self.level + now.duration_since(self.filled).as_secs_f64() * rate).min(rate.max(1.0));
        self.filled = now;
        let admitted = self.level >= 1.0;
        if admitted {
            self.level -= 1.0;
        }
        admitted
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_bucket_lets_its_burst_through_and_then_its_rate() {
        let mut bucket = Bucket::new(Some(10.0));
        let start = bucket.filled;
        assert_eq!((0..20).filter(|_| bucket.take(start)).count(), 10);
        let later = start + Duration::from_millis(500);
        assert_eq!((0..20).filter(|_| bucket.take(later)).count(), 5);
    }

    #[test]
    fn a_rate_below_one_still_lets_one_through() {
        let mut bucket = Bucket::new(Some(0.5));
        let start = bucket.filled;
        assert!(bucket.take(start) && !bucket.take(start));
        assert!(bucket.take(start + Duration::from_secs(2)));
    }
}
