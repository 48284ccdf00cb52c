//! Sessions and profiles as a whole: what they lack, what contradicts itself, and names that
//! nothing has.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::{Region, StartUrl, edit_distance};

use super::outline::{Entry, Outline, Part, Subject};
use super::settings::disguised;
use super::{Code, Edit, Problem, shown};

/// A session or a profile with all sections of its name.
struct Whole<'o, 't> {
    outline: &'o Outline<'t>,
    subject: &'o Subject,
    parts: Vec<&'o Part<'t>>,
}

/// What the whole file knows.
struct Known<'o> {
    sessions: BTreeMap<&'o str, (Option<String>, Option<Region>)>,
    /// Regions by the normalized start URL.
    regions: BTreeMap<String, BTreeSet<Region>>,
}

/// Checks all sessions and profiles.
pub(super) fn problems(outline: &Outline<'_>, out: &mut Vec<Problem>) {
    let mut wholes: BTreeMap<&Subject, Whole<'_, '_>> = BTreeMap::new();
    for part in outline.parts.iter().filter(|part| part.subject != Subject::Other) {
        let whole = Whole { outline, subject: &part.subject, parts: Vec::new() };
        wholes.entry(&part.subject).or_insert(whole).parts.push(part);
    }
    let known = Known::of(&wholes);
    for whole in wholes.values() {
        match whole.subject {
            Subject::Session(_) => whole.session(&known, out),
            Subject::Profile(_) if whole.parts.iter().any(|part| part.is_about_sso()) => {
                whole.profile(&known, out)
            }
            _ => {}
        }
    }
}

impl<'o> Known<'o> {
    fn of(wholes: &BTreeMap<&'o Subject, Whole<'o, '_>>) -> Self {
        let (mut sessions, mut regions) =
            (BTreeMap::new(), BTreeMap::<String, BTreeSet<Region>>::new());
        for whole in wholes.values() {
            for prefix in ["", "granted_"] {
                let (url, region) = (
                    whole.plain(&format!("{prefix}sso_start_url")),
                    whole.plain(&format!("{prefix}sso_region")),
                );
                let region = region.map(Region::new).filter(Region::is_well_formed);
                if let (Some(url), Some(region)) = (url, &region) {
                    regions
                        .entry(StartUrl::new(url).normalized().to_owned())
                        .or_default()
                        .insert(region.clone());
                }
                if let (Subject::Session(name), "") = (whole.subject, prefix) {
                    sessions.insert(name.as_str(), (url.map(str::to_owned), region));
                }
            }
        }
        Self { sessions, regions }
    }

    /// The region of a portal, if the file knows one and only one.
    fn region(&self, start_url: &str) -> Option<&Region> {
        let all = self.regions.get(StartUrl::new(start_url).normalized())?;
        if all.len() == 1 { all.first() } else { None }
    }
}

