//! One file per instance with the accounts and roles of its last refresh.

use std::hash::Hasher;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::domain::{Instance, Inventory, Result};
use crate::os::file;

/// What the file starts with: a name, and the number of the format. Another one means: fetch again.
const HEADER: &[u8; 8] = b"rolecal\x01";

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
    decode(&file::load(&path(cache_dir, instance)).ok()??)
}

/// Keeps the inventory of an instance.
///
/// # Errors
/// When it can't be written; the old one is then untouched.
pub fn save(cache_dir: &Path, instance: &Instance, inventory: &Inventory) -> Result<()> {
    file::save(&path(cache_dir, instance), &encode(inventory)?)
}

/// Forgets the inventory of an instance.
///
/// # Errors
/// When it is there and can't be removed.
pub fn remove(cache_dir: &Path, instance: &Instance) -> Result<()> {
    file::remove(&path(cache_dir, instance))
}

fn encode(inventory: &Inventory) -> Result<Vec<u8>> {
    let body = postcard::to_stdvec(inventory).map_err(|error| crate::domain::Error::internal(format!("inventory: {error}")))?;
    Ok([HEADER, checksum(&body).as_slice(), &body].concat())
}

fn decode(bytes: &[u8]) -> Option<Inventory> {
    let (sum, body) = bytes.strip_prefix(HEADER)?.split_first_chunk::<8>()?;
    if checksum(body) != *sum {
        return None;
    }
    postcard::from_bytes(body).ok()
}

/// Tells a damaged file from a whole one. The standard hasher may change with the compiler: the price is one more refresh.
fn checksum(body: &[u8]) -> [u8; 8] {
    let mut hasher = std::hash::DefaultHasher::new();
    hasher.write(body);
    hasher.finish().to_le_bytes()
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

    #[test]
    fn a_flipped_bit_or_a_missing_end_anywhere_means_fetch_again() {
        let whole = encode(&inventory(2, 2)).unwrap();
        assert!(decode(&whole).is_some());
        for at in 0..whole.len() {
            let mut damaged = whole.clone();
            damaged[at] ^= 0x10;
            assert_eq!(decode(&damaged), None, "byte {at}");
            assert_eq!(decode(&whole[..at]), None, "cut at {at}");
        }
    }

    /// Run by hand, with `--release -- --ignored --nocapture`, to see that the first frame's budget holds.
    #[test]
    #[ignore = "measures time"]
    fn fifteen_thousand_roles_load_within_two_milliseconds() {
        let bytes = encode(&inventory(1_500, 10)).unwrap();
        let started = std::time::Instant::now();
        let rounds = 50;
        for _ in 0..rounds {
            assert!(decode(std::hint::black_box(&bytes)).is_some());
        }
        assert!(started.elapsed() / rounds < std::time::Duration::from_millis(2), "{:?}", started.elapsed() / rounds);
    }
}
