//! `instances.idx`: a snapshot of the instances and of the settings that `process` uses, so that a
//! warm start reads neither TOML nor the AWS config file.

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::cache::envelope;
use crate::config::{
    self, AutoLogin, Env, KeyCache, LogLevel, Paths, SecureStore, Settings, ShareTokenCache,
};
use crate::domain::{Instance, InstanceName, Result};
use crate::os::atomic_file;

use crate::ops::instances::load_instances;
use crate::ops::roles::chain::Chains;
use crate::ops::snapshot_inputs::{Loaded, SnapshotInputs};

/// Magic bytes of the file: a name and the version of the format.
const HEADER: envelope::Magic = *b"roleidx\x04";

/// The input of `process` before it opens the vault.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InstanceSnapshot {
    /// The instances, in their order.
    pub instances: Vec<Instance>,
    /// The settings that `process` uses.
    pub process: ProcessSettings,
    /// The chained roles: their settings are part of the names of stored credentials.
    pub chains: Chains,
}

/// The settings that `process` uses; see [`Settings`] for their meaning.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProcessSettings {
    /// The instance that is used if none is named.
    pub default_sso: Option<InstanceName>,
    /// Whether a background caller may have a sign-in page opened.
    pub auto_login: AutoLogin,
    /// The store of the vault's key.
    pub secure_store: SecureStore,
    /// Whether the key may be held in the kernel.
    pub key_cache: KeyCache,
    /// Whether the AWS CLI's cache gets rolecall's access token.
    pub share_token_cache: ShareTokenCache,
    /// Where the user can request access if AWS refuses.
    pub access_request_url: Option<String>,
    /// The lowest level of messages that are shown.
    pub log_level: LogLevel,
    /// Whether log lines contain their source location.
    pub log_lines: bool,
}

impl ProcessSettings {
    /// Extracts the settings that `process` uses.
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

#[derive(Debug, Serialize, Deserialize)]
struct SnapshotFile {
    inputs: SnapshotInputs,
    snapshot: InstanceSnapshot,
}

/// Returns the instances and the settings of `process`: from the snapshot if it is current, else
/// from the files, which are then stored as the new snapshot.
///
/// # Errors
/// As [`config::load`] and [`load_instances`]. A snapshot that can't be read or written is ignored:
/// the files are read each time.
pub fn load_or_rebuild(env: &Env, paths: &Paths) -> Result<InstanceSnapshot> {
    let path = paths.cache_dir.join("instances.idx");
    match load(&path).filter(|file| file.inputs.is_current(env, paths)) {
        Some(file) => Ok(file.snapshot),
        None => rebuild(env, paths, &path),
    }
}

fn load(path: &Path) -> Option<SnapshotFile> {
    envelope::decode(HEADER, &atomic_file::load(path).ok()??)
}

fn rebuild(env: &Env, paths: &Paths, path: &Path) -> Result<InstanceSnapshot> {
    match SnapshotInputs::load_with(env, paths, || load_sources(env, paths))? {
        (snapshot, None) => Ok(snapshot),
        (snapshot, Some(inputs)) => {
            let content = SnapshotFile { inputs, snapshot };
            // A read-only or full disk costs time on the next start only.
            let _ = envelope::encode(HEADER, &content)
                .and_then(|bytes| atomic_file::save(path, &bytes));
            Ok(content.snapshot)
        }
    }
}

fn load_sources(env: &Env, paths: &Paths) -> Result<Loaded<InstanceSnapshot>> {
    let config = config::load(env, paths)?;
    let value = InstanceSnapshot {
        instances: load_instances(env, paths, &config.settings)?,
        process: ProcessSettings::from_settings(&config.settings),
        chains: Chains::from_settings(&config.settings)?,
    };
    let files = config.files.into_iter().chain([paths.aws_config.clone()]).collect();
    Ok(Loaded { value, files, other_stamps: Vec::new() })
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::PathBuf;
    use std::time::{Duration, SystemTime};

    use super::*;

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

        /// Writes a file with a modification time in the past.
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
            load(&self.snapshot_path())
                .is_some_and(|file| file.inputs.is_current(&self.env, &self.paths))
        }
    }

    const CORP: &str = "auto_login = 'always'\n\
                        [instances.corp]\nstart_url = 'https://corp.awsapps.com/start'\n\
                        sso_region = 'eu-west-1'\n";

    #[test]
    fn the_snapshot_equals_the_content_of_the_files() {
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
    fn a_damaged_snapshot_is_ignored() {
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
    fn a_warm_start_reads_no_configuration() {
        let home = SnapshotHome::new(&[]);
        home.write("config.toml", CORP);
        home.load_or_rebuild().unwrap();
        // The same stamp with other content: only reading the file would show it.
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
