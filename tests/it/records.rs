//! What the program keeps, read and made older by the library's own means.

use rolecall::config::{self, Env, Paths};
use rolecall::domain::{Credentials, Instance, RoleName, Timestamp};
use rolecall::ops::instances::instances;
use rolecall::os::clock::Clock;
use rolecall::vault::{Flight, KeyCache, Name, Options, Passphrase, SecureStore, Token, Vault};

use crate::sandbox::Sandbox;

/// The vault of a sandbox and the instances that its records are named by.
pub(crate) struct Records {
    vault: Vault,
    instances: Vec<Instance>,
}

impl Records {
    pub(crate) fn of(sandbox: &Sandbox) -> Self {
        let env = Env::from_pairs(sandbox.variables());
        let paths = Paths::from_env(&env).unwrap();
        let settings = config::load(&env, &paths).unwrap().settings;
        let instances = instances(&env, &paths, &settings).unwrap();
        let passphrase = Passphrase::Given("correct horse".to_owned().into());
        let dir = paths.state_dir.join("vault");
        let options = Options { dir, store: SecureStore::File, key_cache: KeyCache::Never, passphrase, may_prompt_desktop: false };
        Self { vault: Vault::new(options), instances }
    }

    pub(crate) fn instance(&self, sso: &str) -> &Instance {
        self.instances.iter().find(|instance| instance.name.as_str() == sso).unwrap()
    }

    fn role(&self, role: &str) -> Name {
        let (account, role) = role.split_once(':').unwrap();
        Name::credentials(self.instance("corp"), account.parse().unwrap(), &RoleName::new(role), None)
    }

    /// The stored credentials of `ACCOUNT:ROLE` in `corp`.
    pub(crate) fn credentials(&self, role: &str) -> Option<Credentials> {
        self.vault.load(&self.role(role), now()).unwrap()
    }

    /// Makes the stored credentials of `ACCOUNT:ROLE` as old as needed for so many seconds to be left of their hour.
    pub(crate) fn leave_credentials(&self, role: &str, left: i64) {
        let expires_at = now().plus(left);
        let old = Credentials { expires_at, issued_at: expires_at.plus(-3_600), ..self.credentials(role).unwrap() };
        self.vault.save(&self.role(role), &old).unwrap();
    }

    /// The token of an instance.
    pub(crate) fn token(&self, sso: &str) -> Option<Token> {
        self.vault.load(&Name::token(self.instance(sso)), now()).unwrap()
    }

    /// Keeps an instance's token under the name that it has for this one too.
    pub(crate) fn copy_token(&self, sso: &str, other: &Instance) {
        self.vault.save(&Name::token(other), &self.token(sso).unwrap()).unwrap();
    }

    /// Moves a sign-in so many seconds into the past.
    pub(crate) fn signed_in_ago(&self, sso: &str, seconds: i64) {
        let old = Token { signed_in_at: now().plus(-seconds), ..self.token(sso).unwrap() };
        self.vault.save(&Name::token(self.instance(sso)), &old).unwrap();
    }

    /// Leaves so many seconds of a token's life, by this machine's clock; the simulator goes on taking it.
    pub(crate) fn leave_token(&self, sso: &str, left: i64) {
        let old = Token { expires_at: now().plus(left), ..self.token(sso).unwrap() };
        self.vault.save(&Name::token(self.instance(sso)), &old).unwrap();
    }

    /// Stores this token.
    pub(crate) fn save_token(&self, sso: &str, token: &Token) {
        self.vault.save(&Name::token(self.instance(sso)), token).unwrap();
    }

    /// The single flight that fetches a role's credentials.
    pub(crate) fn credentials_flight(&self, role: &str) -> Flight {
        self.vault.flight(&self.role(role))
    }

    /// The single flight that refreshes a token.
    pub(crate) fn token_flight(&self, sso: &str) -> Flight {
        self.vault.flight(&Name::token(self.instance(sso)))
    }

    /// How many records there are that can be opened.
    pub(crate) fn count(&self) -> usize {
        self.vault.names(now()).unwrap().len()
    }
}

fn now() -> Timestamp {
    Clock::System.now()
}
