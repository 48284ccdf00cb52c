//! `roster-…`: the list as the configuration makes it, remembered so that the picker's first frame
//! reads neither TOML nor inventories.
//!
//! It is good for as long as none of the files that it was made of is another one; whatever else
//! happens, it is made anew.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::cache::{envelope, history, inventory};
use crate::config::{self, Action, Env, LogLevel, Paths, PickTable, Settings};
use crate::domain::query::SearchIndex;
use crate::domain::{Instance, Inventory, PackedRoster, PackedRosterHeader, Timestamp, hex};
use crate::ops::instances::load_instances;
use crate::ops::instances::snapshot::{
    FileStamp, environment_digest, has_missing_config, now_nanos,
};
use crate::ops::roles::profile_names::apply_profile_names;
use crate::ops::roles::roster::build_roster;
use crate::os::atomic_file;

/// What the file starts with: a name, and the number of the format.
const HEADER: envelope::Magic = *b"roleros\x02";
/// How often files that change while they are read are read again before nothing is remembered.
const MAX_ATTEMPTS: usize = 3;

/// Everything that the picker shows before it has read anything else.
#[derive(Debug, Clone, PartialEq)]
pub struct RosterSnapshot {
    /// The settings that the picker obeys.
    pub settings: PickSettings,
    /// When each instance's inventory was read, and whether all of it was; `None` where there is
    /// none.
    pub inventories: Vec<Option<(Timestamp, bool)>>,
    /// The roles.
    pub roster: PackedRoster,
}

/// The settings that the picker obeys before anything is picked; see [`Settings`] for their
/// meaning.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PickSettings {
    /// The picker's looks.
    pub pick: PickTable,
    /// Keys by command.
    pub keys: BTreeMap<String, Vec<String>>,
    /// What Enter does.
    pub default_action: Action,
    /// Globs of roles, best first.
    pub prefer_roles: Vec<String>,
    /// Roles that the history remembers.
    pub history_limit: usize,
    /// Minutes that it remembers them.
    pub history_minutes: i64,
    /// How much past use counts.
    pub history_weight: f64,
    /// Hours before an inventory is read anew.
    pub cache_refresh: u32,
    /// The least important message that is shown.
    pub log_level: LogLevel,
    /// Whether log lines say where they come from.
    pub log_lines: bool,
}

impl PickSettings {
    /// The part of the settings that the picker obeys.
    pub fn from_settings(settings: &Settings) -> Self {
        Self {
            pick: settings.pick.clone(),
            keys: settings.keys.clone(),
            default_action: settings.default_action,
            prefer_roles: settings.prefer_roles.clone(),
            history_limit: settings.history_limit,
            history_minutes: settings.history_minutes,
            history_weight: settings.history_weight,
            cache_refresh: settings.cache_refresh_hours,
            log_level: settings.log_level,
            log_lines: settings.log_lines,
        }
    }

    /// What of the history counts.
    pub fn history_limits(&self) -> history::HistoryLimits {
        history::HistoryLimits {
            max_roles: self.history_limit,
            max_age_minutes: self.history_minutes,
        }
    }

    /// Whether an inventory that was read then is to be read anew.
    pub fn is_stale(&self, read: Option<(Timestamp, bool)>, now: Timestamp) -> bool {
        let hours = i64::from(self.cache_refresh);
        read.is_none_or(|(at, complete)| !complete || (hours > 0 && now.since(at) > hours * 3_600))
    }
}

/// What the file begins with; the sheet's records follow.
#[derive(Debug, Serialize, Deserialize)]
struct SnapshotHeader {
    environment: [u8; 32],
    stamps: Vec<FileStamp>,
    settings: PickSettings,
    inventories: Vec<Option<(Timestamp, bool)>>,
    roster: PackedRosterHeader,
}

/// What is remembered of the instances that a command means: the one that flags or variables name,
/// or else what the configuration says. `None` when there is nothing, or it is of other files than
/// these.
pub fn load(env: &Env, paths: &Paths, named: Option<&str>) -> Option<RosterSnapshot> {
    let bytes = atomic_file::load(&snapshot_path(paths, named)).ok()??;
    let (
        SnapshotHeader { environment, stamps: files, settings, inventories: read, roster: sheet },
        rest,
    ) = envelope::decode_with_tail(HEADER, &bytes)?;
    let fits = environment == environment_digest(env, paths)
        && !has_missing_config(paths, &files)
        && files.iter().all(|stamp| *stamp == FileStamp::from_path(stamp.path()));
    fits.then(|| RosterSnapshot {
        settings,
        inventories: read,
        roster: PackedRoster::from_parts(sheet, bytes, rest),
    })
}

