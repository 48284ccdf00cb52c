//! What a person does with a vault: unlock, lock, reset, change the passphrase; and the question
//! before a sign-in.

use std::fs;
use std::time::Duration;

use crate::domain::{Error, ErrorKind, Result, Secret};
use crate::os::file;

use super::header::{Header, Keeper};
use super::key::Held;
use super::passphrase::{Wrapped, checked};
use super::{Vault, desktop, header, kernel, owner};

/// A temporary file older than this belonged to a process that was killed.
const ABANDONED: Duration = Duration::from_secs(3_600);

impl Vault {
    /// Whether a later background process will be able to open the vault, or a person who has typed
    /// the passphrase here. Makes the vault if there is none yet. May take a Secret Service
    /// round trip or one argon2id.
    ///
    /// # Errors
    /// [`Kind::Vault`] with what to set or run when it will not, [`Kind::Os`] when nothing can be
    /// written.
    pub fn ready(&self) -> Result<()> {
        let header = self.header_or_new(None)?;
        self.sweep();
        let Some(key) = self.key(&header)? else { return Ok(()) };
        let kept = self.keep(&header, &key);
        let held = self.held();
        // Whoever handed the key over has asked this before; whoever typed it was told that only
        // they can open it.
        if kept || held.given.is_some() || held.typed {
            return Ok(());
        }
        drop(held);
        // The kernel keeps nothing here: then a later process is alone with the store.
        self.fetch(&header, false).map(drop).map_err(|error| match error.kind {
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
        checked(&passphrase)?;
        let header = self.header_or_new(Some(&passphrase))?;
        let key = match &header.keeper {
            Keeper::Passphrase { key_id, wrapped } => {
                Some(wrapped.open(&header.vault, key_id, &passphrase)?)
            }
            Keeper::Keyring { .. } | Keeper::Nobody => self.key(&header)?,
        };
        if let Some(key) = key {
            self.keep(&header, &key);
        }
        self.held().typed = matches!(header.keeper, Keeper::Passphrase { .. });
        Ok(())
    }

    /// Drops the key from this process and from the kernel. What holds the key for good (keyring,
    /// passphrase) keeps it.
    ///
    /// # Errors
    /// [`Kind::Vault`] when the vault is somebody else's, or its header can't be read.
    pub fn lock(&self) -> Result<()> {
        *self.held() = Held::default();
        if owner::check(&self.options.dir)?
            && let Some(header) = header::load(&self.options.dir)?
        {
            kernel::forget(&header.vault);
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
        if !owner::check(&self.options.dir)? {
            return owner::check_for_writing(&self.options.dir);
        }
        let _lock = self.lock_vault()?;
        let header = header::load(&self.options.dir);
        // The header first: a record that is saved meanwhile is then an orphan, which is told, and
        // not locked for ever.
        file::remove(&header::path(&self.options.dir))?;
        for path in self.files()? {
            file::remove(&path)?;
        }
        *self.held() = Held::default();
        if let Ok(Some(Header { vault, keeper })) = header {
            kernel::forget(&vault);
            if matches!(keeper, Keeper::Keyring { .. }) {
                desktop::forget(&vault);
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
        checked(&new)?;
        let none = || {
            Error::new(ErrorKind::Usage, "the vault has no passphrase")
                .hint("`rolecall vault status` says what keeps its key")
        };
        if !owner::check(&self.options.dir)? {
            return Err(none());
        }
        let _lock = self.lock_vault()?;
        let Header { vault, keeper } = header::load(&self.options.dir)?.ok_or_else(none)?;
        let Keeper::Passphrase { key_id, wrapped } = keeper else { return Err(none()) };
        let key = match old {
            Some(old) => wrapped.open(&vault, &key_id, &old)?,
            None => {
                let header = Header { vault, keeper: Keeper::Passphrase { key_id, wrapped } };
                self.key(&header)?.ok_or_else(none)?
            }
        };
        let wrapped = Wrapped::new(&key, &vault, &new)?;
        header::save(
            &self.options.dir,
            &Header { vault, keeper: Keeper::Passphrase { key_id, wrapped } },
        )
    }

    /// Removes temporary files of processes that were killed.
    fn sweep(&self) {
        for path in self.files().unwrap_or_default() {
            let hidden =
                path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
            let age = fs::metadata(&path)
                .and_then(|metadata| metadata.modified())
                .ok()
                .and_then(|moment| moment.elapsed().ok());
            if hidden && age.is_some_and(|age| age > ABANDONED) {
                let _ = file::remove(&path);
            }
        }
    }
}
