//! The state of the simulator: registrations, codes, sessions, tokens and role credentials.

use std::collections::HashMap;
use std::time::Instant;

use crate::domain::{AccountId, Result, Timestamp};
use crate::os::random;

use super::accounts::SimulatedAccount;
use super::faults::FaultScript;
use super::organization::Organization;
use super::{DeviceApproval, SimulatorOptions};

/// The user who signs in.
pub(super) const USER_NAME: &str = "jane.doe";

/// The state, behind one lock.
#[derive(Clone)]
pub(super) struct SimulatorState {
    pub(super) options: SimulatorOptions,
    pub(super) url: String,
    pub(super) organization: Organization,
    /// The directory and the position of each account.
    account_positions: HashMap<AccountId, (usize, usize)>,
    /// By client id.
    pub(super) clients: HashMap<String, RegisteredClient>,
    /// By device code.
    pub(super) devices: HashMap<String, DeviceCodeEntry>,
    /// Pending authorize pages, by the request number in their form.
    pub(super) authorize_requests: HashMap<String, AuthorizeRequest>,
    /// By authorization code.
    pub(super) codes: HashMap<String, AuthorizationCodeEntry>,
    /// By session number.
    pub(super) sessions: HashMap<u64, SessionEntry>,
    /// By access token.
    pub(super) tokens: HashMap<String, AccessTokenEntry>,
    /// By access key ID.
    pub(super) credentials: HashMap<String, CredentialsEntry>,
    /// By console sign-in token.
    pub(super) signin_tokens: HashMap<String, SigninTokenEntry>,
    pub(super) call_counts: HashMap<String, usize>,
    pub(super) faults: FaultScript,
    bucket: TokenBucket,
    /// The secret that authenticates page tokens of the portal.
    pub(super) salt: String,
    next_session: u64,
}

/// A registered client.
#[derive(Clone)]
pub(super) struct RegisteredClient {
    /// The client's name.
    pub(super) name: String,
    pub(super) secret: String,
    pub(super) expires: Timestamp,
    pub(super) grants: Vec<String>,
    /// Redirect URIs without a port.
    pub(super) redirects: Vec<String>,
    /// The directory that it was registered for; `None` for the device flow.
    pub(super) directory: Option<usize>,
    pub(super) refreshable: bool,
}

/// A device code and its decision.
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

/// The user's decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Decision {
    Allow,
    Deny,
}

/// An authorize page that waits for a decision.
#[derive(Clone)]
pub(super) struct AuthorizeRequest {
    pub(super) csrf: String,
    pub(super) expires: Timestamp,
    pub(super) state: String,
    pub(super) code: AuthorizationCodeEntry,
}

/// The request that an authorization code was issued for.
#[derive(Clone)]
pub(super) struct AuthorizationCodeEntry {
    pub(super) client_id: String,
    pub(super) directory: usize,
    pub(super) redirect_uri: String,
    pub(super) challenge: String,
    pub(super) expires: Timestamp,
}

/// A session, which begins with a sign-in.
#[derive(Clone)]
pub(super) struct SessionEntry {
    pub(super) directory: usize,
    pub(super) client_id: String,
    pub(super) ends_at: Timestamp,
    /// The only valid refresh token.
    pub(super) refresh_token: Option<String>,
}

/// An access token.
#[derive(Clone)]
pub(super) struct AccessTokenEntry {
    pub(super) session: u64,
    pub(super) directory: usize,
    pub(super) expires: Timestamp,
}

/// Role credentials that were issued.
#[derive(Clone)]
pub(super) struct CredentialsEntry {
    pub(super) secret: String,
    pub(super) token: String,
    pub(super) account: AccountId,
    /// The role's name in IAM: `AWSReservedSSO_ReadOnlyAccess_…`, or the name of a chained role.
    pub(super) role: String,
    /// The role session's name.
    pub(super) session: String,
    pub(super) origin: CredentialsOrigin,
    pub(super) expires: Timestamp,
}

