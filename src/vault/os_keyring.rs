//! The operating system's store: it holds the data key under the vault's id. Every call has a time
//! limit.

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use keyring::{Entry, Error as StoreError};
use zeroize::Zeroizing;

use crate::domain::{Error, ErrorKind, Result, hex};

use super::seal::{DataKey, VaultId};

const SERVICE: &str = "rolecall";
/// A store that takes longer is not there.
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(2);
/// A person types the keyring's password meanwhile.
const PROMPT_TIMEOUT: Duration = Duration::from_secs(60);

/// Reads the key. Without `may_prompt` a locked keyring is left alone and is an error.
///
/// # Errors
/// [`Kind::Vault`] when the store does not answer in time, is locked or has no such key.
pub(super) fn load(vault: &VaultId, may_prompt: bool) -> Result<DataKey> {
    let user = hex(vault);
    run_with_timeout(may_prompt, move |limit| {
        probe::check_item(&user, may_prompt, limit)?;
        let bytes = Zeroizing::new(
            Entry::new(SERVICE, &user)
                .and_then(|entry| entry.get_secret())
                .map_err(from_bus_error)?,
        );
        DataKey::from_bytes(&bytes)
            .ok_or_else(|| keyring_error("holds something else under the vault's name"))
    })
}

/// Writes the key and reads it back: only then is it known to be kept.
///
/// # Errors
/// As [`load`].
pub(super) fn save(vault: &VaultId, key: &DataKey, may_prompt: bool) -> Result<()> {
    let (user, key) = (hex(vault), key.clone());
    run_with_timeout(may_prompt, move |limit| {
        probe::check_collection(may_prompt, limit)?;
        let entry = Entry::new(SERVICE, &user).map_err(from_bus_error)?;
        entry.set_secret(key.as_bytes()).map_err(from_bus_error)?;
        let kept = Zeroizing::new(entry.get_secret().map_err(from_bus_error)?);
        if kept.as_slice() == key.as_bytes() {
            Ok(())
        } else {
            Err(keyring_error("did not keep the vault's key"))
        }
    })
}

/// Whether the store answers and is open.
///
/// # Errors
/// As [`load`].
pub(super) fn check_reachable() -> Result<()> {
    run_with_timeout(false, |limit| probe::check_collection(false, limit))
}

/// Drops the key; a store that does not answer keeps it, which does no harm: what it opened is
/// gone.
pub(super) fn remove(vault: &VaultId) {
    let user = hex(vault);
    let _ = run_with_timeout(false, move |limit| {
        probe::check_item(&user, false, limit)?;
        Entry::new(SERVICE, &user)
            .and_then(|entry| entry.delete_credential())
            .map_err(from_bus_error)
    });
}

/// Tells the work how long it may take for what answers at once, so that it can go on to wait for a
/// person.
struct PromptNotifier(mpsc::Sender<()>);

impl PromptNotifier {
    /// The store answered, and a person will be asked now.
    fn prompt_started(&self) {
        let _ = self.0.send(());
    }
}

/// Does the work on a thread of its own, since the store's calls can block for ever.
fn run_with_timeout<T: Send + 'static>(
    may_prompt: bool,
    work: impl FnOnce(&PromptNotifier) -> Result<T> + Send + 'static,
) -> Result<T> {
    let (answer, answered) = mpsc::channel();
    let (person, asked) = mpsc::channel();
    let worker = move || {
        let _ = answer.send(work(&PromptNotifier(person)));
    };
    thread::Builder::new().name("keyring".to_owned()).spawn(worker).map_err(|error| {
        Error::os(format!("starting a thread for the desktop keyring: {error}"))
    })?;
    match answered.recv_timeout(RESPONSE_TIMEOUT) {
        Ok(outcome) => outcome,
        Err(mpsc::RecvTimeoutError::Timeout) if may_prompt && asked.try_recv().is_ok() => answered
            .recv_timeout(PROMPT_TIMEOUT)
            .unwrap_or_else(|_| Err(keyring_error("was not unlocked in time"))),
        Err(_) => Err(not_responding("")),
    }
}

