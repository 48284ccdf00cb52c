//! Observed lengths of sign-in sessions by portal, stored in `session-lives.json` in the state
//! directory. AWS does not report when a session will end.

use std::collections::BTreeMap;
use std::path::Path;

use crate::domain::{Instance, Result};

use super::state_file::StateFile;

/// The shortest session that an administrator can configure, in seconds. A session that ended
/// earlier was ended by the user or an administrator.
const MIN_SESSION_SECS: i64 = 15 * 60;

const FILE: StateFile = StateFile("session-lives.json");

/// The shortest observed session length in seconds, by portal.
type SessionLengths = BTreeMap<String, i64>;

/// Returns the shortest observed length of the portal's sessions in seconds, unless a session has
/// lasted longer since. `None` if there is none, or if the file can't be read.
pub fn shortest(state_dir: &Path, instance: &Instance) -> Option<i64> {
    load(state_dir).remove(key(instance))
}

/// Records that a session was found ended, `lived` seconds after the sign-in.
///
/// # Errors
/// Returns an error if the file can't be written, or if another process holds it for two seconds.
pub fn record_ended(state_dir: &Path, instance: &Instance, lived: i64) -> Result<()> {
    update(state_dir, instance, |known| {
        if lived < MIN_SESSION_SECS {
            known
        } else {
            Some(known.map_or(lived, |known| known.min(lived)))
        }
    })
}

/// Records that a session is alive, `lived` seconds after the sign-in. A shorter recorded length
/// was wrong and is removed.
///
/// # Errors
/// As [`record_ended`].
pub fn record_alive(state_dir: &Path, instance: &Instance, lived: i64) -> Result<()> {
    update(state_dir, instance, |known| known.filter(|known| *known > lived))
}

fn key(instance: &Instance) -> &str {
    instance.start_url.normalized()
}

fn load(state_dir: &Path) -> SessionLengths {
    FILE.load_json_or_default(state_dir)
}

fn update(
    state_dir: &Path,
    instance: &Instance,
    change: impl Fn(Option<i64>) -> Option<i64>,
) -> Result<()> {
    let length = |lengths: &SessionLengths| lengths.get(key(instance)).copied();
    let known = length(&load(state_dir));
    if change(known) == known {
        return Ok(());
    }
    let _lock = FILE.lock(state_dir)?;
    let mut lengths = load(state_dir);
    match change(length(&lengths)) {
        Some(length) => lengths.insert(key(instance).to_owned(), length),
        None => lengths.remove(key(instance)),
    };
    FILE.save_json(state_dir, &lengths)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600;

    #[test]
    fn the_shortest_length_is_kept_until_a_session_lasts_longer() {
        let home = tempfile::tempdir().unwrap();
        let (corp, lab) = (Instance::example("corp"), Instance::example("lab"));
        let shortest = |instance| super::shortest(home.path(), instance);
        assert_eq!(shortest(&corp), None);
        for lived in [60 * HOUR, 9 * HOUR, 20 * HOUR] {
            record_ended(home.path(), &corp, lived).unwrap();
        }
        assert_eq!((shortest(&corp), shortest(&lab)), (Some(9 * HOUR), None));
        record_alive(home.path(), &corp, 8 * HOUR).unwrap();
        assert_eq!(shortest(&corp), Some(9 * HOUR));
        record_alive(home.path(), &corp, 9 * HOUR).unwrap();
        assert_eq!(shortest(&corp), None);
    }

    #[test]
    fn a_session_that_was_ended_early_is_not_recorded() {
        let home = tempfile::tempdir().unwrap();
        record_ended(home.path(), &Instance::example("corp"), 600).unwrap();
        assert_eq!(shortest(home.path(), &Instance::example("corp")), None);
        assert!(!FILE.path(home.path()).exists());
    }

    #[test]
    fn a_damaged_file_is_ignored_and_overwritten() {
        let home = tempfile::tempdir().unwrap();
        std::fs::write(FILE.path(home.path()), "{").unwrap();
        assert_eq!(shortest(home.path(), &Instance::example("corp")), None);
        record_ended(home.path(), &Instance::example("corp"), HOUR).unwrap();
        assert_eq!(shortest(home.path(), &Instance::example("corp")), Some(HOUR));
    }
}
