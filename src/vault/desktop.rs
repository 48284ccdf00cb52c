//! The operating system's store: it holds the data key under the vault's id. Every call has a time
//! limit.

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use keyring::{Entry, Error as StoreError};
use zeroize::Zeroizing;

use crate::domain::{Error, ErrorKind, Result};

use super::name::hex;
use super::seal::{Key, VaultId};

const SERVICE: &str = "rolecall";
/// A store that takes longer is not there.
const PATIENCE: Duration = Duration::from_secs(2);
/// A person types the keyring's password meanwhile.
const PROMPT: Duration = Duration::from_secs(60);

/// Reads the key. Without `may_prompt` a locked keyring is left alone and is an error.
///
/// # Errors
/// [`Kind::Vault`] when the store does not answer in time, is locked or has no such key.
pub(super) fn load(vault: &VaultId, may_prompt: bool) -> Result<Key> {
    let user = hex(vault);
    ask(may_prompt, move |limit| {
        probe::item(&user, may_prompt, limit)?;
        let bytes = Zeroizing::new(
            Entry::new(SERVICE, &user).and_then(|entry| entry.get_secret()).map_err(said)?,
        );
        Key::from_bytes(&bytes)
            .ok_or_else(|| unusable("holds something else under the vault's name"))
    })
}

/// Writes the key and reads it back: only then is it known to be kept.
///
/// # Errors
/// As [`load`].
pub(super) fn save(vault: &VaultId, key: &Key, may_prompt: bool) -> Result<()> {
    let (user, key) = (hex(vault), key.clone());
    ask(may_prompt, move |limit| {
        probe::collection(may_prompt, limit)?;
        let entry = Entry::new(SERVICE, &user).map_err(said)?;
        entry.set_secret(key.bytes()).map_err(said)?;
        let kept = Zeroizing::new(entry.get_secret().map_err(said)?);
        if kept.as_slice() == key.bytes() {
            Ok(())
        } else {
            Err(unusable("did not keep the vault's key"))
        }
    })
}

/// Whether the store answers and is open.
///
/// # Errors
/// As [`load`].
pub(super) fn reachable() -> Result<()> {
    ask(false, |limit| probe::collection(false, limit))
}

/// Drops the key; a store that does not answer keeps it, which does no harm: what it opened is
/// gone.
pub(super) fn forget(vault: &VaultId) {
    let user = hex(vault);
    let _ = ask(false, move |limit| {
        probe::item(&user, false, limit)?;
        Entry::new(SERVICE, &user).and_then(|entry| entry.delete_credential()).map_err(said)
    });
}

/// Tells the work how long it may take for what answers at once, so that it can go on to wait for a
/// person.
struct Limit(mpsc::Sender<()>);

impl Limit {
    /// The store answered, and a person will be asked now.
    fn person_is_asked(&self) {
        let _ = self.0.send(());
    }
}

/// Does the work on a thread of its own, since the store's calls can block for ever.
fn ask<T: Send + 'static>(
    may_prompt: bool,
    work: impl FnOnce(&Limit) -> Result<T> + Send + 'static,
) -> Result<T> {
    let (answer, answered) = mpsc::channel();
    let (person, asked) = mpsc::channel();
    let worker = move || {
        let _ = answer.send(work(&Limit(person)));
    };
    thread::Builder::new().name("keyring".to_owned()).spawn(worker).map_err(|error| {
        Error::os(format!("starting a thread for the desktop keyring: {error}"))
    })?;
    match answered.recv_timeout(PATIENCE) {
        Ok(outcome) => outcome,
        Err(mpsc::RecvTimeoutError::Timeout) if may_prompt && asked.try_recv().is_ok() => answered
            .recv_timeout(PROMPT)
            .unwrap_or_else(|_| Err(unusable("was not unlocked in time"))),
        Err(_) => Err(silent("")),
    }
}

fn unusable(what: &str) -> Error {
    Error::new(ErrorKind::Vault, format!("the desktop keyring {what}"))
}

