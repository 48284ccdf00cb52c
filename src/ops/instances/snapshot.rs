//! `instances.idx`: the instances and what `process` obeys, remembered so that a warm start reads
//! neither TOML nor the AWS config file.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::cache::envelope;
use crate::config::{
    self, AutoLogin, Env, KeyCache, LogLevel, Paths, SecureStore, Settings, ShareTokenCache, env,
};
use crate::domain::{Instance, InstanceName, Result};
use crate::os::atomic_file;

use crate::ops::instances::load_instances;
use crate::ops::roles::chain::Chains;

/// What the file starts with: a name, and the number of the format.
const HEADER: envelope::Magic = *b"roleidx\x03";
/// Other versions of the program may find other instances in the same files.
const VERSION: &str = env!("CARGO_PKG_VERSION");
/// How often files that change while they are read are read again before nothing is remembered.
const MAX_ATTEMPTS: usize = 3;

/// Variables that can change the result; paths made of others are in the stamp themselves.
const ENV_DEPENDENCIES: &[env::Var] = &[
    env::AWS_ENDPOINT_URL,
    env::AWS_ENDPOINT_URL_SSO,
    env::AWS_ENDPOINT_URL_SSO_OIDC,
    env::AWS_ENDPOINT_URL_STS,
    env::AWS_IGNORE_CONFIGURED_ENDPOINT_URLS,
];

/// What `process` needs to know before it looks into the vault.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InstanceSnapshot {
    /// The instances, in their order.
    pub instances: Vec<Instance>,
    /// The settings that `process` obeys.
    pub process: ProcessSettings,
    /// The chained roles: their settings are part of what their credentials are kept under.
    pub chains: Chains,
}

/// The settings that `process` obeys; see [`Settings`] for their meaning.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProcessSettings {
    /// The instance used when none is named.
    pub default_sso: Option<InstanceName>,
    /// Whether a background caller may have a sign-in page opened.
    pub auto_login: AutoLogin,
    /// Where the vault's key lives.
    pub secure_store: SecureStore,
    /// Whether that key is held in the kernel.
    pub key_cache: KeyCache,
    /// Whether the AWS CLI's cache gets our access token.
    pub share_token_cache: ShareTokenCache,
    /// Where access is asked for when AWS refuses.
    pub access_request_url: Option<String>,
    /// The least important message that is shown.
    pub log_level: LogLevel,
    /// Whether log lines say where they come from.
    pub log_lines: bool,
}

impl ProcessSettings {
    /// The part of the settings that `process` obeys.
    pub fn from_settings(settings: &Settings) -> Self {
        Self {
            default_sso: settings.default_sso.clone(),
            auto_login: settings.auto_login,
            secure_store: settings.secure_store,
            key_cache: settings.key_cache,
            share_token_cache: settings.share_token_cache,
            access_request_url: settings.access_request_url.clone(),
            log_level: settings.log_level,
            log_lines: settings.log_lines,
        }
    }
}

/// The index file's content.
#[derive(Debug, Serialize, Deserialize)]
struct SnapshotFile {
    environment: [u8; 32],
    stamps: Vec<FileStamp>,
    snapshot: InstanceSnapshot,
}

/// A file as it was: enough to notice that it is another one now. A missing file has a stamp too.
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

/// Instances and process settings, from the index where it still fits, else from the files, and
/// then remembered.
///
/// # Errors
/// As [`config::load`] and [`instances`]. An index that can't be read or written is none: the files
/// are read each time.
pub fn load_or_rebuild(env: &Env, paths: &Paths) -> Result<InstanceSnapshot> {
    let (index, environment) =
        (paths.cache_dir.join("instances.idx"), environment_digest(env, paths));
    match load(&index, environment).filter(|index| !has_missing_config(paths, &index.stamps)) {
        Some(index) => Ok(index.snapshot),
        None => rebuild(env, paths, &index, environment),
    }
}

/// Whether a configuration file that was named explicitly did not exist when these stamps were
/// made.
pub(in crate::ops) fn has_missing_config(paths: &Paths, files: &[FileStamp]) -> bool {
    paths.config_named_by.is_some()
        && files.iter().any(|stamp| stamp.state.is_none() && stamp.path == paths.config_file)
}

fn load(index: &Path, environment: [u8; 32]) -> Option<SnapshotFile> {
    let index: SnapshotFile = envelope::decode(HEADER, &atomic_file::load(index).ok()??)?;
    let fits = index.environment == environment
        && index.stamps.iter().all(|stamp| *stamp == FileStamp::from_path(&stamp.path));
    fits.then_some(index)
}

