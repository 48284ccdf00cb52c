//! Secrets at rest: one small file per secret, sealed with one data key that the operating system
//! or a passphrase protects.
//!
//! ```text
//! DIR/header            the chosen store and the key id; for a passphrase also the wrapped key
//! DIR/lock              held while the header changes
//! DIR/records/SHA256    a token, a client registration, a role's credentials or a slot
//! DIR/flights/SHA256    the last outcome of a single flight; its lock is SHA256.lock
//! ```
//!
//! [`Vault::load`] is on the path of every `credential_process`: one `stat`, two small files, one
//! look-up in the kernel keyring.

mod admin;
mod data_key;
mod header;
mod init;
mod kernel_keyring;
mod os_keyring;
mod ownership;
mod passphrase;
mod prompt;
mod record;
mod record_id;
mod seal;
pub mod single_flight;
mod status;

#[cfg(test)]
mod tests;

use std::fmt;
use std::fs;
use std::io;
use std::marker::PhantomData;
use std::path::PathBuf;
use std::sync::Mutex;

use zeroize::Zeroizing;

use crate::domain::{Error, ErrorKind, Result, Secret, Timestamp, unhex};
use crate::os::atomic_file;

pub use crate::domain::enums::{KeyCache, SecureStore};
pub use passphrase::PassphraseSource;
pub use prompt::PassphraseQuestion;
pub use record::{SsoToken, StoredAuthority, StoredRegistration, StoredSlot, VaultRecord};
pub use record_id::RecordId;
pub use single_flight::{Generation, Leader, SharedOutcome, SingleFlight, Turn};
pub use status::{KeyLocation, UnlockPrompt};

use data_key::CachedKey;
use header::VaultHeader;
use prompt::PromptState;
use record::RecordEnvelope;
use seal::{DataKey, SealStatus, Sealer};

/// Options for opening a vault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VaultOptions {
    /// The directory of the vault.
    pub dir: PathBuf,
    /// Where the key is stored. Used when the vault is created.
    pub store: SecureStore,
    /// Whether the kernel may cache the key.
    pub key_cache: KeyCache,
    /// The source of the passphrase.
    pub passphrase: PassphraseSource,
    /// Whether the desktop may ask the user to unlock the keyring.
    pub desktop_prompt: DesktopPrompt,
}

/// Whether the desktop may ask the user to unlock the keyring.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DesktopPrompt {
    /// It may. Only for a command that was typed in a terminal.
    Allowed,
    /// It may not. A locked keyring is an error.
    Forbidden,
}

/// Secrets at rest. Cheap to create; nothing is read before it is needed.
///
/// Calls block: on files, and, if the kernel does not have the key, on D-Bus, argon2id, another
/// process that is getting it, or a user who types the passphrase.
pub struct Vault {
    options: VaultOptions,
    cached_key: Mutex<CachedKey>,
    prompt: PromptState,
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Vault")
            .field("dir", &self.options.dir)
            .field("store", &self.options.store)
            .finish_non_exhaustive()
    }
}

impl Vault {
    /// Creates a vault without reading anything.
    pub fn new(options: VaultOptions) -> Self {
        Self { options, cached_key: Mutex::default(), prompt: PromptState::default() }
    }

    /// Adds a data key that was passed by the process that started this one. A key of another vault
    /// is not used.
    #[must_use]
    pub fn with_data_key(self, key: Secret<Vec<u8>>) -> Self {
        self.cached_key().provided = DataKey::from_bytes(key.expose());
        self
    }

    /// Returns the data key, to be passed to a helper process on its standard input. `None` if
    /// there is no vault yet, or it has no key.
    ///
    /// # Errors
    /// [`ErrorKind::Vault`] if the vault can't be opened.
    pub fn data_key(&self) -> Result<Option<Secret<Vec<u8>>>> {
        match self.header()? {
            Some(header) => Ok(self.key(&header)?.map(|key| key.to_secret())),
            None => Ok(None),
        }
    }

