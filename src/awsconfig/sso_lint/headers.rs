//! Headers that AWS programs do not read as they were meant.

use crate::awsconfig::header::{self, Kind};
use crate::awsconfig::section::{profile_header, session_header};
use crate::domain::edit_distance;

use super::outline::{Outline, Part, Subject, rest, subject};
use super::{Code, Edit, Problem};

/// A mistake in a header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Header {
    what: &'static str,
    advice: String,
    /// The header as it should be, with its brackets.
    right: Option<String>,
}

/// How far a word may be from the one that was meant.
const NEAR: usize = 2;

/// What a section is about, and what is wrong with its header.
pub(super) fn examine(part: &Part<'_>) -> (Subject, Option<Header>) {
    let inside = part.inside.trim();
    let first = inside.split_whitespace().next().unwrap_or_default();
    match header::kind(inside) {
        Kind::Services => (Subject::Other, None),
        Kind::Profile if inside == "default" => (Subject::Profile("default".into()), None),
        kind @ (Kind::Profile | Kind::SsoSession) => {
            let word = if kind == Kind::Profile { "profile" } else { "sso-session" };
            match subject(inside) {
                Some(subject) if first == word => (subject, None),
                Some(subject) => misspelled(subject),
                None => unnamed(word, inside),
            }
        }
        Kind::Other => other(part, inside, first),
    }
}

fn unnamed(word: &str, inside: &str) -> (Subject, Option<Header>) {
    let name = rest(inside);
    let wrong =
        |what, advice: String, right| (Subject::Other, Some(Header { what, advice, right }));
    if header::words(inside).is_none() {
        return wrong(
            "has a quote that is not closed",
            "put the whole name in double quotes".into(),
            None,
        );
    }
    if name.is_empty() {
        return wrong("has no name", format!("write [{word} NAME]"), None);
    }
    let right = if word == "profile" { profile_header(name) } else { session_header(name) }.ok();
    let subject = if word == "profile" {
        Subject::Profile(name.into())
    } else {
        Subject::Session(name.into())
    };
    let advice = right
        .as_ref()
        .map_or_else(|| "put the name in double quotes".into(), |right| format!("write {right}"));
    (subject, Some(Header { what: "has a name of several words without quotes", advice, right }))
}

/// A header that is neither a profile's nor a session's to AWS programs.
fn other(part: &Part<'_>, inside: &str, first: &str) -> (Subject, Option<Header>) {
    let spelled = first.to_lowercase().replace('_', "-");
    let name = header::words(rest(inside)).unwrap_or_default();
    let about = |name: &str| !name.is_empty() && part.is_about_sso();
    match &name[..] {
        // `[sso session NAME]`
        [second, name]
            if spelled == "sso" && edit_distance(&second.to_lowercase(), "session") <= NEAR =>
        {
            misspelled(Subject::Session(name.clone()))
        }
        [name] if edit_distance(&spelled, "sso-session") <= NEAR => {
            misspelled(Subject::Session(name.clone()))
        }
        [name] if edit_distance(&spelled, "profile") <= NEAR => {
            misspelled(Subject::Profile(name.clone()))
        }
        [name] if about(name) && ["sso", "session"].contains(&spelled.as_str()) => {
            misspelled(Subject::Session(name.clone()))
        }
        [] if edit_distance(&spelled, "sso-session") <= NEAR => {
            unnamed("sso-session", "sso-session")
        }
        [] if about(inside) && inside.eq_ignore_ascii_case("default") => {
            misspelled(Subject::Profile("default".into()))
        }
        [] if about(inside) => {
            let (subject, header) = misspelled(Subject::Profile(inside.to_owned()));
            (
                subject,
                header.map(|header| Header {
                    what: "is a profile in the credentials file only",
                    ..header
                }),
            )
        }
        _ => (Subject::Other, None),
    }
}

fn misspelled(subject: Subject) -> (Subject, Option<Header>) {
    let right = match &subject {
        Subject::Session(name) => session_header(name).ok(),
        Subject::Profile(name) => profile_header(name).ok(),
        Subject::Other => None,
    };
    let advice = right.as_ref().map_or_else(
        || "write [profile NAME] or [sso-session NAME]".into(),
        |right| format!("write {right}"),
    );
    (subject, Some(Header { what: "is misspelled, so AWS programs do not read it", advice, right }))
}

/// The mistakes in headers, as problems. One is fixed only if no other section has that name.
pub(super) fn problems(outline: &Outline<'_>, out: &mut Vec<Problem>) {
    for part in &outline.parts {
        let Some(header) = &part.header else { continue };
        let same = outline.parts.iter().filter(|other| other.subject == part.subject).count();
        let free = !outline.has(&part.subject) && same == 1;
        let line = outline.line(part.line);
        let edit = header.right.as_ref().filter(|_| free).and_then(|right| {
            let start = line.find('[')?;
            let end = line[start..].find(part.inside)? + start + part.inside.len() + 1;
            Some(Edit {
                line: part.line,
                lines: vec![format!("{}{right}{}", &line[..start], line.get(end..)?)],
            })
        });
        let taken =
            if edit.is_none() && header.right.is_some() { ", which is there already" } else { "" };
        out.push(Problem {
            line: part.line,
            section: part.shown(),
            what: header.what.to_owned(),
            advice: format!("{}{taken}", header.advice),
            code: Code::Header,
            edit,
            subject: part.subject.clone(),
        });
    }
}
