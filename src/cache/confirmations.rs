//! Confirmations of protected roles, valid for an hour in one terminal; stored in `consents.json`
//! in the state directory.

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::domain::{ConfirmLevel, Result, RoleId, Timestamp};

use super::state_file::StateFile;

/// How long a confirmation is valid, in seconds.
pub const LIFETIME_SECS: i64 = 3_600;

const FILE: StateFile = StateFile("consents.json");

/// A confirmation that the user gave.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confirmation {
    pub role: RoleId,
    pub terminal: String,
    /// How the user confirmed.
    pub confirm: ConfirmLevel,
    /// When the user confirmed.
    pub at: Timestamp,
}

/// The confirmations of all terminals.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Confirmations(Vec<Confirmation>);

impl Confirmations {
    /// Whether a role that requires `level` may be used in this terminal without asking again. A
    /// typed name also counts as a yes, but not the other way round.
    pub fn covers(
        &self,
        role: &RoleId,
        level: ConfirmLevel,
        terminal: &str,
        now: Timestamp,
    ) -> bool {
        level == ConfirmLevel::None
            || self.0.iter().any(|given| {
                given.role == *role
                    && given.terminal == terminal
                    && given.is_valid(now)
                    && given.confirm >= level
            })
    }

    /// Keeps only the confirmations of one terminal.
    #[must_use]
    pub fn for_terminal(mut self, terminal: &str) -> Self {
        self.0.retain(|given| given.terminal == terminal);
        self
    }

    /// Adds a confirmation, and removes expired ones and those that it covers.
    fn add(&mut self, new: Confirmation) {
        let covered = |old: &Confirmation| {
            old.role == new.role && old.terminal == new.terminal && old.confirm <= new.confirm
        };
        self.0.retain(|old| old.is_valid(new.at) && !covered(old));
        self.0.push(new);
    }
}

impl Confirmation {
    /// Whether it has not expired. It is also invalid if the clock was set back to before it.
    fn is_valid(&self, now: Timestamp) -> bool {
        (0..LIFETIME_SECS).contains(&now.seconds_since(self.at))
    }
}

/// Reads the confirmations. If the file is missing or unreadable, there are none, and the user is
/// asked again.
pub fn load(state_dir: &Path) -> Confirmations {
    FILE.load_json_or_default(state_dir)
}

/// Adds a confirmation while other processes wait.
///
/// # Errors
/// Returns an error if the file can't be written, or if another process holds it for two seconds.
/// The role may be used nevertheless, since the user has confirmed.
pub fn record(state_dir: &Path, confirmation: Confirmation) -> Result<()> {
    let _lock = FILE.lock(state_dir)?;
    let mut confirmations = load(state_dir);
    confirmations.add(confirmation);
    FILE.save_json(state_dir, &confirmations)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn confirmation(name: &str, confirm: ConfirmLevel, at: i64) -> Confirmation {
        Confirmation {
            role: RoleId::example(name),
            terminal: "34817-7-9".into(),
            confirm,
            at: Timestamp(at),
        }
    }

    #[test]
    fn a_confirmation_is_valid_for_one_role_in_one_terminal_for_an_hour() {
        let given = Confirmations(vec![confirmation("Admin", ConfirmLevel::Ask, 1_000)]);
        let covered = |name: &str, terminal: &str, at| {
            given.covers(&RoleId::example(name), ConfirmLevel::Ask, terminal, Timestamp(at))
        };
        assert!(covered("Admin", "34817-7-9", 1_000) && covered("Admin", "34817-7-9", 4_599));
        assert!(!covered("Admin", "34817-7-9", 4_600), "an hour is over");
        assert!(!covered("Admin", "34817-7-9", 999), "the clock was set back");
        assert!(!covered("Admin", "34818-7-9", 1_000) && !covered("Other", "34817-7-9", 1_000));
        assert!(
            given.clone().for_terminal("34818-7-9").0.is_empty()
                && given.clone().for_terminal("34817-7-9") == given
        );
    }

    #[test]
    fn a_yes_does_not_count_as_a_typed_name() {
        let covered = |given, asked| {
            Confirmations(vec![confirmation("A", given, 0)]).covers(
                &RoleId::example("A"),
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
        assert!(Confirmations::default().covers(
            &RoleId::example("A"),
            ConfirmLevel::None,
            "",
            Timestamp(1)
        ));
    }

    #[test]
    fn confirmations_are_saved_in_a_private_file_without_expired_ones() {
        let home = tempfile::tempdir().unwrap();
        for confirmation in [
            confirmation("Old", ConfirmLevel::Ask, 0),
            confirmation("A", ConfirmLevel::TypeName, 5_000),
            confirmation("A", ConfirmLevel::Ask, 5_100),
        ] {
            record(home.path(), confirmation).unwrap();
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
                std::fs::metadata(FILE.path(home.path())).unwrap().permissions().mode() & 0o777,
                0o600
            );
        }
    }

    #[test]
    fn a_damaged_file_is_ignored_and_overwritten() {
        let home = tempfile::tempdir().unwrap();
        std::fs::write(FILE.path(home.path()), "[{").unwrap();
        assert_eq!(load(home.path()), Confirmations::default());
        record(home.path(), confirmation("A", ConfirmLevel::Ask, 1)).unwrap();
        assert_eq!(load(home.path()).0, [confirmation("A", ConfirmLevel::Ask, 1)]);
    }

    #[test]
    fn concurrent_confirmations_are_all_kept() {
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
