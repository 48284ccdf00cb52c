//! Keys and values of one section: misspelled keys, lines that became part of others, values with
//! something around them.

use crate::awsconfig::values::plain_text;
use crate::domain::{Region, edit_distance};

use super::outline::{KeyEntry, Outline, OutlineSection};
use super::subject::Subject;
use super::{LineReplacement, SsoProblem, SsoProblemKind, truncate};

/// Keys of sign-in.
const SSO_KEYS: [&str; 6] = [
    "sso_session",
    "sso_start_url",
    "sso_region",
    "sso_account_id",
    "sso_role_name",
    "sso_registration_scopes",
];
/// Keys that other programs write. They are not mistakes.
const THIRD_PARTY_KEYS: [&str; 3] = ["sso_account_name", "sso_auto_populated", "sso_role_arn"];
/// Names that people give to keys of a session.
const SESSION_ALIASES: [(&str, &str); 3] = [
    ("start_url", "sso_start_url"),
    ("region", "sso_region"),
    ("scopes", "sso_registration_scopes"),
];
/// Names that people give to keys of a profile.
const PROFILE_ALIASES: [(&str, &str); 4] = [
    ("sso_account", "sso_account_id"),
    ("sso_role", "sso_role_name"),
    ("account_id", "sso_account_id"),
    ("role_name", "sso_role_name"),
];
/// Prefix of Granted's spelling of the same keys.
const GRANTED_PREFIX: &str = "granted_";
/// How far a key may be from the one that was meant.
const MAX_EDIT_DISTANCE: usize = 2;

/// The key that was meant, if this is none.
fn intended_key(part: &OutlineSection<'_>, key: &str) -> Option<String> {
    let (prefix, bare) =
        key.strip_prefix(GRANTED_PREFIX).map_or(("", key), |bare| (GRANTED_PREFIX, bare));
    if SSO_KEYS.contains(&bare) || THIRD_PARTY_KEYS.contains(&bare) {
        return None;
    }
    let aliases = if matches!(part.subject, Subject::Session(_)) {
        &SESSION_ALIASES[..]
    } else {
        &PROFILE_ALIASES[..]
    };
    let alias = aliases.iter().find(|(alias, _)| *alias == bare).map(|(_, key)| *key);
    let near = || {
        let spelled = bare.replace(['-', ' '], "_");
        let candidates = SSO_KEYS.iter().map(|key| (edit_distance(&spelled, key), *key));
        candidates
            .filter(|(distance, _)| *distance <= MAX_EDIT_DISTANCE && spelled.contains("ss"))
            .min()
            .map(|(_, key)| key)
    };
    // If the right key exists too, the other one is a note and not a mistake.
    alias.or_else(near).map(|key| format!("{prefix}{key}")).filter(|key| part.entry(key).is_none())
}

/// Checks the keys and values of a section.
pub(super) fn problems(
    outline: &Outline<'_>,
    part: &OutlineSection<'_>,
    out: &mut Vec<SsoProblem>,
) {
    let problem = |line, what, advice, code, edit| SsoProblem {
        line,
        section: part.label(),
        message: what,
        advice,
        kind: code,
        edit,
        subject: part.subject.clone(),
    };
    for entry in &part.entries {
        check_indented_keys(outline, part, entry, out);
        if let Some(right) = intended_key(part, &entry.key) {
            let line = outline.line(entry.line);
            let edit = replace_once(line, &entry.key, &right)
                .map(|text| LineReplacement { line: entry.line, lines: vec![text] });
            let what = format!("has `{}` where `{right}` is meant", truncate(&entry.key));
            out.push(problem(
                entry.line,
                what,
                format!("write `{right}`"),
                SsoProblemKind::MisspelledKey,
                edit,
            ));
            continue;
        }
        let bare = entry.key.strip_prefix(GRANTED_PREFIX).unwrap_or(&entry.key);
        if !SSO_KEYS[..5].contains(&bare) || entry.plain_value().is_empty() {
            continue;
        }
        let (key, value) = (&entry.key, entry.plain_value());
        if let Some((what, whose)) = surrounding_text(entry) {
            let edit = strip_value(outline.line(entry.line), entry);
            out.push(problem(
                entry.line,
                format!("has {what} `{key}`, which {whose} for part of the value"),
                format!("write `{key} = {}`", truncate(value)),
                SsoProblemKind::BadValue,
                edit,
            ));
        }
        if let Some((what, right)) = value_problem(bare, value) {
            let advice = right.as_ref().map_or_else(
                || format!("correct `{key}`"),
                |right| format!("write `{key} = {right}`"),
            );
            let edit =
                right.and_then(|right| replace_once(outline.line(entry.line), value, &right));
            out.push(problem(
                entry.line,
                what,
                advice,
                SsoProblemKind::BadValue,
                edit.map(|text| LineReplacement { line: entry.line, lines: vec![text] }),
            ));
        }
    }
}

/// The line with one part replaced, if it has that part once. Keys are found in any case.
fn replace_once(line: &str, old: &str, new: &str) -> Option<String> {
    let lower = line.to_ascii_lowercase();
    let old = old.to_ascii_lowercase();
    let at = lower.find(&old)?;
    Some(format!("{}{new}{}", &line[..at], &line[at + old.len()..]))
}

