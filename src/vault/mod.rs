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

mod create;
mod desktop;
pub mod flight;
mod header;
mod kernel;
mod key;
mod name;
mod owner;
mod passphrase;
mod record;
mod seal;
mod status;
mod upkeep;

#[cfg(test)]
mod tests;

use std::fmt;
use std::fs;
use std::io;
use std::marker::PhantomData;
use std::path::PathBuf;
use std::sync::Mutex;

use zeroize::Zeroizing;

use crate::domain::{Error, ErrorKind, Result, Secret, Timestamp};
use crate::os::file;

pub use crate::domain::enums::{KeyCache, SecureStore};
pub use flight::{Boarding, Flight, Lead, Outcome, Ticket};
pub use name::{Name, NameKind};
pub use passphrase::Passphrase;
pub use record::{Record, Registration, Token};
pub use status::{Asks, KeyPlace, Status};

use header::Header;
use key::Held;
use record::Opened;
use seal::{Key, Seal, Sealer};

/// How to open a vault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// Where it is.
    pub dir: PathBuf,
    /// Where its key is to be kept; obeyed when the vault is made.
    pub store: SecureStore,
    /// Whether the kernel may hold the key.
    pub key_cache: KeyCache,
    /// Where a passphrase may come from.
    pub passphrase: Passphrase,
    /// Whether the desktop may ask the person to unlock their keyring: true only for a command
    /// typed at a terminal.
    pub may_prompt_desktop: bool,
}

/// Secrets at rest. Cheap to make; nothing is read before it is needed.
///
/// Calls block: on files, and without the key in the kernel on D-Bus, argon2id or another process
/// that is getting it.
pub struct Vault {
    options: Options,
    held: Mutex<Held>,
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
    pub fn new(options: Options) -> Self {
        Self { options, held: Mutex::default() }
    }

    /// The same vault with a key that our own caller handed over; a key of another vault is not
    /// used.
    #[must_use]
    pub fn with_data_key(self, key: Secret<Vec<u8>>) -> Self {
        self.held().given = Key::from_bytes(key.expose());
        self
    }

