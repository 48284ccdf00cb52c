//! What the simulator remembers: registrations, codes, sessions, tokens and the role credentials it
//! gave out.

use std::collections::HashMap;
use std::time::Instant;

use crate::domain::{AccountId, Result, Timestamp};
use crate::os::random;

use super::accounts::SimulatedAccount;
use super::faults::FaultScript;
use super::organization::Organization;
use super::{DeviceApproval, SimulatorOptions};

/// The person who signs in.
pub(super) const USER_NAME: &str = "jane.doe";

/// All of it, behind one lock.
#[derive(Clone)]
pub(super) struct SimulatorState {
    pub(super) options: SimulatorOptions,
    pub(super) url: String,
    pub(super) organization: Organization,
    /// Directory and position of every account.
    account_positions: HashMap<AccountId, (usize, usize)>,
    /// By client id.
    pub(super) clients: HashMap<String, RegisteredClient>,
    /// By device code.
    pub(super) devices: HashMap<String, DeviceCodeEntry>,
    /// Authorize pages on show, by the number in their form.
    pub(super) authorize_requests: HashMap<String, AuthorizeRequest>,
    /// By authorization code.
    pub(super) codes: HashMap<String, AuthorizationCodeEntry>,
    /// By session number.
    pub(super) sessions: HashMap<u64, SessionEntry>,
    /// Access tokens.
    pub(super) tokens: HashMap<String, AccessTokenEntry>,
    /// Role credentials by access key id.
    pub(super) credentials: HashMap<String, CredentialsEntry>,
    /// Console sign-in tokens.
    pub(super) signin_tokens: HashMap<String, SigninTokenEntry>,
    pub(super) call_counts: HashMap<String, usize>,
    pub(super) faults: FaultScript,
    bucket: TokenBucket,
    /// Signs the portal's page tokens.
    pub(super) salt: String,
    next_session: u64,
}

/// A registered client.
#[derive(Clone)]
pub(super) struct RegisteredClient {
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
pub(super) struct DeviceCodeEntry {
    pub(super) user_code: String,
    pub(super) client_id: String,
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
    pub(super) code: AuthorizationCodeEntry,
}

/// What an authorization code stands for.
#[derive(Clone)]
pub(super) struct AuthorizationCodeEntry {
    pub(super) client_id: String,
    pub(super) directory: usize,
    pub(super) redirect_uri: String,
    pub(super) challenge: String,
    pub(super) expires: Timestamp,
}

/// One sign-in, from its first token to its end.
#[derive(Clone)]
pub(super) struct SessionEntry {
    pub(super) directory: usize,
    pub(super) client_id: String,
    pub(super) ends_at: Timestamp,
    /// The one refresh token that is good now.
    pub(super) refresh_token: Option<String>,
}

/// An access token.
#[derive(Clone)]
pub(super) struct AccessTokenEntry {
    pub(super) session: u64,
    pub(super) directory: usize,
    pub(super) expires: Timestamp,
}

/// Role credentials that were given out.
#[derive(Clone)]
pub(super) struct CredentialsEntry {
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
pub(super) struct SigninTokenEntry {
    pub(super) account: AccountId,
    pub(super) role: String,
    pub(super) expires: Timestamp,
}

impl SimulatorState {
    pub(super) fn new(options: SimulatorOptions, url: String) -> Result<Self> {
        let organisation = Organization::new(options.accounts, options.roles);
        let mut places = HashMap::new();
        for (directory, accounts) in
            organisation.directories.iter().map(|directory| &directory.accounts).enumerate()
        {
            places.extend(
                accounts.iter().enumerate().map(|(at, account)| (account.id, (directory, at))),
            );
        }
        Ok(Self {
            bucket: TokenBucket::new(options.throttle),
            options,
            url,
            organization: organisation,
            account_positions: places,
            clients: HashMap::new(),
            devices: HashMap::new(),
            authorize_requests: HashMap::new(),
            codes: HashMap::new(),
            sessions: HashMap::new(),
            tokens: HashMap::new(),
            credentials: HashMap::new(),
            signin_tokens: HashMap::new(),
            call_counts: HashMap::new(),
            faults: FaultScript::default(),
            salt: random::token::<16>()?,
            next_session: 0,
        })
    }

