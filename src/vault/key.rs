//! Where the data key comes from: this process, the kernel, then the store that keeps it.

use std::sync::{MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::domain::{Error, ErrorKind, Result};
use crate::os::clock::Clock;

use super::flight::{Boarding, Flight, Outcome};
use super::header::{Header, Keeper};
use super::name::hex;
use super::seal::{Key, KeyId};
use super::{KeyCache, SecureStore, Vault, desktop, kernel};

/// How long one process waits while another one gets the key.
const FILL: Duration = Duration::from_secs(3);

/// What this process holds.
#[derive(Debug, Default)]
pub(super) struct Held {
    /// A key that came from outside, not yet compared with a header.
    pub(super) given: Option<Key>,
    /// The key that opened the vault, and which one it is.
    pub(super) key: Option<(KeyId, Key)>,
    /// A person has typed the passphrase here, and can type it again.
    pub(super) typed: bool,
}

impl Vault {
    /// The data key; `None` when the vault is plain text.
    pub(super) fn key(&self, header: &Header) -> Result<Option<Key>> {
        let Some(key_id) = header.key_id() else { return self.check_plain().map(|()| None) };
        if let Some(key) = self.held_key(header, key_id) {
            return Ok(Some(key));
        }
        let key = match self.kernel_key(header, key_id) {
            Some(key) => key,
            None => self.fill(header, key_id)?,
        };
        self.hold(header, &key);
        Ok(Some(key))
    }

    /// Plain text only while it is asked for by name.
    fn check_plain(&self) -> Result<()> {
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
    pub(super) fn held_key(&self, header: &Header, key_id: &KeyId) -> Option<Key> {
        let held = self.held();
        match &held.key {
            Some((id, key)) if id == key_id => Some(key.clone()),
            _ => held.given.clone().filter(|key| key.id(&header.vault) == *key_id),
        }
    }

    /// The key from the kernel. One that is not this vault's is a miss.
    pub(super) fn kernel_key(&self, header: &Header, key_id: &KeyId) -> Option<Key> {
        if self.options.key_cache == KeyCache::Never {
            return None;
        }
        kernel::load(&header.vault).filter(|key| key.id(&header.vault) == *key_id)
    }

    /// Gets the key from its store. However many processes wait, one does; where the kernel keeps
    /// it, it does so once.
    fn fill(&self, header: &Header, key_id: &KeyId) -> Result<Key> {
        if matches!(header.keeper, Keeper::Passphrase { .. })
            && !self.options.passphrase.available()
        {
            return Err(locked());
        }
        if self.options.key_cache == KeyCache::Never {
            return self.fetch(header, self.options.may_prompt_desktop);
        }
        let flight = Flight::new(&self.options.dir, &format!("key-{}", hex(key_id)));
        let ticket = flight.look();
        // Another process may have landed between the first look into the kernel and the ticket.
        if let Some(key) = self.kernel_key(header, key_id) {
            return Ok(key);
        }
        match flight.board(ticket, Instant::now() + FILL)? {
            Boarding::Lead(lead) => {
                let fetched = self.fetch(header, self.options.may_prompt_desktop);
                lead.land(match &fetched {
                    Ok(key) => {
                        kernel::save(&header.vault, key);
                        Outcome::Ok
                    }
                    Err(error) => Outcome::failed(error, Clock::System.now()),
                });
                fetched
            }
            Boarding::Landed(Outcome::Ok) => match self.kernel_key(header, key_id) {
                Some(key) => Ok(key),
                None => self.fetch(header, self.options.may_prompt_desktop),
            },
            // A keyring that was locked a moment ago is locked, unless a person may be asked here.
            Boarding::Landed(failed)
                if matches!(header.keeper, Keeper::Keyring { .. })
                    && !self.options.may_prompt_desktop =>
            {
                failed.into_result().and_then(|()| self.fetch(header, false))
            }
            // Another process may have had another passphrase.
            Boarding::Landed(_) => self.fetch(header, self.options.may_prompt_desktop),
            // Somebody may be looking at a password window: no second one beside it.
            Boarding::TimedOut => self.fetch(header, false),
        }
    }

    /// Gets the key from its store, whoever else does.
    pub(super) fn fetch(&self, header: &Header, may_prompt: bool) -> Result<Key> {
        match &header.keeper {
            Keeper::Nobody => Err(Error::internal("a vault of plain text has no key")),
            Keeper::Keyring { key_id } => {
                let key = desktop::load(&header.vault, may_prompt)?;
                if key.id(&header.vault) == *key_id { Ok(key) } else { Err(foreign_key()) }
            }
            Keeper::Passphrase { key_id, wrapped } => match self.options.passphrase.read()? {
                Some(passphrase) => wrapped.open(&header.vault, key_id, &passphrase),
                None => Err(locked()),
            },
        }
    }

    /// Keeps the key in this process.
    pub(super) fn hold(&self, header: &Header, key: &Key) {
        if let Some(key_id) = header.key_id() {
            self.held().key = Some((*key_id, key.clone()));
        }
    }

    /// Keeps the key in this process and in the kernel; false when the kernel takes none.
    pub(super) fn keep(&self, header: &Header, key: &Key) -> bool {
        self.hold(header, key);
        self.options.key_cache == KeyCache::Auto && kernel::save(&header.vault, key)
    }

    pub(super) fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Nothing here can open the vault.
pub(super) fn locked() -> Error {
    Error::new(ErrorKind::Vault, "the vault is locked")
        .hint("run `rolecall vault unlock`")
        .hint("or set AWS_SSO_FILE_PASSWORD or AWS_SSO_FILE_PASSWORD_FILE")
}

fn foreign_key() -> Error {
    Error::new(
        ErrorKind::Vault,
        "the desktop keyring holds another key than the vault was sealed with",
    )
    .hint("run `rolecall vault reset` to start a new vault")
}
