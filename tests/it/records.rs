//! The records of a sandbox, read and aged through the library.

#![cfg_attr(windows, expect(dead_code, reason = "most of these tests need Unix"))]

use std::collections::BTreeSet;

use rolecall::testing::cache::inventory;
use rolecall::testing::config::{self, Env, Paths};
use rolecall::testing::domain::{Credentials, Error, Instance, RoleId, RoleName, Timestamp};
use rolecall::testing::ops::instances::load_instances;
use rolecall::testing::os::clock::Clock;
use rolecall::testing::vault::{
    DesktopPrompt, KeyCache, PassphraseSource, RecordId, SecureStore, SsoToken, StoredSlot, Vault,
    VaultOptions,
};

use crate::sandbox::Sandbox;

/// The vault of a sandbox, and the instances that name its records.
pub(crate) struct Records {
    vault: Vault,
    instances: Vec<Instance>,
}

impl Records {
    pub(crate) fn new(sandbox: &Sandbox) -> Self {
        Self::in_store(sandbox, SecureStore::File)
    }

    /// The same for a sandbox with another `secure_store`.
    pub(crate) fn in_store(sandbox: &Sandbox, store: SecureStore) -> Self {
        let env = Env::from_pairs(sandbox.variables());
        let paths = Paths::from_env(&env).unwrap();
        let settings = config::load(&env, &paths).unwrap().settings;
        let instances = load_instances(&env, &paths, &settings).unwrap();
        let passphrase = PassphraseSource::Given("correct horse".to_owned().into());
        let dir = paths.state_dir.join("vault");
        let options = VaultOptions {
            dir,
            store,
            key_cache: KeyCache::Never,
            passphrase,
            desktop_prompt: DesktopPrompt::Forbidden,
        };
        Self { vault: Vault::new(options), instances }
    }

    pub(crate) fn instance(&self, sso: &str) -> &Instance {
        self.instances.iter().find(|instance| instance.name.as_str() == sso).unwrap()
    }

    fn role(&self, role: &str) -> RecordId {
        let (account, role) = role.split_once(':').unwrap();
        RecordId::credentials(
            self.instance("corp"),
            account.parse().unwrap(),
            &RoleName::new(role),
            None,
        )
    }

    /// Stores the default slot of the endpoint with `ACCOUNT:ROLE`, as an earlier run leaves it.
    pub(crate) fn store_slot(&self, sso: &str, role: &str) -> Result<(), Error> {
        let (account, name) = role.split_once(':').unwrap();
        let instance = self.instance(sso).name.clone();
        let slot = StoredSlot {
            role: RoleId { instance, account: account.parse()?, role: RoleName::new(name) },
            label: role.replace(':', "/"),
            token: "a-token-of-an-earlier-run".to_owned().into(),
            issued_at: Clock::System.now(),
        };
        self.vault.save(&RecordId::endpoint_slot("default"), &slot)
    }

    /// The stored credentials of `ACCOUNT:ROLE` in `corp`.
    pub(crate) fn credentials(&self, role: &str) -> Option<Credentials> {
        self.vault.load(&self.role(role), now()).unwrap()
    }

    /// Ages the stored credentials of `ACCOUNT:ROLE` so that they expire in this many seconds.
    pub(crate) fn expire_credentials_in(&self, role: &str, left: i64) {
        let expires_at = now().plus_seconds(left);
        let old = Credentials {
            expires_at,
            issued_at: expires_at.plus_seconds(-3_600),
            ..self.credentials(role).unwrap()
        };
        self.vault.save(&self.role(role), &old).unwrap();
    }

    /// The id of the record with a chained role's credentials, `ACCOUNT:ROLE`.
    fn chained(&self, role: &str) -> RecordId {
        let (account, role) = role.split_once(':').unwrap();
        let is_it = |name: &RecordId| {
            name.is_chained()
                && name.account().is_some_and(|id| id.as_str() == account)
                && name.role().is_some_and(|have| have.as_str() == role)
        };
        self.vault.list(now()).unwrap().into_iter().map(|(name, _)| name).find(is_it).unwrap()
    }

