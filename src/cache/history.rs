//! What was handed out: one JSON object a line, appended by every process, cut back now and then.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use crate::domain::frecency;
use crate::domain::{Error, Result, RoleId, Timestamp, Usage, Usages};
use crate::os::atomic_file;
use crate::os::lock::Lock;

/// How long another process may hold the file.
const LOCK_TIMEOUT: Duration = Duration::from_secs(2);
/// A file longer than this is cut back before the next line is added.
const COMPACTION_THRESHOLD: usize = 256 * 1_024;
/// Lines that survive the cut, whatever the limits allow.
const MAX_COMPACTED_LINES: usize = 1_000;

/// One use of a role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryEntry {
    /// When.
    pub at: Timestamp,
    /// Which role.
    pub role: RoleId,
    /// The command that handed it out: `exec`, `console`, ….
    pub command: String,
    /// The directory it was used in; empty when unknown.
    #[serde(default)]
    pub directory: String,
    /// The run that it was part of, where one command was run in many roles: then the role is the
    /// first of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<EachRun>,
}

/// One command in many roles.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EachRun {
    /// How many roles it was begun in.
    pub roles: usize,
    /// The words that chose them.
    pub query: String,
}

/// What the person wants remembered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HistoryLimits {
    /// Distinct roles, the most recent ones; 0 remembers nothing.
    pub max_roles: usize,
    /// Minutes; 0 = no limit.
    pub max_age_minutes: i64,
}

/// Where the history lies.
pub fn path(state_dir: &Path) -> PathBuf {
    state_dir.join("history.jsonl")
}

/// The remembered uses, oldest first. Lines that can't be read are passed over.
///
/// # Errors
/// When the file is there and can't be read.
pub fn load(state_dir: &Path, limits: HistoryLimits, now: Timestamp) -> Result<Vec<HistoryEntry>> {
    let bytes = atomic_file::load(&path(state_dir))?.unwrap_or_default();
    Ok(apply_limits(parse(&bytes), limits, now))
}

/// Adds a use.
///
/// # Errors
/// When it can't be written, or another process holds the file for two seconds. No reason to fail
/// the use itself.
pub fn record(state_dir: &Path, used: &HistoryEntry, limits: HistoryLimits) -> Result<()> {
    if limits.max_roles == 0 {
        return Ok(());
    }
    let path = path(state_dir);
    let held = Lock::acquire(&state_dir.join("history.lock"), Instant::now() + LOCK_TIMEOUT)?;
    if held.is_none() {
        return Err(Error::os(format!("{} is held by another process", path.display())));
    }
    let old = atomic_file::load(&path)?.unwrap_or_default();
    if old.len() > COMPACTION_THRESHOLD {
        let mut uses = apply_limits(parse(&old), limits, used.at);
        uses.drain(..uses.len().saturating_sub(MAX_COMPACTED_LINES));
        uses.push(used.clone());
        return atomic_file::save(&path, &render(&uses)?);
    }
    // A process killed in the middle of a line must not take ours with it.
    let torn = old.last().is_some_and(|byte| *byte != b'\n');
    let line =
        [if torn { b"\n".as_slice() } else { b"" }, &render(std::slice::from_ref(used))?].concat();
    atomic_file::append(&path, &line)
}

/// What the history says of each role.
pub fn usages(uses: &[HistoryEntry], now: Timestamp) -> Usages {
    let mut moments: HashMap<&RoleId, Vec<Timestamp>> = HashMap::new();
    for used in uses {
        moments.entry(&used.role).or_default().push(used.at);
    }
    let usage = |at: &[Timestamp]| Usage {
        last_used: at.iter().copied().max().unwrap_or_default(),
        count: u32::try_from(at.len()).unwrap_or(u32::MAX),
        score: frecency(now, at.iter().copied()),
    };
    moments.into_iter().map(|(role, at)| (role.clone(), usage(&at))).collect()
}

/// The role that `-` means: the one used last that is not the current one.
pub fn previous(uses: &[HistoryEntry], current: Option<&RoleId>) -> Option<RoleId> {
    uses.iter().rev().map(|used| &used.role).find(|role| Some(*role) != current).cloned()
}

fn parse(bytes: &[u8]) -> Vec<HistoryEntry> {
    let mut uses: Vec<HistoryEntry> = bytes
        .split(|byte| *byte == b'\n')
        .filter_map(|line| serde_json::from_slice(line).ok())
        .collect();
    uses.sort_by_key(|used| used.at);
    uses
}

fn render(uses: &[HistoryEntry]) -> Result<Vec<u8>> {
    let mut out = Vec::new();
    for used in uses {
        serde_json::to_writer(&mut out, used)
            .map_err(|error| Error::internal(format!("history: {error}")))?;
        out.push(b'\n');
    }
    Ok(out)
}

