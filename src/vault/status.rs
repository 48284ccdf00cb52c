//! The status of a vault, without opening it.

use std::path::PathBuf;

use crate::domain::Error;

use super::{SecureStore, Vault, header, ownership};

#[derive(Debug, Clone, PartialEq)]
pub struct VaultStatus {
    /// The directory of the vault.
    pub dir: PathBuf,
    /// The value of `secure_store` in the configuration.
    pub configured: SecureStore,
    /// The store that was chosen when the vault was created; `None` before that. It overrides
    /// `configured`.
    pub chosen: Option<SecureStore>,
    /// The place that the key can be read from now.
    pub key: KeyLocation,
    /// Whether a passphrase is set (AWS_SSO_FILE_PASSWORD or AWS_SSO_FILE_PASSWORD_FILE). It may be
    /// a wrong one.
    pub has_passphrase: bool,
    pub records: usize,
    /// What is wrong: another owner, a damaged or newer header, records without a header.
    pub problem: Option<Error>,
}

/// A passphrase that the user could type to open a vault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnlockPrompt {
    Passphrase,
    /// Its passphrase. The environment has another one.
    AnotherPassphrase,
    /// A new passphrase. There is no vault yet, and nothing else that would protect its key.
    NewPassphrase,
}

impl UnlockPrompt {
    /// Whether there is a locked vault that the passphrase would open.
    pub fn is_locked(self) -> bool {
        self != UnlockPrompt::NewPassphrase
    }
}

/// The place that the key of a vault can be read from now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyLocation {
    /// There is no key: no vault yet, or plain text.
    NotNeeded,
    /// The kernel keyring. Every process of this user can open the vault.
    Kernel,
    /// The memory of this process.
    Process,
    /// Not cached. It has to come from the store.
    NotCached,
}

impl Vault {
    /// Returns the status of the vault. Asks the kernel, but neither the desktop keyring nor the
    /// user.
    pub fn status(&self) -> VaultStatus {
        let mut status = VaultStatus {
            dir: self.options.dir.clone(),
            configured: self.options.store,
            chosen: None,
            key: KeyLocation::NotNeeded,
            has_passphrase: self.options.passphrase.is_available(),
            records: 0,
            problem: None,
        };
        if let Err(error) = self.inspect(&mut status) {
            status.problem = Some(error);
        }
        status
    }

    /// Returns the passphrase that would open a vault that could not be opened. `None` if no
    /// passphrase helps, as with a keyring that is unreachable.
    pub fn unlock_prompt(&self) -> Option<UnlockPrompt> {
        let status = self.status();
        match (status.problem, status.chosen, status.key) {
            (None, Some(SecureStore::File), KeyLocation::NotCached) if status.has_passphrase => {
                Some(UnlockPrompt::AnotherPassphrase)
            }
            (None, Some(SecureStore::File), KeyLocation::NotCached) => {
                Some(UnlockPrompt::Passphrase)
            }
            (None, None, _)
                if matches!(status.configured, SecureStore::File | SecureStore::Auto) =>
            {
                self.check_can_init().err().map(|_| UnlockPrompt::NewPassphrase)
            }
            _ => None,
        }
    }

    fn inspect(&self, status: &mut VaultStatus) -> Result<(), Error> {
        if !ownership::check(&self.options.dir)? {
            return Ok(());
        }
        status.records = self.record_files()?.len();
        let Some(header) = header::load(&self.options.dir)? else { return self.check_no_orphans() };
        status.chosen = Some(header.store());
        if let Some(key_id) = header.key_id() {
            status.key = if self.kernel_key(&header, key_id).is_some() {
                KeyLocation::Kernel
            } else if self.process_key(&header, key_id).is_some() {
                KeyLocation::Process
            } else {
                KeyLocation::NotCached
            };
        }
        Ok(())
    }
}
