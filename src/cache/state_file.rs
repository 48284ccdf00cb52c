//! Files in the state directory that several processes read and change.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::domain::{Error, ErrorKind, Result, ResultExt};
use crate::os::atomic_file;
use crate::os::lock::Lock;

/// How long to wait for another process to release the lock of a file.
const LOCK_TIMEOUT: Duration = Duration::from_secs(2);

/// A file in the state directory, by its name. Its lock file has the extension `.lock` instead.
#[derive(Debug, Clone, Copy)]
pub(super) struct StateFile(pub(super) &'static str);

impl StateFile {
    pub(super) fn path(self, state_dir: &Path) -> PathBuf {
        state_dir.join(self.0)
    }

    /// Acquires the lock of the file, which is held until dropped.
    ///
    /// # Errors
    /// Returns [`ErrorKind::Os`] if another process holds it for two seconds.
    pub(super) fn lock(self, state_dir: &Path) -> Result<Lock> {
        let path = self.path(state_dir);
        Lock::acquire(&path.with_extension("lock"), Instant::now() + LOCK_TIMEOUT)?
            .ok_or_else(|| Error::os(format!("{} is locked by another process", path.display())))
    }

    /// Reads the file; `None` if it does not exist.
    pub(super) fn load(self, state_dir: &Path) -> Result<Option<Vec<u8>>> {
        atomic_file::load(&self.path(state_dir))
    }

    /// Reads the JSON in the file, or returns the default if it is missing, unreadable or damaged.
    pub(super) fn load_json_or_default<T: DeserializeOwned + Default>(self, state_dir: &Path) -> T {
        let bytes = self.load(state_dir).ok().flatten().unwrap_or_default();
        serde_json::from_slice(&bytes).unwrap_or_default()
    }

    /// Replaces the file.
    pub(super) fn save(self, state_dir: &Path, bytes: &[u8]) -> Result<()> {
        atomic_file::save(&self.path(state_dir), bytes)
    }

    /// Replaces the file with a value as JSON.
    pub(super) fn save_json<T: Serialize>(self, state_dir: &Path, value: &T) -> Result<()> {
        let text = serde_json::to_vec(value)
            .context(ErrorKind::Internal, format_args!("encoding {}", self.0))?;
        self.save(state_dir, &text)
    }
}
