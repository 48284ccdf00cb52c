//! Locks between processes. A lock ends with the process that holds it. Its file is used for
//! nothing else and is never removed.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;
use std::time::{Duration, Instant};

use crate::domain::Result;

use super::atomic_file::{self, IoResultExt};

/// A held lock. It is released when dropped or when the process ends.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

impl Lock {
    /// Takes the lock if it is free.
    ///
    /// # Errors
    /// [`ErrorKind::Os`](crate::domain::ErrorKind::Os) if the lock file can't be created or the
    /// file system has no locks.
    pub fn try_acquire(path: &Path) -> Result<Option<Lock>> {
        let file = open(path)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Lock { _file: file })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) if error.kind() == std::io::ErrorKind::Interrupted => {
                Ok(None)
            }
            Err(TryLockError::Error(error)) => Err(atomic_file::io_error("locking", path, error)),
        }
    }

    /// Takes the lock, trying until the deadline; `None` if another process held it all the time.
    /// The pauses grow from 1 ms to 20 ms: a short wait ends at once and a long one costs little.
    ///
    /// # Errors
    /// As [`Lock::try_acquire`].
    pub fn acquire(path: &Path, deadline: Instant) -> Result<Option<Lock>> {
        let mut pause = Duration::from_millis(1);
        loop {
            if let Some(lock) = Self::try_acquire(path)? {
                return Ok(Some(lock));
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(None);
            }
            std::thread::sleep(pause.min(left));
            pause = (pause * 2).min(Duration::from_millis(20));
        }
    }
}

fn open(path: &Path) -> Result<File> {
    let mut options = OpenOptions::new();
    let file = atomic_file::open_or_create(path, options.read(true).write(true))
        .io_context("locking", path)?;
    atomic_file::check_regular("locking", path, &file)?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_is_held_once_and_free_afterwards() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("locks/x");
        let held = Lock::try_acquire(&path).unwrap().unwrap();
        assert!(Lock::try_acquire(&path).unwrap().is_none());
        assert!(Lock::acquire(&path, Instant::now() + Duration::from_millis(5)).unwrap().is_none());
        drop(held);
        assert!(Lock::try_acquire(&path).unwrap().is_some());
        assert!(path.exists());
    }
}
