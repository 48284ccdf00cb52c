//! Other platforms have no such keyring.

use crate::vault::seal::{DataKey, VaultId};

/// Returns `None`.
pub(in crate::vault) fn load(_: &VaultId) -> Option<DataKey> {
    None
}

/// Returns `false`.
pub(in crate::vault) fn save(_: &VaultId, _: &DataKey) -> bool {
    false
}

/// Does nothing.
pub(in crate::vault) fn remove(_: &VaultId) {}
