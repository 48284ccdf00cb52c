//! `roster-…`: a snapshot of the roster and of the picker's settings, so that the picker's first
//! frame reads neither TOML nor inventories.

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
use crate::ops::roles::other_profiles;
use crate::ops::roles::profile_names::apply_profile_names;
use crate::ops::roles::roster::build_roster;
use crate::ops::snapshot_inputs::{FileStamp, Loaded, SnapshotInputs, now_nanos};
use crate::os::atomic_file;

/// Magic bytes of the file: a name and the version of the format.
const HEADER: envelope::Magic = *b"roleros\x03";

/// Everything that the picker shows before it reads other files.
#[derive(Debug, Clone, PartialEq)]
pub struct RosterSnapshot {
    /// The settings that the picker uses.
    pub settings: PickSettings,
    /// When each instance's inventory was fetched, and whether it is complete; `None` if there is
    /// none.
    pub inventories: Vec<Option<(Timestamp, bool)>>,
    pub roster: PackedRoster,
}

/// The settings that the picker uses before a role is selected; see [`Settings`] for their meaning.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PickSettings {
    /// The picker's appearance.
    pub pick: PickTable,
    /// Keys by command.
    pub keys: BTreeMap<String, Vec<String>>,
    /// The action of Enter.
    pub default_action: Action,
    /// Globs of roles, best first.
    pub prefer_roles: Vec<String>,
    /// Maximum number of roles in the history.
    pub history_limit: usize,
    /// Maximum age of the history in minutes.
    pub history_minutes: i64,
    /// Weight of past use in the ranking.
    pub history_weight: f64,
    /// Maximum age of an inventory in hours.
    pub cache_refresh: u32,
    /// The lowest level of messages that are shown.
    pub log_level: LogLevel,
    /// Whether log lines contain their source location.
    pub log_lines: bool,
}

impl PickSettings {
    /// Extracts the settings that the picker uses.
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

    /// The limits of the history.
    pub fn history_limits(&self) -> history::HistoryLimits {
        history::HistoryLimits {
            max_roles: self.history_limit,
            max_age_minutes: self.history_minutes,
        }
    }

    /// Whether an inventory of this time and completeness needs a refresh.
    pub fn is_stale(&self, read: Option<(Timestamp, bool)>, now: Timestamp) -> bool {
        let hours = i64::from(self.cache_refresh);
        read.is_none_or(|(at, complete)| {
            !complete || (hours > 0 && now.seconds_since(at) > hours * 3_600)
        })
    }
}

/// Beginning of the file; the records of the packed roster follow.
#[derive(Debug, Serialize, Deserialize)]
struct SnapshotHeader {
    inputs: SnapshotInputs,
    /// The credentials file, which defines profiles too.
    credentials: FileStamp,
    settings: PickSettings,
    inventories: Vec<Option<(Timestamp, bool)>>,
    roster: PackedRosterHeader,
}

/// Loads the snapshot for the instances that a command selects: the one that flags or variables
/// name, or else those of the configuration. `None` if there is none, or its inputs have changed.
pub fn load(env: &Env, paths: &Paths, named: Option<&str>) -> Option<RosterSnapshot> {
    let bytes = atomic_file::load(&snapshot_path(paths, named)).ok()??;
    let (header, rest): (SnapshotHeader, usize) = envelope::decode_with_tail(HEADER, &bytes)?;
    let is_current = header.inputs.is_current(env, paths)
        && header.credentials == FileStamp::from_path(&paths.aws_credentials);
    is_current.then(|| RosterSnapshot {
        settings: header.settings,
        inventories: header.inventories,
        roster: PackedRoster::from_parts(header.roster, bytes, rest),
    })
}

