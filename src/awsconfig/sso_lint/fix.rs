//! Fixes for problems with only one possible correction. All other lines stay byte for byte.

use std::collections::BTreeSet;

use crate::awsconfig::AwsConfig;
use crate::awsconfig::lint::syntax_problems;
use crate::domain::BYTE_ORDER_MARK;

use super::subject::Subject;
use super::{LineReplacement, SsoProblem, problems};

/// The most passes over the file. A fix can reveal further problems, such as a key in a section
/// that was ignored before.
const MAX_PASSES: usize = 8;
/// The most problems to fix one by one if they can't be fixed together.
const MAX_SINGLE_FIXES: usize = 64;

/// Fixes every fixable problem and returns the new bytes; `None` if there is no such problem, if
/// the file is not UTF-8, or if nothing can be fixed without changing the meaning of other
/// sections.
pub fn apply_fixes(bytes: &[u8]) -> Option<Vec<u8>> {
    std::str::from_utf8(bytes).ok()?;
    let mut fixed = bytes.to_vec();
    for _ in 0..MAX_PASSES {
        let found: Vec<SsoProblem> =
            problems(&fixed).into_iter().filter(SsoProblem::is_fixable).collect();
        let chosen = on_distinct_lines(&found);
        let next = try_fix(&fixed, &chosen).or_else(|| {
            // A problem that can't be fixed must not prevent the others from being fixed.
            let is_possible = |problem: &&SsoProblem| try_fix(&fixed, &[*problem]).is_some();
            let possible: Vec<&SsoProblem> =
                chosen.iter().copied().take(MAX_SINGLE_FIXES).filter(is_possible).collect();
            try_fix(&fixed, &possible).or_else(|| try_fix(&fixed, possible.get(..1)?))
        });
        match next {
            Some(next) => fixed = next,
            None => break,
        }
    }
    (fixed != bytes).then_some(fixed)
}

/// Selects problems whose fixes change different lines.
fn on_distinct_lines(found: &[SsoProblem]) -> Vec<&SsoProblem> {
    let mut lines = BTreeSet::new();
    found
        .iter()
        .filter(|problem| problem.edit.as_ref().is_some_and(|edit| lines.insert(edit.line)))
        .collect()
}

/// Fixes these problems; `None` if one of them remains, or if the meaning of another section
/// changes.
fn try_fix(bytes: &[u8], chosen: &[&SsoProblem]) -> Option<Vec<u8>> {
    if chosen.is_empty() {
        return None;
    }
    let after = apply_edits(bytes, chosen.iter().filter_map(|problem| problem.edit.as_ref()))?;
    let remaining: BTreeSet<(String, String)> =
        problems(&after).into_iter().map(|problem| (problem.section, problem.message)).collect();
    let gone = chosen
        .iter()
        .all(|problem| !remaining.contains(&(problem.section.clone(), problem.message.clone())));
    let changed: BTreeSet<&Subject> = chosen.iter().map(|problem| &problem.subject).collect();
    let readable = syntax_problems(&after).len() <= syntax_problems(bytes).len();
    (gone && readable && other_sections(bytes, &changed) == other_sections(&after, &changed))
        .then_some(after)
}

fn apply_edits<'e>(
    bytes: &[u8],
    edits: impl Iterator<Item = &'e LineReplacement>,
) -> Option<Vec<u8>> {
    let mut lines: Vec<Vec<u8>> =
        bytes.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
    for LineReplacement { line, lines: new } in edits {
        let old = lines.get_mut(line - 1)?;
        let mark = match *line {
            1 if old.starts_with(BYTE_ORDER_MARK.as_bytes()) => BYTE_ORDER_MARK.as_bytes(),
            _ => b"",
        };
        let end: &[u8] = match &old[..] {
            [.., b'\r', b'\n'] => b"\r\n",
            [.., b'\n'] => b"\n",
            _ => b"",
        };
        let between = if end.is_empty() { &b"\n"[..] } else { end };
        let text: Vec<&[u8]> = new.iter().map(String::as_bytes).collect();
        *old = [mark, &text.join(between), end].concat();
    }
    Some(lines.concat())
}

/// The content of all profiles and sessions but the changed ones, for comparison.
fn other_sections(bytes: &[u8], changed: &BTreeSet<&Subject>) -> impl PartialEq + use<> {
    let config = AwsConfig::parse(bytes);
    let mut profiles = config.profiles();
    profiles.retain(|(name, _)| !changed.contains(&Subject::Profile(name.clone())));
    let mut sessions = config.sso_sessions();
    sessions.retain(|session| !changed.contains(&Subject::Session(session.name.clone())));
    (profiles, sessions)
}
