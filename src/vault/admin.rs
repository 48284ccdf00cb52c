//! What a person does with a vault: unlock, lock, reset, change the passphrase; and the question
//! before a sign-in.

use std::fs;
use std::time::Duration;

use crate::domain::{Error, ErrorKind, Result, Secret};
use crate::os::atomic_file;

use super::data_key::CachedKey;
use super::header::{KeyProvider, VaultHeader};
use super::passphrase::{WrappedKey, check_not_empty};
use super::{Vault, header, kernel_keyring, os_keyring, ownership};

/// A temporary file older than this belonged to a process that was killed.
const ABANDONED_AFTER: Duration = Duration::from_secs(3_600);

impl Vault {
    /// Whether a later background process will be able to open the vault, or a person who has typed
    /// the passphrase here. Makes the vault if there is none yet. May take a Secret Service
    /// round trip or one argon2id.
    ///
    /// # Errors
    /// [`Kind::Vault`] with what to set or run when it will not, [`Kind::Os`] when nothing can be
    /// written.
    pub fn ensure_ready(&self) -> Result<()> {
        let header = self.load_or_init_header(None)?;
        self.remove_abandoned_files();
        let Some(key) = self.key(&header)? else { return Ok(()) };
        let kept = self.cache_key(&header, &key);
        let held = self.cached_key();
        // Whoever handed the key over has asked this before; whoever typed it was told that only
        // they can open it.
        if kept || held.provided.is_some() || held.passphrase_typed {
            return Ok(());
        }
        drop(held);
        // The kernel keeps nothing here: then a later process is alone with the store.
        self.key_from_provider(&header, false).map(drop).map_err(|error| match error.kind {
            ErrorKind::Vault => error.context("a later process could not open the vault"),
            _ => error,
        })
    }

    /// Opens the vault with a passphrase and hands the key to the kernel, for the processes to
    /// come. A vault that does not exist yet is made; one whose key the desktop keyring keeps
    /// needs no passphrase and is opened without.
    ///
    /// Where the kernel keeps no keys the vault is open in this process only; [`Vault::status`]
    /// tells.
    ///
    /// # Errors
    /// [`Kind::Vault`] for a wrong or empty passphrase; nothing is changed by it.
    pub fn unlock(&self, passphrase: Secret<String>) -> Result<()> {
        check_not_empty(&passphrase)?;
        let header = self.load_or_init_header(Some(&passphrase))?;
        let key = match &header.key_provider {
            KeyProvider::Passphrase { key_id, wrapped } => {
                Some(wrapped.open(&header.vault_id, key_id, &passphrase)?)
            }
            KeyProvider::Keyring { .. } | KeyProvider::None => self.key(&header)?,
        };
        if let Some(key) = key {
            self.cache_key(&header, &key);
        }
        self.cached_key().passphrase_typed =
            matches!(header.key_provider, KeyProvider::Passphrase { .. });
        Ok(())
    }

    /// Drops the key from this process and from the kernel. What holds the key for good (keyring,
    /// passphrase) keeps it.
    ///
    /// # Errors
    /// [`Kind::Vault`] when the vault is somebody else's, or its header can't be read.
    pub fn lock(&self) -> Result<()> {
        *self.cached_key() = CachedKey::default();
        if ownership::check(&self.options.dir)?
            && let Some(header) = header::load(&self.options.dir)?
        {
            kernel_keyring::remove(&header.vault_id);
        }
        Ok(())
    }

    /// Forgets everything: records, header and key. The next write makes a new vault with a new
    /// key, and decides anew where that is kept. Works on a damaged and on a locked vault.
    ///
    /// # Errors
    /// [`Kind::Vault`] when the vault is somebody else's, [`Kind::Os`] when a file can't be
    /// removed.
    pub fn reset(&self) -> Result<()> {
        if !ownership::check(&self.options.dir)? {
            return ownership::check_for_writing(&self.options.dir);
        }
        let _lock = self.lock_vault()?;
        let header = header::load(&self.options.dir);
        // The header first: a record that is saved meanwhile is then an orphan, which is told, and
        // not locked for ever.
        atomic_file::remove(&header::path(&self.options.dir))?;
        for path in self.files()? {
            atomic_file::remove(&path)?;
        }
        *self.cached_key() = CachedKey::default();
        if let Ok(Some(VaultHeader { vault_id: vault, key_provider: keeper })) = header {
            kernel_keyring::remove(&vault);
            if matches!(keeper, KeyProvider::Keyring { .. }) {
                os_keyring::remove(&vault);
            }
        }
        Ok(())
    }

    /// Wraps the same key under another passphrase; no record is touched. Without `old`, whatever
    /// opens the vault now is taken.
    ///
    /// # Errors
    /// [`Kind::Vault`] when `old` is wrong, [`Kind::Usage`] when the vault has no passphrase.
    pub fn change_passphrase(
        &self,
        old: Option<Secret<String>>,
        new: Secret<String>,
    ) -> Result<()> {
        check_not_empty(&new)?;
        let none = || {
            Error::new(ErrorKind::Usage, "the vault has no passphrase")
                .hint("`rolecall vault status` says what keeps its key")
        };
        if !ownership::check(&self.options.dir)? {
            return Err(none());
        }
        let _lock = self.lock_vault()?;
        let VaultHeader { vault_id: vault, key_provider: keeper } =
            header::load(&self.options.dir)?.ok_or_else(none)?;
        let KeyProvider::Passphrase { key_id, wrapped } = keeper else { return Err(none()) };
        let key = match old {
            Some(old) => wrapped.open(&vault, &key_id, &old)?,
            None => {
                let header = VaultHeader {
                    vault_id: vault,
                    key_provider: KeyProvider::Passphrase { key_id, wrapped },
                };
                self.key(&header)?.ok_or_else(none)?
            }
        };
        let wrapped = WrappedKey::new(&key, &vault, &new)?;
        header::save(
            &self.options.dir,
            &VaultHeader {
                vault_id: vault,
                key_provider: KeyProvider::Passphrase { key_id, wrapped },
            },
        )
    }

    /// Removes temporary files of processes that were killed.
    fn remove_abandoned_files(&self) {
        for path in self.files().unwrap_or_default() {
            let hidden =
                path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
            let age = fs::metadata(&path)
                .and_then(|metadata| metadata.modified())
                .ok()
                .and_then(|moment| moment.elapsed().ok());
            if hidden && age.is_some_and(|age| age > ABANDONED_AFTER) {
                let _ = atomic_file::remove(&path);
            }
        }
    }
}
