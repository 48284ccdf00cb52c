//! Making a vault: the one moment at which it is decided where its key is kept.

use std::time::{Duration, Instant};

use crate::domain::{Error, ErrorKind, Result, Secret};
use crate::os::file;
use crate::os::lock::Lock;
use crate::os::random;

use super::header::{Header, Keeper, reset_needed};
use super::passphrase::Wrapped;
use super::seal::{Key, VaultId};
use super::{SecureStore, Vault, desktop, header, owner};

/// A person may be typing the keyring's password meanwhile.
const PATIENCE: Duration = Duration::from_secs(70);

impl Vault {
    /// The vault's header; made now if there is none. `typed` is a passphrase that somebody has
    /// just given.
    pub(super) fn header_or_new(&self, typed: Option<&Secret<String>>) -> Result<Header> {
        let dir = &self.options.dir;
        owner::check_for_writing(dir)?;
        if let Some(header) = header::load(dir)? {
            return Ok(header);
        }
        let _lock = self.lock_vault()?;
        if let Some(header) = header::load(dir)? {
            return Ok(header);
        }
        self.check_no_orphans()?;
        let vault = random::bytes::<16>()?;
        let (keeper, key) = self.choose(&vault, typed)?;
        let header = Header { vault, keeper };
        if let Err(error) = header::save(dir, &header) {
            if matches!(header.keeper, Keeper::Keyring { .. }) {
                desktop::forget(&vault);
            }
            return Err(error);
        }
        if let Some(key) = key {
            self.keep(&header, &key);
        }
        Ok(header)
    }

    /// Whether a vault could be made here as things are: nothing is made, nobody is asked, and a
    /// passphrase is not tried.
    ///
    /// # Errors
    /// [`Kind::Vault`] with what to run or to set when its key would have no place.
    pub fn could_be_made(&self) -> Result<()> {
        let passphrase = self.options.passphrase.available();
        match self.options.store {
            SecureStore::Json => Ok(()),
            SecureStore::Keyring => desktop::reachable(),
            SecureStore::File | SecureStore::Auto if passphrase => Ok(()),
            SecureStore::File => Err(no_passphrase()),
            SecureStore::Auto => desktop::reachable().map_err(no_place),
        }
    }

    /// The lock under which the header changes.
    pub(super) fn lock_vault(&self) -> Result<Lock> {
        // No fault of the vault's: credentials can still be fetched, and not kept.
        file::could_write(&self.options.dir)
            .map_err(|error| error.hint("set XDG_STATE_HOME or ROLECALL_HOME to a directory that is yours and can be written"))?;
        Lock::acquire(&self.options.dir.join("lock"), Instant::now() + PATIENCE)?.ok_or_else(|| {
            Error::new(ErrorKind::Vault, "another rolecall is changing the vault; try again")
        })
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

    fn choose(
        &self,
        vault: &VaultId,
        typed: Option<&Secret<String>>,
    ) -> Result<(Keeper, Option<Key>)> {
        match self.options.store {
            SecureStore::Json => Ok((Keeper::Nobody, None)),
            SecureStore::Keyring => choose_keyring(vault, self.options.may_prompt_desktop),
            SecureStore::File => self.choose_passphrase(vault, typed)?.ok_or_else(no_passphrase),
            SecureStore::Auto => self.choose_best(vault, typed),
        }
    }

    /// A keyring that answers at once, else a passphrase, else a keyring that a person opens; never
    /// plain text.
    fn choose_best(
        &self,
        vault: &VaultId,
        typed: Option<&Secret<String>>,
    ) -> Result<(Keeper, Option<Key>)> {
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
        prompted.map_err(no_place)
    }

    fn choose_passphrase(
        &self,
        vault: &VaultId,
        typed: Option<&Secret<String>>,
    ) -> Result<Option<(Keeper, Option<Key>)>> {
        let Some(passphrase) = typed
            .cloned()
            .map_or_else(|| self.options.passphrase.read(), |typed| Ok(Some(typed)))?
        else {
            return Ok(None);
        };
        let key = Key::random()?;
        let wrapped = Wrapped::new(&key, vault, &passphrase)?;
        Ok(Some((Keeper::Passphrase { key_id: key.id(vault), wrapped }, Some(key))))
    }
}

fn choose_keyring(vault: &VaultId, may_prompt: bool) -> Result<(Keeper, Option<Key>)> {
    let key = Key::random()?;
    desktop::save(vault, &key, may_prompt)?;
    Ok((Keeper::Keyring { key_id: key.id(vault) }, Some(key)))
}

/// Neither keyring nor passphrase.
fn no_place(unreachable: Error) -> Error {
    Error {
        message: format!("there is no safe place for the vault's key: {}", unreachable.message),
        ..no_passphrase()
    }
}

fn no_passphrase() -> Error {
    Error::new(ErrorKind::Vault, "the vault needs a passphrase")
        .hint("run `rolecall vault unlock` to choose one")
        .hint("or set AWS_SSO_FILE_PASSWORD or AWS_SSO_FILE_PASSWORD_FILE")
}
