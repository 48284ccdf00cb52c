//! The data key in the Linux kernel's keyring, between processes. Every failure is a miss:
//! containers, seccomp, no keyring.

#[cfg(target_os = "linux")]
use crate::domain::hex;

use super::seal::{DataKey, VaultId};

/// How long the kernel keeps a key that nobody drops, in seconds.
#[cfg(target_os = "linux")]
const TIMEOUT_SECS: usize = 12 * 3_600;

#[cfg(target_os = "linux")]
fn description(vault: &VaultId) -> String {
    format!("rolecall:vault:{}", hex(vault))
}

/// The key, if the kernel has one under this vault's id.
#[cfg(target_os = "linux")]
pub(super) fn load(vault: &VaultId) -> Option<DataKey> {
    use linux_keyutils::{KeyRing, KeyRingIdentifier};
    use zeroize::Zeroizing;
    let ring = KeyRing::from_special_id(KeyRingIdentifier::User, false).ok()?;
    let found = ring.search(&description(vault)).ok()?;
    // One byte more than a key, so that a longer one is not taken for it.
    let mut bytes = Zeroizing::new([0_u8; 33]);
    let length = found.read(&mut *bytes).ok()?;
    DataKey::from_bytes(bytes.get(..length)?)
}

/// Gives the key to the kernel; false when it takes none.
#[cfg(target_os = "linux")]
pub(super) fn save(vault: &VaultId, key: &DataKey) -> bool {
    use linux_keyutils::{KeyPermissionsBuilder, KeyRing, KeyRingIdentifier, Permission};
    let Ok(ring) = KeyRing::from_special_id(KeyRingIdentifier::User, true) else { return false };
    let Ok(kept) = ring.add_key(&description(vault), key.as_bytes()) else { return false };
    // A session keyring that is not linked to the user's finds the key but may not read it, unless
    // the user may.
    let user = Permission::VIEW
        | Permission::READ
        | Permission::WRITE
        | Permission::SEARCH
        | Permission::SETATTR;
    let permissions = KeyPermissionsBuilder::builder().posessor(Permission::ALL).user(user).build();
    if kept.set_timeout(TIMEOUT_SECS).is_err() || kept.set_perms(permissions).is_err() {
        let _ = kept.invalidate();
        return false;
    }
    load(vault).is_some()
}

/// Drops the key.
#[cfg(target_os = "linux")]
pub(super) fn remove(vault: &VaultId) {
    use linux_keyutils::{KeyRing, KeyRingIdentifier};
    if let Ok(found) = KeyRing::from_special_id(KeyRingIdentifier::User, false)
        .and_then(|ring| ring.search(&description(vault)))
    {
        let _ = found.invalidate();
    }
}

/// There is no kernel keyring here: always a miss.
#[cfg(not(target_os = "linux"))]
pub(super) fn load(_: &VaultId) -> Option<DataKey> {
    None
}

/// There is no kernel keyring here: nothing is kept.
#[cfg(not(target_os = "linux"))]
pub(super) fn save(_: &VaultId, _: &DataKey) -> bool {
    false
}

/// There is no kernel keyring here: nothing to drop.
#[cfg(not(target_os = "linux"))]
pub(super) fn remove(_: &VaultId) {}
