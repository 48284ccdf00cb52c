//! Inventories: one file per instance with the accounts and roles of its last refresh.

use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::domain::{ErrorKind, Instance, Inventory, Result, ResultExt, hex};
use crate::os::atomic_file;

use super::envelope;

/// The header of the file. Inventories with another header are fetched again.
const MAGIC: envelope::Magic = *b"roleinv\x01";

/// Returns the path of an instance's inventory. It depends on the name too, because one start URL
/// under two names stands for two users.
pub fn path(cache_dir: &Path, instance: &Instance) -> PathBuf {
    let mut digest = Sha256::new();
    digest.update(instance.name.as_str());
    digest.update([0]);
    digest.update(instance.start_url.normalized());
    cache_dir.join(format!("inventory-{}", hex(&digest.finalize()[..16])))
}

/// Reads the inventory of an instance. `None` if it is missing, unreadable, damaged or of another
/// version, and has to be fetched again.
pub fn load(cache_dir: &Path, instance: &Instance) -> Option<Inventory> {
    try_load(cache_dir, instance).ok()?
}

/// Unconfirmed accounts follow the inventory. They are missing in files of older versions.
fn decode(bytes: &[u8]) -> Option<Inventory> {
    let (mut inventory, tail): (Inventory, usize) = envelope::decode_with_tail(MAGIC, bytes)?;
    if let Some((unconfirmed, _)) =
        bytes.get(tail..).and_then(|tail| postcard::take_from_bytes(tail).ok())
    {
        inventory.unconfirmed = unconfirmed;
    }
    Some(inventory)
}

fn encode(inventory: &Inventory) -> Result<Vec<u8>> {
    let tail = if inventory.unconfirmed.is_empty() {
        Vec::new()
    } else {
        postcard::to_stdvec(&inventory.unconfirmed)
            .context(ErrorKind::Internal, "writing a cache file")?
    };
    envelope::encode_with_tail(MAGIC, inventory, &tail)
}

/// Reads the inventory of an instance. `None` if it is missing, damaged or of another version, and
/// has to be fetched again.
///
/// # Errors
/// Returns [`ErrorKind::Os`] if the file exists but can't be read: an unreadable list must not be
/// mistaken for an empty one.
pub fn try_load(cache_dir: &Path, instance: &Instance) -> Result<Option<Inventory>> {
    Ok(atomic_file::load(&path(cache_dir, instance))?.and_then(|bytes| decode(&bytes)))
}

/// Saves the inventory of an instance.
///
/// # Errors
/// Returns an error if the file can't be written; the previous one is then unchanged.
pub fn save(cache_dir: &Path, instance: &Instance, inventory: &Inventory) -> Result<()> {
    atomic_file::save(&path(cache_dir, instance), &encode(inventory)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Account, RoleName, Timestamp};

    fn inventory(accounts: usize, roles: usize) -> Inventory {
        let account = |n: usize| Account {
            id: format!("{n:012}").parse().unwrap(),
            name: Some(format!("account-{n}-prod")),
            email: Some(format!("aws+{n}@example.com")),
            roles: (0..roles).map(|r| RoleName::new(format!("PermissionSet{r}"))).collect(),
            roles_fetched_at: Some(Timestamp(5)),
        };
        Inventory {
            fetched_at: Timestamp(7),
            complete: true,
            accounts: (0..accounts).map(account).collect(),
            ..Inventory::default()
        }
    }

    #[test]
    fn what_is_saved_is_loaded() {
        let home = tempfile::tempdir().unwrap();
        let (corp, kept) = (Instance::example("corp"), inventory(3, 2));
        assert_eq!(load(home.path(), &corp), None);
        save(home.path(), &corp, &kept).unwrap();
        assert_eq!(load(home.path(), &corp), Some(kept));
        assert_eq!(load(home.path(), &Instance::example("other")), None);
    }

    #[test]
    fn unconfirmed_accounts_are_kept_and_do_not_change_the_format() {
        let mut kept = inventory(3, 2);
        let old_format = envelope::encode(MAGIC, &kept).unwrap();
        assert_eq!(encode(&kept).unwrap(), old_format, "a file without them is as it was");
        assert_eq!(decode(&old_format), Some(kept.clone()));
        kept.unconfirmed = [kept.accounts[1].id].into();
        let bytes = encode(&kept).unwrap();
        assert_eq!(decode(&bytes), Some(kept.clone()));
        let read_by_older_version: Inventory = envelope::decode(MAGIC, &bytes).unwrap();
        assert_eq!(read_by_older_version, Inventory { unconfirmed: [].into(), ..kept });
    }
}