/// Rebuilds the snapshot from the files, unless it is current. If a file can't be read or written,
/// no snapshot is stored, which costs time on the next start only. Neither is one stored if the
/// configuration has warnings, so that they are shown each time.
pub fn rebuild_if_stale(env: &Env, paths: &Paths, named: Option<&str>) {
    if load(env, paths, named).is_some() {
        return;
    }
    let credentials = FileStamp::from_path(&paths.aws_credentials);
    let load = || load_sources(env, paths, named).ok_or(());
    if let Ok((sources, Some(inputs))) = SnapshotInputs::load_with(env, paths, load)
        && let Some((header, roster)) = sources.build(paths, inputs, credentials.clone())
        && credentials.is_settled(now_nanos())
        && credentials == FileStamp::from_path(&paths.aws_credentials)
    {
        let bytes = envelope::encode_with_tail(HEADER, &header, roster.records());
        let _ = bytes.and_then(|bytes| atomic_file::save(&snapshot_path(paths, named), &bytes));
    }
}

/// The content of the files that a roster is built from.
struct RosterSources {
    settings: Settings,
    instances: Vec<Instance>,
    /// Every known instance: a profile may name one that is not shown.
    all_instances: Vec<Instance>,
    /// In the order of the instances.
    inventories: Vec<Option<Inventory>>,
}

fn load_sources(env: &Env, paths: &Paths, named: Option<&str>) -> Option<Loaded<RosterSources>> {
    let config = config::load(env, paths).ok().filter(|config| config.warnings.is_empty())?;
    let settings = config.settings;
    let mut instances = load_instances(env, paths, &settings).ok()?;
    let all_instances = instances.clone();
    let named = named.or(settings.default_sso.as_ref().map(|name| name.as_str()));
    instances.retain(|instance| named.is_none_or(|name| instance.name.as_str() == name));
    let lists: Vec<PathBuf> =
        instances.iter().map(|instance| inventory::path(&paths.cache_dir, instance)).collect();
    // An inventory is replaced by a rename, so its stamp changes however recent the last one is.
    let other_stamps = FileStamp::from_paths(&lists);
    let inventories =
        instances.iter().map(|instance| inventory::load(&paths.cache_dir, instance)).collect();
    let files = config.files.into_iter().chain([paths.aws_config.clone()]).collect();
    let value = RosterSources { settings, instances, all_instances, inventories };
    Some(Loaded { value, files, other_stamps })
}

impl RosterSources {
    /// `None` if the roster is too large to be packed.
    fn build(
        self,
        paths: &Paths,
        inputs: SnapshotInputs,
        credentials: FileStamp,
    ) -> Option<(SnapshotHeader, PackedRoster)> {
        let mut roster = build_roster(self.instances, &self.inventories, &self.settings);
        apply_profile_names(&mut roster, paths, &self.settings);
        other_profiles::add_rows(&mut roster, paths, &self.settings, &self.all_instances);
        let roster = Arc::new(roster);
        let index = SearchIndex::new(roster.clone());
        let packed = PackedRoster::pack(&roster, index.order_by_name())?;
        let inventory_state =
            |list: &Inventory| (list.fetched_at, list.complete && list.unconfirmed.is_empty());
        let header = SnapshotHeader {
            inputs,
            credentials,
            settings: PickSettings::from_settings(&self.settings),
            inventories: self
                .inventories
                .iter()
                .map(|list| list.as_ref().map(inventory_state))
                .collect(),
            roster: packed.header().clone(),
        };
        Some((header, packed))
    }
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

        /// Writes a file with a modification time in the past.
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
    fn the_snapshot_has_the_roster_of_the_configuration() {
        let home = RosterHome::new();
        assert_eq!(load(&home.env, &home.paths, None), None);
        let remembered = home.rebuild_and_load().unwrap();
        let roster = remembered.roster.unpack();
        let actual: Vec<_> = roster
            .entries
            .iter()
            .map(|e| (e.profile.as_deref().unwrap(), e.is_protected()))
            .collect();
        assert_eq!(actual, [("pay-Admin", true), ("pay-Read", false)]);
        assert_eq!(roster.row_styles[0].role_color.as_deref(), Some("red"));
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
    fn each_named_instance_has_its_own_snapshot() {
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
