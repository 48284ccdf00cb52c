//! How long sign-in sessions have lived, by portal: `session-lives.json`, beside the history. AWS
//! tells nobody when a session will end.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::domain::{Error, Instance, Result};
use crate::os::atomic_file;
use crate::os::lock::Lock;

/// How long another process may hold the file.
const LOCK_TIMEOUT: Duration = Duration::from_secs(2);
/// The shortest session that an administrator can set, in seconds: one that ended earlier was ended
/// by somebody.
const MIN_SESSION_SECS: i64 = 15 * 60;

/// The shortest life seen of each portal's sessions, in seconds.
type SessionLengths = BTreeMap<String, i64>;

/// Where they lie.
pub fn path(state_dir: &Path) -> PathBuf {
    state_dir.join("session-lives.json")
}

/// The shortest life of this portal's sessions that was seen and that none has outlived since, in
/// seconds. `None` when there is none, or the file can't be read: then nothing is foretold.
pub fn shortest(state_dir: &Path, instance: &Instance) -> Option<i64> {
    load(state_dir).remove(key(instance))
}

/// A session was found ended, so many seconds after its sign-in.
///
/// # Errors
/// When it can't be written, or another process holds the file for two seconds.
pub fn record_ended(state_dir: &Path, instance: &Instance, lived: i64) -> Result<()> {
    update(state_dir, instance, |known| {
        if lived < MIN_SESSION_SECS {
            known
        } else {
            Some(known.map_or(lived, |known| known.min(lived)))
        }
    })
}

/// A session is alive, so many seconds after its sign-in: what was thought to be a session's length
/// and is less was none.
///
/// # Errors
/// As [`ended`].
pub fn record_alive(state_dir: &Path, instance: &Instance, lived: i64) -> Result<()> {
    update(state_dir, instance, |known| known.filter(|known| *known > lived))
}

fn key(instance: &Instance) -> &str {
    instance.start_url.normalized()
}

fn load(state_dir: &Path) -> SessionLengths {
    let bytes = atomic_file::load(&path(state_dir)).ok().flatten().unwrap_or_default();
    serde_json::from_slice(&bytes).unwrap_or_default()
}

fn update(
    state_dir: &Path,
    instance: &Instance,
    change: impl Fn(Option<i64>) -> Option<i64>,
) -> Result<()> {
    let of = |lives: &SessionLengths| lives.get(key(instance)).copied();
    let known = of(&load(state_dir));
    if change(known) == known {
        return Ok(());
    }
    let held = Lock::acquire(&state_dir.join("session-lives.lock"), Instant::now() + LOCK_TIMEOUT)?;
    if held.is_none() {
        return Err(Error::os(format!("{} is held by another process", path(state_dir).display())));
    }
    let mut lives = load(state_dir);
    match change(of(&lives)) {
        Some(life) => lives.insert(key(instance).to_owned(), life),
        None => lives.remove(key(instance)),
    };
    let text = serde_json::to_vec(&lives)
        .map_err(|error| Error::internal(format!("session lives: {error}")))?;
    atomic_file::save(&path(state_dir), &text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{EndpointOverrides, InstanceName, InstanceSource, Region, StartUrl};

    const HOUR: i64 = 3_600;

    fn instance(name: &str) -> Instance {
        Instance {
            name: InstanceName::new(name),
            start_url: StartUrl::new(format!("https://{name}.awsapps.com/start")),
            sso_region: Region::new("eu-west-1"),
            default_region: None,
            scopes: Vec::new(),
            source: InstanceSource::RolecallConfig,
            endpoints: EndpointOverrides::default(),
        }
    }

    #[test]
    fn the_shortest_life_is_kept_until_a_session_outlives_it() {
        let home = tempfile::tempdir().unwrap();
        let (corp, lab) = (instance("corp"), instance("lab"));
        let shortest = |of| super::shortest(home.path(), of);
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
    fn a_session_that_somebody_ended_early_tells_nothing() {
        let home = tempfile::tempdir().unwrap();
        record_ended(home.path(), &instance("corp"), 600).unwrap();
        assert_eq!(shortest(home.path(), &instance("corp")), None);
        assert!(!path(home.path()).exists());
    }

    #[test]
    fn a_damaged_file_foretells_nothing_and_is_written_anew() {
        let home = tempfile::tempdir().unwrap();
        std::fs::write(path(home.path()), "{").unwrap();
        assert_eq!(shortest(home.path(), &instance("corp")), None);
        record_ended(home.path(), &instance("corp"), HOUR).unwrap();
        assert_eq!(shortest(home.path(), &instance("corp")), Some(HOUR));
    }
}
