//! Who said yes to which protected role in which terminal, for an hour: `consents.json`, beside the
//! history.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use crate::domain::{ConfirmLevel, Error, Result, RoleId, Timestamp};
use crate::os::atomic_file;
use crate::os::lock::Lock;

/// How long a consent is good for, in seconds.
pub const LIFETIME_SECS: i64 = 3_600;
/// How long another process may hold the file.
const LOCK_TIMEOUT: Duration = Duration::from_secs(2);

/// One yes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confirmation {
    /// To which role.
    pub role: RoleId,
    /// In which terminal, by its name.
    pub terminal: String,
    /// What was done to say so.
    pub confirm: ConfirmLevel,
    /// When.
    pub at: Timestamp,
}

/// What was consented to, by everybody's terminals. Plain values, with the time given to whoever
/// asks.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Confirmations(Vec<Confirmation>);

impl Confirmations {
    /// Whether a role that asks for this much may be used in this terminal without asking again. A
    /// name typed is worth a yes, but a yes is not worth a name typed.
    pub fn covers(
        &self,
        role: &RoleId,
        asks: ConfirmLevel,
        terminal: &str,
        now: Timestamp,
    ) -> bool {
        let same = |consent: &&Confirmation| consent.role == *role && consent.terminal == terminal;
        asks == ConfirmLevel::None
            || self
                .0
                .iter()
                .filter(same)
                .any(|consent| consent.is_valid(now) && consent.confirm >= asks)
    }

    /// Those of one terminal alone.
    #[must_use]
    pub fn for_terminal(mut self, terminal: &str) -> Self {
        self.0.retain(|consent| consent.terminal == terminal);
        self
    }

    /// Adds one, and drops what is not good any more.
    fn add(&mut self, new: Confirmation) {
        let covered = |old: &Confirmation| {
            old.role == new.role && old.terminal == new.terminal && old.confirm <= new.confirm
        };
        self.0.retain(|old| old.is_valid(new.at) && !covered(old));
        self.0.push(new);
    }
}

impl Confirmation {
    /// A clock that was set back before the consent makes it worth nothing, rather than more.
    fn is_valid(&self, now: Timestamp) -> bool {
        (0..LIFETIME_SECS).contains(&now.since(self.at))
    }
}

/// Where the consents lie.
pub fn path(state_dir: &Path) -> PathBuf {
    state_dir.join("consents.json")
}

/// The consents; none when there is no file, or one that can't be read: then a person is asked once
/// more.
pub fn load(state_dir: &Path) -> Confirmations {
    let bytes = atomic_file::load(&path(state_dir)).ok().flatten().unwrap_or_default();
    serde_json::from_slice(&bytes).unwrap_or_default()
}

/// Remembers a consent, while no other process does.
///
/// # Errors
/// When it can't be written, or another process holds the file for two seconds. No reason not to go
/// on: it was consented to.
pub fn record(state_dir: &Path, consent: Confirmation) -> Result<()> {
    let path = path(state_dir);
    let held = Lock::acquire(&state_dir.join("consents.lock"), Instant::now() + LOCK_TIMEOUT)?;
    if held.is_none() {
        return Err(Error::os(format!("{} is held by another process", path.display())));
    }
    let mut consents = load(state_dir);
    consents.add(consent);
    let text = serde_json::to_vec(&consents)
        .map_err(|error| Error::internal(format!("consents: {error}")))?;
    atomic_file::save(&path, &text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{InstanceName, RoleName};

    fn role(name: &str) -> RoleId {
        RoleId {
            instance: InstanceName::new("corp"),
            account: "012345678901".parse().unwrap(),
            role: RoleName::new(name),
        }
    }

    fn confirmation(name: &str, confirm: ConfirmLevel, at: i64) -> Confirmation {
        Confirmation { role: role(name), terminal: "34817-7-9".into(), confirm, at: Timestamp(at) }
    }

    #[test]
    fn a_yes_is_for_one_role_in_one_terminal_for_an_hour() {
        let consents = Confirmations(vec![confirmation("Admin", ConfirmLevel::Ask, 1_000)]);
        let covered = |name: &str, terminal: &str, at| {
            consents.covers(&role(name), ConfirmLevel::Ask, terminal, Timestamp(at))
        };
        assert!(covered("Admin", "34817-7-9", 1_000) && covered("Admin", "34817-7-9", 4_599));
        assert!(!covered("Admin", "34817-7-9", 4_600), "an hour is over");
        assert!(!covered("Admin", "34817-7-9", 999), "the clock was set back");
        assert!(!covered("Admin", "34818-7-9", 1_000) && !covered("Other", "34817-7-9", 1_000));
        assert!(
            consents.clone().for_terminal("34818-7-9").0.is_empty()
                && consents.clone().for_terminal("34817-7-9") == consents
        );
    }

    #[test]
    fn a_yes_is_not_worth_a_name_typed() {
        let covered = |given, asked| {
            Confirmations(vec![confirmation("A", given, 0)]).covers(
                &role("A"),
                asked,
                "34817-7-9",
                Timestamp(1),
            )
        };
        assert!(
            !covered(ConfirmLevel::Ask, ConfirmLevel::TypeName)
                && covered(ConfirmLevel::TypeName, ConfirmLevel::Ask)
                && covered(ConfirmLevel::TypeName, ConfirmLevel::TypeName)
        );
        assert!(Confirmations::default().covers(&role("A"), ConfirmLevel::None, "", Timestamp(1)));
    }

    #[test]
    fn what_is_remembered_lies_in_a_private_file_without_what_is_over() {
        let home = tempfile::tempdir().unwrap();
        for consent in [
            confirmation("Old", ConfirmLevel::Ask, 0),
            confirmation("A", ConfirmLevel::TypeName, 5_000),
            confirmation("A", ConfirmLevel::Ask, 5_100),
        ] {
            record(home.path(), consent).unwrap();
        }
        assert_eq!(
            load(home.path()).0,
            [
                confirmation("A", ConfirmLevel::TypeName, 5_000),
                confirmation("A", ConfirmLevel::Ask, 5_100)
            ]
        );
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(
                std::fs::metadata(path(home.path())).unwrap().permissions().mode() & 0o777,
                0o600
            );
        }
    }

    #[test]
    fn a_damaged_file_remembers_nothing_and_is_written_anew() {
        let home = tempfile::tempdir().unwrap();
        std::fs::write(path(home.path()), "[{").unwrap();
        assert_eq!(load(home.path()), Confirmations::default());
        record(home.path(), confirmation("A", ConfirmLevel::Ask, 1)).unwrap();
        assert_eq!(load(home.path()).0, [confirmation("A", ConfirmLevel::Ask, 1)]);
    }

    #[test]
    fn consents_of_many_terminals_at_once_are_all_kept() {
        let home = tempfile::tempdir().unwrap();
        std::thread::scope(|scope| {
            for n in 0..8 {
                let home = home.path();
                scope.spawn(move || {
                    record(
                        home,
                        Confirmation {
                            terminal: n.to_string(),
                            ..confirmation("A", ConfirmLevel::Ask, 1)
                        },
                    )
                    .unwrap()
                });
            }
        });
        assert_eq!(load(home.path()).0.len(), 8);
    }
}