/// The kernel's keyring is the same in every session of a user: what is unlocked on the desktop is
/// open over SSH and in cron.
fn silent(reason: &str) -> Error {
    unusable(&format!("does not answer{reason}"))
        .hint("run `rolecall vault unlock` in a session where it does")
}

fn locked() -> Error {
    unusable("is locked").hint("unlock it, then run `rolecall vault unlock`")
}

fn lost() -> Error {
    unusable("has no key for this vault")
        .hint("if it is gone for good, `rolecall vault reset` starts a new vault")
}

fn said(error: StoreError) -> Error {
    match error {
        StoreError::NoEntry => lost(),
        StoreError::NoStorageAccess(_) => locked(),
        StoreError::PlatformFailure(reason) => silent(&format!(": {reason}")),
        StoreError::NoDefaultStore => match Entry::store_status() {
            Err(StoreError::PlatformFailure(reason)) => silent(&format!(": {reason}")),
            _ => silent(""),
        },
        _ => unusable("can't be used"),
    }
}

/// Is it locked? Asked of the Secret Service itself: the store's own calls would open a window for
/// the person.
#[cfg(all(unix, not(target_os = "macos")))]
mod probe {
    use std::collections::HashMap;

    use zbus::blocking::{Connection, Proxy};
    use zbus::zvariant::OwnedObjectPath;

    use super::{Error, Limit, Result, SERVICE, locked, lost, silent};

    const BUS_NAME: &str = "org.freedesktop.secrets";

    /// Checks that the item is there and open, or that a person may be asked.
    pub(super) fn item(user: &str, may_prompt: bool, limit: &Limit) -> Result<()> {
        let bus = Connection::session().map_err(said)?;
        let wanted = HashMap::from([("service", SERVICE), ("username", user)]);
        let (open, shut): (Vec<OwnedObjectPath>, Vec<OwnedObjectPath>) =
            service(&bus)?.call("SearchItems", &(wanted,)).map_err(said)?;
        match (open.is_empty(), shut.is_empty()) {
            (false, _) => Ok(()),
            (true, true) => Err(lost()),
            (true, false) => person(may_prompt, limit),
        }
    }

    /// Checks that something can be stored, or that a person may be asked.
    pub(super) fn collection(may_prompt: bool, limit: &Limit) -> Result<()> {
        let bus = Connection::session().map_err(said)?;
        let path: OwnedObjectPath =
            service(&bus)?.call("ReadAlias", &("default",)).map_err(said)?;
        // `/` stands for none: making one asks the person for a new password.
        if path.as_str() == "/" {
            return person(may_prompt, limit);
        }
        let collection =
            Proxy::new(&bus, BUS_NAME, path, "org.freedesktop.Secret.Collection").map_err(said)?;
        if collection.get_property::<bool>("Locked").map_err(said)? {
            person(may_prompt, limit)
        } else {
            Ok(())
        }
    }

    fn service(bus: &Connection) -> Result<Proxy<'_>> {
        Proxy::new(bus, BUS_NAME, "/org/freedesktop/secrets", "org.freedesktop.Secret.Service")
            .map_err(said)
    }

    fn person(may_prompt: bool, limit: &Limit) -> Result<()> {
        if !may_prompt {
            return Err(locked());
        }
        limit.person_is_asked();
        Ok(())
    }

    fn said(error: zbus::Error) -> Error {
        silent(&format!(": {error}"))
    }
}

/// Elsewhere the system alone decides whether it asks the person.
#[cfg(not(all(unix, not(target_os = "macos"))))]
mod probe {
    use super::{Limit, Result};

    pub(super) fn item(_: &str, may_prompt: bool, limit: &Limit) -> Result<()> {
        collection(may_prompt, limit)
    }

    pub(super) fn collection(may_prompt: bool, limit: &Limit) -> Result<()> {
        if may_prompt {
            limit.person_is_asked();
        }
        Ok(())
    }
}
