//! Sealing records with XChaCha20-Poly1305. A prefix distinguishes a damaged record from one that
//! was sealed with another key.

use chacha20poly1305::aead::{AeadInOut, KeyInit};
use chacha20poly1305::{Tag, XChaCha20Poly1305, XNonce};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::domain::{Error, Result, Secret};
use crate::os::random;

/// The format this program writes.
pub(super) const FORMAT_VERSION: u8 = 1;

const MAGIC: [u8; 4] = *b"RCv\0";
const CHECKSUM_LEN: usize = 4;
/// Bytes of the magic, format, key id and a checksum over these. The same in every future format.
pub(super) const PREFIX_LEN: usize = MAGIC.len() + 1 + KEY_ID_LEN + CHECKSUM_LEN;
const KEY_ID_LEN: usize = 8;
const NONCE_LEN: usize = 24;
const TAG_LEN: usize = 16;

pub(super) type VaultId = [u8; 16];
/// The id of a data key; not a secret.
pub(super) type KeyId = [u8; KEY_ID_LEN];

/// The data key of a vault, 32 bytes.
#[derive(Clone)]
pub(super) struct DataKey(Zeroizing<[u8; 32]>);

impl DataKey {
    /// Generates a new key.
    pub(super) fn random() -> Result<Self> {
        Ok(Self(Zeroizing::new(random::bytes::<32>()?)))
    }

    /// Creates a key from stored bytes; `None` unless there are 32.
    pub(super) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        Some(Self(Zeroizing::new(bytes.try_into().ok()?)))
    }

    /// Returns the bytes, to be used or stored.
    pub(super) fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Copies the key, to be passed on.
    pub(super) fn to_secret(&self) -> Secret<Vec<u8>> {
        Secret::new(self.0.to_vec())
    }

    /// Returns an id that does not reveal the key, so that a wrong key is detected before it is
    /// used.
    pub(super) fn id(&self, vault: &VaultId) -> KeyId {
        let digest = Sha256::new()
            .chain_update(b"rolecall key id")
            .chain_update(vault)
            .chain_update(*self.0)
            .finalize();
        let mut id = KeyId::default();
        id.copy_from_slice(&digest[..KEY_ID_LEN]);
        id
    }
}

impl std::fmt::Debug for DataKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[secret]")
    }
}

/// The state of a record, read from its prefix.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum SealStatus {
    /// Sealed with this vault's key, in this format.
    OwnKey,
    /// Sealed with another key.
    OtherKey,
    /// Written by a newer program.
    NewerFormat,
    /// Not a complete record.
    Damaged,
}

/// Reads the prefix of a record.
pub(super) fn inspect(bytes: &[u8], key_id: &KeyId) -> SealStatus {
    let Some(prefix) = bytes.first_chunk::<PREFIX_LEN>() else { return SealStatus::Damaged };
    let (head, check) = prefix.split_at(PREFIX_LEN - CHECKSUM_LEN);
    if head[..MAGIC.len()] != MAGIC || check != checksum(head) || head[MAGIC.len()] == 0 {
        return SealStatus::Damaged;
    }
    match head[MAGIC.len()] {
        format if format > FORMAT_VERSION => SealStatus::NewerFormat,
        _ if head[MAGIC.len() + 1..] != *key_id => SealStatus::OtherKey,
        _ => SealStatus::OwnKey,
    }
}

fn checksum(head: &[u8]) -> [u8; CHECKSUM_LEN] {
    let digest = Sha256::digest(head);
    [digest[0], digest[1], digest[2], digest[3]]
}

/// Seals records with one key for one vault.
pub(super) struct Sealer<'a> {
    pub(super) vault_id: &'a VaultId,
    pub(super) key_id: &'a KeyId,
    pub(super) key: &'a DataKey,
}