/// What is around a value, in words that end before the key, and which programs take it for part of
/// the value.
fn surrounding_text(entry: &KeyEntry<'_>) -> Option<(&'static str, &'static str)> {
    let (value, plain) = (entry.value, entry.plain_value());
    if value.is_empty() || value == plain {
        return None;
    }
    let behind = value.split_once(plain).map_or("", |(_, rest)| rest);
    Some(match () {
        () if behind.contains(['#', ';']) => ("a comment behind", "the AWS CLI takes"),
        () if value.contains(['"', '\'', '`', '\u{201c}']) => {
            ("quotes around", "AWS programs take")
        }
        () => ("invisible characters around", "AWS programs take"),
    })
}

/// The value alone, with the comment on a line before it.
fn strip_value(line: &str, entry: &KeyEntry<'_>) -> Option<LineReplacement> {
    let (plain, start) = (plain_text(entry.value), line.find(entry.value.trim_end())?);
    let behind = entry.value.split_once(plain).map_or("", |(_, rest)| rest);
    let comment = behind.find(['#', ';']).map(|at| behind[at..].trim_end().to_owned());
    let fixed = format!("{}{plain}", &line[..start]);
    Some(LineReplacement { line: entry.line, lines: comment.into_iter().chain([fixed]).collect() })
}

/// What is wrong with a value, and what it must be if that is clear.
fn value_problem(key: &str, value: &str) -> Option<(String, Option<String>)> {
    match key {
        "sso_account_id" => {
            let digits: String = value.chars().filter(char::is_ascii_digit).collect();
            if value.len() == 12 && digits.len() == 12 {
                return None;
            }
            let what = match digits.len() {
                12 if value
                    .chars()
                    .all(|letter| letter.is_ascii_digit() || matches!(letter, '-' | ' ')) =>
                {
                    return Some((
                        format!(
                            "has an `sso_account_id` with more than digits: {}",
                            truncate(value)
                        ),
                        Some(digits),
                    ));
                }
                count if count == value.len() => {
                    format!(
                        "has an `sso_account_id` of {count} digits, not 12: {}",
                        truncate(value)
                    )
                }
                _ => format!("has an `sso_account_id` that is not 12 digits: {}", truncate(value)),
            };
            Some((
                if digits.len() == 11 { what + "; is a zero missing in front?" } else { what },
                None,
            ))
        }
        "sso_region" if !Region::new(value).is_well_formed() => {
            let hyphens = Region::new(value.replace('_', "-"));
            let zone =
                Region::new(value.trim_end_matches(|letter: char| letter.is_ascii_alphabetic()));
            let right = [hyphens, zone]
                .into_iter()
                .find(Region::is_well_formed)
                .map(|region| region.to_string());
            Some((format!("has an `sso_region` that is not a region: {}", truncate(value)), right))
        }
        "sso_start_url"
            if value.contains(char::is_whitespace)
                || !value.contains('.') && !value.contains("localhost") =>
        {
            Some((
                format!("has an `sso_start_url` that is not an address: {}", truncate(value)),
                None,
            ))
        }
        _ => None,
    }
}

/// Keys that are indented more than the one before: to AWS programs they are a part of its value.
fn check_indented_keys(
    outline: &Outline<'_>,
    part: &OutlineSection<'_>,
    entry: &KeyEntry<'_>,
    out: &mut Vec<SsoProblem>,
) {
    if entry.value.is_empty() {
        return;
    }
    for (number, text) in &entry.continuation {
        let key = text.split(['=', ':']).next().unwrap_or_default().trim().to_lowercase();
        if !text.contains(['=', ':'])
            || !SSO_KEYS.contains(&key.strip_prefix(GRANTED_PREFIX).unwrap_or(&key))
        {
            continue;
        }
        let indent: String =
            outline.line(entry.line).chars().take_while(|letter| letter.is_whitespace()).collect();
        out.push(SsoProblem {
            line: *number,
            section: part.label(),
            message: format!(
                "has `{key}` indented below `{}`, so AWS programs take it for part of that value",
                truncate(&entry.key)
            ),
            advice: "remove the indentation".into(),
            kind: SsoProblemKind::IndentedKey,
            edit: Some(LineReplacement { line: *number, lines: vec![format!("{indent}{text}")] }),
            subject: part.subject.clone(),
        });
    }
}

/// The keys that a section has under a wrong name or on an indented line: they are not missing, but
/// told otherwise.
pub(super) fn misspelled_or_indented_keys<'p>(
    part: &'p OutlineSection<'_>,
) -> impl Iterator<Item = String> + 'p {
    let indented = part
        .entries
        .iter()
        .filter(|entry| !entry.value.is_empty())
        .flat_map(|entry| &entry.continuation);
    let indented = indented
        .map(|(_, text)| text.split(['=', ':']).next().unwrap_or_default().trim().to_lowercase());
    part.entries.iter().filter_map(|entry| intended_key(part, &entry.key)).chain(indented)
}
