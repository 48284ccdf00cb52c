//! The vault's header: which store holds the key, and for a passphrase what turns it into the key.
//! Written once, not secret.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::domain::enums::SecureStore;
use crate::domain::{Error, ErrorKind, Result, hex, unhex};
use crate::os::atomic_file;

use super::passphrase::WrappedKey;
use super::seal::{FORMAT_VERSION, KeyId, VaultId};

/// What was decided when the vault was made.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct VaultHeader {
    pub(super) vault_id: VaultId,
    pub(super) key_provider: KeyProvider,
}

/// Who keeps the key.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum KeyProvider {
    /// The operating system's store.
    Keyring { key_id: KeyId },
    /// A passphrase wraps it.
    Passphrase { key_id: KeyId, wrapped: WrappedKey },
    /// There is no key.
    None,
}

impl VaultHeader {
    /// The key's id; `None` when there is no key.
    pub(super) fn key_id(&self) -> Option<&KeyId> {
        match &self.key_provider {
            KeyProvider::Keyring { key_id } | KeyProvider::Passphrase { key_id, .. } => {
                Some(key_id)
            }
            KeyProvider::None => None,
        }
    }

    /// The store that was chosen.
    pub(super) fn store(&self) -> SecureStore {
        match self.key_provider {
            KeyProvider::Keyring { .. } => SecureStore::Keyring,
            KeyProvider::Passphrase { .. } => SecureStore::File,
            KeyProvider::None => SecureStore::Json,
        }
    }
}

/// The header as it stands in its file.
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

/// All that an older program reads of a newer header.
#[derive(Deserialize)]
struct HeaderFormat {
    format: u64,
}

/// Where the header of a vault is.
pub(super) fn path(dir: &Path) -> PathBuf {
    dir.join("header")
}

/// Reads the header; `None` when there is none yet.
///
/// # Errors
/// [`Kind::Vault`] when it is damaged or newer, [`Kind::Os`] when it can't be read.
pub(super) fn load(dir: &Path) -> Result<Option<VaultHeader>> {
    let path = path(dir);
    let Some(bytes) = atomic_file::load(&path)? else { return Ok(None) };
    parse(&bytes).map(Some).map_err(|error| error.context(path.display()))
}

/// Replaces the header. Only under the vault's lock.
pub(super) fn save(dir: &Path, header: &VaultHeader) -> Result<()> {
    atomic_file::save(&path(dir), &render(header)?)
}

fn render(header: &VaultHeader) -> Result<Vec<u8>> {
    let lines = HeaderFile {
        format: FORMAT_VERSION,
        vault: hex(&header.vault_id),
        store: header.store().to_string(),
        key: header.key_id().map(|id| hex(id)),
        passphrase: match &header.key_provider {
            KeyProvider::Passphrase { wrapped, .. } => Some(wrapped.clone()),
            KeyProvider::Keyring { .. } | KeyProvider::None => None,
        },
    };
    let json = serde_json::to_string(&lines)
        .map_err(|error| Error::internal(format!("writing the vault's header: {error}")))?;
    // The checksum tells a damaged header from a passphrase typed wrong.
    Ok(format!("{json}\n{}\n", checksum(json.as_bytes())).into_bytes())
}

fn parse(bytes: &[u8]) -> Result<VaultHeader> {
    let text = std::str::from_utf8(bytes).map_err(|_| damaged())?;
    let (json, check) = text.split_once('\n').ok_or_else(damaged)?;
    if check.strip_suffix('\n') != Some(checksum(json.as_bytes()).as_str()) {
        return Err(damaged());
    }
    let format: HeaderFormat = serde_json::from_str(json).map_err(|_| damaged())?;
    if format.format > u64::from(FORMAT_VERSION) {
        let said = "the vault was written by a newer rolecall";
        return Err(Error::new(ErrorKind::Vault, said)
            .hint("update this rolecall, or run `rolecall vault reset` to start anew"));
    }
    let lines: HeaderFile = serde_json::from_str(json).map_err(|_| damaged())?;
    from_header_file(lines).ok_or_else(damaged)
}

fn from_header_file(lines: HeaderFile) -> Option<VaultHeader> {
    let key_id = lines.key.as_deref().map(|text| unhex(text).ok_or(())).transpose().ok()?;
    let keeper = match (lines.store.as_str(), key_id, lines.passphrase) {
        ("keyring", Some(key_id), None) => KeyProvider::Keyring { key_id },
        ("file", Some(key_id), Some(wrapped)) => KeyProvider::Passphrase { key_id, wrapped },
        ("json", None, None) => KeyProvider::None,
        _ => return None,
    };
    Some(VaultHeader { vault_id: unhex(&lines.vault)?, key_provider: keeper })
}

fn checksum(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes)[..16])
}

fn damaged() -> Error {
    reset_needed("the vault's header is damaged, so nothing in it can be opened")
}

/// An error that only a new vault heals.
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
    fn every_flipped_bit_and_every_cut_is_damage_that_names_reset() {
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