fn rebuild(
    env: &Env,
    paths: &Paths,
    index: &Path,
    environment: [u8; 32],
) -> Result<InstanceSnapshot> {
    let mut files: Vec<PathBuf> = paths
        .system_config
        .iter()
        .chain([&paths.config_file, &paths.aws_config])
        .cloned()
        .collect();
    for _ in 1..MAX_ATTEMPTS {
        let before: Vec<FileStamp> = files.iter().map(|path| FileStamp::from_path(path)).collect();
        let (warm, read) = load_sources(env, paths)?;
        if read == files
            && before.iter().all(|stamp| {
                stamp.is_settled(now_nanos()) && *stamp == FileStamp::from_path(&stamp.path)
            })
        {
            let content = SnapshotFile { environment, stamps: before, snapshot: warm };
            // A read-only or full disk costs time on the next start, and nothing now.
            let _ = envelope::encode(HEADER, &content)
                .and_then(|bytes| atomic_file::save(index, &bytes));
            return Ok(content.snapshot);
        }
        // An include that was not foreseen, or somebody writing: which files count is known better
        // now.
        files = read;
    }
    load_sources(env, paths).map(|(warm, _)| warm)
}

/// What the files say, and which files these are.
fn load_sources(env: &Env, paths: &Paths) -> Result<(InstanceSnapshot, Vec<PathBuf>)> {
    let loaded = config::load(env, paths)?;
    let found = load_instances(env, paths, &loaded.settings)?;
    let files = loaded.files.into_iter().chain([paths.aws_config.clone()]).collect();
    let chains = Chains::from_settings(&loaded.settings)?;
    Ok((
        InstanceSnapshot {
            instances: found,
            process: ProcessSettings::from_settings(&loaded.settings),
            chains,
        },
        files,
    ))
}

