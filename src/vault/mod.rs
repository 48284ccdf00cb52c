//! Secrets at rest: one small sealed file per secret, under one key that the operating system or a
//! passphrase keeps.
//!
//! ```text
//! DIR/header            which store was chosen, which key; for a passphrase what turns it into the key
//! DIR/lock              held while the header changes
//! DIR/records/SHA256    a token, a client registration or a role's credentials
//! DIR/flights/SHA256    how a flight landed last; beside it its lock
//! ```
//!
//! [`Vault::load`] is on the path of every `credential_process`: one `stat`, two small files, one
//! look into the kernel's keyring.

mod admin;
mod data_key;
mod header;
mod init;
mod kernel_keyring;
mod os_keyring;
mod ownership;
mod passphrase;
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
pub use record::{SsoToken, StoredRegistration, VaultRecord};
pub use record_id::{RecordId, RecordKind};
pub use single_flight::{Generation, Leader, SharedOutcome, SingleFlight, Turn};
pub use status::{KeyLocation, UnlockPrompt, VaultStatus};

use data_key::CachedKey;
use header::VaultHeader;
use record::OpenedRecord;
use seal::{DataKey, SealStatus, Sealer};

/// How to open a vault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VaultOptions {
    /// Where it is.
    pub dir: PathBuf,
    /// Where its key is to be kept; obeyed when the vault is made.
    pub store: SecureStore,
    /// Whether the kernel may hold the key.
    pub key_cache: KeyCache,
    /// Where a passphrase may come from.
    pub passphrase: PassphraseSource,
    /// Whether the desktop may ask the person to unlock their keyring: true only for a command
    /// typed at a terminal.
    pub may_prompt_desktop: bool,
}

/// Secrets at rest. Cheap to make; nothing is read before it is needed.
///
/// Calls block: on files, and without the key in the kernel on D-Bus, argon2id or another process
/// that is getting it.
pub struct Vault {
    options: VaultOptions,
    cached_key: Mutex<CachedKey>,
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
    /// A vault that nothing has been asked of yet.
    pub fn new(options: VaultOptions) -> Self {
        Self { options, cached_key: Mutex::default() }
    }

    /// The same vault with a key that our own caller handed over; a key of another vault is not
    /// used.
    #[must_use]
    pub fn with_data_key(self, key: Secret<Vec<u8>>) -> Self {
        self.cached_key().provided = DataKey::from_bytes(key.expose());
        self
    }

    /// The key, to be handed to a helper of ours on its standard input. `None` when there is no
    /// vault yet, or no key.
    ///
    /// # Errors
    /// [`Kind::Vault`] when the vault can't be opened.
    pub fn data_key(&self) -> Result<Option<Secret<Vec<u8>>>> {
        match self.header()? {
            Some(header) => Ok(self.key(&header)?.map(|key| key.to_secret())),
            None => Ok(None),
        }
    }

    /// The record of this name. `None` when there is none, when it is damaged, and when it was
    /// issued in the future of a clock that was set back. An expired record is returned: the
    /// caller knows what it is still good for.
    ///
    /// # Errors
    /// [`Kind::Vault`] when the record is there and can't be opened: the vault is locked, out of
    /// reach, another user's, or the record was sealed with another key or by a newer program.
    /// Never a miss: a miss would send a person to sign in for nothing.
    pub fn load<T: VaultRecord>(&self, name: &RecordId, now: Timestamp) -> Result<Option<T>> {
        let Some(header) = self.header()? else { return Ok(None) };
        let Some(bytes) = self.read_record(&header, name)? else { return Ok(None) };
        let digest = name.digest();
        Ok(self
            .open_record(&header, &digest, &bytes)?
            .and_then(|opened| opened.into_record(name, now)))
    }

    /// Everything a later [`Staged::commit`] needs, taken now: the key is at hand, the temporary
    /// file exists and has its space.
    ///
    /// # Errors
    /// [`Kind::Vault`] when the vault can't be opened, or holds a record of this name that it must
    /// not overwrite. [`Kind::Os`] when nothing can be written (read-only or full disk): then
    /// role credentials can still be fetched and used, but no token may be rotated.
    pub fn stage<T: VaultRecord>(&self, name: &RecordId) -> Result<StagedRecord<T>> {
        let header = self.load_or_init_header(None)?;
        let key = self.key(&header)?;
        self.read_record(&header, name)?;
        let file = atomic_file::StagedFile::new(
            &self.record_path(&name.file_name()),
            record::RECORD_CAPACITY as u64,
        )?;
        Ok(StagedRecord {
            dir: self.options.dir.clone(),
            id: name.clone(),
            header,
            key,
            file,
            kind: PhantomData,
        })
    }

