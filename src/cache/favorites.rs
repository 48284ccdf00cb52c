//! Favourites and hidden roles: `marks.json`, beside the history.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::domain::{Error, ErrorKind, Result, RoleFlags};
use crate::os::atomic_file;
use crate::os::lock::Lock;

/// How long another process may hold the file.
const LOCK_TIMEOUT: Duration = Duration::from_secs(2);

/// Where the marks lie.
pub fn path(state_dir: &Path) -> PathBuf {
    state_dir.join("marks.json")
}

/// The marks; none when there is no file.
///
/// # Errors
/// When the file is damaged: it is the person's own work, and not to be written over.
pub fn load(state_dir: &Path) -> Result<RoleFlags> {
    let path = path(state_dir);
    let Some(bytes) = atomic_file::load(&path)? else { return Ok(RoleFlags::default()) };
    serde_json::from_slice(&bytes).map_err(|error| {
        Error::new(ErrorKind::Config, format!("{} is damaged: {error}", path.display()))
            .hint(format!("repair or remove {}", path.display()))
    })
}

/// Changes the marks while no other process does, and gives back what they became.
///
/// # Errors
/// As [`load`]; also when the file can't be written, or another process holds it for two seconds.
pub fn update(state_dir: &Path, change: impl FnOnce(&mut RoleFlags)) -> Result<RoleFlags> {
    let held = Lock::acquire(&state_dir.join("marks.lock"), Instant::now() + LOCK_TIMEOUT)?;
    if held.is_none() {
        return Err(Error::os(format!("{} is held by another process", path(state_dir).display())));
    }
    let before = load(state_dir)?;
    let mut marks = before.clone();
    change(&mut marks);
    if marks != before {
        let mut text = serde_json::to_vec_pretty(&marks)
            .map_err(|error| Error::internal(format!("marks: {error}")))?;
        text.push(b'\n');
        atomic_file::save(&path(state_dir), &text)?;
    }
    Ok(marks)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{InstanceName, RoleId, RoleName};

    fn role(name: &str) -> RoleId {
        RoleId {
            instance: InstanceName::new("corp"),
            account: "012345678901".parse().unwrap(),
            role: RoleName::new(name),
        }
    }

    fn add_favorite(home: &Path, name: &str) {
        update(home, |marks| marks.favorites.extend([role(name)])).unwrap();
    }

    #[test]
    fn marks_come_and_go() {
        let home = tempfile::tempdir().unwrap();
        assert_eq!(load(home.path()).unwrap(), RoleFlags::default());
        add_favorite(home.path(), "Admin");
        update(home.path(), |marks| marks.hidden.extend([role("Read")])).unwrap();
        let marks = load(home.path()).unwrap();
        assert!(marks.favorites.contains(&role("Admin")) && marks.hidden.contains(&role("Read")));
        assert!(update(home.path(), |marks| marks.favorites.clear()).unwrap().favorites.is_empty());
    }

    #[test]
    fn a_damaged_file_is_reported_and_kept() {
        let home = tempfile::tempdir().unwrap();
        std::fs::write(path(home.path()), "{").unwrap();
        assert!(
            update(home.path(), |marks| marks.hidden.clear())
                .unwrap_err()
                .message
                .contains("is damaged")
        );
        assert_eq!(std::fs::read_to_string(path(home.path())).unwrap(), "{");
    }

    #[test]
    fn changes_of_many_writers_are_all_kept() {
        let home = tempfile::tempdir().unwrap();
        std::thread::scope(|scope| {
            for n in 0..8 {
                let home = home.path();
                scope.spawn(move || add_favorite(home, &format!("R{n}")));
            }
        });
        assert_eq!(load(home.path()).unwrap().favorites.len(), 8);
    }
}
