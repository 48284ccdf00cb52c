//! The output of `each`: labelled lines or JSON, a progress line and a summary.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use serde_json::{Map, Value};
use unicode_width::UnicodeWidthStr;

use crate::domain::{ErrorKind, Roster, RosterEntry, escape_unprintable, plural};
use crate::ops::each::{RoleEvent, RunOutcome};
use crate::os::process::group::OutputStream;

use crate::cli::{exit_code, role_env, ui};

/// Roles that the summary names for each kind of failure.
const MAX_NAMES: usize = 5;

/// Prints events and collects outcomes.
pub(in crate::cli::cmd) struct EachReport {
    roster: Arc<Roster>,
    rows: Vec<usize>,
    labels: Vec<String>,
    json: bool,
    /// Output of running commands, printed as JSON when they end.
    buffered_output: HashMap<usize, (Vec<u8>, Vec<u8>)>,
    running: usize,
    /// The first role whose command started, and how many did.
    started: Option<(usize, usize)>,
    outcomes: BTreeMap<usize, RunOutcome>,
}

impl EachReport {
    pub(in crate::cli::cmd) fn new(roster: Arc<Roster>, rows: Vec<usize>, json: bool) -> Self {
        let labels = labels(rows.iter().map(|row| &roster.entries[*row]));
        Self {
            roster,
            rows,
            labels,
            json,
            buffered_output: HashMap::new(),
            running: 0,
            started: None,
            outcomes: BTreeMap::new(),
        }
    }

    /// Handles an event in a role, by its position among the rows.
    pub(in crate::cli::cmd) fn on_event(&mut self, at: usize, event: RoleEvent) {
        match event {
            RoleEvent::Started => {
                self.running += 1;
                let (first, count) = self.started.unwrap_or((at, 0));
                self.started = Some((first, count + 1));
            }
            RoleEvent::Warning(warning) => {
                ui::show_progress("");
                ui::print_warning(&warning.context(escape_unprintable(self.labels[at].trim_end())));
            }
            RoleEvent::Output(stream, line) if self.json => {
                let (stdout, stderr) = self.buffered_output.entry(at).or_default();
                if stream == OutputStream::Stdout { stdout } else { stderr }.extend(line);
            }
            RoleEvent::Output(stream, line) => self.print_line(at, stream, &line),
            RoleEvent::Finished(outcome) => self.on_ended(at, outcome),
        }
        self.show_progress();
    }

    fn print_line(&self, at: usize, stream: OutputStream, line: &[u8]) {
        let text = String::from_utf8_lossy(line);
        let line = format!("{} │ {}", self.labels[at], text.trim_end_matches(['\n', '\r']));
        ui::show_progress("");
        match stream {
            // The reader may be gone; the commands go on.
            OutputStream::Stdout => drop(ui::print_data_raw(&(line + "\n"))),
            OutputStream::Stderr => ui::print_message_raw(&line),
        }
    }

    fn on_ended(&mut self, at: usize, outcome: RunOutcome) {
        let entry = &self.roster.entries[self.rows[at]];
        if matches!(outcome, RunOutcome::Exited(_) | RunOutcome::Interrupted) {
            self.running = self.running.saturating_sub(1);
        }
        if self.json && outcome != RunOutcome::NotStarted {
            let (stdout, stderr) = self.buffered_output.remove(&at).unwrap_or_default();
            ui::show_progress("");
            let _ = ui::print_data(
                &(Value::Object(result_json(
                    role_json(&self.roster, entry),
                    &outcome,
                    &stdout,
                    &stderr,
                ))
                .to_string()
                    + "\n"),
            );
        }
        self.outcomes.insert(at, outcome);
    }

    fn show_progress(&self) {
        let failed = self
            .outcomes
            .values()
            .filter(|outcome| !matches!(outcome, RunOutcome::Exited(0)))
            .count();
        let failed = if failed > 0 { format!(", {failed} failed") } else { String::new() };
        ui::show_progress(&ui::dim(&format!(
            "{} of {} roles done{failed}, {} running",
            self.outcomes.len(),
            self.rows.len(),
            self.running
        )));
    }

    /// Returns the first role whose command started, and how many did; `None` if none did.
    pub(in crate::cli::cmd) fn started(&self) -> Option<(&RosterEntry, usize)> {
        self.started.map(|(at, count)| (&self.roster.entries[self.rows[at]], count))
    }

    /// Prints the summary. Returns the highest exit code, or 130 if it was stopped.
    pub(in crate::cli::cmd) fn print_summary(&self) -> u8 {
        ui::show_progress("");
        for line in summary(&self.labels, &self.outcomes) {
            ui::print_message(&line);
        }
        let hints = self.outcomes.values().filter_map(|outcome| {
            if let RunOutcome::Failed(error) = outcome { Some(&error.hints) } else { None }
        });
        let mut hints: Vec<&String> = hints.flatten().collect();
        hints.sort();
        hints.dedup();
        for hint in hints.into_iter().take(MAX_NAMES) {
            ui::print_message(&format!("{} {}", ui::dim("hint:"), escape_unprintable(hint)));
        }
        overall_exit_code(self.outcomes.values())
    }
}

