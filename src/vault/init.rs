//! Creating a vault. Only then is it decided where the key is stored.

use std::time::{Duration, Instant};

use crate::domain::{Error, ErrorKind, Result, Secret};
use crate::os::atomic_file;
use crate::os::lock::Lock;
use crate::os::random;

use super::header::{KeyProvider, VaultHeader, reset_needed};
use super::passphrase::WrappedKey;
use super::seal::{DataKey, VaultId};
use super::{DesktopPrompt, SecureStore, Vault, header, os_keyring, ownership};

/// How long to wait for the lock. The process that holds it may be waiting for the user to type the
/// password of the keyring.
const LOCK_TIMEOUT: Duration = Duration::from_secs(70);

impl Vault {
    /// Loads the header of the vault, or creates the vault if there is none. `typed` is a
    /// passphrase that the user has just typed.
    pub(super) fn load_or_init_header(
        &self,
        typed: Option<&Secret<String>>,
    ) -> Result<VaultHeader> {
        let dir = &self.options.dir;
        ownership::check_for_writing(dir)?;
        if let Some(header) = header::load(dir)? {
            return Ok(header);
        }
        let _lock = self.lock_vault()?;
        if let Some(header) = header::load(dir)? {
            return Ok(header);
        }
        self.check_no_orphans()?;
        let vault_id = random::bytes::<16>()?;
        let (key_provider, key) = self.choose_provider(&vault_id, typed)?;
        let header = VaultHeader { vault_id, key_provider };
        if let Err(error) = header::save(dir, &header) {
            if matches!(header.key_provider, KeyProvider::Keyring { .. }) {
                os_keyring::remove(&vault_id);
            }
            return Err(error);
        }
        if let Some(key) = key {
            self.cache_key(&header, &key);
        }
        Ok(header)
    }

    /// Checks that a vault could be created now. Creates nothing, asks for nothing, and does not
    /// read the passphrase.
    ///
    /// # Errors
    /// [`ErrorKind::Vault`] with a command to run or a variable to set if its key could not be
    /// stored.
    pub fn check_can_init(&self) -> Result<()> {
        let passphrase = self.options.passphrase.is_available();
        match self.options.store {
            SecureStore::Json => Ok(()),
            SecureStore::Keyring => os_keyring::check_reachable(),
            SecureStore::File | SecureStore::Auto if passphrase => Ok(()),
            SecureStore::File => Err(no_passphrase()),
            SecureStore::Auto => os_keyring::check_reachable().map_err(no_key_store),
        }
    }

    /// Takes the lock that is held while the header changes.
    pub(super) fn lock_vault(&self) -> Result<Lock> {
        // Not an error of the vault: credentials can still be fetched, but not stored.
        atomic_file::check_dir_writable(&self.options.dir).map_err(|error| {
            error.hint("set XDG_STATE_HOME or ROLECALL_HOME to a directory that you can write to")
        })?;
        Lock::acquire(&self.options.dir.join("lock"), Instant::now() + LOCK_TIMEOUT)?.ok_or_else(
            || Error::new(ErrorKind::Vault, "another rolecall is changing the vault; try again"),
        )
    }

    /// Checks that there are no records without a header. The key that they were sealed with is
    /// lost, which the user has to know.
    pub(super) fn check_no_orphans(&self) -> Result<()> {
        if self.record_files()?.is_empty() {
            return Ok(());
        }
        Err(reset_needed("the vault's header is missing, so its records can't be opened")
            .context(self.options.dir.display()))
    }

    fn choose_provider(
        &self,
        vault: &VaultId,
        typed: Option<&Secret<String>>,
    ) -> Result<(KeyProvider, Option<DataKey>)> {
        match self.options.store {
            SecureStore::Json => Ok((KeyProvider::None, None)),
            SecureStore::Keyring => choose_keyring(vault, self.options.desktop_prompt),
            SecureStore::File => match self.choose_passphrase(vault, typed)? {
                Some(chosen) => Ok(chosen),
                None => self.choose_typed_passphrase(vault, no_passphrase),
            },
            SecureStore::Auto => self.choose_auto(vault, typed),
        }
    }

    /// Chooses a keyring that is open, else a passphrase, else a keyring that the user unlocks, else
    /// a passphrase that the user types.
    /// Never chooses plain text.
    fn choose_auto(
        &self,
        vault: &VaultId,
        typed: Option<&Secret<String>>,
    ) -> Result<(KeyProvider, Option<DataKey>)> {
        let unreachable = match choose_keyring(vault, DesktopPrompt::Forbidden) {
            Ok(chosen) => return Ok(chosen),
            Err(error) => error,
        };
        if let Some(chosen) = self.choose_passphrase(vault, typed)? {
            return Ok(chosen);
        }
        let prompted = match self.options.desktop_prompt {
            DesktopPrompt::Allowed => choose_keyring(vault, DesktopPrompt::Allowed),
            DesktopPrompt::Forbidden => Err(unreachable),
        };
        prompted.or_else(|error| self.choose_typed_passphrase(vault, || no_key_store(error)))
    }

    /// Asks the user for a passphrase.
    fn choose_typed_passphrase(
        &self,
        vault: &VaultId,
        without: impl FnOnce() -> Error,
    ) -> Result<(KeyProvider, Option<DataKey>)> {
        let typed = self.passphrase_from_user()?.ok_or_else(without)?;
        self.choose_passphrase(vault, Some(&typed))?.ok_or_else(no_passphrase)
    }

    fn choose_passphrase(
        &self,
        vault: &VaultId,
        typed: Option<&Secret<String>>,
    ) -> Result<Option<(KeyProvider, Option<DataKey>)>> {
        let Some(passphrase) = typed
            .cloned()
            .map_or_else(|| self.options.passphrase.read(), |typed| Ok(Some(typed)))?
        else {
            return Ok(None);
        };
        let key = DataKey::random()?;
        let wrapped = WrappedKey::new(&key, vault, &passphrase)?;
        Ok(Some((KeyProvider::Passphrase { key_id: key.id(vault), wrapped }, Some(key))))
    }
}

fn choose_keyring(
    vault: &VaultId,
    prompt: DesktopPrompt,
) -> Result<(KeyProvider, Option<DataKey>)> {
    let key = DataKey::random()?;
    os_keyring::save(vault, &key, prompt)?;
    Ok((KeyProvider::Keyring { key_id: key.id(vault) }, Some(key)))
}

/// Creates the error for a machine with neither a keyring nor a passphrase.
fn no_key_store(unreachable: Error) -> Error {
    let mut error = no_passphrase();
    error.message = format!("no safe place for the vault's key: {}", unreachable.message);
    error.with_source(unreachable)
}

fn no_passphrase() -> Error {
    Error::new(ErrorKind::Vault, "the vault needs a passphrase")
        .hint("run `rolecall vault unlock` to choose one")
        .hint("or set AWS_SSO_FILE_PASSWORD or AWS_SSO_FILE_PASSWORD_FILE")
}
