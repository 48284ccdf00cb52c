//! Checks of whole sessions and profiles: missing keys, contradicting values, and references to
//! unknown sessions.

mod merged_section;
mod required;

use std::collections::BTreeMap;

use crate::domain::{Region, StartUrl, edit_distance};

use super::outline::{KeyEntry, Outline};
use super::settings::misspelled_or_indented_keys;
use super::subject::Subject;
use super::{SsoProblem, SsoProblemKind, truncate};
use merged_section::{KnownValues, MergedSection};

/// Checks all sessions and profiles.
pub(super) fn problems(outline: &Outline<'_>, out: &mut Vec<SsoProblem>) {
    let mut merged: BTreeMap<&Subject, MergedSection<'_, '_>> = BTreeMap::new();
    for section in outline.sections.iter().filter(|section| section.subject != Subject::Other) {
        let empty = || MergedSection { outline, subject: &section.subject, sections: Vec::new() };
        merged.entry(&section.subject).or_insert_with(empty).sections.push(section);
    }
    let known = KnownValues::new(&merged);
    for whole in merged.values() {
        match whole.subject {
            Subject::Session(_) => whole.check_session(&known, out),
            Subject::Profile(_) if whole.sections.iter().any(|section| section.is_about_sso()) => {
                whole.check_profile(&known, out)
            }
            _ => {}
        }
    }
}

impl<'t> MergedSection<'_, 't> {
    fn check_session(&self, known: &KnownValues<'_>, out: &mut Vec<SsoProblem>) {
        self.check_conflicts(out);
        self.check_required("sso_start_url", None, out);
        let region = self.plain_value("sso_start_url").and_then(|url| known.region_of_portal(url));
        self.check_required("sso_region", region, out);
    }

    fn check_profile(&self, known: &KnownValues<'_>, out: &mut Vec<SsoProblem>) {
        if let Some(entry) = self.entry("sso_session") {
            self.check_session_reference(entry, known, out);
        } else {
            self.check_without_session(known, out);
        }
        if self.has_credential_process() {
            return;
        }
        for (one, other) in
            [("sso_account_id", "sso_role_name"), ("sso_role_name", "sso_account_id")]
        {
            if let (Some(_), None) = (self.entry(one), self.entry(other)) {
                self.check_required(other, None, out);
            }
        }
    }

    /// Whether its credentials come from a program. Another check of `doctor` reports sign-in keys
    /// in such a profile.
    fn has_credential_process(&self) -> bool {
        self.entry("credential_process").is_some()
    }

    /// Checks a profile that names a session: the session must exist, and the profile's own start
    /// URL and region must equal those of the session.
    fn check_session_reference(
        &self,
        entry: &KeyEntry<'t>,
        known: &KnownValues<'_>,
        out: &mut Vec<SsoProblem>,
    ) {
        let name = entry.plain_value();
        let Some((url, region)) = known.sessions.get(name) else {
            let near = known
                .sessions
                .keys()
                .map(|known| (edit_distance(known, name), *known))
                .min()
                .filter(|(distance, _)| *distance <= 2);
            let advice = match near {
                Some((_, near)) => format!(
                    "write `sso_session = {near}` if you mean that one, or add [sso-session {}]",
                    truncate(name)
                ),
                None => format!(
                    "add [sso-session {}] with `sso_start_url` and `sso_region`",
                    truncate(name)
                ),
            };
            let message =
                format!("names the session `{}`, which is not in the file", truncate(name));
            return out.push(self.new_problem(
                entry.line,
                message,
                advice,
                SsoProblemKind::UnknownReference,
            ));
        };
        let own_url = self.entry("sso_start_url").filter(|own| {
            url.as_ref().is_some_and(|url| StartUrl::new(url) != StartUrl::new(own.plain_value()))
        });
        let own_region = self.entry("sso_region").filter(|own| {
            region.as_ref().is_some_and(|region| *region != Region::new(own.plain_value()))
        });
        for own in own_url.into_iter().chain(own_region) {
            let message = format!(
                "has another `{}` than its session `{}`, which AWS programs reject",
                own.key,
                truncate(name)
            );
            out.push(self.new_problem(
                own.line,
                message,
                format!("remove `{}` from the profile", own.key),
                SsoProblemKind::Conflict,
            ));
        }
    }

    /// Checks a profile without a session: it needs both a start URL and a region, or neither.
    fn check_without_session(&self, known: &KnownValues<'_>, out: &mut Vec<SsoProblem>) {
        for prefix in ["", "granted_"] {
            let key = |name: &str| format!("{prefix}sso_{name}");
            match (self.plain_value(&key("start_url")), self.plain_value(&key("region"))) {
                (Some(url), None) => {
                    self.check_required(&key("region"), known.region_of_portal(url), out)
                }
                (None, Some(_)) => self.check_required(&key("start_url"), None, out),
                (None, None) if prefix.is_empty() && self.has_credential_process() => {}
                (None, None)
                    if self.entry(&key("account_id")).is_some()
                        || self.entry(&key("role_name")).is_some() =>
                {
                    let advice =
                        "add `sso_session = NAME`, the name of an [sso-session]".to_owned();
                    let misplaced: Vec<String> = self
                        .sections
                        .iter()
                        .flat_map(|section| misspelled_or_indented_keys(section))
                        .collect();
                    if !misplaced.contains(&key("session"))
                        && !misplaced.contains(&key("start_url"))
                    {
                        let message =
                            format!("has neither `{}` nor `{}`", key("session"), key("start_url"));
                        out.push(self.new_problem(
                            self.sections[0].line,
                            message,
                            advice,
                            SsoProblemKind::MissingKey,
                        ));
                    }
                }
                _ => {}
            }
        }
    }

    /// Checks for keys with several values, in one section or in several of the same name.
    fn check_conflicts(&self, out: &mut Vec<SsoProblem>) {
        for key in ["sso_start_url", "sso_region"] {
            let all: Vec<&KeyEntry<'_>> = self
                .sections
                .iter()
                .flat_map(|section| &section.entries)
                .filter(|entry| entry.key == key && !entry.plain_value().is_empty())
                .collect();
            let same = |one: &str, other: &str| match key {
                "sso_region" => Region::new(one) == Region::new(other),
                _ => StartUrl::new(one) == StartUrl::new(other),
            };
            let Some((last, before)) = all.split_last() else { continue };
            if let Some(other) =
                before.iter().find(|other| !same(other.plain_value(), last.plain_value()))
            {
                let message = format!(
                    "has `{key}` twice: {} in line {}, {} here",
                    truncate(other.plain_value()),
                    other.line,
                    truncate(last.plain_value())
                );
                let advice = "keep one of them; rolecall uses the last one, and the AWS CLI \
                              rejects files with both"
                    .to_owned();
                out.push(self.new_problem(last.line, message, advice, SsoProblemKind::Conflict));
            }
        }
    }
}
