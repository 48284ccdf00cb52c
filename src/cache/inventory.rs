//! One file per instance with the accounts and roles of its last refresh.

use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::domain::{Instance, Inventory, Result};
use crate::os::file;

use super::frame;

/// What the file starts with: a name, and the number of the format. Another one means: fetch again.
const HEADER: frame::Header = *b"roleinv\x01";

/// Where an instance's inventory lies: the same start URL under two names means two people, hence both are in the file's name.
pub fn path(cache_dir: &Path, instance: &Instance) -> PathBuf {
    let mut digest = Sha256::new();
    digest.update(instance.name.as_str());
    digest.update([0]);
    digest.update(instance.start_url.trimmed());
    let name: String = digest.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    cache_dir.join(format!("inventory-{name}"))
}

/// The inventory of an instance; `None` when there is none, or it is damaged, unreadable or of another version: then fetch again.
pub fn load(cache_dir: &Path, instance: &Instance) -> Option<Inventory> {
    frame::decode(HEADER, &file::load(&path(cache_dir, instance)).ok()??)
}

/// The inventory of an instance; `None` if there is none, or if it is damaged or of another version: then fetch again.
///
/// # Errors
/// [`crate::domain::Kind::Os`] if the file exists and can't be read: an unreadable list is not an empty one.
pub fn read(cache_dir: &Path, instance: &Instance) -> Result<Option<Inventory>> {
    Ok(file::load(&path(cache_dir, instance))?.and_then(|bytes| frame::decode(HEADER, &bytes)))
}

/// Keeps the inventory of an instance.
///
/// # Errors
/// When it can't be written; the old one is then untouched.
pub fn save(cache_dir: &Path, instance: &Instance, inventory: &Inventory) -> Result<()> {
    file::save(&path(cache_dir, instance), &frame::encode(HEADER, inventory)?)
}

/// Forgets the inventory of an instance.
///
/// # Errors
/// When it is there and can't be removed.
pub fn remove(cache_dir: &Path, instance: &Instance) -> Result<()> {
    file::remove(&path(cache_dir, instance))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Account, Endpoints, InstanceName, Region, RoleName, Source, StartUrl, Timestamp};

    fn instance(name: &str) -> Instance {
        Instance {
            name: InstanceName::new(name),
            start_url: StartUrl::new("https://corp.awsapps.com/start/"),
            sso_region: Region::new("eu-west-1"),
            default_region: None,
            scopes: Vec::new(),
            source: Source::Ours,
            endpoints: Endpoints::default(),
        }
    }

    fn inventory(accounts: usize, roles: usize) -> Inventory {
        let account = |n: usize| Account {
            id: format!("{n:012}").parse().unwrap(),
            name: Some(format!("account-{n}-prod")),
            email: Some(format!("aws+{n}@example.com")),
            roles: (0..roles).map(|r| RoleName::new(format!("PermissionSet{r}"))).collect(),
            read_at: Some(Timestamp(5)),
        };
        Inventory { fetched_at: Timestamp(7), complete: true, accounts: (0..accounts).map(account).collect() }
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
}
