//! One file per instance with the accounts and roles of its last refresh.

use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::domain::{Error, Instance, Inventory, Result};
use crate::os::atomic_file;

use super::envelope;

/// What the file starts with: a name, and the number of the format. Another one means: fetch again.
const MAGIC: envelope::Magic = *b"roleinv\x01";

/// Where an instance's inventory lies: the same start URL under two names means two people, hence
/// both are in the file's name.
pub fn path(cache_dir: &Path, instance: &Instance) -> PathBuf {
    let mut digest = Sha256::new();
    digest.update(instance.name.as_str());
    digest.update([0]);
    digest.update(instance.start_url.normalized());
    let name: String =
        digest.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    cache_dir.join(format!("inventory-{name}"))
}

/// The inventory of an instance; `None` when there is none, or it is damaged, unreadable or of
/// another version: then fetch again.
pub fn load(cache_dir: &Path, instance: &Instance) -> Option<Inventory> {
    try_load(cache_dir, instance).ok()?
}

/// The unconfirmed accounts lie behind the inventory; a file of an older version ends there.
fn decode(bytes: &[u8]) -> Option<Inventory> {
    let (mut inventory, rest): (Inventory, usize) = envelope::decode_with_tail(MAGIC, bytes)?;
    if let Some((unconfirmed, _)) =
        bytes.get(rest..).and_then(|rest| postcard::take_from_bytes(rest).ok())
    {
        inventory.unconfirmed = unconfirmed;
    }
    Some(inventory)
}

fn encode(inventory: &Inventory) -> Result<Vec<u8>> {
    let rest = match &inventory.unconfirmed {
        none if none.is_empty() => Vec::new(),
        some => postcard::to_stdvec(some)
            .map_err(|error| Error::internal(format!("writing a cache file: {error}")))?,
    };
    envelope::encode_with_tail(MAGIC, inventory, &rest)
}

/// The inventory of an instance; `None` if there is none, or if it is damaged or of another
/// version: then fetch again.
///
/// # Errors
/// [`crate::domain::Kind::Os`] if the file exists and can't be read: an unreadable list is not an
/// empty one.
pub fn try_load(cache_dir: &Path, instance: &Instance) -> Result<Option<Inventory>> {
    Ok(atomic_file::load(&path(cache_dir, instance))?.and_then(|bytes| decode(&bytes)))
}

/// Keeps the inventory of an instance.
///
/// # Errors
/// When it can't be written; the old one is then untouched.
pub fn save(cache_dir: &Path, instance: &Instance, inventory: &Inventory) -> Result<()> {
    atomic_file::save(&path(cache_dir, instance), &encode(inventory)?)
}

/// Forgets the inventory of an instance.
///
/// # Errors
/// When it is there and can't be removed.
pub fn remove(cache_dir: &Path, instance: &Instance) -> Result<()> {
    atomic_file::remove(&path(cache_dir, instance))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        Account, EndpointOverrides, InstanceName, InstanceSource, Region, RoleName, StartUrl,
        Timestamp,
    };

    fn instance(name: &str) -> Instance {
        Instance {
            name: InstanceName::new(name),
            start_url: StartUrl::new("https://corp.awsapps.com/start/"),
            sso_region: Region::new("eu-west-1"),
            default_region: None,
            scopes: Vec::new(),
            source: InstanceSource::RolecallConfig,
            endpoints: EndpointOverrides::default(),
        }
    }

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
        let (corp, kept) = (instance("corp"), inventory(3, 2));
        assert_eq!(load(home.path(), &corp), None);
        save(home.path(), &corp, &kept).unwrap();
        assert_eq!(load(home.path(), &corp), Some(kept));
        assert_eq!(load(home.path(), &instance("other")), None);
        remove(home.path(), &corp).unwrap();
        assert_eq!(load(home.path(), &corp), None);
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
        let by_an_older_version: Inventory = envelope::decode(MAGIC, &bytes).unwrap();
        assert_eq!(by_an_older_version, Inventory { unconfirmed: [].into(), ..kept });
    }
}