/// Drops what is too old, and the uses of all but the most recently used roles. As many runs are
/// kept, and they count for no role: one over six hundred roles is one thing that a person did.
/// Expects and keeps the oldest first.
fn apply_limits(
    mut uses: Vec<HistoryEntry>,
    limits: HistoryLimits,
    now: Timestamp,
) -> Vec<HistoryEntry> {
    if limits.max_age_minutes > 0 {
        uses.retain(|used| now.since(used.at) <= limits.max_age_minutes.saturating_mul(60));
    }
    let mut recent = HashSet::new();
    for used in uses.iter().rev().filter(|used| used.run.is_none()) {
        if recent.len() == limits.max_roles {
            break;
        }
        recent.insert(used.role.clone());
    }
    let mut old_runs =
        uses.iter().filter(|used| used.run.is_some()).count().saturating_sub(limits.max_roles);
    uses.retain(|used| match used.run {
        None => recent.contains(&used.role),
        Some(_) if old_runs > 0 => {
            old_runs -= 1;
            false
        }
        Some(_) => true,
    });
    uses
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{InstanceName, RoleName};

    const LIMITS: HistoryLimits = HistoryLimits { max_roles: 50, max_age_minutes: 0 };

    fn history_entry(at: i64, role: &str) -> HistoryEntry {
        let role = RoleId {
            instance: InstanceName::new("corp"),
            account: "012345678901".parse().unwrap(),
            role: RoleName::new(role),
        };
        HistoryEntry {
            at: Timestamp(at),
            role,
            command: "exec".into(),
            directory: "/src/pay\nments".into(),
            run: None,
        }
    }

    fn each_run(at: i64) -> HistoryEntry {
        HistoryEntry {
            command: "each".into(),
            run: Some(EachRun { roles: 600, query: "env:prod".into() }),
            ..history_entry(at, "Of600")
        }
    }

    fn role_names(uses: &[HistoryEntry]) -> Vec<&str> {
        uses.iter().map(|used| used.role.role.as_str()).collect()
    }

    #[test]
    fn uses_are_kept_in_order_and_counted() {
        let home = tempfile::tempdir().unwrap();
        for (at, role) in [(1, "A"), (2, "B"), (3, "A")] {
            record(home.path(), &history_entry(at, role), LIMITS).unwrap();
        }
        let uses = load(home.path(), LIMITS, Timestamp(3)).unwrap();
        assert_eq!(role_names(&uses), ["A", "B", "A"]);
        assert_eq!(uses[0], history_entry(1, "A"));
        let usage = usages(&uses, Timestamp(3))[&history_entry(1, "A").role];
        assert_eq!((usage.last_used, usage.count), (Timestamp(3), 2));
        assert!(usage.score > 1.9);
    }

    #[test]
    fn the_previous_role_is_the_last_that_is_not_the_current_one() {
        let uses = [history_entry(1, "A"), history_entry(2, "B"), history_entry(3, "B")];
        assert_eq!(
            previous(&uses, Some(&history_entry(0, "B").role)),
            Some(history_entry(0, "A").role)
        );
        assert_eq!(previous(&uses, None), Some(history_entry(0, "B").role));
        assert_eq!(previous(&[], None), None);
    }

    #[test]
    fn limits_are_roles_and_minutes() {
        let uses = vec![
            history_entry(60, "A"),
            history_entry(120, "B"),
            history_entry(180, "C"),
            history_entry(240, "B"),
        ];
        let kept = |roles, minutes| {
            apply_limits(
                uses.clone(),
                HistoryLimits { max_roles: roles, max_age_minutes: minutes },
                Timestamp(240),
            )
        };
        assert_eq!(role_names(&kept(2, 0)), ["B", "C", "B"]);
        assert_eq!(role_names(&kept(50, 2)), ["B", "C", "B"]);
        assert_eq!(role_names(&kept(1, 1)), ["B"]);
        assert!(kept(0, 0).is_empty());
    }

    #[test]
    fn runs_over_many_roles_push_no_role_out_and_are_as_many() {
        let home = tempfile::tempdir().unwrap();
        for used in [
            history_entry(1, "A"),
            each_run(2),
            each_run(3),
            each_run(4),
            history_entry(5, "B"),
            each_run(6),
        ] {
            record(home.path(), &used, LIMITS).unwrap();
        }
        let uses =
            load(home.path(), HistoryLimits { max_roles: 2, max_age_minutes: 0 }, Timestamp(6))
                .unwrap();
        assert_eq!(uses, [history_entry(1, "A"), each_run(4), history_entry(5, "B"), each_run(6)]);
    }

    #[test]
    fn a_torn_line_costs_only_itself() {
        let home = tempfile::tempdir().unwrap();
        record(home.path(), &history_entry(1, "A"), LIMITS).unwrap();
        atomic_file::append(&path(home.path()), b"{\"at\":2,\"ro").unwrap();
        record(home.path(), &history_entry(3, "C"), LIMITS).unwrap();
        assert_eq!(role_names(&load(home.path(), LIMITS, Timestamp(3)).unwrap()), ["A", "C"]);
    }

    #[test]
    fn a_long_file_is_cut_back() {
        let home = tempfile::tempdir().unwrap();
        let many: Vec<HistoryEntry> = (0..4_000).map(|at| history_entry(at, "A")).collect();
        atomic_file::save(&path(home.path()), &render(&many).unwrap()).unwrap();
        record(home.path(), &history_entry(5_000, "B"), LIMITS).unwrap();
        let uses = load(home.path(), LIMITS, Timestamp(5_000)).unwrap();
        assert_eq!(
            (uses.len(), uses.last()),
            (MAX_COMPACTED_LINES + 1, Some(&history_entry(5_000, "B")))
        );
    }

    #[test]
    fn many_writers_lose_nothing() {
        let home = tempfile::tempdir().unwrap();
        std::thread::scope(|scope| {
            for n in 0..16 {
                let home = home.path();
                scope.spawn(move || {
                    record(home, &history_entry(n, &format!("R{n}")), LIMITS).unwrap()
                });
            }
        });
        assert_eq!(load(home.path(), LIMITS, Timestamp(20)).unwrap().len(), 16);
    }

    #[test]
    fn a_history_of_no_roles_writes_nothing() {
        let home = tempfile::tempdir().unwrap();
        record(
            home.path(),
            &history_entry(1, "A"),
            HistoryLimits { max_roles: 0, max_age_minutes: 0 },
        )
        .unwrap();
        assert!(!path(home.path()).exists());
    }
}