/// Returns labels of one width: account and role, with the account's id if names are ambiguous.
fn labels<'a>(entries: impl Iterator<Item = &'a RosterEntry>) -> Vec<String> {
    let entries: Vec<&RosterEntry> = entries.collect();
    let mut times: HashMap<String, usize> = HashMap::new();
    for entry in &entries {
        *times.entry(role_env::role_label(entry)).or_default() += 1;
    }
    let label = |entry: &&RosterEntry| match role_env::role_label(entry) {
        twice if times.get(&twice).is_some_and(|times| *times > 1) => {
            escape_unprintable(&format!("{}/{}", entry.account, entry.role))
        }
        label => escape_unprintable(&label),
    };
    let labels: Vec<String> = entries.iter().map(label).collect();
    let widest = labels.iter().map(|label| label.width()).max().unwrap_or_default();
    labels
        .into_iter()
        .map(|label| format!("{label}{}", " ".repeat(widest - label.width())))
        .collect()
}

pub(in crate::cli::cmd) fn role_json(roster: &Roster, entry: &RosterEntry) -> Map<String, Value> {
    let pairs = [
        ("sso", roster.instance(entry).name.as_str()),
        ("account_id", entry.account.as_str()),
        ("account_name", &entry.account_name),
        ("role", &entry.role),
    ];
    pairs.into_iter().map(|(name, value)| (name.to_owned(), Value::from(value))).collect()
}

fn result_json(
    mut line: Map<String, Value>,
    outcome: &RunOutcome,
    stdout: &[u8],
    stderr: &[u8],
) -> Map<String, Value> {
    let (code, error) = match outcome {
        RunOutcome::Exited(code) => (Value::from(*code), Value::Null),
        RunOutcome::Failed(error) => (Value::Null, Value::from(error.message.clone())),
        RunOutcome::Interrupted | RunOutcome::NotStarted => (Value::Null, Value::from("stopped")),
    };
    line.insert("exit_code".into(), code);
    line.insert("stdout".into(), String::from_utf8_lossy(stdout).into());
    line.insert("stderr".into(), String::from_utf8_lossy(stderr).into());
    line.insert("error".into(), error);
    line
}

/// Renders a line of totals, and one for each kind of failure.
fn summary(labels: &[String], outcomes: &BTreeMap<usize, RunOutcome>) -> Vec<String> {
    let (mut well, mut other): (usize, BTreeMap<String, Vec<&str>>) = (0, BTreeMap::new());
    for (at, outcome) in outcomes {
        let failure = match outcome {
            RunOutcome::Exited(0) => {
                well += 1;
                continue;
            }
            RunOutcome::Exited(code) => format!("exit code {code}"),
            RunOutcome::Failed(error) => escape_unprintable(&error.message),
            RunOutcome::Interrupted => "interrupted".to_owned(),
            RunOutcome::NotStarted => "not started".to_owned(),
        };
        other.entry(failure).or_default().push(labels[*at].trim_end());
    }
    let noun = plural(outcomes.len(), "role");
    let mut lines = vec![format!(
        "{} {noun}: {well} succeeded, {} failed",
        outcomes.len(),
        outcomes.len() - well
    )];
    if other.is_empty() {
        lines = vec![format!("{} {noun}: all succeeded", outcomes.len())];
    }
    for (failure, roles) in other {
        let more = if roles.len() > MAX_NAMES {
            format!(" and {} more", roles.len() - MAX_NAMES)
        } else {
            String::new()
        };
        let named: Vec<&str> = roles.into_iter().take(MAX_NAMES).collect();
        lines.push(format!("  {failure}: {}{more}", named.join(", ")));
    }
    lines
}

fn overall_exit_code<'a>(outcomes: impl Iterator<Item = &'a RunOutcome>) -> u8 {
    let (mut worst, mut stopped) = (0, false);
    for outcome in outcomes {
        match outcome {
            RunOutcome::Exited(code) => worst = worst.max(*code),
            RunOutcome::Failed(error) => worst = worst.max(exit_code(error.kind)),
            RunOutcome::Interrupted | RunOutcome::NotStarted => stopped = true,
        }
    }
    if stopped { exit_code(ErrorKind::Cancelled) } else { worst }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Error;

    fn outcomes(list: Vec<RunOutcome>) -> (Vec<String>, BTreeMap<usize, RunOutcome>) {
        (
            (0..list.len()).map(|at| format!("acc-{at}/Role ")).collect(),
            list.into_iter().enumerate().collect(),
        )
    }

    #[test]
    fn a_summary_counts_and_names_what_failed() {
        let refused = || RunOutcome::Failed(Error::new(ErrorKind::AccessDenied, "AWS refuses"));
        let mut list = vec![RunOutcome::Exited(0), RunOutcome::Exited(3), RunOutcome::Exited(0)];
        list.extend((0..7).map(|_| refused()));
        let (labels, all) = outcomes(list);
        let refused =
            "  AWS refuses: acc-3/Role, acc-4/Role, acc-5/Role, acc-6/Role, acc-7/Role and 2 more";
        assert_eq!(
            summary(&labels, &all),
            ["10 roles: 2 succeeded, 8 failed", refused, "  exit code 3: acc-1/Role"]
        );
        let (labels, all) = outcomes(vec![RunOutcome::Exited(0)]);
        assert_eq!(summary(&labels, &all), ["1 role: all succeeded"]);
    }

    #[test]
    fn the_highest_exit_code_wins_unless_it_was_stopped() {
        let of = |list: &[RunOutcome]| overall_exit_code(list.iter());
        let refused = RunOutcome::Failed(Error::new(ErrorKind::AccessDenied, ""));
        assert_eq!(of(&[RunOutcome::Exited(0), RunOutcome::Exited(3), refused.clone()]), 6);
        assert_eq!(of(&[RunOutcome::Exited(77), refused]), 77);
        assert_eq!(
            of(&[RunOutcome::Exited(255), RunOutcome::Interrupted, RunOutcome::NotStarted]),
            130
        );
    }
}
