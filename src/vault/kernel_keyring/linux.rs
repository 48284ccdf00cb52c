//! The keyring of the Linux kernel. Every failure is a miss: in containers, under seccomp, without a
//! keyring.

use crate::domain::hex;

use crate::vault::seal::{DataKey, VaultId};

/// How long the kernel keeps the key, in seconds.
const TIMEOUT_SECS: usize = 12 * 3_600;

fn description(vault: &VaultId) -> String {
    format!("rolecall:vault:{}", hex(vault))
}

/// Returns the key that the kernel has under this vault's id.
pub(in crate::vault) fn load(vault: &VaultId) -> Option<DataKey> {
    use linux_keyutils::{KeyRing, KeyRingIdentifier};
    use zeroize::Zeroizing;
    let ring = KeyRing::from_special_id(KeyRingIdentifier::User, false).ok()?;
    let found = ring.search(&description(vault)).ok()?;
    // One byte more than a key, so that a longer value is not taken for a key.
    let mut bytes = Zeroizing::new([0_u8; 33]);
    let length = found.read(&mut *bytes).ok()?;
    DataKey::from_bytes(bytes.get(..length)?)
}

/// Gives the key to the kernel; `false` if that fails.
pub(in crate::vault) fn save(vault: &VaultId, key: &DataKey) -> bool {
    use linux_keyutils::{KeyPermissionsBuilder, KeyRing, KeyRingIdentifier, Permission};
    let Ok(ring) = KeyRing::from_special_id(KeyRingIdentifier::User, true) else { return false };
    let Ok(kept) = ring.add_key(&description(vault), key.as_bytes()) else { return false };
    // A process whose session keyring is not linked to the user keyring finds the key, but can only
    // read it with the permissions of the user.
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

/// Removes the key from the kernel.
pub(in crate::vault) fn remove(vault: &VaultId) {
    use linux_keyutils::{KeyRing, KeyRingIdentifier};
    if let Ok(found) = KeyRing::from_special_id(KeyRingIdentifier::User, false)
        .and_then(|ring| ring.search(&description(vault)))
    {
        let _ = found.invalidate();
    }
}
