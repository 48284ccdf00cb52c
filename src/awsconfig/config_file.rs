//! The config file: sections by kind and name.

use std::collections::BTreeMap;

use crate::domain::BYTE_ORDER_MARK;

use super::header::{self, SectionKind};
use super::lexer::{self, LEGACY_SSO_KEYS, SectionSpan};
use super::values::{self, SectionKeys};

/// A profile, merged from all sections of its name.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Profile {
    /// Values by key in lower case. The lines of a multi-line value are separated by `\n`.
    pub keys: BTreeMap<String, String>,
}

impl Profile {
    /// Returns the value of a key without comments, quotes and further lines, for values that can't
    /// contain any of these: regions, URLs, IDs, names of sessions and roles. Empty values count as
    /// missing.
    pub fn plain_value(&self, key: &str) -> Option<&str> {
        self.keys.get(key).map(|value| values::plain_text(value)).filter(|value| !value.is_empty())
    }

    /// Returns the value of a key; empty values count as missing.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.keys.get(key).map(String::as_str).filter(|value| !value.is_empty())
    }
}

/// A parsed AWS config or credentials file.
#[derive(Debug, Clone, Default)]
pub struct AwsConfig {
    text: String,
    sections: Vec<SectionSpan>,
}

impl AwsConfig {
    /// Parses the bytes of a file. A byte order mark is skipped; bytes that are not UTF-8 affect
    /// only the names and values that contain them.
    pub fn parse(bytes: impl Into<Vec<u8>>) -> Self {
        let mut text = match String::from_utf8(bytes.into()) {
            Ok(text) => text,
            Err(error) => String::from_utf8_lossy(error.as_bytes()).into_owned(),
        };
        if text.starts_with(BYTE_ORDER_MARK) {
            text.remove(0);
        }
        Self { sections: lexer::sections(&text), text }
    }

    /// Returns the profile of this name: `[profile NAME]`, or `[default]`.
    pub fn profile(&self, name: &str) -> Option<Profile> {
        self.merged_keys(SectionKind::Profile, name).map(|keys| Profile { keys })
    }

    /// Returns all profiles with their keys, in order, merged from all sections of a name, in one
    /// pass over the file.
    pub fn profiles(&self) -> Vec<(String, Profile)> {
        let (mut found, mut positions) =
            (Vec::<(String, Profile)>::new(), std::collections::HashMap::new());
        for section in self.sections(SectionKind::Profile) {
            let Some(name) = self.section_name(section) else { continue };
            let position = *positions.entry(name.clone()).or_insert(found.len());
            if position == found.len() {
                found.push((name, Profile::default()));
            }
            self.add_keys(section, &mut found[position].1.keys);
        }
        found
    }

    /// Returns the names of all profiles in a config file, in order, each once.
    pub fn profile_names(&self) -> Vec<String> {
        let mut names = self
            .sections(SectionKind::Profile)
            .filter_map(|section| self.section_name(section))
            .collect();
        dedup(&mut names);
        names
    }

    /// Returns the names of all profiles in a credentials file, where every section is a profile.
    pub fn credentials_profile_names(&self) -> Vec<String> {
        let mut names = self
            .sections
            .iter()
            .map(|section| self.header_text(section).trim().to_owned())
            .collect();
        dedup(&mut names);
        names
    }

    /// Returns the `[services NAME]` section: keys by service ID, in lower case and with `_`
    /// (`sso-oidc` becomes `sso_oidc`).
    pub fn services(&self, name: &str) -> Option<BTreeMap<String, BTreeMap<String, String>>> {
        let keys = self.merged_keys(SectionKind::Services, name)?;
        Some(
            keys.into_iter()
                .map(|(service, value)| (service.replace('-', "_"), values::parse_nested(&value)))
                .collect(),
        )
    }

    pub(super) fn sections(&self, kind: SectionKind) -> impl Iterator<Item = &SectionSpan> {
        self.sections.iter().filter(move |section| section.kind == kind)
    }

    /// Returns all sections, of any kind.
    pub(super) fn all_sections(&self) -> impl Iterator<Item = &SectionSpan> {
        self.sections.iter()
    }

    pub(super) fn section_name(&self, section: &SectionSpan) -> Option<String> {
        header::name(self.header_text(section))
    }

    /// Returns the values of a section's [`LEGACY_SSO_KEYS`] as written.
    pub(super) fn legacy_values(&self, section: &SectionSpan) -> [&str; LEGACY_SSO_KEYS.len()] {
        section.legacy_values.each_ref().map(|range| &self.text[range.clone()])
    }

    /// Adds a section's keys to `keys`; later ones win.
    pub(super) fn add_keys(&self, section: &SectionSpan, keys: &mut SectionKeys) {
        values::parse_keys(&self.text[section.body.clone()], keys);
    }

    /// The text of the file, without a byte order mark.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    pub(super) fn header_text(&self, section: &SectionSpan) -> &str {
        &self.text[section.header.clone()]
    }

    /// Merges the keys of all sections of this kind and name; `None` if there is no such section.
    fn merged_keys(&self, kind: SectionKind, name: &str) -> Option<SectionKeys> {
        let mut found = None;
        for section in self.sections(kind) {
            let inside = self.header_text(section);
            // A header contains its name literally unless it has quotes or escapes. Parse only
            // headers that can match.
            let likely = inside.contains(name) || inside.contains(['"', '\'', '\\']);
            if likely && header::name(inside).as_deref() == Some(name) {
                self.add_keys(section, found.get_or_insert_default());
            }
        }
        found
    }
}

fn dedup(names: &mut Vec<String>) {
    let mut seen = std::collections::HashSet::new();
    names.retain(|name| seen.insert(name.clone()));
}
