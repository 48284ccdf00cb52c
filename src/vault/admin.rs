//! Administration of a vault: unlock, lock, reset, change the passphrase, and the check before a
//! sign-in.

use std::fs;
use std::time::Duration;

use crate::domain::{Error, ErrorKind, Result, Secret};
use crate::os::atomic_file;

use super::data_key::CachedKey;
use super::header::{KeyProvider, VaultHeader};
use super::passphrase::{WrappedKey, check_not_empty};
use super::{DesktopPrompt, Vault, header, kernel_keyring, os_keyring, ownership};

/// The age at which a temporary file must be from a process that was killed.
const ABANDONED_AFTER: Duration = Duration::from_secs(3_600);

impl Vault {
    /// Checks that a later background process will be able to open the vault, or that the user has
    /// typed the passphrase here and can type it again. Creates the vault if there is none yet. May
    /// take a Secret Service round trip or one argon2id.
    ///
    /// # Errors
    /// [`ErrorKind::Vault`] with a variable to set or a command to run, [`ErrorKind::Os`] if
    /// nothing can be written.
    pub fn ensure_ready(&self) -> Result<()> {
        let header = self.load_or_init_header(None)?;
        self.remove_abandoned_files();
        let Some(key) = self.key(&header)? else { return Ok(()) };
        let in_kernel = self.cache_key(&header, &key);
        let cached = self.cached_key();
        // A process that passes the key on has checked this before. A user who typed the
        // passphrase was told that it will be needed again.
        if in_kernel || cached.provided.is_some() || cached.passphrase_typed {
            return Ok(());
        }
        drop(cached);
        // The kernel does not keep the key, so a later process can only get it from the store.
        let later = self.key_from_provider(&header, DesktopPrompt::Forbidden).map(drop);
        later.map_err(|error| match error.kind {
            ErrorKind::Vault => error.context("a later process could not open the vault"),
            _ => error,
        })
    }

    /// Opens the vault with a passphrase and gives the key to the kernel, for later processes.
    /// Creates the vault if there is none yet. A vault whose key is in the desktop keyring is
    /// opened without the passphrase.
    ///
    /// If the kernel can't keep the key, the vault is open in this process only; see
    /// [`Vault::status`].
    ///
    /// # Errors
    /// [`ErrorKind::Vault`] for a wrong or empty passphrase, which changes nothing.
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

    /// Removes the key from this process and from the kernel. The desktop keyring or the passphrase
    /// can still provide it.
    ///
    /// # Errors
    /// [`ErrorKind::Vault`] if the vault is another user's, or its header can't be read.
    pub fn lock(&self) -> Result<()> {
        *self.cached_key() = CachedKey::default();
        if ownership::check(&self.options.dir)?
            && let Some(header) = header::load(&self.options.dir)?
        {
            kernel_keyring::remove(&header.vault_id);
        }
        Ok(())
    }

    /// Removes everything: records, header and key. The next write creates a new vault with a new
    /// key, and decides again where the key is stored. The vault may be damaged or locked.
    ///
    /// # Errors
    /// [`ErrorKind::Vault`] if the vault is another user's, [`ErrorKind::Os`] if a file can't be
    /// removed.
    pub fn reset(&self) -> Result<()> {
        if !ownership::check(&self.options.dir)? {
            return ownership::check_for_writing(&self.options.dir);
        }
        let _lock = self.lock_vault()?;
        let header = header::load(&self.options.dir);
        // The header first: a record that is saved meanwhile is then an orphan, which is reported,
        // and not sealed with a lost key in a new vault.
        atomic_file::remove(&header::path(&self.options.dir))?;
        for path in self.files()? {
            atomic_file::remove(&path)?;
        }
        *self.cached_key() = CachedKey::default();
        if let Ok(Some(VaultHeader { vault_id, key_provider })) = header {
            kernel_keyring::remove(&vault_id);
            if matches!(key_provider, KeyProvider::Keyring { .. }) {
                os_keyring::remove(&vault_id);
            }
        }
        Ok(())
    }

    /// Wraps the data key with a new passphrase. Records don't change. Without `old`, the key comes
    /// from wherever the vault can be opened with now.
    ///
    /// # Errors
    /// [`ErrorKind::Vault`] if `old` is wrong, [`ErrorKind::Usage`] if the vault has no passphrase.
    pub fn change_passphrase(
        &self,
        old: Option<Secret<String>>,
        new: Secret<String>,
    ) -> Result<()> {
        check_not_empty(&new)?;
        let none = || {
            Error::new(ErrorKind::Usage, "the vault has no passphrase")
                .hint("run `rolecall vault status` to see what protects its key")
        };
        if !ownership::check(&self.options.dir)? {
            return Err(none());
        }
        let _lock = self.lock_vault()?;
        let header = header::load(&self.options.dir)?.ok_or_else(none)?;
        let vault_id = header.vault_id;
        let KeyProvider::Passphrase { key_id, wrapped } = &header.key_provider else {
            return Err(none());
        };
        let key = match old {
            Some(old) => wrapped.open(&vault_id, key_id, &old)?,
            None => self.key(&header)?.ok_or_else(none)?,
        };
        let wrapped = WrappedKey::new(&key, &vault_id, &new)?;
        let key_provider = KeyProvider::Passphrase { key_id: *key_id, wrapped };
        header::save(&self.options.dir, &VaultHeader { vault_id, key_provider })
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