impl Sealer<'_> {
    /// Seals a plain text under a name or its digest.
    pub(super) fn seal(&self, name: &[u8], plain: &[u8]) -> Result<Vec<u8>> {
        let nonce = random::bytes::<NONCE_LEN>()?;
        let mut bytes = Vec::with_capacity(PREFIX_LEN + NONCE_LEN + plain.len() + TAG_LEN);
        bytes.extend_from_slice(&MAGIC);
        bytes.push(FORMAT_VERSION);
        bytes.extend_from_slice(self.key_id);
        bytes.extend_from_slice(&checksum(&bytes));
        bytes.extend_from_slice(&nonce);
        // Encrypted in a buffer that is wiped, so that an error in between leaves no plain text.
        let mut body = Zeroizing::new(plain.to_vec());
        let tag = self
            .cipher()
            .encrypt_inout_detached(
                &XNonce::from(nonce),
                &self.associated_data(name),
                body.as_mut_slice().into(),
            )
            .map_err(|_| Error::internal("sealing a record of the vault"))?;
        bytes.extend_from_slice(&body);
        bytes.extend_from_slice(&tag);
        Ok(bytes)
    }

    /// Opens what [`Sealer::seal`] sealed under the same name; `None` for anything else.
    pub(super) fn open(&self, name: &[u8], bytes: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        if inspect(bytes, self.key_id) != SealStatus::OwnKey {
            return None;
        }
        let (nonce, rest) = bytes.get(PREFIX_LEN..)?.split_first_chunk::<NONCE_LEN>()?;
        let (body, tag) = rest.split_last_chunk::<TAG_LEN>()?;
        let mut plain = Zeroizing::new(body.to_vec());
        self.cipher()
            .decrypt_inout_detached(
                &XNonce::from(*nonce),
                &self.associated_data(name),
                plain.as_mut_slice().into(),
                &Tag::from(*tag),
            )
            .ok()?;
        Some(plain)
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(self.key.as_bytes().into())
    }

    fn associated_data(&self, name: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(1 + self.vault_id.len() + KEY_ID_LEN + name.len());
        bytes.push(FORMAT_VERSION);
        bytes.extend_from_slice(self.vault_id);
        bytes.extend_from_slice(self.key_id);
        bytes.extend_from_slice(name);
        bytes
    }
}

#[cfg(test)]
pub(super) mod tests {
    use proptest::prelude::*;

    use super::*;

    const VAULT: VaultId = [7; 16];

    fn with_sealer<T>(test: impl FnOnce(&Sealer<'_>) -> T) -> T {
        let key = DataKey::from_bytes(&[3; 32]).unwrap();
        test(&Sealer { vault_id: &VAULT, key_id: &key.id(&VAULT), key: &key })
    }

    /// The same record in a newer format.
    pub(in crate::vault) fn with_newer_format(sealed: &[u8]) -> Vec<u8> {
        let mut newer = sealed.to_vec();
        newer[MAGIC.len()] = FORMAT_VERSION + 1;
        let check = checksum(&newer[..PREFIX_LEN - CHECKSUM_LEN]);
        newer[PREFIX_LEN - CHECKSUM_LEN..PREFIX_LEN].copy_from_slice(&check);
        newer
    }

    proptest! {
        #[test]
        fn a_sealed_text_is_opened_only_under_its_own_name(
            name: Vec<u8>,
            other: Vec<u8>,
            plain: Vec<u8>,
        ) {
            with_sealer(|sealer| {
                let sealed = sealer.seal(&name, &plain).unwrap();
                let opened = sealer.open(&name, &sealed).unwrap();
                prop_assert_eq!(opened.as_slice(), &plain[..]);
                prop_assert!(name == other || sealer.open(&other, &sealed).is_none());
                Ok(())
            })?;
        }

        #[test]
        fn any_bytes_are_refused_without_a_panic(bytes: Vec<u8>) {
            with_sealer(|sealer| assert!(sealer.open(b"n", &bytes).is_none()));
        }
    }

    #[test]
    fn another_key_and_a_newer_format_are_not_damage() {
        with_sealer(|sealer| {
            let sealed = sealer.seal(b"n", b"plain").unwrap();
            assert_eq!(inspect(&sealed, sealer.key_id), SealStatus::OwnKey);
            assert_eq!(inspect(&sealed, &[0; 8]), SealStatus::OtherKey);
            let newer = with_newer_format(&sealed);
            assert_eq!(inspect(&newer, sealer.key_id), SealStatus::NewerFormat);
            for at in 0..PREFIX_LEN {
                let mut flipped = sealed.clone();
                flipped[at] ^= 1;
                assert_eq!(inspect(&flipped, sealer.key_id), SealStatus::Damaged, "byte {at}");
            }
        });
    }

    #[test]
    fn a_key_of_another_vault_has_another_id() {
        let key = DataKey::from_bytes(&[3; 32]).unwrap();
        assert_ne!(key.id(&[0; 16]), key.id(&[1; 16]));
        assert!(DataKey::from_bytes(&[3; 31]).is_none());
    }
}