fn keyring_error(what: &str) -> Error {
    Error::new(ErrorKind::Vault, format!("the desktop keyring {what}"))
}

/// The kernel's keyring is the same in every session of a user: what is unlocked on the desktop is
/// open over SSH and in cron.
fn not_responding(reason: &str) -> Error {
    keyring_error(&format!("does not answer{reason}"))
        .hint("run `rolecall vault unlock` in a session where it does")
}

fn locked() -> Error {
    keyring_error("is locked").hint("unlock it, then run `rolecall vault unlock`")
}

fn key_missing() -> Error {
    keyring_error("has no key for this vault")
        .hint("if it is gone for good, `rolecall vault reset` starts a new vault")
}

fn from_bus_error(error: StoreError) -> Error {
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

/// Is it locked? Asked of the Secret Service itself: the store's own calls would open a window for
/// the person.
#[cfg(all(unix, not(target_os = "macos")))]
mod probe {
    use std::collections::HashMap;

    use zbus::blocking::{Connection, Proxy};
    use zbus::zvariant::OwnedObjectPath;

    use super::{Error, PromptNotifier, Result, SERVICE, key_missing, locked, not_responding};

    const BUS_NAME: &str = "org.freedesktop.secrets";

    /// Checks that the item is there and open, or that a person may be asked.
    pub(super) fn check_item(user: &str, may_prompt: bool, limit: &PromptNotifier) -> Result<()> {
        let bus = Connection::session().map_err(from_bus_error)?;
        let wanted = HashMap::from([("service", SERVICE), ("username", user)]);
        let (open, shut): (Vec<OwnedObjectPath>, Vec<OwnedObjectPath>) =
            secret_service(&bus)?.call("SearchItems", &(wanted,)).map_err(from_bus_error)?;
        match (open.is_empty(), shut.is_empty()) {
            (false, _) => Ok(()),
            (true, true) => Err(key_missing()),
            (true, false) => allow_prompt(may_prompt, limit),
        }
    }

    /// Checks that something can be stored, or that a person may be asked.
    pub(super) fn check_collection(may_prompt: bool, limit: &PromptNotifier) -> Result<()> {
        let bus = Connection::session().map_err(from_bus_error)?;
        let path: OwnedObjectPath =
            secret_service(&bus)?.call("ReadAlias", &("default",)).map_err(from_bus_error)?;
        // `/` stands for none: making one asks the person for a new password.
        if path.as_str() == "/" {
            return allow_prompt(may_prompt, limit);
        }
        let collection = Proxy::new(&bus, BUS_NAME, path, "org.freedesktop.Secret.Collection")
            .map_err(from_bus_error)?;
        if collection.get_property::<bool>("Locked").map_err(from_bus_error)? {
            allow_prompt(may_prompt, limit)
        } else {
            Ok(())
        }
    }

    fn secret_service(bus: &Connection) -> Result<Proxy<'_>> {
        Proxy::new(bus, BUS_NAME, "/org/freedesktop/secrets", "org.freedesktop.Secret.Service")
            .map_err(from_bus_error)
    }

    fn allow_prompt(may_prompt: bool, limit: &PromptNotifier) -> Result<()> {
        if !may_prompt {
            return Err(locked());
        }
        limit.prompt_started();
        Ok(())
    }

    fn from_bus_error(error: zbus::Error) -> Error {
        not_responding(&format!(": {error}"))
    }
}

/// Elsewhere the system alone decides whether it asks the person.
#[cfg(not(all(unix, not(target_os = "macos"))))]
mod probe {
    use super::{PromptNotifier, Result};

    pub(super) fn check_item(_: &str, may_prompt: bool, limit: &PromptNotifier) -> Result<()> {
        check_collection(may_prompt, limit)
    }

    pub(super) fn check_collection(may_prompt: bool, limit: &PromptNotifier) -> Result<()> {
        if may_prompt {
            limit.person_is_asked();
        }
        Ok(())
    }
}