impl<'t> Whole<'_, 't> {
    fn entry(&self, key: &str) -> Option<&Entry<'t>> {
        self.parts.iter().rev().find_map(|part| part.entry(key))
    }

    fn plain(&self, key: &str) -> Option<&str> {
        self.entry(key).map(Entry::plain)
    }

    fn problem(&self, line: usize, what: String, advice: String, code: Code) -> Problem {
        let part = self.parts.iter().rev().find(|part| part.line <= line).unwrap_or(&self.parts[0]);
        Problem {
            line,
            section: part.shown(),
            what,
            advice,
            code,
            edit: None,
            subject: self.subject.clone(),
        }
    }

    fn session(&self, known: &Known<'_>, out: &mut Vec<Problem>) {
        self.conflicts(out);
        self.needs("sso_start_url", None, out);
        let region = self.plain("sso_start_url").and_then(|url| known.region(url));
        self.needs("sso_region", region, out);
    }

    fn profile(&self, known: &Known<'_>, out: &mut Vec<Problem>) {
        if let Some(entry) = self.entry("sso_session") {
            self.session_named(entry, known, out);
        } else {
            self.directory(known, out);
        }
        if self.has_process() {
            return;
        }
        for (one, other) in
            [("sso_account_id", "sso_role_name"), ("sso_role_name", "sso_account_id")]
        {
            if let (Some(_), None) = (self.entry(one), self.entry(other)) {
                self.needs(other, None, out);
            }
        }
    }

    /// Whether its credentials come from a program: `doctor` tells elsewhere that keys of sign-in
    /// beside that exclude it.
    fn has_process(&self) -> bool {
        self.entry("credential_process").is_some()
    }

    /// A profile that names a session: it must exist, and what the profile says itself must not
    /// differ from it.
    fn session_named(&self, entry: &Entry<'t>, known: &Known<'_>, out: &mut Vec<Problem>) {
        let name = entry.plain();
        let Some((url, region)) = known.sessions.get(name) else {
            let near = known
                .sessions
                .keys()
                .map(|known| (edit_distance(known, name), *known))
                .min()
                .filter(|(distance, _)| *distance <= 2);
            let advice = match near {
                Some((_, near)) => format!(
                    "write `sso_session = {near}` if that is meant, or add [sso-session {}]",
                    shown(name)
                ),
                None => format!(
                    "add [sso-session {}] with `sso_start_url` and `sso_region`",
                    shown(name)
                ),
            };
            let what = format!("names the session `{}`, which is not in the file", shown(name));
            return out.push(self.problem(entry.line, what, advice, Code::Reference));
        };
        let own_url = self.entry("sso_start_url").filter(|own| {
            url.as_ref().is_some_and(|url| StartUrl::new(url) != StartUrl::new(own.plain()))
        });
        let own_region = self.entry("sso_region").filter(|own| {
            region.as_ref().is_some_and(|region| *region != Region::new(own.plain()))
        });
        for own in own_url.into_iter().chain(own_region) {
            let what = format!(
                "has another `{}` than its session `{}`, which AWS programs refuse",
                own.key,
                shown(name)
            );
            out.push(self.problem(
                own.line,
                what,
                format!("take `{}` out of the profile", own.key),
                Code::Conflict,
            ));
        }
    }

    /// A profile without a session: start URL and region belong together.
    fn directory(&self, known: &Known<'_>, out: &mut Vec<Problem>) {
        for prefix in ["", "granted_"] {
            let key = |name: &str| format!("{prefix}sso_{name}");
            match (self.plain(&key("start_url")), self.plain(&key("region"))) {
                (Some(url), None) => self.needs(&key("region"), known.region(url), out),
                (None, Some(_)) => self.needs(&key("start_url"), None, out),
                (None, None) if prefix.is_empty() && self.has_process() => {}
                (None, None)
                    if self.entry(&key("account_id")).is_some()
                        || self.entry(&key("role_name")).is_some() =>
                {
                    let advice =
                        "add `sso_session = NAME`, the name of an [sso-session]".to_owned();
                    let disguised: Vec<String> =
                        self.parts.iter().flat_map(|part| disguised(part)).collect();
                    if !disguised.contains(&key("session"))
                        && !disguised.contains(&key("start_url"))
                    {
                        let what =
                            format!("has neither `{}` nor `{}`", key("session"), key("start_url"));
                        out.push(self.problem(self.parts[0].line, what, advice, Code::Missing));
                    }
                }
                _ => {}
            }
        }
    }

    /// A key that must be there. If its value is known, adding it is safe.
    fn needs(&self, key: &str, value: Option<&Region>, out: &mut Vec<Problem>) {
        if self.entry(key).is_some()
            || self.parts.iter().any(|part| disguised(part).any(|disguised| disguised == key))
        {
            return;
        }
        let (part, placeholder) = (
            self.parts[0],
            key.trim_start_matches("granted_").trim_start_matches("sso_").to_uppercase(),
        );
        let (line, shown) = (part.line, value.map_or(placeholder, ToString::to_string));
        // A second key of the same name would be an error of its own: some AWS programs give up the
        // whole file.
        if let Some(empty) =
            self.parts.iter().rev().flat_map(|part| &part.entries).find(|entry| entry.key == key)
        {
            let mut problem = self.problem(
                empty.line,
                format!("has an empty `{key}`"),
                format!("write `{key} = {shown}`"),
                Code::Missing,
            );
            if let Some(value) = value.filter(|_| empty.more.is_empty()) {
                let indent: String = self
                    .outline
                    .line(empty.line)
                    .chars()
                    .take_while(|letter| letter.is_whitespace())
                    .collect();
                problem.edit = Some(Edit {
                    line: empty.line,
                    lines: vec![format!("{indent}{key} = {value}")],
                });
            }
            out.push(problem);
            return;
        }
        let mut problem = self.problem(
            line,
            format!("has no `{key}`"),
            format!("add `{key} = {shown}` below it"),
            Code::Missing,
        );
        if let Some(value) = value {
            // Behind the first key, at its indentation: a line that is indented otherwise would
            // belong to another one.
            let (line, indented) = part
                .entries
                .first()
                .map_or((part.line, part.line), |entry| (last_line(entry), entry.line));
            let indent: String = self
                .outline
                .line(indented)
                .chars()
                .take_while(|letter| letter.is_whitespace())
                .collect();
            problem.edit = Some(Edit {
                line,
                lines: vec![self.outline.line(line).to_owned(), format!("{indent}{key} = {value}")],
            });
        }
        out.push(problem);
    }

    /// Keys that have several values, in one section or in several of the same name.
    fn conflicts(&self, out: &mut Vec<Problem>) {
        for key in ["sso_start_url", "sso_region"] {
            let all: Vec<&Entry<'_>> = self
                .parts
                .iter()
                .flat_map(|part| &part.entries)
                .filter(|entry| entry.key == key && !entry.plain().is_empty())
                .collect();
            let same = |one: &str, other: &str| match key {
                "sso_region" => Region::new(one) == Region::new(other),
                _ => StartUrl::new(one) == StartUrl::new(other),
            };
            let Some((last, before)) = all.split_last() else { continue };
            if let Some(other) = before.iter().find(|other| !same(other.plain(), last.plain())) {
                let what = format!(
                    "has `{key}` twice: {} in line {}, {} here",
                    shown(other.plain()),
                    other.line,
                    shown(last.plain())
                );
                let advice = "keep one of them; rolecall uses the last one, and the AWS CLI reads no file with both".to_owned();
                out.push(self.problem(last.line, what, advice, Code::Conflict));
            }
        }
    }
}

/// The last line of an entry's value.
fn last_line(entry: &Entry<'_>) -> usize {
    entry.more.last().map_or(entry.line, |(line, _)| *line)
}
