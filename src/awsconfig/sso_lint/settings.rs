//! Checks of the keys and values of one section: misspelled keys, indented keys, values with
//! something around them.

use crate::awsconfig::values::plain_text;
use crate::domain::{Region, edit_distance};

use super::outline::{KeyEntry, Outline, OutlineSection};
use super::subject::Subject;
use super::{LineReplacement, SsoProblem, SsoProblemKind, truncate};

/// The keys for sign-in.
const SSO_KEYS: [&str; 6] = [
    "sso_session",
    "sso_start_url",
    "sso_region",
    "sso_account_id",
    "sso_role_name",
    "sso_registration_scopes",
];
/// Keys that other programs write. They are not misspelled.
const THIRD_PARTY_KEYS: [&str; 3] = ["sso_account_name", "sso_auto_populated", "sso_role_arn"];
/// Wrong names for keys of a session.
const SESSION_ALIASES: [(&str, &str); 3] = [
    ("start_url", "sso_start_url"),
    ("region", "sso_region"),
    ("scopes", "sso_registration_scopes"),
];
/// Wrong names for keys of a profile.
const PROFILE_ALIASES: [(&str, &str); 4] = [
    ("sso_account", "sso_account_id"),
    ("sso_role", "sso_role_name"),
    ("account_id", "sso_account_id"),
    ("role_name", "sso_role_name"),
];
/// The prefix of Granted's variants of the same keys.
const GRANTED_PREFIX: &str = "granted_";
/// The largest edit distance between a misspelled key and the intended one.
const MAX_EDIT_DISTANCE: usize = 2;

/// Returns the intended key if this one is misspelled.
fn intended_key(section: &OutlineSection<'_>, key: &str) -> Option<String> {
    let (prefix, bare) =
        key.strip_prefix(GRANTED_PREFIX).map_or(("", key), |bare| (GRANTED_PREFIX, bare));
    if SSO_KEYS.contains(&bare) || THIRD_PARTY_KEYS.contains(&bare) {
        return None;
    }
    let aliases = if matches!(section.subject, Subject::Session(_)) {
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
    // If the right key exists too, the other one is harmless.
    alias
        .or_else(near)
        .map(|key| format!("{prefix}{key}"))
        .filter(|key| section.entry(key).is_none())
}

/// Checks the keys and values of a section.
pub(super) fn problems(
    outline: &Outline<'_>,
    section: &OutlineSection<'_>,
    out: &mut Vec<SsoProblem>,
) {
    let problem = |line, message, advice, kind, edit| SsoProblem {
        line,
        section: section.label(),
        message,
        advice,
        kind,
        edit,
        subject: section.subject.clone(),
    };
    for entry in &section.entries {
        check_indented_keys(outline, section, entry, out);
        if let Some(right) = intended_key(section, &entry.key) {
            let line = outline.line(entry.line);
            let edit = replace_once(line, &entry.key, &right)
                .map(|text| LineReplacement { line: entry.line, lines: vec![text] });
            let message = format!("has `{}` instead of `{right}`", truncate(&entry.key));
            out.push(problem(
                entry.line,
                message,
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
        if let Some((extra, programs_take)) = surrounding_text(entry) {
            let edit = strip_value(outline.line(entry.line), entry);
            out.push(problem(
                entry.line,
                format!("has {extra} `{key}`, which {programs_take} for part of the value"),
                format!("write `{key} = {}`", truncate(value)),
                SsoProblemKind::BadValue,
                edit,
            ));
        }
        if let Some((message, right)) = value_problem(bare, value) {
            let advice = right.as_ref().map_or_else(
                || format!("correct `{key}`"),
                |right| format!("write `{key} = {right}`"),
            );
            let edit =
                right.and_then(|right| replace_once(outline.line(entry.line), value, &right));
            out.push(problem(
                entry.line,
                message,
                advice,
                SsoProblemKind::BadValue,
                edit.map(|text| LineReplacement { line: entry.line, lines: vec![text] }),
            ));
        }
    }
}

/// Replaces the first occurrence of a part of a line, ignoring case; `None` if there is none.
fn replace_once(line: &str, old: &str, new: &str) -> Option<String> {
    let lower = line.to_ascii_lowercase();
    let old = old.to_ascii_lowercase();
    let at = lower.find(&old)?;
    Some(format!("{}{new}{}", &line[..at], &line[at + old.len()..]))
}

/// Returns what is around a value and which programs treat it as part of the value, as parts of a
/// sentence.
fn surrounding_text(entry: &KeyEntry<'_>) -> Option<(&'static str, &'static str)> {
    let (value, plain) = (entry.value, entry.plain_value());
    if value.is_empty() || value == plain {
        return None;
    }
    let after = value.split_once(plain).map_or("", |(_, rest)| rest);
    Some(match () {
        () if after.contains(['#', ';']) => ("a comment behind", "the AWS CLI takes"),
        () if value.contains(['"', '\'', '`', '\u{201c}']) => {
            ("quotes around", "AWS programs take")
        }
        () => ("invisible characters around", "AWS programs take"),
    })
}

/// Removes everything around a value and moves a comment to a line before it.
fn strip_value(line: &str, entry: &KeyEntry<'_>) -> Option<LineReplacement> {
    let (plain, start) = (plain_text(entry.value), line.find(entry.value.trim_end())?);
    let after = entry.value.split_once(plain).map_or("", |(_, rest)| rest);
    let comment = after.find(['#', ';']).map(|at| after[at..].trim_end().to_owned());
    let fixed = format!("{}{plain}", &line[..start]);
    Some(LineReplacement { line: entry.line, lines: comment.into_iter().chain([fixed]).collect() })
}

/// Returns what is wrong with a value, and the correct value if it is clear.
fn value_problem(key: &str, value: &str) -> Option<(String, Option<String>)> {
    match key {
        "sso_account_id" => {
            let digits: String = value.chars().filter(char::is_ascii_digit).collect();
            if value.len() == 12 && digits.len() == 12 {
                return None;
            }
            let message = match digits.len() {
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
                if digits.len() == 11 {
                    message + "; is a zero missing in front?"
                } else {
                    message
                },
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

/// Reports keys that are indented more than the key before: AWS programs treat them as part of its
/// value.
fn check_indented_keys(
    outline: &Outline<'_>,
    section: &OutlineSection<'_>,
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
            section: section.label(),
            message: format!(
                "has `{key}` indented below `{}`, so AWS programs take it for part of that value",
                truncate(&entry.key)
            ),
            advice: "remove the indentation".into(),
            kind: SsoProblemKind::IndentedKey,
            edit: Some(LineReplacement { line: *number, lines: vec![format!("{indent}{text}")] }),
            subject: section.subject.clone(),
        });
    }
}

/// Returns the keys that a section has under a wrong name or on an indented line. They are not
/// missing; other checks report them.
pub(super) fn misspelled_or_indented_keys<'p>(
    section: &'p OutlineSection<'_>,
) -> impl Iterator<Item = String> + 'p {
    let indented = section
        .entries
        .iter()
        .filter(|entry| !entry.value.is_empty())
        .flat_map(|entry| &entry.continuation);
    let indented = indented
        .map(|(_, text)| text.split(['=', ':']).next().unwrap_or_default().trim().to_lowercase());
    section.entries.iter().filter_map(|entry| intended_key(section, &entry.key)).chain(indented)
}
