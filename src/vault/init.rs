//! Making a vault: the one moment at which it is decided where its key is kept.

use std::time::{Duration, Instant};

use crate::domain::{Error, ErrorKind, Result, Secret};
use crate::os::atomic_file;
use crate::os::lock::Lock;
use crate::os::random;

use super::header::{KeyProvider, VaultHeader, reset_needed};
use super::passphrase::WrappedKey;
use super::seal::{DataKey, VaultId};
use super::{SecureStore, Vault, header, os_keyring, ownership};

/// A person may be typing the keyring's password meanwhile.
const LOCK_TIMEOUT: Duration = Duration::from_secs(70);

impl Vault {
    /// The vault's header; made now if there is none. `typed` is a passphrase that somebody has
    /// just given.
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
        let vault = random::bytes::<16>()?;
        let (keeper, key) = self.choose_provider(&vault, typed)?;
        let header = VaultHeader { vault_id: vault, key_provider: keeper };
        if let Err(error) = header::save(dir, &header) {
            if matches!(header.key_provider, KeyProvider::Keyring { .. }) {
                os_keyring::remove(&vault);
            }
            return Err(error);
        }
        if let Some(key) = key {
            self.cache_key(&header, &key);
        }
        Ok(header)
    }

    /// Whether a vault could be made here as things are: nothing is made, nobody is asked, and a
    /// passphrase is not tried.
    ///
    /// # Errors
    /// [`Kind::Vault`] with what to run or to set when its key would have no place.
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

    /// The lock under which the header changes.
    pub(super) fn lock_vault(&self) -> Result<Lock> {
        // No fault of the vault's: credentials can still be fetched, and not kept.
        atomic_file::check_dir_writable(&self.options.dir)
            .map_err(|error| error.hint("set XDG_STATE_HOME or ROLECALL_HOME to a directory that is yours and can be written"))?;
        Lock::acquire(&self.options.dir.join("lock"), Instant::now() + LOCK_TIMEOUT)?.ok_or_else(
            || Error::new(ErrorKind::Vault, "another rolecall is changing the vault; try again"),
        )
    }

    /// Records without a header were sealed with a key that nothing leads to any more: that is
    /// told, not papered over.
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
            SecureStore::Keyring => choose_keyring(vault, self.options.may_prompt_desktop),
            SecureStore::File => self.choose_passphrase(vault, typed)?.ok_or_else(no_passphrase),
            SecureStore::Auto => self.choose_auto(vault, typed),
        }
    }

    /// A keyring that answers at once, else a passphrase, else a keyring that a person opens; never
    /// plain text.
    fn choose_auto(
        &self,
        vault: &VaultId,
        typed: Option<&Secret<String>>,
    ) -> Result<(KeyProvider, Option<DataKey>)> {
        let unreachable = match choose_keyring(vault, false) {
            Ok(chosen) => return Ok(chosen),
            Err(error) => error,
        };
        if let Some(chosen) = self.choose_passphrase(vault, typed)? {
            return Ok(chosen);
        }
        let prompted = if self.options.may_prompt_desktop {
            choose_keyring(vault, true)
        } else {
            Err(unreachable)
        };
        prompted.map_err(no_key_store)
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

fn choose_keyring(vault: &VaultId, may_prompt: bool) -> Result<(KeyProvider, Option<DataKey>)> {
    let key = DataKey::random()?;
    os_keyring::save(vault, &key, may_prompt)?;
    Ok((KeyProvider::Keyring { key_id: key.id(vault) }, Some(key)))
}

/// Neither keyring nor passphrase.
fn no_key_store(unreachable: Error) -> Error {
    let mut error = no_passphrase();
    error.message = format!("there is no safe place for the vault's key: {}", unreachable.message);
    error.with_source(unreachable)
}

fn no_passphrase() -> Error {
    Error::new(ErrorKind::Vault, "the vault needs a passphrase")
        .hint("run `rolecall vault unlock` to choose one")
        .hint("or set AWS_SSO_FILE_PASSWORD or AWS_SSO_FILE_PASSWORD_FILE")
}
