//! The sources of the data key: this process, the kernel, then the store that holds it.

use std::sync::MutexGuard;
use std::time::{Duration, Instant};

use crate::domain::{Error, ErrorKind, Result, hex};
use crate::os::clock::Clock;
use crate::os::mutex::lock;

use super::header::{KeyProvider, VaultHeader};
use super::seal::{DataKey, KeyId};
use super::single_flight::{SharedOutcome, SingleFlight, Turn};
use super::{DesktopPrompt, KeyCache, SecureStore, Vault, kernel_keyring, os_keyring};

/// How long a process waits while another one gets the key.
const FETCH_TIMEOUT: Duration = Duration::from_secs(3);

/// The keys in the memory of this process.
#[derive(Debug, Default)]
pub(super) struct CachedKey {
    /// A key that was passed to this process and has not been compared with the header yet.
    pub(super) provided: Option<DataKey>,
    /// The key that opened the vault, and its id.
    pub(super) key: Option<(KeyId, DataKey)>,
    /// Whether the user has typed the passphrase in this process, and so could type it again.
    pub(super) passphrase_typed: bool,
}

impl Vault {
    /// Returns the data key; `None` if the vault is plain text.
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

    /// Permits plain text only while the configuration names it.
    fn check_plain_text_allowed(&self) -> Result<()> {
        if self.options.store == SecureStore::Json {
            return Ok(());
        }
        Err(Error::new(
            ErrorKind::Vault,
            format!("the vault is in plain text, but secure_store is \"{}\"", self.options.store),
        )
        .hint(
            "run `rolecall vault reset` to create an encrypted vault, or set secure_store = \
             \"json\"",
        ))
    }

    /// Returns the key from the memory of this process.
    pub(super) fn process_key(&self, header: &VaultHeader, key_id: &KeyId) -> Option<DataKey> {
        let cached = self.cached_key();
        match &cached.key {
            Some((id, key)) if id == key_id => Some(key.clone()),
            _ => cached.provided.clone().filter(|key| key.id(&header.vault_id) == *key_id),
        }
    }

    /// Returns the key from the kernel. A key of another vault is a miss.
    pub(super) fn kernel_key(&self, header: &VaultHeader, key_id: &KeyId) -> Option<DataKey> {
        if self.options.key_cache == KeyCache::Never {
            return None;
        }
        kernel_keyring::load(&header.vault_id).filter(|key| key.id(&header.vault_id) == *key_id)
    }

    /// Gets the key from its store. Only one process at a time does so, and only the first one if
    /// the kernel keeps the key.
    fn key_from_provider_once(&self, header: &VaultHeader, key_id: &KeyId) -> Result<DataKey> {
        if let KeyProvider::Passphrase { wrapped, .. } = &header.key_provider
            && !self.options.passphrase.is_available()
        {
            return self.key_from_user(header, key_id, wrapped);
        }
        if self.options.key_cache == KeyCache::Never {
            return self.key_from_provider(header, self.options.desktop_prompt);
        }
        let flight = SingleFlight::new(&self.options.dir, &format!("key-{}", hex(key_id)));
        let generation = flight.generation();
        // Another process may have completed between the first look-up in the kernel and this.
        if let Some(key) = self.kernel_key(header, key_id) {
            return Ok(key);
        }
        match flight.wait(generation, Instant::now() + FETCH_TIMEOUT)? {
            Turn::Lead(leader) => {
                let fetched = self.key_from_provider(header, self.options.desktop_prompt);
                leader.complete(match &fetched {
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
                None => self.key_from_provider(header, self.options.desktop_prompt),
            },
            // The keyring is still locked, unless this process may ask the user to unlock it.
            Turn::Completed(failed)
                if matches!(header.key_provider, KeyProvider::Keyring { .. })
                    && self.options.desktop_prompt == DesktopPrompt::Forbidden =>
            {
                failed
                    .into_result()
                    .and_then(|()| self.key_from_provider(header, DesktopPrompt::Forbidden))
            }
            // The other process may have had another passphrase.
            Turn::Completed(_) => self.key_from_provider(header, self.options.desktop_prompt),
            // The other process may be showing a password window: don't open a second one.
            Turn::TimedOut => self.key_from_provider(header, DesktopPrompt::Forbidden),
        }
    }

    /// Gets the key from its store without waiting for other processes.
    pub(super) fn key_from_provider(
        &self,
        header: &VaultHeader,
        prompt: DesktopPrompt,
    ) -> Result<DataKey> {
        match &header.key_provider {
            KeyProvider::None => Err(Error::internal("a plain-text vault has no key")),
            KeyProvider::Keyring { key_id } => {
                let key = os_keyring::load(&header.vault_id, prompt)?;
                if key.id(&header.vault_id) == *key_id { Ok(key) } else { Err(wrong_key()) }
            }
            KeyProvider::Passphrase { key_id, wrapped } => match self.options.passphrase.read()? {
                Some(passphrase) => wrapped.open(&header.vault_id, key_id, &passphrase),
                None => Err(locked()),
            },
        }
    }

    /// Caches the key in this process.
    pub(super) fn cache_key_in_process(&self, header: &VaultHeader, key: &DataKey) {
        if let Some(key_id) = header.key_id() {
            self.cached_key().key = Some((*key_id, key.clone()));
        }
    }

    /// Caches the key in this process and in the kernel. Returns whether the kernel has it.
    pub(super) fn cache_key(&self, header: &VaultHeader, key: &DataKey) -> bool {
        self.cache_key_in_process(header, key);
        self.options.key_cache == KeyCache::Auto && kernel_keyring::save(&header.vault_id, key)
    }

    pub(super) fn cached_key(&self) -> MutexGuard<'_, CachedKey> {
        lock(&self.cached_key)
    }
}

/// Creates the error for a vault that nothing here can open.
pub(super) fn locked() -> Error {
    Error::new(ErrorKind::Vault, "the vault is locked")
        .hint("run `rolecall vault unlock`")
        .hint("or set AWS_SSO_FILE_PASSWORD or AWS_SSO_FILE_PASSWORD_FILE")
}

fn wrong_key() -> Error {
    Error::new(
        ErrorKind::Vault,
        "the desktop keyring holds a different key than the vault was encrypted with",
    )
    .hint("run `rolecall vault reset` to start a new vault")
}
