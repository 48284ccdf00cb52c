//! The history of used roles: one JSON object per line, appended by every process and compacted
//! when it grows large. Stored in `history.jsonl` in the state directory.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::domain::{ErrorKind, Result, ResultExt, RoleId, Timestamp, Usage, Usages, frecency};
use crate::os::atomic_file;

use super::state_file::StateFile;

/// The file size in bytes above which the history is compacted before a line is added.
const COMPACTION_THRESHOLD: usize = 256 * 1_024;
/// The number of lines that compaction keeps at most, even if the limits allow more.
const MAX_COMPACTED_LINES: usize = 1_000;

const FILE: StateFile = StateFile("history.jsonl");

/// One use of a role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryEntry {
    /// When it was used.
    pub at: Timestamp,
    pub role: RoleId,
    /// The rolecall command: `exec`, `console`, ….
    pub command: String,
    /// The working directory; empty if unknown.
    #[serde(default)]
    pub directory: String,
    /// Set if `each` ran one command in many roles; `role` is the first of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<EachRun>,
}

/// A run of one command in many roles.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EachRun {
    /// The number of roles in which the command was started.
    pub roles: usize,
    /// The query that selected the roles.
    pub query: String,
}

/// Limits of the history, from the settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HistoryLimits {
    /// The number of distinct roles to keep, most recent first; 0 disables the history.
    pub max_roles: usize,
    /// The age in minutes at which uses are dropped; 0 keeps them.
    pub max_age_minutes: i64,
}

/// Reads the uses within the limits, oldest first. Invalid lines are skipped.
///
/// # Errors
/// Returns an error if the file exists but can't be read.
pub fn load(state_dir: &Path, limits: HistoryLimits, now: Timestamp) -> Result<Vec<HistoryEntry>> {
    let bytes = FILE.load(state_dir)?.unwrap_or_default();
    Ok(apply_limits(parse(&bytes), limits, now))
}

/// Adds a use.
///
/// # Errors
/// Returns an error if the file can't be written, or if another process holds it for two seconds.
/// Callers should not fail because of it.
pub fn record(state_dir: &Path, used: &HistoryEntry, limits: HistoryLimits) -> Result<()> {
    if limits.max_roles == 0 {
        return Ok(());
    }
    let _lock = FILE.lock(state_dir)?;
    let old = FILE.load(state_dir)?.unwrap_or_default();
    if old.len() > COMPACTION_THRESHOLD {
        let mut uses = apply_limits(parse(&old), limits, used.at);
        uses.drain(..uses.len().saturating_sub(MAX_COMPACTED_LINES));
        uses.push(used.clone());
        return FILE.save(state_dir, &render(&uses)?);
    }
    // If a process was killed while writing a line, start a new one.
    let torn = old.last().is_some_and(|byte| *byte != b'\n');
    let line =
        [if torn { b"\n".as_slice() } else { b"" }, &render(std::slice::from_ref(used))?].concat();
    atomic_file::append(&FILE.path(state_dir), &line)
}

/// Computes the usage of each role.
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

/// Returns the role that `-` selects: the last used one other than `current`.
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
            .context(ErrorKind::Internal, "encoding history.jsonl")?;
        out.push(b'\n');
    }
    Ok(out)
}

/// Drops uses that are too old, and those of all but the most recently used roles. As many runs of
/// `each` are kept. They do not count as uses of a role, since a run over six hundred roles is one
/// action of the user. Expects `uses` in ascending order, and keeps it.
fn apply_limits(
    mut uses: Vec<HistoryEntry>,
    limits: HistoryLimits,
    now: Timestamp,
) -> Vec<HistoryEntry> {
    if limits.max_age_minutes > 0 {
        uses.retain(|used| now.seconds_since(used.at) <= limits.max_age_minutes.saturating_mul(60));
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

    const LIMITS: HistoryLimits = HistoryLimits { max_roles: 50, max_age_minutes: 0 };

    fn history_entry(at: i64, role: &str) -> HistoryEntry {
        HistoryEntry {
            at: Timestamp(at),
            role: RoleId::example(role),
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
    fn runs_over_many_roles_have_a_limit_of_their_own() {
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
    fn a_torn_line_is_skipped() {
        let home = tempfile::tempdir().unwrap();
        record(home.path(), &history_entry(1, "A"), LIMITS).unwrap();
        atomic_file::append(&FILE.path(home.path()), b"{\"at\":2,\"ro").unwrap();
        record(home.path(), &history_entry(3, "C"), LIMITS).unwrap();
        assert_eq!(role_names(&load(home.path(), LIMITS, Timestamp(3)).unwrap()), ["A", "C"]);
    }

    #[test]
    fn a_long_file_is_compacted() {
        let home = tempfile::tempdir().unwrap();
        let many: Vec<HistoryEntry> = (0..4_000).map(|at| history_entry(at, "A")).collect();
        atomic_file::save(&FILE.path(home.path()), &render(&many).unwrap()).unwrap();
        record(home.path(), &history_entry(5_000, "B"), LIMITS).unwrap();
        let uses = load(home.path(), LIMITS, Timestamp(5_000)).unwrap();
        assert_eq!(
            (uses.len(), uses.last()),
            (MAX_COMPACTED_LINES + 1, Some(&history_entry(5_000, "B")))
        );
    }

    #[test]
    fn concurrent_uses_are_all_kept() {
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
    fn a_disabled_history_writes_nothing() {
        let home = tempfile::tempdir().unwrap();
        record(
            home.path(),
            &history_entry(1, "A"),
            HistoryLimits { max_roles: 0, max_age_minutes: 0 },
        )
        .unwrap();
        assert!(!FILE.path(home.path()).exists());
    }
}
