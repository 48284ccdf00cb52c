//! The header of the vault: the store that holds the key and, for a passphrase, the wrapped key.
//! Written once, not secret.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::domain::enums::SecureStore;
use crate::domain::{Error, ErrorKind, Result, ResultExt, hex, unhex};
use crate::os::atomic_file;

use super::passphrase::WrappedKey;
use super::seal::{FORMAT_VERSION, KeyId, VaultId};

/// The choices that were made when the vault was created.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct VaultHeader {
    pub(super) vault_id: VaultId,
    pub(super) key_provider: KeyProvider,
}

/// The source of the data key.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum KeyProvider {
    /// The keyring of the operating system.
    Keyring { key_id: KeyId },
    /// A passphrase, which unwraps the key.
    Passphrase { key_id: KeyId, wrapped: WrappedKey },
    /// There is no key; records are plain text.
    None,
}

impl VaultHeader {
    /// Returns the id of the data key; `None` if there is no key.
    pub(super) fn key_id(&self) -> Option<&KeyId> {
        match &self.key_provider {
            KeyProvider::Keyring { key_id } | KeyProvider::Passphrase { key_id, .. } => {
                Some(key_id)
            }
            KeyProvider::None => None,
        }
    }

    /// Returns the store that was chosen.
    pub(super) fn store(&self) -> SecureStore {
        match self.key_provider {
            KeyProvider::Keyring { .. } => SecureStore::Keyring,
            KeyProvider::Passphrase { .. } => SecureStore::File,
            KeyProvider::None => SecureStore::Json,
        }
    }
}

/// The JSON of the header file.
#[derive(Serialize, Deserialize)]
struct HeaderFile {
    format: u8,
    vault: String,
    store: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    passphrase: Option<WrappedKey>,
}

/// The part of the header that every version of the program can read.
#[derive(Deserialize)]
struct HeaderFormat {
    format: u64,
}

pub(super) fn path(dir: &Path) -> PathBuf {
    dir.join("header")
}

/// Loads the header; `None` if there is none yet.
///
/// # Errors
/// [`ErrorKind::Vault`] if it is damaged or newer, [`ErrorKind::Os`] if it can't be read.
pub(super) fn load(dir: &Path) -> Result<Option<VaultHeader>> {
    let path = path(dir);
    let Some(bytes) = atomic_file::load(&path)? else { return Ok(None) };
    parse(&bytes).map(Some).map_err(|error| error.context(path.display()))
}

/// Replaces the header. The caller holds the lock of the vault.
pub(super) fn save(dir: &Path, header: &VaultHeader) -> Result<()> {
    atomic_file::save(&path(dir), &render(header)?)
}

fn render(header: &VaultHeader) -> Result<Vec<u8>> {
    let file = HeaderFile {
        format: FORMAT_VERSION,
        vault: hex(&header.vault_id),
        store: header.store().to_string(),
        key: header.key_id().map(|id| hex(id)),
        passphrase: match &header.key_provider {
            KeyProvider::Passphrase { wrapped, .. } => Some(wrapped.clone()),
            KeyProvider::Keyring { .. } | KeyProvider::None => None,
        },
    };
    let json =
        serde_json::to_string(&file).context(ErrorKind::Internal, "writing the vault's header")?;
    // The checksum distinguishes a damaged header from a wrong passphrase.
    Ok(format!("{json}\n{}\n", checksum(json.as_bytes())).into_bytes())
}

fn parse(bytes: &[u8]) -> Result<VaultHeader> {
    let text = std::str::from_utf8(bytes).map_err(|_| damaged())?;
    let (json, stored_checksum) = text.split_once('\n').ok_or_else(damaged)?;
    if stored_checksum.strip_suffix('\n') != Some(checksum(json.as_bytes()).as_str()) {
        return Err(damaged());
    }
    let HeaderFormat { format } = serde_json::from_str(json).map_err(|_| damaged())?;
    if format > u64::from(FORMAT_VERSION) {
        return Err(Error::new(ErrorKind::Vault, "the vault was written by a newer rolecall")
            .hint("update this rolecall, or run `rolecall vault reset` to start a new vault"));
    }
    let file: HeaderFile = serde_json::from_str(json).map_err(|_| damaged())?;
    from_header_file(file).ok_or_else(damaged)
}

fn from_header_file(file: HeaderFile) -> Option<VaultHeader> {
    let key_id = file.key.as_deref().map(|text| unhex(text).ok_or(())).transpose().ok()?;
    let key_provider = match (file.store.as_str(), key_id, file.passphrase) {
        ("keyring", Some(key_id), None) => KeyProvider::Keyring { key_id },
        ("file", Some(key_id), Some(wrapped)) => KeyProvider::Passphrase { key_id, wrapped },
        ("json", None, None) => KeyProvider::None,
        _ => return None,
    };
    Some(VaultHeader { vault_id: unhex(&file.vault)?, key_provider })
}

fn checksum(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes)[..16])
}

fn damaged() -> Error {
    reset_needed("the vault's header is damaged, so nothing in it can be opened")
}

/// Creates an error that only a new vault can fix.
pub(super) fn reset_needed(message: &str) -> Error {
    Error::new(ErrorKind::Vault, message).hint("run `rolecall vault reset`, then sign in again")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header() -> VaultHeader {
        let wrapped =
            WrappedKey { salt: "s".into(), memory_kib: 8, passes: 1, lanes: 1, key: "k".into() };
        VaultHeader {
            vault_id: [9; 16],
            key_provider: KeyProvider::Passphrase { key_id: [1; 8], wrapped },
        }
    }

    #[test]
    fn what_is_written_is_read_back() {
        let keyring = VaultHeader {
            vault_id: [1; 16],
            key_provider: KeyProvider::Keyring { key_id: [2; 8] },
        };
        let plain = VaultHeader { vault_id: [1; 16], key_provider: KeyProvider::None };
        for header in [header(), keyring, plain] {
            assert_eq!(parse(&render(&header).unwrap()).unwrap(), header);
        }
    }

    #[test]
    fn every_flipped_bit_and_every_truncation_is_an_error_that_names_reset() {
        let good = render(&header()).unwrap();
        let refused = |bytes: &[u8]| {
            let error = parse(bytes).unwrap_err();
            assert_eq!(error.kind, ErrorKind::Vault);
            assert!(error.hints[0].contains("rolecall vault reset"));
        };
        for at in 0..good.len() {
            refused(&good[..at]);
            for bit in 0..8 {
                let mut bad = good.clone();
                bad[at] ^= 1 << bit;
                refused(&bad);
            }
        }
    }

    #[test]
    fn a_newer_header_asks_for_an_update() {
        let json = r#"{"format":2,"anything":true}"#;
        let error =
            parse(format!("{json}\n{}\n", checksum(json.as_bytes())).as_bytes()).unwrap_err();
        assert!(error.kind == ErrorKind::Vault && error.message.contains("newer"));
    }
}
