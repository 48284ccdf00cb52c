//! Where the data key comes from: this process, the kernel, then the store that keeps it.

use std::sync::{MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::domain::{Error, ErrorKind, Result, hex};
use crate::os::clock::Clock;

use super::header::{KeyProvider, VaultHeader};
use super::seal::{DataKey, KeyId};
use super::single_flight::{SharedOutcome, SingleFlight, Turn};
use super::{KeyCache, SecureStore, Vault, kernel_keyring, os_keyring};

/// How long one process waits while another one gets the key.
const FETCH_TIMEOUT: Duration = Duration::from_secs(3);

/// What this process holds.
#[derive(Debug, Default)]
pub(super) struct CachedKey {
    /// A key that came from outside, not yet compared with a header.
    pub(super) provided: Option<DataKey>,
    /// The key that opened the vault, and which one it is.
    pub(super) key: Option<(KeyId, DataKey)>,
    /// A person has typed the passphrase here, and can type it again.
    pub(super) passphrase_typed: bool,
}

impl Vault {
    /// The data key; `None` when the vault is plain text.
    pub(super) fn key(&self, header: &VaultHeader) -> Result<Option<DataKey>> {
        let Some(key_id) = header.key_id() else {
            return self.check_plain_text_allowed().map(|()| None);
        };
        if let Some(key) = self.process_key(header, key_id) {
            return Ok(Some(key));
        }
        let key = match self.kernel_key(header, key_id) {
            Some(key) => key,
            None => self.key_from_provider_once(header, key_id)?,
        };
        self.cache_key_in_process(header, &key);
        Ok(Some(key))
    }

    /// Plain text only while it is asked for by name.
    fn check_plain_text_allowed(&self) -> Result<()> {
        if self.options.store == SecureStore::Json {
            return Ok(());
        }
        Err(Error::new(
            ErrorKind::Vault,
            format!("the vault keeps plain text, but secure_store is \"{}\"", self.options.store),
        )
        .hint("run `rolecall vault reset` for a sealed vault, or set secure_store = \"json\""))
    }

    /// The key from this process.
    pub(super) fn process_key(&self, header: &VaultHeader, key_id: &KeyId) -> Option<DataKey> {
        let held = self.cached_key();
        match &held.key {
            Some((id, key)) if id == key_id => Some(key.clone()),
            _ => held.provided.clone().filter(|key| key.id(&header.vault_id) == *key_id),
        }
    }

    /// The key from the kernel. One that is not this vault's is a miss.
    pub(super) fn kernel_key(&self, header: &VaultHeader, key_id: &KeyId) -> Option<DataKey> {
        if self.options.key_cache == KeyCache::Never {
            return None;
        }
        kernel_keyring::load(&header.vault_id).filter(|key| key.id(&header.vault_id) == *key_id)
    }

    /// Gets the key from its store. However many processes wait, one does; where the kernel keeps
    /// it, it does so once.
    fn key_from_provider_once(&self, header: &VaultHeader, key_id: &KeyId) -> Result<DataKey> {
        if matches!(header.key_provider, KeyProvider::Passphrase { .. })
            && !self.options.passphrase.is_available()
        {
            return Err(locked());
        }
        if self.options.key_cache == KeyCache::Never {
            return self.key_from_provider(header, self.options.may_prompt_desktop);
        }
        let flight = SingleFlight::new(&self.options.dir, &format!("key-{}", hex(key_id)));
        let ticket = flight.generation();
        // Another process may have landed between the first look into the kernel and the ticket.
        if let Some(key) = self.kernel_key(header, key_id) {
            return Ok(key);
        }
        match flight.wait(ticket, Instant::now() + FETCH_TIMEOUT)? {
            Turn::Lead(lead) => {
                let fetched = self.key_from_provider(header, self.options.may_prompt_desktop);
                lead.complete(match &fetched {
                    Ok(key) => {
                        kernel_keyring::save(&header.vault_id, key);
                        SharedOutcome::Ok
                    }
                    Err(error) => SharedOutcome::from_error(error, Clock::System.now()),
                });
                fetched
            }
            Turn::Completed(SharedOutcome::Ok) => match self.kernel_key(header, key_id) {
                Some(key) => Ok(key),
                None => self.key_from_provider(header, self.options.may_prompt_desktop),
            },
            // A keyring that was locked a moment ago is locked, unless a person may be asked here.
            Turn::Completed(failed)
                if matches!(header.key_provider, KeyProvider::Keyring { .. })
                    && !self.options.may_prompt_desktop =>
            {
                failed.into_result().and_then(|()| self.key_from_provider(header, false))
            }
            // Another process may have had another passphrase.
            Turn::Completed(_) => self.key_from_provider(header, self.options.may_prompt_desktop),
            // Somebody may be looking at a password window: no second one beside it.
            Turn::TimedOut => self.key_from_provider(header, false),
        }
    }

    /// Gets the key from its store, whoever else does.
    pub(super) fn key_from_provider(
        &self,
        header: &VaultHeader,
        may_prompt: bool,
    ) -> Result<DataKey> {
        match &header.key_provider {
            KeyProvider::None => Err(Error::internal("a vault of plain text has no key")),
            KeyProvider::Keyring { key_id } => {
                let key = os_keyring::load(&header.vault_id, may_prompt)?;
                if key.id(&header.vault_id) == *key_id { Ok(key) } else { Err(wrong_key()) }
            }
            KeyProvider::Passphrase { key_id, wrapped } => match self.options.passphrase.read()? {
                Some(passphrase) => wrapped.open(&header.vault_id, key_id, &passphrase),
                None => Err(locked()),
            },
        }
    }

    /// Keeps the key in this process.
    pub(super) fn cache_key_in_process(&self, header: &VaultHeader, key: &DataKey) {
        if let Some(key_id) = header.key_id() {
            self.cached_key().key = Some((*key_id, key.clone()));
        }
    }

    /// Keeps the key in this process and in the kernel; false when the kernel takes none.
    pub(super) fn cache_key(&self, header: &VaultHeader, key: &DataKey) -> bool {
        self.cache_key_in_process(header, key);
        self.options.key_cache == KeyCache::Auto && kernel_keyring::save(&header.vault_id, key)
    }

    pub(super) fn cached_key(&self) -> MutexGuard<'_, CachedKey> {
        self.cached_key.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Nothing here can open the vault.
pub(super) fn locked() -> Error {
    Error::new(ErrorKind::Vault, "the vault is locked")
        .hint("run `rolecall vault unlock`")
        .hint("or set AWS_SSO_FILE_PASSWORD or AWS_SSO_FILE_PASSWORD_FILE")
}

fn wrong_key() -> Error {
    Error::new(
        ErrorKind::Vault,
        "the desktop keyring holds another key than the vault was sealed with",
    )
    .hint("run `rolecall vault reset` to start a new vault")
}
