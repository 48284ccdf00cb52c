//! The passphrase that a user at the terminal is asked for, when nothing else opens the vault.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::domain::{Error, ErrorKind, Result, Secret};

use super::Vault;
use super::data_key::locked;
use super::header::VaultHeader;
use super::passphrase::WrappedKey;
use super::seal::{DataKey, KeyId};

/// How often the user may type the passphrase of a vault.
const MAX_ATTEMPTS: usize = 3;

/// Asks the user for a passphrase, and blocks until it is typed. `None` if the user types none.
pub type PassphrasePrompt = fn(PassphraseQuestion) -> Result<Option<Secret<String>>>;

/// Which passphrase the user is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PassphraseQuestion {
    /// The passphrase of a locked vault.
    Unlock,
    /// The same after a wrong one.
    TryAgain,
    /// A passphrase for a vault that is about to be created.
    Choose,
}

/// The user who can be asked for the passphrase, if there is one.
#[derive(Default)]
pub(super) struct PromptState {
    prompt: Option<PassphrasePrompt>,
    /// Whether something else has the terminal now.
    is_paused: AtomicBool,
    /// Why the user did not open the vault. The question is not repeated in this process. Locked
    /// while the user types: other threads wait for the same answer.
    refused: Mutex<Option<Error>>,
}

impl Vault {
    /// Asks the user for the passphrase if nothing else opens the vault.
    #[must_use]
    pub fn with_prompt(mut self, prompt: PassphrasePrompt) -> Self {
        self.prompt.prompt = Some(prompt);
        self
    }

    /// Asks the user for nothing until [`Vault::resume_prompt`]: the terminal is used by something
    /// else, or what is read is not worth a question.
    pub fn pause_prompt(&self) {
        self.prompt.is_paused.store(true, Ordering::Relaxed);
    }

    /// Allows questions again.
    pub fn resume_prompt(&self) {
        self.prompt.is_paused.store(false, Ordering::Relaxed);
    }

    /// The prompt, if it may be used now.
    fn usable_prompt(&self) -> Option<PassphrasePrompt> {
        self.prompt.prompt.filter(|_| !self.prompt.is_paused.load(Ordering::Relaxed))
    }

    /// Gets the key with the passphrase that the user types, and gives it to the kernel. Asks at
    /// most once in each process.
    ///
    /// # Errors
    /// [`ErrorKind::Vault`] if no user can be asked, or none of the passphrases is right.
    pub(super) fn key_from_user(
        &self,
        header: &VaultHeader,
        key_id: &KeyId,
        wrapped: &WrappedKey,
    ) -> Result<DataKey> {
        let Some(prompt) = self.usable_prompt() else { return Err(locked()) };
        let mut refused = self.prompt.refused.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(key) = self.process_key(header, key_id) {
            return Ok(key);
        }
        if let Some(error) = &*refused {
            return Err(error.clone());
        }
        let typed = ask(prompt, |passphrase| wrapped.open(&header.vault_id, key_id, passphrase));
        match typed {
            Ok(key) => {
                self.cache_key(header, &key);
                self.cached_key().passphrase_typed = true;
                Ok(key)
            }
            Err(error) => {
                *refused = Some(error.clone());
                Err(error)
            }
        }
    }

    /// Returns the passphrase that the user chooses for a new vault; `None` if no user can be
    /// asked, or the user types none.
    ///
    /// # Errors
    /// As the prompt.
    pub(super) fn passphrase_from_user(&self) -> Result<Option<Secret<String>>> {
        let Some(prompt) = self.usable_prompt() else { return Ok(None) };
        let chosen = prompt(PassphraseQuestion::Choose)?;
        self.cached_key().passphrase_typed = chosen.is_some();
        Ok(chosen)
    }
}

/// Asks until a passphrase opens the vault. An empty one ends the questions.
fn ask(
    prompt: PassphrasePrompt,
    open: impl Fn(&Secret<String>) -> Result<DataKey>,
) -> Result<DataKey> {
    let mut error = locked();
    for attempt in 0..MAX_ATTEMPTS {
        let question = match attempt {
            0 => PassphraseQuestion::Unlock,
            _ => PassphraseQuestion::TryAgain,
        };
        let Some(passphrase) = prompt(question)? else { return Err(locked()) };
        match open(&passphrase) {
            Err(wrong) if wrong.kind == ErrorKind::Vault => error = wrong,
            outcome => return outcome,
        }
    }
    Err(error)
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[test]
    fn only_a_wrong_passphrase_is_asked_for_again() {
        for (kind, attempts) in [(ErrorKind::Vault, MAX_ATTEMPTS), (ErrorKind::Os, 1)] {
            let opened = Cell::new(0);
            let error = ask(
                |_| Ok(Some("typed".into())),
                |passphrase| {
                    assert_eq!(passphrase.expose(), "typed");
                    opened.set(opened.get() + 1);
                    Err(Error::new(kind, "no"))
                },
            );
            assert_eq!(error.err().unwrap().message, "no");
            assert_eq!(opened.get(), attempts, "{kind:?}");
        }
        let error = ask(|_| Ok(None), |_| panic!("nothing was typed")).err().unwrap();
        assert_eq!(error, locked());
    }
}
