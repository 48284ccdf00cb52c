//! Headers that AWS programs do not read as they were meant.

use crate::awsconfig::header::{self, SectionKind};
use crate::awsconfig::render::{profile_header, sso_session_header};
use crate::domain::edit_distance;

use super::outline::{Outline, OutlineSection, Subject, after_first_word, parse_subject};
use super::{LineReplacement, SsoProblem, SsoProblemKind};

/// A mistake in a header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct HeaderProblem {
    message: &'static str,
    advice: String,
    /// The header as it should be, with its brackets.
    correction: Option<String>,
}

/// How far a word may be from the one that was meant.
const MAX_EDIT_DISTANCE: usize = 2;

/// What a section is about, and what is wrong with its header.
pub(super) fn check_header(part: &OutlineSection<'_>) -> (Subject, Option<HeaderProblem>) {
    let inside = part.header_text.trim();
    let first = inside.split_whitespace().next().unwrap_or_default();
    match header::kind(inside) {
        SectionKind::Services => (Subject::Other, None),
        SectionKind::Profile if inside == "default" => (Subject::Profile("default".into()), None),
        kind @ (SectionKind::Profile | SectionKind::SsoSession) => {
            let word = if kind == SectionKind::Profile { "profile" } else { "sso-session" };
            match parse_subject(inside) {
                Some(subject) if first == word => (subject, None),
                Some(subject) => misspelled_header(subject),
                None => unnamed_header(word, inside),
            }
        }
        SectionKind::Other => check_unknown_header(part, inside, first),
    }
}

fn unnamed_header(word: &str, inside: &str) -> (Subject, Option<HeaderProblem>) {
    let name = after_first_word(inside);
    let wrong = |what, advice: String, right| {
        (Subject::Other, Some(HeaderProblem { message: what, advice, correction: right }))
    };
    if header::split_shell_words(inside).is_none() {
        return wrong(
            "has a quote that is not closed",
            "put the whole name in double quotes".into(),
            None,
        );
    }
    if name.is_empty() {
        return wrong("has no name", format!("write [{word} NAME]"), None);
    }
    let right =
        if word == "profile" { profile_header(name) } else { sso_session_header(name) }.ok();
    let subject = if word == "profile" {
        Subject::Profile(name.into())
    } else {
        Subject::Session(name.into())
    };
    let advice = right
        .as_ref()
        .map_or_else(|| "put the name in double quotes".into(), |right| format!("write {right}"));
    (
        subject,
        Some(HeaderProblem {
            message: "has a name of several words without quotes",
            advice,
            correction: right,
        }),
    )
}

/// A header that is neither a profile's nor a session's to AWS programs.
fn check_unknown_header(
    part: &OutlineSection<'_>,
    inside: &str,
    first: &str,
) -> (Subject, Option<HeaderProblem>) {
    let spelled = first.to_lowercase().replace('_', "-");
    let name = header::split_shell_words(after_first_word(inside)).unwrap_or_default();
    let about = |name: &str| !name.is_empty() && part.is_about_sso();
    match &name[..] {
        // `[sso session NAME]`
        [second, name]
            if spelled == "sso"
                && edit_distance(&second.to_lowercase(), "session") <= MAX_EDIT_DISTANCE =>
        {
            misspelled_header(Subject::Session(name.clone()))
        }
        [name] if edit_distance(&spelled, "sso-session") <= MAX_EDIT_DISTANCE => {
            misspelled_header(Subject::Session(name.clone()))
        }
        [name] if edit_distance(&spelled, "profile") <= MAX_EDIT_DISTANCE => {
            misspelled_header(Subject::Profile(name.clone()))
        }
        [name] if about(name) && ["sso", "session"].contains(&spelled.as_str()) => {
            misspelled_header(Subject::Session(name.clone()))
        }
        [] if edit_distance(&spelled, "sso-session") <= MAX_EDIT_DISTANCE => {
            unnamed_header("sso-session", "sso-session")
        }
        [] if about(inside) && inside.eq_ignore_ascii_case("default") => {
            misspelled_header(Subject::Profile("default".into()))
        }
        [] if about(inside) => {
            let (subject, header) = misspelled_header(Subject::Profile(inside.to_owned()));
            (
                subject,
                header.map(|header| HeaderProblem {
                    message: "is a profile in the credentials file only",
                    ..header
                }),
            )
        }
        _ => (Subject::Other, None),
    }
}

fn misspelled_header(subject: Subject) -> (Subject, Option<HeaderProblem>) {
    let right = match &subject {
        Subject::Session(name) => sso_session_header(name).ok(),
        Subject::Profile(name) => profile_header(name).ok(),
        Subject::Other => None,
    };
    let advice = right.as_ref().map_or_else(
        || "write [profile NAME] or [sso-session NAME]".into(),
        |right| format!("write {right}"),
    );
    (
        subject,
        Some(HeaderProblem {
            message: "is misspelled, so AWS programs do not read it",
            advice,
            correction: right,
        }),
    )
}

/// The mistakes in headers, as problems. One is fixed only if no other section has that name.
pub(super) fn problems(outline: &Outline<'_>, out: &mut Vec<SsoProblem>) {
    for part in &outline.sections {
        let Some(header) = &part.header_problem else { continue };
        let same = outline.sections.iter().filter(|other| other.subject == part.subject).count();
        let free = !outline.has_section(&part.subject) && same == 1;
        let line = outline.line(part.line);
        let edit = header.correction.as_ref().filter(|_| free).and_then(|right| {
            let start = line.find('[')?;
            let end = line[start..].find(part.header_text)? + start + part.header_text.len() + 1;
            Some(LineReplacement {
                line: part.line,
                lines: vec![format!("{}{right}{}", &line[..start], line.get(end..)?)],
            })
        });
        let taken = if edit.is_none() && header.correction.is_some() {
            ", which is there already"
        } else {
            ""
        };
        out.push(SsoProblem {
            line: part.line,
            section: part.label(),
            message: header.message.to_owned(),
            advice: format!("{}{taken}", header.advice),
            kind: SsoProblemKind::BadHeader,
            edit,
            subject: part.subject.clone(),
        });
    }
}