/// Makes it anew from the files, unless it still fits, and keeps it. What can't be read or kept is
/// not remembered, and costs time at the next start only; a configuration with warnings is not
/// either, so that they are said each time.
pub fn rebuild_if_stale(env: &Env, paths: &Paths, named: Option<&str>) {
    if load(env, paths, named).is_some() {
        return;
    }
    let mut files: Vec<PathBuf> = paths
        .system_config
        .iter()
        .chain([&paths.config_file, &paths.aws_config])
        .cloned()
        .collect();
    for _ in 0..MAX_ATTEMPTS {
        match load_sources(env, paths, named, &files) {
            Some(ReadResult::Complete(found)) => {
                let (content, sheet) = &*found;
                let bytes = envelope::encode_with_tail(HEADER, content, sheet.records());
                let _ =
                    bytes.and_then(|bytes| atomic_file::save(&snapshot_path(paths, named), &bytes));
                return;
            }
            // An include that was not foreseen, or somebody writing: which files count is known
            // better now.
            Some(ReadResult::OtherFiles(read)) => files = read,
            None => return,
        }
    }
}

enum ReadResult {
    Complete(Box<(SnapshotHeader, PackedRoster)>),
    OtherFiles(Vec<PathBuf>),
}

fn load_sources(
    env: &Env,
    paths: &Paths,
    named: Option<&str>,
    files: &[PathBuf],
) -> Option<ReadResult> {
    let stamps =
        |files: &[PathBuf]| files.iter().map(|path| FileStamp::from_path(path)).collect::<Vec<_>>();
    let before = stamps(files);
    let loaded = config::load(env, paths).ok().filter(|loaded| loaded.warnings.is_empty())?;
    let settings = loaded.settings;
    let all = load_instances(env, paths, &settings).ok()?;
    let named = named.or(settings.default_sso.as_ref().map(|name| name.as_str()));
    let chosen: Vec<Instance> = all
        .into_iter()
        .filter(|instance| named.is_none_or(|name| instance.name.as_str() == name))
        .collect();
    let lists: Vec<PathBuf> =
        chosen.iter().map(|instance| inventory::path(&paths.cache_dir, instance)).collect();
    let lists_before = stamps(&lists);
    let inventories: Vec<Option<Inventory>> =
        chosen.iter().map(|instance| inventory::load(&paths.cache_dir, instance)).collect();
    let read: Vec<PathBuf> = loaded.files.into_iter().chain([paths.aws_config.clone()]).collect();
    let same = read == files
        && before.iter().all(|stamp| stamp.is_settled(now_nanos()))
        && before == stamps(files);
    // Inventories come by rename, each as a file of its own.
    if !same || lists_before != stamps(&lists) {
        return Some(ReadResult::OtherFiles(read));
    }
    let mut roster = build_roster(chosen, &inventories, &settings);
    apply_profile_names(&mut roster, paths, &settings);
    let roster = Arc::new(roster);
    let index = SearchIndex::new(roster.clone());
    let sheet = PackedRoster::pack(&roster, index.order_by_name())?;
    let content = SnapshotHeader {
        environment: environment_digest(env, paths),
        stamps: before.into_iter().chain(lists_before).collect(),
        settings: PickSettings::from_settings(&settings),
        inventories: inventories
            .iter()
            .map(|list| {
                list.as_ref()
                    .map(|list| (list.fetched_at, list.complete && list.unconfirmed.is_empty()))
            })
            .collect(),
        roster: sheet.header().clone(),
    };
    Some(ReadResult::Complete(Box::new((content, sheet))))
}