/// How credentials were obtained.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CredentialsOrigin {
    /// From the portal.
    Portal,
    /// By AssumeRole with other credentials.
    Chained,
    /// By AssumeRole with the permanent keys of a user.
    Assumed,
    /// The permanent keys of a user.
    User,
    /// By GetFederationToken with a policy.
    Federated,
    /// By GetFederationToken without a policy: it allows nothing.
    FederatedWithoutPolicy,
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
        let organization = Organization::new(options.accounts, options.roles);
        let mut account_positions = HashMap::new();
        for (directory, accounts) in
            organization.directories.iter().map(|directory| &directory.accounts).enumerate()
        {
            account_positions.extend(
                accounts.iter().enumerate().map(|(at, account)| (account.id, (directory, at))),
            );
        }
        Ok(Self {
            bucket: TokenBucket::new(options.throttle),
            options,
            url,
            organization,
            account_positions,
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
        self.options.clock.now().plus_seconds(self.faults.clock_skew_seconds)
    }

    /// Finds an account of this directory.
    pub(super) fn account(&self, directory: usize, id: AccountId) -> Option<&SimulatedAccount> {
        let &(own_directory, at) = self.account_positions.get(&id)?;
        (own_directory == directory).then(|| &self.organization.directories[directory].accounts[at])
    }

    /// Whether any directory has the account.
    pub(super) fn has_account(&self, id: AccountId) -> bool {
        self.account_positions.contains_key(&id)
    }

    /// Changes the roles of an account.
    pub(super) fn update_roles(&mut self, id: AccountId, change: impl FnOnce(&mut Vec<String>)) {
        if let Some(&(directory, at)) = self.account_positions.get(&id) {
            change(&mut self.organization.directories[directory].accounts[at].roles);
        }
    }

    /// All secrets in the state.
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

    /// Adds a session and returns its number.
    pub(super) fn open_session(&mut self, session: SessionEntry) -> u64 {
        self.next_session += 1;
        self.sessions.insert(self.next_session, session);
        self.next_session
    }

    /// Finds a bearer token that is valid and whose session has not ended.
    pub(super) fn find_token(&self, bearer: &str) -> Option<&AccessTokenEntry> {
        self.tokens.get(bearer).filter(|token| {
            self.now() < token.expires && self.sessions.contains_key(&token.session)
        })
    }

    /// The decision about a device code: the user's, or the automatic one.
    pub(super) fn decision(&self, device: &DeviceCodeEntry) -> Option<Decision> {
        let automatic = match self.options.approval {
            DeviceApproval::Manual => None,
            DeviceApproval::After(delay) => {
                (device.created.elapsed() >= delay).then_some(Decision::Allow)
            }
        };
        device.decision.or(automatic)
    }

    /// Whether the portal's rate limit allows another request now; counts the request if so.
    pub(super) fn try_admit(&mut self) -> bool {
        self.bucket.try_take(Instant::now())
    }

    /// Changes the portal's rate limit, in requests per second.
    pub(super) fn set_throttle(&mut self, rate: Option<f64>) {
        self.options.throttle = rate;
        self.bucket = TokenBucket::new(rate);
    }
}

/// A token bucket that holds the tokens of about one second.
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
    fn a_bucket_admits_its_burst_and_then_its_rate() {
        let mut bucket = TokenBucket::new(Some(10.0));
        let start = bucket.refilled_at;
        assert_eq!((0..20).filter(|_| bucket.try_take(start)).count(), 10);
        let later = start + Duration::from_millis(500);
        assert_eq!((0..20).filter(|_| bucket.try_take(later)).count(), 5);
    }

    #[test]
    fn a_rate_below_one_still_admits_one_request() {
        let mut bucket = TokenBucket::new(Some(0.5));
        let start = bucket.refilled_at;
        assert!(bucket.try_take(start) && !bucket.try_take(start));
        assert!(bucket.try_take(start + Duration::from_secs(2)));
    }
}