    /// Loads a record. `None` if it does not exist, if it is damaged, or if it was issued in the
    /// future because the clock was set back. An expired record is returned: the caller decides
    /// what it can still be used for.
    ///
    /// # Errors
    /// [`ErrorKind::Vault`] if the record exists and can't be opened: the vault is locked,
    /// unreachable or another user's, or the record was sealed with another key or by a newer
    /// program. This must not be a miss, which would ask the user for a needless sign-in.
    pub fn load<T: VaultRecord>(&self, id: &RecordId, now: Timestamp) -> Result<Option<T>> {
        let Some(header) = self.header()? else { return Ok(None) };
        let Some(bytes) = self.read_record(&header, id)? else { return Ok(None) };
        let digest = id.digest();
        Ok(self
            .open_record(&header, &digest, &bytes)?
            .and_then(|envelope| envelope.into_record(id, now)))
    }

    /// Prepares to write a record: gets the key, and creates the temporary file and reserves its
    /// space. A later [`StagedRecord::commit`] can then hardly fail.
    ///
    /// # Errors
    /// [`ErrorKind::Vault`] if the vault can't be opened, or has a record with this id that it must
    /// not overwrite. [`ErrorKind::Os`] if nothing can be written (read-only or full disk). Then
    /// role credentials can still be fetched and used, but no token may be rotated.
    pub fn stage<T: VaultRecord>(&self, id: &RecordId) -> Result<StagedRecord<T>> {
        let header = self.load_or_init_header(None)?;
        let key = self.key(&header)?;
        self.read_record(&header, id)?;
        let file = atomic_file::StagedFile::new(
            &self.record_path(&id.file_name()),
            record::RECORD_CAPACITY as u64,
        )?;
        Ok(StagedRecord {
            dir: self.options.dir.clone(),
            id: id.clone(),
            header,
            key,
            file,
            kind: PhantomData,
        })
    }

    /// Writes a record atomically. Creates the vault if there is none yet.
    ///
    /// # Errors
    /// As [`Vault::stage`].
    pub fn save<T: VaultRecord>(&self, id: &RecordId, record: &T) -> Result<()> {
        self.stage(id)?.commit(record)
    }

    /// Removes a record. Does nothing if it does not exist. The vault may be locked.
    ///
    /// # Errors
    /// [`ErrorKind::Vault`] if the vault is another user's, [`ErrorKind::Os`] if the file can't be
    /// removed.
    pub fn remove(&self, id: &RecordId) -> Result<()> {
        if ownership::check(&self.options.dir)? {
            atomic_file::remove(&self.record_path(&id.file_name()))
        } else {
            Ok(())
        }
    }

    /// Returns the ids and expiry times of all records, sorted. Opens every record and skips those
    /// that can't be opened.
    ///
    /// # Errors
    /// [`ErrorKind::Vault`] if there are records and the vault can't be opened.
    pub fn list(&self, now: Timestamp) -> Result<Vec<(RecordId, Timestamp)>> {
        let Some(header) = self.header()? else { return Ok(Vec::new()) };
        let mut records = Vec::new();
        for path in self.record_files()? {
            let digest = path.file_name().and_then(|name| name.to_str()).and_then(unhex);
            // Skip a file that was removed meanwhile, or whose name is not a digest.
            let (Some(digest), Ok(Some(bytes))) = (digest, atomic_file::load(&path)) else {
                continue;
            };
            if header
                .key_id()
                .is_some_and(|key_id| seal::inspect(&bytes, key_id) != SealStatus::OwnKey)
            {
                continue;
            }
            if let Some(envelope) = self.open_record(&header, &digest, &bytes)?
                && envelope.name.digest() == digest
                && envelope.is_plausible(now)
            {
                records.push((envelope.name, envelope.expires_at));
            }
        }
        records.sort();
        Ok(records)
    }

    /// Returns the single flight of the work that this id stands for.
    pub fn single_flight(&self, id: &RecordId) -> SingleFlight {
        SingleFlight::new(&self.options.dir, &id.file_name())
    }

    /// Loads the header; `None` if there is no vault yet.
    fn header(&self) -> Result<Option<VaultHeader>> {
        if !ownership::check(&self.options.dir)? {
            return Ok(None);
        }
        match header::load(&self.options.dir)? {
            None => self.check_no_orphans().map(|()| None),
            header => Ok(header),
        }
    }