    /// As [`Self::expire_credentials_in`], for a chained role.
    pub(crate) fn expire_chained_in(&self, role: &str, left: i64) {
        let name = self.chained(role);
        let credentials: Credentials = self.vault.load(&name, now()).unwrap().unwrap();
        let expires_at = now().plus_seconds(left);
        self.vault
            .save(
                &name,
                &Credentials {
                    expires_at,
                    issued_at: expires_at.plus_seconds(-3_600),
                    ..credentials
                },
            )
            .unwrap();
    }

    /// Removes the stored credentials of a chained role.
    pub(crate) fn forget_chained(&self, role: &str) {
        self.vault.remove(&self.chained(role)).unwrap();
    }

    /// The access key id of stored credentials of `ACCOUNT:ROLE`, chained or not.
    pub(crate) fn key_id(&self, role: &str) -> Option<String> {
        let plain = self.vault.load::<Credentials>(&self.role(role), now()).unwrap();
        let credentials = match plain {
            Some(credentials) => credentials,
            None => self.vault.load::<Credentials>(&self.chained(role), now()).unwrap()?,
        };
        Some(credentials.access_key_id)
    }

    /// The expiry times of stored credentials of `ACCOUNT:ROLE`, by this machine's clock; chained
    /// roles included.
    pub(crate) fn expiries(&self, role: &str) -> Vec<Timestamp> {
        let (account, role) = role.split_once(':').unwrap();
        let is_it = |name: &RecordId| {
            name.account().is_some_and(|id| id.as_str() == account)
                && name.role().is_some_and(|have| have.as_str() == role)
        };
        self.vault
            .list(now())
            .unwrap()
            .into_iter()
            .filter(|(name, _)| is_it(name))
            .map(|(_, expires)| expires)
            .collect()
    }

    /// The stored list of an instance, as `ACCOUNT ROLE NAME`.
    pub(crate) fn listed(&self, sandbox: &Sandbox, sso: &str) -> BTreeSet<String> {
        let paths = Paths::from_env(&Env::from_pairs(sandbox.variables())).unwrap();
        let accounts = inventory::load(&paths.cache_dir, self.instance(sso))
            .map(|inventory| inventory.accounts)
            .unwrap_or_default();
        let rows = accounts.iter().flat_map(|account| {
            account
                .roles
                .iter()
                .map(move |role| format!("{} {role} {:?}", account.id, account.name))
        });
        rows.collect()
    }

    /// The token of an instance.
    pub(crate) fn token(&self, sso: &str) -> Option<SsoToken> {
        self.vault.load(&RecordId::token(self.instance(sso)), now()).unwrap()
    }

    /// Stores an instance's token under the id for another one too.
    pub(crate) fn copy_token(&self, sso: &str, other: &Instance) {
        self.vault.save(&RecordId::token(other), &self.token(sso).unwrap()).unwrap();
    }

    /// Moves a sign-in this many seconds into the past.
    pub(crate) fn set_sign_in_age(&self, sso: &str, seconds: i64) {
        let old =
            SsoToken { signed_in_at: now().plus_seconds(-seconds), ..self.token(sso).unwrap() };
        self.vault.save(&RecordId::token(self.instance(sso)), &old).unwrap();
    }

    /// Ages a token so that it expires in this many seconds by this machine's clock; the simulator
    /// still accepts it.
    pub(crate) fn expire_token_in(&self, sso: &str, left: i64) {
        let old = SsoToken { expires_at: now().plus_seconds(left), ..self.token(sso).unwrap() };
        self.vault.save(&RecordId::token(self.instance(sso)), &old).unwrap();
    }

    pub(crate) fn save_token(&self, sso: &str, token: &SsoToken) {
        self.vault.save(&RecordId::token(self.instance(sso)), token).unwrap();
    }

    /// The single flight that fetches a role's credentials.
    #[cfg(target_os = "linux")]
    pub(crate) fn credentials_single_flight(
        &self,
        role: &str,
    ) -> rolecall::testing::vault::SingleFlight {
        self.vault.single_flight(&self.role(role))
    }

    /// The single flight that refreshes a token.
    #[cfg(target_os = "linux")]
    pub(crate) fn token_single_flight(&self, sso: &str) -> rolecall::testing::vault::SingleFlight {
        self.vault.single_flight(&RecordId::token(self.instance(sso)))
    }

    /// The number of records that can be opened.
    pub(crate) fn count(&self) -> usize {
        self.vault.list(now()).unwrap().len()
    }
}

fn now() -> Timestamp {
    Clock::System.now()
}
