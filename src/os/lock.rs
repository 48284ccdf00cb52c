//! Locks between processes: they die with their holder, lie in files of their own and are never
//! unlinked.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;
use std::time::{Duration, Instant};

use crate::domain::Result;

use super::atomic_file;

/// A held lock; dropping it, or dying, lets go.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

impl Lock {
    /// Takes the lock if nobody has it.
    ///
    /// # Errors
    /// When the lock's file can't be made or the file system knows no locks.
    pub fn try_acquire(path: &Path) -> Result<Option<Lock>> {
        let file = open(path)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Lock { _file: file })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) if error.kind() == std::io::ErrorKind::Interrupted => {
                Ok(None)
            }
            Err(TryLockError::Error(error)) => Err(atomic_file::io_error("locking", path, &error)),
        }
    }

    /// Takes the lock, trying until the deadline; `None` when somebody else had it all the time.
    /// The pauses grow from 1 ms to 20 ms, so that a short flight is noticed at once and a long one
    /// costs little.
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
    let options = || OpenOptions::new().read(true).write(true).to_owned();
    let file = atomic_file::open_or_create(path, &mut options())
        .map_err(|error| atomic_file::io_error("locking", path, &error))?;
    atomic_file::check_regular("locking", path, &file)?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_held_lock_is_not_given_twice_and_is_free_after() {
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