    /// Reads the bytes of a record that this vault can open; `None` if it does not exist or is
    /// damaged.
    fn read_record(&self, header: &VaultHeader, id: &RecordId) -> Result<Option<Vec<u8>>> {
        let Some(bytes) = atomic_file::load(&self.record_path(&id.file_name()))? else {
            return Ok(None);
        };
        let locked = |reason: &str| Error::new(ErrorKind::Vault, format!("the {id} {reason}"));
        match seal::inspect(&bytes, header.key_id().unwrap_or(&[0; 8])) {
            SealStatus::NewerFormat => {
                Err(locked("was written by a newer rolecall").hint("update this rolecall"))
            }
            SealStatus::OtherKey => Err(locked("is encrypted with another key")
                .hint("run `rolecall vault reset` to start a new vault")),
            SealStatus::OwnKey => Ok(Some(bytes)),
            SealStatus::Damaged => Ok(header.key_id().is_none().then_some(bytes)),
        }
    }

    /// Opens a record; `None` if it is damaged.
    fn open_record(
        &self,
        header: &VaultHeader,
        digest: &[u8; 32],
        bytes: &[u8],
    ) -> Result<Option<RecordEnvelope>> {
        let key = self.key(header)?;
        let plain = match (header.key_id(), &key) {
            (Some(key_id), Some(key)) => {
                Sealer { vault_id: &header.vault_id, key_id, key }.open(digest, bytes)
            }
            _ => Some(Zeroizing::new(bytes.to_vec())),
        };
        Ok(plain.and_then(|plain| record::parse(&plain)))
    }

    fn record_path(&self, file_name: &str) -> PathBuf {
        self.options.dir.join("records").join(file_name)
    }

    /// Returns every file in the directory of records, including temporary files.
    fn files(&self) -> Result<Vec<PathBuf>> {
        let dir = self.options.dir.join("records");
        match fs::read_dir(&dir) {
            Ok(entries) => {
                Ok(entries.filter_map(|entry| entry.ok().map(|entry| entry.path())).collect())
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
            Err(error) => Err(atomic_file::io_error("reading", &dir, error)),
        }
    }

    /// Returns the files that are records.
    fn record_files(&self) -> Result<Vec<PathBuf>> {
        let is_record = |path: &PathBuf| {
            path.file_name().and_then(|name| name.to_str()).is_some_and(|name| name.len() == 64)
        };
        Ok(self.files()?.into_iter().filter(is_record).collect())
    }
}

/// A record that is about to be written; see [`Vault::stage`]. If it is dropped, nothing is
/// written.
#[derive(Debug)]
pub struct StagedRecord<T> {
    dir: PathBuf,
    id: RecordId,
    header: VaultHeader,
    key: Option<DataKey>,
    file: atomic_file::StagedFile,
    kind: PhantomData<fn() -> T>,
}

impl<T: VaultRecord> StagedRecord<T> {
    /// Seals the record, writes it and replaces the previous one.
    ///
    /// # Errors
    /// [`ErrorKind::Os`] if the disk fails after all, [`ErrorKind::Vault`] if the vault was reset
    /// meanwhile.
    pub fn commit(self, record: &T) -> Result<()> {
        // Sealed with a key that is gone, the record could never be opened in the new vault.
        if header::load(&self.dir)
            .is_ok_and(|header| header.is_none_or(|header| header.vault_id != self.header.vault_id))
        {
            return Err(Error::new(
                ErrorKind::Vault,
                format!("the vault was reset before the {} was stored", self.id),
            )
            .hint("try again"));
        }
        let plain = record::render(&self.id, record)?;
        match (self.header.key_id(), &self.key) {
            (Some(key_id), Some(key)) => {
                let sealed = Sealer { vault_id: &self.header.vault_id, key_id, key }
                    .seal(&self.id.digest(), &plain)?;
                self.file.commit(&sealed)
            }
            _ => self.file.commit(&plain),
        }
    }
}
