//! What can be said of a vault without opening it.

use std::path::PathBuf;

use crate::domain::Error;

use super::{SecureStore, Vault, header, ownership};

/// The state of a vault.
#[derive(Debug, Clone, PartialEq)]
pub struct VaultStatus {
    /// Where it is.
    pub dir: PathBuf,
    /// What `secure_store` says.
    pub configured: SecureStore,
    /// What was chosen when the vault was made; `None` before that. This one counts.
    pub chosen: Option<SecureStore>,
    /// Who has the key at hand.
    pub key: KeyLocation,
    /// Whether a passphrase is at hand (AWS_SSO_FILE_PASSWORD or its `_FILE`); whether it is the
    /// right one is not tried.
    pub has_passphrase: bool,
    /// How many records there are.
    pub records: usize,
    /// What is wrong: foreign owner, damaged or newer header, records without a header.
    pub problem: Option<Error>,
}

/// What a person could type so that a vault opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnlockPrompt {
    /// Its passphrase.
    Passphrase,
    /// Its passphrase: the one that the environment has is another one.
    AnotherPassphrase,
    /// A new passphrase: there is no vault yet, and nothing else that would keep its key.
    NewPassphrase,
}

impl UnlockPrompt {
    /// Whether there is a vault that it would open.
    pub fn is_locked(self) -> bool {
        self != UnlockPrompt::NewPassphrase
    }
}

/// Who has the key of a vault at hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyLocation {
    /// There is none: no vault yet, or plain text.
    NotNeeded,
    /// The kernel's keyring: every process of this user can open the vault.
    Kernel,
    /// This process only.
    Process,
    /// Nobody; it would be asked of the store.
    NotCached,
}

impl Vault {
    /// How the vault stands. Asks the kernel, but no desktop keyring and nobody for a passphrase.
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

    /// What would open a vault that has just refused to: a passphrase that is not at hand, or was
    /// not the right one. `None` where no passphrase helps, as with a keyring that is out of
    /// reach.
    pub fn unlock_prompt(&self) -> Option<UnlockPrompt> {
        let status = self.status();
        match (status.problem, status.chosen, status.key) {
            (None, Some(SecureStore::File), KeyLocation::NotCached) if status.has_passphrase => {
                Some(UnlockPrompt::AnotherPassphrase)
            }
            (Some(_), ..) => None,
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