/// One file for each instance that can be named, and one for none.
fn snapshot_path(paths: &Paths, named: Option<&str>) -> PathBuf {
    let digest = Sha256::digest(named.unwrap_or_default());
    Path::new(&paths.cache_dir).join(format!("roster-{}", hex(&digest[..8])))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Account, RoleName, Timestamp};

    struct RosterHome {
        directory: tempfile::TempDir,
        env: Env,
        paths: Paths,
    }

    impl RosterHome {
        fn new() -> Self {
            let directory = tempfile::tempdir().unwrap();
            let at = |name: &str| directory.path().join(name).into_os_string();
            let env = Env::from_pairs([
                ("HOME", at("")),
                ("ROLECALL_HOME", at("")),
                ("AWS_CONFIG_FILE", at("aws")),
            ]);
            let paths = Paths::from_env(&env).unwrap();
            let home = Self { directory, env, paths };
            home.write(
                "aws",
                "[sso-session corp]\nsso_start_url = https://corp\nsso_region = eu-west-1\n",
            );
            home.write_config("history_limit = 7\n[[rules]]\nmatch = 'role:Admin'\nconfirm = true\ncolor = 'red'\n");
            home.write_inventory(&["Admin", "Read"]);
            home
        }

        /// Writes a file that looks as if it had been there for a while.
        fn write(&self, name: &str, text: &str) {
            let path = self.directory.path().join(name);
            std::fs::write(&path, text).unwrap();
            let long_ago = std::time::SystemTime::now()
                - std::time::Duration::from_secs(60 + text.len() as u64);
            std::fs::File::options()
                .write(true)
                .open(&path)
                .unwrap()
                .set_modified(long_ago)
                .unwrap();
        }

        fn write_config(&self, text: &str) {
            self.write("config.toml", text);
        }

        fn write_inventory(&self, roles: &[&str]) {
            let settings = config::load(&self.env, &self.paths).unwrap().settings;
            let instance = load_instances(&self.env, &self.paths, &settings).unwrap().remove(0);
            let roles = roles.iter().map(|role| RoleName::new(*role)).collect();
            let account = Account {
                id: "000000000001".parse().unwrap(),
                name: Some("pay".into()),
                email: None,
                roles,
                roles_fetched_at: None,
            };
            let list = Inventory {
                fetched_at: Timestamp(5),
                complete: true,
                accounts: vec![account],
                ..Inventory::default()
            };
            inventory::save(&self.paths.cache_dir, &instance, &list).unwrap();
        }

        fn rebuild_and_load(&self) -> Option<RosterSnapshot> {
            rebuild_if_stale(&self.env, &self.paths, None);
            load(&self.env, &self.paths, None)
        }
    }

    #[test]
    fn the_list_is_remembered_as_the_configuration_makes_it() {
        let home = RosterHome::new();
        assert_eq!(load(&home.env, &home.paths, None), None);
        let remembered = home.rebuild_and_load().unwrap();
        let roster = remembered.roster.unpack();
        let said: Vec<_> = roster
            .entries
            .iter()
            .map(|e| (e.profile.as_deref().unwrap(), e.is_protected()))
            .collect();
        assert_eq!(said, [("pay-Admin", true), ("pay-Read", false)]);
        assert_eq!(roster.row_styles[0].color.as_deref(), Some("red"));
        assert_eq!(
            (remembered.settings.history_limit, &remembered.inventories[..]),
            (7, &[Some((Timestamp(5), true))][..])
        );
    }

    #[test]
    fn another_configuration_or_another_list_is_noticed() {
        let home = RosterHome::new();
        assert!(home.rebuild_and_load().is_some());
        home.write_inventory(&["Admin"]);
        assert_eq!(load(&home.env, &home.paths, None), None);
        assert_eq!(home.rebuild_and_load().unwrap().roster.len(), 1);
        home.write_config("history_limit = 8\n");
        assert_eq!(load(&home.env, &home.paths, None), None);
        assert_eq!(home.rebuild_and_load().unwrap().settings.history_limit, 8);
        home.write(
            "aws",
            "[sso-session lab]\nsso_start_url = https://lab\nsso_region = eu-west-1\n",
        );
        assert_eq!(load(&home.env, &home.paths, None), None);
    }

    #[test]
    fn each_instance_that_is_named_has_a_memory_of_its_own() {
        let home = RosterHome::new();
        rebuild_if_stale(&home.env, &home.paths, Some("corp"));
        assert!(load(&home.env, &home.paths, None).is_none());
        assert_eq!(load(&home.env, &home.paths, Some("corp")).unwrap().roster.len(), 2);
    }

    #[test]
    fn a_configuration_with_warnings_is_read_each_time() {
        let home = RosterHome::new();
        home.write_config("histori_limit = 8\n");
        assert_eq!(home.rebuild_and_load(), None);
    }
}
