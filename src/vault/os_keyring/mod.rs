//! The keyring of the operating system, which stores the data key under the vault's id. Every call
//! has a time limit.

#[cfg(any(windows, target_os = "macos"))]
mod no_probe;
#[cfg(all(unix, not(target_os = "macos")))]
mod secret_service;

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use keyring::{Entry, Error as StoreError};
use zeroize::Zeroizing;

use crate::domain::{Error, ErrorKind, Result, ResultExt, hex};

use super::DesktopPrompt;
use super::seal::{DataKey, VaultId};
#[cfg(any(windows, target_os = "macos"))]
use no_probe as probe;
#[cfg(all(unix, not(target_os = "macos")))]
use secret_service as probe;

const SERVICE: &str = "rolecall";
/// How long the store may take to respond. A slower one counts as unreachable.
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(2);
/// How long the user may take to type the password of the keyring.
const PROMPT_TIMEOUT: Duration = Duration::from_secs(60);

/// Loads the key. A locked keyring is an error if prompts are forbidden.
///
/// # Errors
/// [`ErrorKind::Vault`] if the store does not respond in time, is locked or has no such key.
pub(super) fn load(vault: &VaultId, prompt: DesktopPrompt) -> Result<DataKey> {
    let user = hex(vault);
    run_with_timeout(prompt, move |notifier| {
        probe::check_item(&user, prompt, notifier)?;
        let bytes = Zeroizing::new(
            Entry::new(SERVICE, &user)
                .and_then(|entry| entry.get_secret())
                .map_err(from_store_error)?,
        );
        DataKey::from_bytes(&bytes)
            .ok_or_else(|| keyring_error("holds something else under the vault's name"))
    })
}

/// Stores the key and reads it back, to be sure that the store kept it.
///
/// # Errors
/// As [`load`].
pub(super) fn save(vault: &VaultId, key: &DataKey, prompt: DesktopPrompt) -> Result<()> {
    let (user, key) = (hex(vault), key.clone());
    run_with_timeout(prompt, move |notifier| {
        probe::check_collection(prompt, notifier)?;
        let entry = Entry::new(SERVICE, &user).map_err(from_store_error)?;
        entry.set_secret(key.as_bytes()).map_err(from_store_error)?;
        let stored = Zeroizing::new(entry.get_secret().map_err(from_store_error)?);
        if stored.as_slice() == key.as_bytes() {
            Ok(())
        } else {
            Err(keyring_error("did not keep the vault's key"))
        }
    })
}

/// Checks that the store responds and is unlocked.
///
/// # Errors
/// As [`load`].
pub(super) fn check_reachable() -> Result<()> {
    let prompt = DesktopPrompt::Forbidden;
    run_with_timeout(prompt, move |notifier| probe::check_collection(prompt, notifier))
}

/// Removes the key. A store that does not respond keeps it, which does no harm: the records that it
/// opened are gone.
pub(super) fn remove(vault: &VaultId) {
    let user = hex(vault);
    let prompt = DesktopPrompt::Forbidden;
    let _ = run_with_timeout(prompt, move |notifier| {
        probe::check_item(&user, prompt, notifier)?;
        Entry::new(SERVICE, &user)
            .and_then(|entry| entry.delete_credential())
            .map_err(from_store_error)
    });
}

/// Reports from the worker thread that the user is being asked, which extends the time limit.
struct PromptNotifier(mpsc::Sender<()>);

impl PromptNotifier {
    /// Reports that the store responded and will now ask the user.
    fn prompt_started(&self) {
        let _ = self.0.send(());
    }
}

/// Runs the work on a new thread, since calls of the store can block for ever.
fn run_with_timeout<T: Send + 'static>(
    prompt: DesktopPrompt,
    work: impl FnOnce(&PromptNotifier) -> Result<T> + Send + 'static,
) -> Result<T> {
    let (result_sender, result) = mpsc::channel();
    let (prompt_sender, prompt_started) = mpsc::channel();
    let worker = move || {
        let _ = result_sender.send(work(&PromptNotifier(prompt_sender)));
    };
    thread::Builder::new()
        .name("keyring".to_owned())
        .spawn(worker)
        .context(ErrorKind::Os, "starting a thread for the desktop keyring")?;
    let may_prompt = prompt == DesktopPrompt::Allowed;
    match result.recv_timeout(RESPONSE_TIMEOUT) {
        Ok(result) => result,
        Err(mpsc::RecvTimeoutError::Timeout) if may_prompt && prompt_started.try_recv().is_ok() => {
            result
                .recv_timeout(PROMPT_TIMEOUT)
                .unwrap_or_else(|_| Err(keyring_error("was not unlocked in time")))
        }
        Err(_) => Err(not_responding("")),
    }
}

fn keyring_error(problem: &str) -> Error {
    Error::new(ErrorKind::Vault, format!("the desktop keyring {problem}"))
}

/// Creates the error for a store that does not respond. Unlocking the vault in a desktop session
/// helps: the kernel keyring, which then has the key, is the same in all sessions of a user, also
/// over SSH and in cron.
fn not_responding(reason: &str) -> Error {
    keyring_error(&format!("does not respond{reason}"))
        .hint("run `rolecall vault unlock` in a session where it does")
}

fn locked() -> Error {
    keyring_error("is locked").hint("unlock it, then run `rolecall vault unlock`")
}

fn key_missing() -> Error {
    keyring_error("has no key for this vault")
        .hint("if it is gone for good, `rolecall vault reset` starts a new vault")
}

/// Converts an error of the store. It is not kept as the source: some variants contain the stored
/// bytes.
fn from_store_error(error: StoreError) -> Error {
    match error {
        StoreError::NoEntry => key_missing(),
        StoreError::NoStorageAccess(_) => locked(),
        StoreError::PlatformFailure(reason) => not_responding(&format!(": {reason}")),
        StoreError::NoDefaultStore => match Entry::store_status() {
            Err(StoreError::PlatformFailure(reason)) => not_responding(&format!(": {reason}")),
            _ => not_responding(""),
        },
        _ => keyring_error("can't be used"),
    }
}