    /// Writes a record, whole or not at all. Makes the vault if there is none yet.
    ///
    /// # Errors
    /// As [`Vault::stage`].
    pub fn save<T: VaultRecord>(&self, name: &RecordId, record: &T) -> Result<()> {
        self.stage(name)?.commit(record)
    }

    /// Removes a record; one that is not there is fine, and so is a locked vault.
    ///
    /// # Errors
    /// [`Kind::Vault`] when the vault is another user's, [`Kind::Os`] when the file can't be
    /// removed.
    pub fn remove(&self, name: &RecordId) -> Result<()> {
        if ownership::check(&self.options.dir)? {
            atomic_file::remove(&self.record_path(&name.file_name()))
        } else {
            Ok(())
        }
    }

    /// The names of all records and when each expires, in order. Opens every record; what can't be
    /// opened is left out.
    ///
    /// # Errors
    /// [`Kind::Vault`] when there are records and the vault can't be opened.
    pub fn list(&self, now: Timestamp) -> Result<Vec<(RecordId, Timestamp)>> {
        let Some(header) = self.header()? else { return Ok(Vec::new()) };
        let mut names = Vec::new();
        for path in self.record_files()? {
            let digest = path.file_name().and_then(|name| name.to_str()).and_then(unhex);
            // Gone since the directory was read, or in a form this program does not know.
            let (Some(digest), Ok(Some(bytes))) = (digest, atomic_file::load(&path)) else {
                continue;
            };
            if header
                .key_id()
                .is_some_and(|key_id| seal::inspect(&bytes, key_id) != SealStatus::OwnKey)
            {
                continue;
            }
            if let Some(opened) = self.open_record(&header, &digest, &bytes)?
                && opened.name.digest() == digest
                && opened.is_plausible(now)
            {
                names.push((opened.name, opened.expires_at));
            }
        }
        names.sort();
        Ok(names)
    }

    /// The flight that fetches what this name stands for.
    pub fn single_flight(&self, name: &RecordId) -> SingleFlight {
        SingleFlight::new(&self.options.dir, &name.file_name())
    }

    /// The header; `None` when there is no vault yet.
    fn header(&self) -> Result<Option<VaultHeader>> {
        if !ownership::check(&self.options.dir)? {
            return Ok(None);
        }
        match header::load(&self.options.dir)? {
            None => self.check_no_orphans().map(|()| None),
            header => Ok(header),
        }
    }

    /// The bytes of a record that this vault could open; `None` when there are none or they are
    /// damaged.
    fn read_record(&self, header: &VaultHeader, name: &RecordId) -> Result<Option<Vec<u8>>> {
        let Some(bytes) = atomic_file::load(&self.record_path(&name.file_name()))? else {
            return Ok(None);
        };
        let locked = |why: &str| Error::new(ErrorKind::Vault, format!("the {name} {why}"));
        match seal::inspect(&bytes, header.key_id().unwrap_or(&[0; 8])) {
            SealStatus::NewerFormat => {
                Err(locked("was written by a newer rolecall").hint("update this rolecall"))
            }
            SealStatus::OtherKey => Err(locked("is sealed with another key")
                .hint("run `rolecall vault reset` to start a new vault")),
            SealStatus::OwnKey => Ok(Some(bytes)),
            SealStatus::Damaged => Ok(header.key_id().is_none().then_some(bytes)),
        }
    }

    /// Opens a record; `None` when it is damaged.
    fn open_record(
        &self,
        header: &VaultHeader,
        digest: &[u8; 32],
        bytes: &[u8],
    ) -> Result<Option<OpenedRecord>> {
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

    /// Every file among the records, temporary ones included.
    fn files(&self) -> Result<Vec<PathBuf>> {
        let dir = self.options.dir.join("records");
        match fs::read_dir(&dir) {
            Ok(entries) => {
                Ok(entries.filter_map(|entry| entry.ok().map(|entry| entry.path())).collect())
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
            Err(error) => Err(atomic_file::io_error("reading", &dir, &error)),
        }
    }

    /// The files that are records.
    fn record_files(&self) -> Result<Vec<PathBuf>> {
        let is_record = |path: &PathBuf| {
            path.file_name().and_then(|name| name.to_str()).is_some_and(|name| name.len() == 64)
        };
        Ok(self.files()?.into_iter().filter(is_record).collect())
    }
}

/// A record about to be written; see [`Vault::stage`]. Dropped, it leaves no trace.
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
    /// Seals and writes the record, then puts it in the place of the one before.
    ///
    /// # Errors
    /// [`Kind::Os`] when the disk fails after all, [`Kind::Vault`] when somebody has reset the
    /// vault since.
    pub fn commit(self, record: &T) -> Result<()> {
        // Sealed with a key that is gone, the record would be locked for good in the vault that
        // came after.
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
