//! Checks whether the store is locked. Asks the Secret Service directly: the calls of the `keyring`
//! crate would open a password window.

use std::collections::HashMap;

use zbus::blocking::{Connection, Proxy};
use zbus::zvariant::OwnedObjectPath;

use crate::domain::{Error, Result};
use crate::vault::DesktopPrompt;

use super::{PromptNotifier, SERVICE, key_missing, locked, not_responding};

const BUS_NAME: &str = "org.freedesktop.secrets";

/// Checks that the item exists and is unlocked, or that the user may be asked to unlock it.
pub(super) fn check_item(
    user: &str,
    prompt: DesktopPrompt,
    notifier: &PromptNotifier,
) -> Result<()> {
    let bus = Connection::session().map_err(from_bus_error)?;
    let attributes = HashMap::from([("service", SERVICE), ("username", user)]);
    let (unlocked, locked): (Vec<OwnedObjectPath>, Vec<OwnedObjectPath>) =
        secret_service(&bus)?.call("SearchItems", &(attributes,)).map_err(from_bus_error)?;
    match (unlocked.is_empty(), locked.is_empty()) {
        (false, _) => Ok(()),
        (true, true) => Err(key_missing()),
        (true, false) => allow_prompt(prompt, notifier),
    }
}

/// Checks that an item can be stored, or that the user may be asked to unlock the collection.
pub(super) fn check_collection(prompt: DesktopPrompt, notifier: &PromptNotifier) -> Result<()> {
    let bus = Connection::session().map_err(from_bus_error)?;
    let path: OwnedObjectPath =
        secret_service(&bus)?.call("ReadAlias", &("default",)).map_err(from_bus_error)?;
    // `/` means that there is no collection. Creating one asks the user for a new password.
    if path.as_str() == "/" {
        return allow_prompt(prompt, notifier);
    }
    let collection = Proxy::new(&bus, BUS_NAME, path, "org.freedesktop.Secret.Collection")
        .map_err(from_bus_error)?;
    if collection.get_property::<bool>("Locked").map_err(from_bus_error)? {
        allow_prompt(prompt, notifier)
    } else {
        Ok(())
    }
}

fn secret_service(bus: &Connection) -> Result<Proxy<'_>> {
    Proxy::new(bus, BUS_NAME, "/org/freedesktop/secrets", "org.freedesktop.Secret.Service")
        .map_err(from_bus_error)
}

fn allow_prompt(prompt: DesktopPrompt, notifier: &PromptNotifier) -> Result<()> {
    if prompt == DesktopPrompt::Forbidden {
        return Err(locked());
    }
    notifier.prompt_started();
    Ok(())
}

fn from_bus_error(error: zbus::Error) -> Error {
    not_responding(&format!(": {error}")).with_source(error)
}
