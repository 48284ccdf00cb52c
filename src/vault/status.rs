//! What can be said of a vault without opening it.

use std::path::PathBuf;

use crate::domain::Error;

use super::{SecureStore, Vault, header, owner};

/// The state of a vault.
#[derive(Debug, Clone, PartialEq)]
pub struct Status {
    /// Where it is.
    pub dir: PathBuf,
    /// What `secure_store` says.
    pub asked: SecureStore,
    /// What was chosen when the vault was made; `None` before that. This one counts.
    pub chosen: Option<SecureStore>,
    /// Who has the key at hand.
    pub key: KeyPlace,
    /// Whether a passphrase is at hand (AWS_SSO_FILE_PASSWORD or its `_FILE`); whether it is the
    /// right one is not tried.
    pub passphrase: bool,
    /// How many records there are.
    pub records: usize,
    /// What is wrong: foreign owner, damaged or newer header, records without a header.
    pub problem: Option<Error>,
}

/// What a person could type so that a vault opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asks {
    /// Its passphrase.
    Passphrase,
    /// Its passphrase: the one that the environment has is another one.
    AnotherPassphrase,
    /// A new passphrase: there is no vault yet, and nothing else that would keep its key.
    NewPassphrase,
}

impl Asks {
    /// Whether there is a vault that it would open.
    pub fn is_locked(self) -> bool {
        self != Asks::NewPassphrase
    }
}

/// Who has the key of a vault at hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyPlace {
    /// There is none: no vault yet, or plain text.
    NotNeeded,
    /// The kernel's keyring: every process of this user can open the vault.
    Kernel,
    /// This process only.
    Process,
    /// Nobody; it would be asked of the store.
    Away,
}

impl Vault {
    /// How the vault stands. Asks the kernel, but no desktop keyring and nobody for a passphrase.
    pub fn status(&self) -> Status {
        let mut status = Status {
            dir: self.options.dir.clone(),
            asked: self.options.store,
            chosen: None,
            key: KeyPlace::NotNeeded,
            passphrase: self.options.passphrase.available(),
            records: 0,
            problem: None,
        };
        if let Err(error) = self.look(&mut status) {
            status.problem = Some(error);
        }
        status
    }

    /// What would open a vault that has just refused to: a passphrase that is not at hand, or was
    /// not the right one. `None` where no passphrase helps, as with a keyring that is out of
    /// reach.
    pub fn asks(&self) -> Option<Asks> {
        let status = self.status();
        match (status.problem, status.chosen, status.key) {
            (None, Some(SecureStore::File), KeyPlace::Away) if status.passphrase => {
                Some(Asks::AnotherPassphrase)
            }
            (Some(_), ..) => None,
            (None, Some(SecureStore::File), KeyPlace::Away) => Some(Asks::Passphrase),
            (None, None, _) if matches!(status.asked, SecureStore::File | SecureStore::Auto) => {
                self.could_be_made().err().map(|_| Asks::NewPassphrase)
            }
            _ => None,
        }
    }

    fn look(&self, status: &mut Status) -> Result<(), Error> {
        if !owner::check(&self.options.dir)? {
            return Ok(());
        }
        status.records = self.record_files()?.len();
        let Some(header) = header::load(&self.options.dir)? else { return self.check_no_orphans() };
        status.chosen = Some(header.store());
        if let Some(key_id) = header.key_id() {
            status.key = if self.kernel_key(&header, key_id).is_some() {
                KeyPlace::Kernel
            } else if self.held_key(&header, key_id).is_some() {
                KeyPlace::Process
            } else {
                KeyPlace::Away
            };
        }
        Ok(())
    }
}
