//! Sessions and profiles with all sections of their names, and the values in the whole file.

use std::collections::{BTreeMap, BTreeSet};

use crate::awsconfig::sso_lint::outline::{KeyEntry, Outline, OutlineSection};
use crate::awsconfig::sso_lint::subject::Subject;
use crate::awsconfig::sso_lint::{SsoProblem, SsoProblemKind};
use crate::domain::{Region, StartUrl};

/// A session or profile, with all sections of its name.
pub(super) struct MergedSection<'o, 't> {
    pub(super) outline: &'o Outline<'t>,
    pub(super) subject: &'o Subject,
    pub(super) sections: Vec<&'o OutlineSection<'t>>,
}

/// Values of the whole file that checks compare with.
pub(super) struct KnownValues<'o> {
    pub(super) sessions: BTreeMap<&'o str, (Option<String>, Option<Region>)>,
    /// Regions by the normalized start URL.
    pub(super) regions: BTreeMap<String, BTreeSet<Region>>,
}

impl<'o> KnownValues<'o> {
    pub(super) fn new(merged: &BTreeMap<&'o Subject, MergedSection<'o, '_>>) -> Self {
        let (mut sessions, mut regions) =
            (BTreeMap::new(), BTreeMap::<String, BTreeSet<Region>>::new());
        for section in merged.values() {
            for prefix in ["", "granted_"] {
                let (url, region) = (
                    section.plain_value(&format!("{prefix}sso_start_url")),
                    section.plain_value(&format!("{prefix}sso_region")),
                );
                let region = region.map(Region::new).filter(Region::is_well_formed);
                if let (Some(url), Some(region)) = (url, &region) {
                    regions
                        .entry(StartUrl::new(url).normalized().to_owned())
                        .or_default()
                        .insert(region.clone());
                }
                if let (Subject::Session(name), "") = (section.subject, prefix) {
                    sessions.insert(name.as_str(), (url.map(str::to_owned), region));
                }
            }
        }
        Self { sessions, regions }
    }

    /// Returns the region of a start URL if the file has exactly one for it.
    pub(super) fn region_of_portal(&self, start_url: &str) -> Option<&Region> {
        let all = self.regions.get(StartUrl::new(start_url).normalized())?;
        if all.len() == 1 { all.first() } else { None }
    }
}

impl<'t> MergedSection<'_, 't> {
    pub(super) fn entry(&self, key: &str) -> Option<&KeyEntry<'t>> {
        self.sections.iter().rev().find_map(|section| section.entry(key))
    }

    pub(super) fn plain_value(&self, key: &str) -> Option<&str> {
        self.entry(key).map(KeyEntry::plain_value)
    }

    pub(super) fn new_problem(
        &self,
        line: usize,
        message: String,
        advice: String,
        kind: SsoProblemKind,
    ) -> SsoProblem {
        let section = self
            .sections
            .iter()
            .rev()
            .find(|section| section.line <= line)
            .unwrap_or(&self.sections[0]);
        SsoProblem {
            line,
            section: section.label(),
            message,
            advice,
            kind,
            edit: None,
            subject: self.subject.clone(),
        }
    }
}