    /// The simulator's time.
    pub(super) fn now(&self) -> Timestamp {
        self.options.clock.now().plus(self.faults.clock_skew)
    }

    /// An account of this directory.
    pub(super) fn account(&self, directory: usize, id: AccountId) -> Option<&SimulatedAccount> {
        let &(place, at) = self.account_positions.get(&id)?;
        (place == directory).then(|| &self.organization.directories[place].accounts[at])
    }

    /// Whether any directory has the account.
    pub(super) fn has_account(&self, id: AccountId) -> bool {
        self.account_positions.contains_key(&id)
    }

    /// Grants or revokes.
    pub(super) fn update_roles(&mut self, id: AccountId, change: impl FnOnce(&mut Vec<String>)) {
        if let Some(&(directory, at)) = self.account_positions.get(&id) {
            change(&mut self.organization.directories[directory].accounts[at].roles);
        }
    }

    /// Every secret that was given out and is remembered.
    pub(super) fn secrets(&self) -> Vec<String> {
        let refresh = self.sessions.values().filter_map(|session| session.refresh_token.as_ref());
        let clients = self.clients.values().map(|client| &client.secret);
        let credentials =
            self.credentials.values().flat_map(|issued| [&issued.secret, &issued.token]);
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
    pub(super) fn open_session(&mut self, session: SessionEntry) -> u64 {
        self.next_session += 1;
        self.sessions.insert(self.next_session, session);
        self.next_session
    }

    /// The session a bearer token belongs to, while the token is good.
    pub(super) fn find_token(&self, bearer: &str) -> Option<&AccessTokenEntry> {
        self.tokens.get(bearer).filter(|token| {
            self.now() < token.expires && self.sessions.contains_key(&token.session)
        })
    }

    /// What was decided about a device code, by a person or by time.
    pub(super) fn decision(&self, device: &DeviceCodeEntry) -> Option<Decision> {
        let by_itself = match self.options.approval {
            DeviceApproval::Manual => None,
            DeviceApproval::After(delay) => {
                (device.created.elapsed() >= delay).then_some(Decision::Allow)
            }
        };
        device.decision.or(by_itself)
    }

    /// Takes one of the portal's tokens for a request; false when there is none left.
    pub(super) fn try_admit(&mut self) -> bool {
        self.bucket.try_take(Instant::now())
    }

    /// Changes the portal's rate.
    pub(super) fn set_throttle(&mut self, rate: Option<f64>) {
        self.options.throttle = rate;
        self.bucket = TokenBucket::new(rate);
    }
}

/// A token bucket with room for about a second's worth.
#[derive(Clone)]
struct TokenBucket {
    rate: Option<f64>,
    level: f64,
    refilled_at: Instant,
}

impl TokenBucket {
    fn new(rate: Option<f64>) -> Self {
        Self { rate, level: rate.map_or(0.0, |rate| rate.max(1.0)), refilled_at: Instant::now() }
    }

    fn try_take(&mut self, now: Instant) -> bool {
        let Some(rate) = self.rate else { return true };
        self.level = (self.level + now.duration_since(self.refilled_at).as_secs_f64() * rate)
            .min(rate.max(1.0));
        self.refilled_at = now;
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
        let mut bucket = TokenBucket::new(Some(10.0));
        let start = bucket.refilled_at;
        assert_eq!((0..20).filter(|_| bucket.try_take(start)).count(), 10);
        let later = start + Duration::from_millis(500);
        assert_eq!((0..20).filter(|_| bucket.try_take(later)).count(), 5);
    }

    #[test]
    fn a_rate_below_one_still_lets_one_through() {
        let mut bucket = TokenBucket::new(Some(0.5));
        let start = bucket.refilled_at;
        assert!(bucket.try_take(start) && !bucket.try_take(start));
        assert!(bucket.try_take(start + Duration::from_secs(2)));
    }
}