/// What the result depends on besides the files' content.
pub(in crate::ops) fn environment_digest(env: &Env, paths: &Paths) -> [u8; 32] {
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
fn unix_nanos(moment: SystemTime) -> i128 {
    match moment.duration_since(UNIX_EPOCH) {
        Ok(since) => i128::try_from(since.as_nanos()).unwrap_or(i128::MAX),
        Err(before) => {
            i128::try_from(before.duration().as_nanos()).map_or(i128::MIN, |nanos| -nanos)
        }
    }
}

/// The present, in nanoseconds since 1970.
pub(in crate::ops) fn now_nanos() -> i128 {
    unix_nanos(SystemTime::now())
}

impl FileStamp {
    pub(in crate::ops) fn from_path(path: &Path) -> Self {
        let state = match fs::metadata(path) {
            Ok(meta) => Some(FileState {
                #[cfg(unix)]
                inode: std::os::unix::fs::MetadataExt::ino(&meta),
                #[cfg(not(unix))]
                inode: 0,
                size: meta.len(),
                modified: meta.modified().map_or(0, unix_nanos),
            }),
            Err(error)
                if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) =>
            {
                None
            }
            // In a directory that can't be searched there may be a file: reading it tells why it
            // can't be read.
            Err(_) => Some(FileState { inode: u64::MAX, size: u64::MAX, modified: i128::MIN }),
        };
        Self { path: path.to_owned(), state }
    }

    /// Which file it is of.
    pub(in crate::ops) fn path(&self) -> &Path {
        &self.path
    }

    /// Whether another write would show. A file written a moment ago could be written again within
    /// one tick of the file system's clock: some milliseconds, or two seconds where it keeps
    /// whole seconds only.
    pub(in crate::ops) fn is_settled(&self, now: i128) -> bool {
        let Some(state) = &self.state else { return true };
        let tick = if state.modified % 1_000_000_000 == 0 { 2_000_000_000 } else { 20_000_000 };
        (now - state.modified).abs() > tick
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    struct SnapshotHome {
        directory: tempfile::TempDir,
        env: Env,
        paths: Paths,
    }

    impl SnapshotHome {
        fn new(pairs: &[(&str, &str)]) -> Self {
            let directory = tempfile::tempdir().unwrap();
            let home = directory.path().as_os_str().to_owned();
            let own = [("HOME".into(), home.clone()), ("ROLECALL_HOME".into(), home)];
            let env = Env::from_pairs(
                pairs
                    .iter()
                    .map(|(k, v)| (std::ffi::OsString::from(k), std::ffi::OsString::from(v)))
                    .chain(own),
            );
            let paths = Paths::from_env(&env).unwrap();
            Self { directory, env, paths }
        }

        /// Writes a file as if that had been a while ago.
        fn write(&self, name: &str, text: &str) {
            let path = self.directory.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, text).unwrap();
            let earlier = SystemTime::now() - Duration::from_secs(60)
                + Duration::from_nanos(text.len() as u64);
            fs::File::options().write(true).open(&path).unwrap().set_modified(earlier).unwrap();
        }

        fn load_or_rebuild(&self) -> Result<InstanceSnapshot> {
            load_or_rebuild(&self.env, &self.paths)
        }

        fn snapshot_path(&self) -> PathBuf {
            self.paths.cache_dir.join("instances.idx")
        }

        fn is_current(&self) -> bool {
            load(&self.snapshot_path(), environment_digest(&self.env, &self.paths)).is_some()
        }
    }

    const CORP: &str = "auto_login = 'always'\n[instances.corp]\nstart_url = 'https://corp.awsapps.com/start'\nsso_region = 'eu-west-1'\n";

    #[test]
    fn the_index_says_what_the_files_said() {
        let home = SnapshotHome::new(&[]);
        home.write("config.toml", CORP);
        let first = home.load_or_rebuild().unwrap();
        assert!(home.is_current());
        assert_eq!(home.load_or_rebuild().unwrap(), first);
        assert_eq!(
            (first.instances[0].name.as_str(), first.process.auto_login),
            ("corp", AutoLogin::Always)
        );
    }

    #[test]
    fn a_changed_a_new_and_a_removed_file_are_noticed() {
        let home = SnapshotHome::new(&[]);
        home.write("config.toml", CORP);
        home.load_or_rebuild().unwrap();
        home.write(
            ".aws/config",
            "[sso-session lab]\nsso_start_url = https://lab\nsso_region = us-east-1\n",
        );
        assert_eq!(home.load_or_rebuild().unwrap().instances.len(), 2);
        home.write("config.toml", &CORP.replace("always", "never"));
        assert_eq!(home.load_or_rebuild().unwrap().process.auto_login, AutoLogin::Never);
        fs::remove_file(home.paths.config_file.clone()).unwrap();
        assert_eq!(home.load_or_rebuild().unwrap().instances[0].name.as_str(), "lab");
    }

    #[test]
    fn a_change_in_an_included_file_is_noticed() {
        let home = SnapshotHome::new(&[]);
        home.write("config.toml", "include = ['team.toml']\n");
        home.write("team.toml", CORP);
        home.load_or_rebuild().unwrap();
        assert!(home.is_current());
        home.write("team.toml", &CORP.replace("corp", "lab"));
        assert_eq!(home.load_or_rebuild().unwrap().instances[0].name.as_str(), "lab");
    }

    #[test]
    fn other_endpoints_in_the_environment_are_noticed() {
        let mut home = SnapshotHome::new(&[]);
        home.write("config.toml", CORP);
        home.load_or_rebuild().unwrap();
        home.env = Env::from_pairs([("AWS_ENDPOINT_URL", "http://127.0.0.1:1")]);
        assert_eq!(
            home.load_or_rebuild().unwrap().instances[0].endpoints.oidc.as_deref(),
            Some("http://127.0.0.1:1")
        );
    }

    #[test]
    fn a_damaged_index_is_none() {
        let home = SnapshotHome::new(&[]);
        home.write("config.toml", CORP);
        let want = home.load_or_rebuild().unwrap();
        let whole = fs::read(home.snapshot_path()).unwrap();
        for length in 0..whole.len() {
            fs::write(home.snapshot_path(), &whole[..length]).unwrap();
            assert!(!home.is_current(), "{length} bytes");
        }
        assert_eq!(home.load_or_rebuild().unwrap(), want);
        assert!(home.is_current());
    }

    #[test]
    fn a_file_written_a_moment_ago_is_not_trusted_to_stay() {
        let home = SnapshotHome::new(&[]);
        home.write("config.toml", CORP);
        let stamp = FileStamp::from_path(&home.paths.config_file);
        let modified = stamp.state.as_ref().unwrap().modified;
        assert!(!stamp.is_settled(modified + 1_000_000));
        assert!(stamp.is_settled(modified + 3_000_000_000));
        assert!(stamp.is_settled(modified - 3_000_000_000));
    }

    #[test]
    fn a_warm_start_reads_no_configuration() {
        let home = SnapshotHome::new(&[]);
        home.write("config.toml", CORP);
        home.load_or_rebuild().unwrap();
        // The same stamp on other content: only a reader of the file would notice.
        let before = fs::metadata(&home.paths.config_file).unwrap().modified().unwrap();
        fs::write(&home.paths.config_file, CORP.replace("corp", "evil")).unwrap();
        fs::File::options()
            .write(true)
            .open(&home.paths.config_file)
            .unwrap()
            .set_modified(before)
            .unwrap();
        assert_eq!(home.load_or_rebuild().unwrap().instances[0].name.as_str(), "corp");
    }
}