    /// The key, to be handed to a helper of ours on its standard input. `None` when there is no
    /// vault yet, or no key.
    ///
    /// # Errors
    /// [`Kind::Vault`] when the vault can't be opened.
    pub fn data_key(&self) -> Result<Option<Secret<Vec<u8>>>> {
        match self.header()? {
            Some(header) => Ok(self.key(&header)?.map(|key| key.secret())),
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
    pub fn load<T: Record>(&self, name: &Name, now: Timestamp) -> Result<Option<T>> {
        let Some(header) = self.header()? else { return Ok(None) };
        let Some(bytes) = self.read(&header, name)? else { return Ok(None) };
        let digest = name.digest();
        Ok(self.open(&header, &digest, &bytes)?.and_then(|opened| opened.into_record(name, now)))
    }

    /// Everything a later [`Staged::commit`] needs, taken now: the key is at hand, the temporary
    /// file exists and has its space.
    ///
    /// # Errors
    /// [`Kind::Vault`] when the vault can't be opened, or holds a record of this name that it must
    /// not overwrite. [`Kind::Os`] when nothing can be written (read-only or full disk): then
    /// role credentials can still be fetched and used, but no token may be rotated.
    pub fn stage<T: Record>(&self, name: &Name) -> Result<Staged<T>> {
        let header = self.header_or_new(None)?;
        let key = self.key(&header)?;
        self.read(&header, name)?;
        let file = file::Staged::new(&self.record_path(&name.file_name()), record::ROOM as u64)?;
        Ok(Staged {
            dir: self.options.dir.clone(),
            name: name.clone(),
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
    pub fn save<T: Record>(&self, name: &Name, record: &T) -> Result<()> {
        self.stage(name)?.commit(record)
    }

    /// Removes a record; one that is not there is fine, and so is a locked vault.
    ///
    /// # Errors
    /// [`Kind::Vault`] when the vault is another user's, [`Kind::Os`] when the file can't be
    /// removed.
    pub fn forget(&self, name: &Name) -> Result<()> {
        if owner::check(&self.options.dir)? {
            file::remove(&self.record_path(&name.file_name()))
        } else {
            Ok(())
        }
    }

    /// The names of all records and when each expires, in order. Opens every record; what can't be
    /// opened is left out.
    ///
    /// # Errors
    /// [`Kind::Vault`] when there are records and the vault can't be opened.
    pub fn names(&self, now: Timestamp) -> Result<Vec<(Name, Timestamp)>> {
        let Some(header) = self.header()? else { return Ok(Vec::new()) };
        let mut names = Vec::new();
        for path in self.record_files()? {
            let digest = path.file_name().and_then(|name| name.to_str()).and_then(name::unhex);
            // Gone since the directory was read, or in a form this program does not know.
            let (Some(digest), Ok(Some(bytes))) = (digest, file::load(&path)) else { continue };
            if header.key_id().is_some_and(|key_id| seal::inspect(&bytes, key_id) != Seal::Ours) {
                continue;
            }
            if let Some(opened) = self.open(&header, &digest, &bytes)?
                && opened.name.digest() == digest
                && opened.plausible(now)
            {
                names.push((opened.name, opened.expires_at));
            }
        }
        names.sort();
        Ok(names)
    }

    /// The flight that fetches what this name stands for.
    pub fn flight(&self, name: &Name) -> Flight {
        Flight::new(&self.options.dir, &name.file_name())
    }

    /// The header; `None` when there is no vault yet.
    fn header(&self) -> Result<Option<Header>> {
        if !owner::check(&self.options.dir)? {
            return Ok(None);
        }
        match header::load(&self.options.dir)? {
            None => self.check_no_orphans().map(|()| None),
            header => Ok(header),
        }
    }

    /// The bytes of a record that this vault could open; `None` when there are none or they are
    /// damaged.
    fn read(&self, header: &Header, name: &Name) -> Result<Option<Vec<u8>>> {
        let Some(bytes) = file::load(&self.record_path(&name.file_name()))? else {
            return Ok(None);
        };
        let locked = |why: &str| Error::new(ErrorKind::Vault, format!("the {name} {why}"));
        match seal::inspect(&bytes, header.key_id().unwrap_or(&[0; 8])) {
            Seal::Newer => {
                Err(locked("was written by a newer rolecall").hint("update this rolecall"))
            }
            Seal::OtherKey => Err(locked("is sealed with another key")
                .hint("run `rolecall vault reset` to start a new vault")),
            Seal::Ours => Ok(Some(bytes)),
            Seal::Damaged => Ok(header.key_id().is_none().then_some(bytes)),
        }
    }

    /// Opens a record; `None` when it is damaged.
    fn open(&self, header: &Header, digest: &[u8; 32], bytes: &[u8]) -> Result<Option<Opened>> {
        let key = self.key(header)?;
        let plain = match (header.key_id(), &key) {
            (Some(key_id), Some(key)) => {
                Sealer { vault: &header.vault, key_id, key }.open(digest, bytes)
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
            Err(error) => Err(file::failed("reading", &dir, &error)),
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
pub struct Staged<T> {
    dir: PathBuf,
    name: Name,
    header: Header,
    key: Option<Key>,
    file: file::Staged,
    kind: PhantomData<fn() -> T>,
}

impl<T: Record> Staged<T> {
    /// Seals and writes the record, then puts it in the place of the one before.
    ///
    /// # Errors
    /// [`Kind::Os`] when the disk fails after all, [`Kind::Vault`] when somebody has reset the
    /// vault since.
    pub fn commit(self, record: &T) -> Result<()> {
        // Sealed with a key that is gone, the record would be locked for good in the vault that
        // came after.
        if header::load(&self.dir)
            .is_ok_and(|header| header.is_none_or(|header| header.vault != self.header.vault))
        {
            return Err(Error::new(
                ErrorKind::Vault,
                format!("the vault was reset before the {} was stored", self.name),
            )
            .hint("try again"));
        }
        let plain = record::render(&self.name, record)?;
        match (self.header.key_id(), &self.key) {
            (Some(key_id), Some(key)) => {
                let sealed = Sealer { vault: &self.header.vault, key_id, key }
                    .seal(&self.name.digest(), &plain)?;
                self.file.commit(&sealed)
            }
            _ => self.file.commit(&plain),
        }
    }
}
