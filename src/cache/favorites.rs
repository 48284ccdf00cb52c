//! Favourites and hidden roles, stored in `marks.json` in the state directory.

use std::path::Path;

use crate::domain::{ErrorKind, Result, ResultExt, RoleFlags};

use super::state_file::StateFile;

const FILE: StateFile = StateFile("marks.json");

/// Reads the marked roles; none if there is no file.
///
/// # Errors
/// Returns [`ErrorKind::Config`] if the file is damaged. The user made these choices, so the file
/// is not overwritten.
pub fn load(state_dir: &Path) -> Result<RoleFlags> {
    let Some(bytes) = FILE.load(state_dir)? else { return Ok(RoleFlags::default()) };
    let path = FILE.path(state_dir);
    serde_json::from_slice(&bytes)
        .context(ErrorKind::Config, format_args!("{} is damaged", path.display()))
        .map_err(|error| error.hint(format!("repair or remove {}", path.display())))
}

/// Changes the marked roles while other processes wait, and returns the result.
///
/// # Errors
/// As [`load`]; also if the file can't be written, or if another process holds it for two seconds.
pub fn update(state_dir: &Path, change: impl FnOnce(&mut RoleFlags)) -> Result<RoleFlags> {
    let _lock = FILE.lock(state_dir)?;
    let before = load(state_dir)?;
    let mut flags = before.clone();
    change(&mut flags);
    if flags != before {
        let mut text = serde_json::to_vec_pretty(&flags)
            .context(ErrorKind::Internal, "encoding marks.json")?;
        text.push(b'\n');
        FILE.save(state_dir, &text)?;
    }
    Ok(flags)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::RoleId;

    fn add_favorite(home: &Path, name: &str) {
        update(home, |flags| flags.favorites.extend([RoleId::example(name)])).unwrap();
    }

    #[test]
    fn marked_roles_are_saved_and_removed() {
        let home = tempfile::tempdir().unwrap();
        assert_eq!(load(home.path()).unwrap(), RoleFlags::default());
        add_favorite(home.path(), "Admin");
        update(home.path(), |flags| flags.hidden.extend([RoleId::example("Read")])).unwrap();
        let flags = load(home.path()).unwrap();
        assert!(
            flags.favorites.contains(&RoleId::example("Admin"))
                && flags.hidden.contains(&RoleId::example("Read"))
        );
        assert!(update(home.path(), |flags| flags.favorites.clear()).unwrap().favorites.is_empty());
    }

    #[test]
    fn a_damaged_file_is_reported_and_kept() {
        let home = tempfile::tempdir().unwrap();
        std::fs::write(FILE.path(home.path()), "{").unwrap();
        assert!(
            update(home.path(), |flags| flags.hidden.clear())
                .unwrap_err()
                .message
                .contains("is damaged")
        );
        assert_eq!(std::fs::read_to_string(FILE.path(home.path())).unwrap(), "{");
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
