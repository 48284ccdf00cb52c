//! The inputs of a snapshot file: stamps of the files that it was made from, and a digest of the
//! environment. A snapshot is current as long as its inputs are unchanged.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::config::{Env, Paths, env};
use crate::os::file_access;

/// Other versions of the program may read the same files differently.
const VERSION: &str = env!("CARGO_PKG_VERSION");
/// How often files that change while they are read are read before no snapshot is stored.
const MAX_ATTEMPTS: usize = 3;

/// Variables that can change the result. Those that name files are covered by the files' paths.
const ENV_DEPENDENCIES: &[env::Var] = &[
    env::AWS_ENDPOINT_URL,
    env::AWS_ENDPOINT_URL_SSO,
    env::AWS_ENDPOINT_URL_SSO_OIDC,
    env::AWS_ENDPOINT_URL_STS,
    env::AWS_IGNORE_CONFIGURED_ENDPOINT_URLS,
];

/// The inputs of a snapshot. Stored at its beginning.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::ops) struct SnapshotInputs {
    environment: [u8; 32],
    stamps: Vec<FileStamp>,
}

/// The state of a file: enough to notice that it has changed. A missing file has a stamp too.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::ops) struct FileStamp {
    path: PathBuf,
    state: Option<FileState>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct FileState {
    inode: u64,
    size: u64,
    /// Nanoseconds since 1970.
    modified: i128,
}

/// A value and the configuration files that it was read from.
pub(in crate::ops) struct Loaded<T> {
    pub(in crate::ops) value: T,
    pub(in crate::ops) files: Vec<PathBuf>,
    /// Stamps of other files that the value was read from.
    pub(in crate::ops) other_stamps: Vec<FileStamp>,
}

impl SnapshotInputs {
    /// Loads a value together with its inputs, again if files change meanwhile. Without inputs if
    /// they change each time, or changed so recently that a further change might not show: then no
    /// snapshot may be stored.
    ///
    /// # Errors
    /// Those of `load`.
    pub(in crate::ops) fn load_with<T, E>(
        env: &Env,
        paths: &Paths,
        load: impl Fn() -> Result<Loaded<T>, E>,
    ) -> Result<(T, Option<Self>), E> {
        let mut files: Vec<PathBuf> = paths
            .system_config
            .iter()
            .chain([&paths.config_file, &paths.aws_config])
            .cloned()
            .collect();
        let mut attempt = 1;
        loop {
            let mut stamps = FileStamp::from_paths(&files);
            let loaded = load()?;
            // Files that are included by others are known once these were read.
            let is_consistent = loaded.files == files
                && stamps.iter().all(|stamp| stamp.is_settled(now_nanos()) && stamp.is_current())
                && loaded.other_stamps.iter().all(FileStamp::is_current);
            if is_consistent {
                stamps.extend(loaded.other_stamps);
                let environment = environment_digest(env, paths);
                return Ok((loaded.value, Some(Self { environment, stamps })));
            }
            if attempt == MAX_ATTEMPTS {
                return Ok((loaded.value, None));
            }
            files = loaded.files;
            attempt += 1;
        }
    }

    /// Whether neither the files nor the environment have changed. `false` if a configuration file
    /// that was named explicitly did not exist: only loading it reports that.
    pub(in crate::ops) fn is_current(&self, env: &Env, paths: &Paths) -> bool {
        let is_missing =
            |stamp: &FileStamp| stamp.state.is_none() && stamp.path == paths.config_file;
        let has_missing_config =
            paths.config_named_by.is_some() && self.stamps.iter().any(is_missing);
        self.environment == environment_digest(env, paths)
            && !has_missing_config
            && self.stamps.iter().all(FileStamp::is_current)
    }
}

/// Digest of everything that the result depends on besides the content of the files.
fn environment_digest(env: &Env, paths: &Paths) -> [u8; 32] {
    let mut digest = Sha256::new();
    digest.update(VERSION);
    for var in ENV_DEPENDENCIES {
        digest.update([0]);
        digest.update(env.get(*var).unwrap_or_default());
    }
    for path in
        paths.system_config.iter().chain([&paths.config_file, &paths.aws_config]).chain(&paths.home)
    {
        digest.update([0]);
        digest.update(path.as_os_str().as_encoded_bytes());
    }
    digest.finalize().into()
}

/// Nanoseconds since 1970.
fn unix_nanos(time: SystemTime) -> i128 {
    match time.duration_since(UNIX_EPOCH) {
        Ok(since) => i128::try_from(since.as_nanos()).unwrap_or(i128::MAX),
        Err(before) => {
            i128::try_from(before.duration().as_nanos()).map_or(i128::MIN, |nanos| -nanos)
        }
    }
}

/// The current time in nanoseconds since 1970.
pub(in crate::ops) fn now_nanos() -> i128 {
    unix_nanos(SystemTime::now())
}

impl FileStamp {
    pub(in crate::ops) fn from_path(path: &Path) -> Self {
        let state = match fs::metadata(path) {
            Ok(meta) => Some(FileState {
                inode: file_access::inode(&meta),
                size: meta.len(),
                modified: meta.modified().map_or(0, unix_nanos),
            }),
            Err(error)
                if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) =>
            {
                None
            }
            // The file may exist in a directory that can't be searched. Reading it reports why.
            Err(_) => Some(FileState { inode: u64::MAX, size: u64::MAX, modified: i128::MIN }),
        };
        Self { path: path.to_owned(), state }
    }

    pub(in crate::ops) fn from_paths(paths: &[PathBuf]) -> Vec<Self> {
        paths.iter().map(|path| Self::from_path(path)).collect()
    }

    fn is_current(&self) -> bool {
        *self == Self::from_path(&self.path)
    }

    /// Whether a further write would change the stamp. A file that was just written could be
    /// written again within one tick of the file system's clock: some milliseconds, or two seconds
    /// if it stores whole seconds only. `now` is in nanoseconds since 1970.
    pub(in crate::ops) fn is_settled(&self, now: i128) -> bool {
        let Some(state) = &self.state else { return true };
        let tick = if state.modified % 1_000_000_000 == 0 { 2_000_000_000 } else { 20_000_000 };
        (now - state.modified).abs() > tick
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_written_a_moment_ago_may_change_without_a_trace() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let stamp = FileStamp::from_path(file.path());
        let modified = stamp.state.as_ref().unwrap().modified;
        assert!(!stamp.is_settled(modified + 1_000_000));
        assert!(stamp.is_settled(modified + 3_000_000_000));
        assert!(stamp.is_settled(modified - 3_000_000_000));
    }
}
