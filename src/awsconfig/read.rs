//! The config file as a whole: sections by kind and name.

use std::collections::BTreeMap;

use super::header::{self, Kind};
use super::scan::{self, LEGACY, Section};
use super::values::{self, Keys};

/// A profile, all sections of its name merged.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Profile {
    /// Its keys, in lower case. A value of several lines has `\n` between them.
    pub keys: BTreeMap<String, String>,
}

impl Profile {
    /// The value of a key without comments, quotes and further lines, for values that can have none
    /// of these: regions, URLs, ids, names of sessions and roles. Empty values count as
    /// missing.
    pub fn plain(&self, key: &str) -> Option<&str> {
        self.keys.get(key).map(|value| values::plain_text(value)).filter(|value| !value.is_empty())
    }

    /// The value of a key; empty values count as missing.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.keys.get(key).map(String::as_str).filter(|value| !value.is_empty())
    }
}

/// The AWS config file, read once.
#[derive(Debug, Clone, Default)]
pub struct AwsConfig {
    text: String,
    sections: Vec<Section>,
}

impl AwsConfig {
    /// Takes the file's bytes. A byte order mark is passed over; bytes that are not UTF-8 spoil
    /// only the names and values they stand in.
    pub fn parse(bytes: impl Into<Vec<u8>>) -> Self {
        let mut text = match String::from_utf8(bytes.into()) {
            Ok(text) => text,
            Err(odd) => String::from_utf8_lossy(odd.as_bytes()).into_owned(),
        };
        if text.starts_with('\u{feff}') {
            text.remove(0);
        }
        Self { sections: scan::sections(&text), text }
    }

    /// The profile of this name: `[profile NAME]`, or `[default]`.
    pub fn profile(&self, name: &str) -> Option<Profile> {
        self.named(Kind::Profile, name).map(|keys| Profile { keys })
    }

    /// Every profile with its keys, in order, all sections of a name merged: one pass over the
    /// file.
    pub fn profiles(&self) -> Vec<(String, Profile)> {
        let (mut found, mut places) =
            (Vec::<(String, Profile)>::new(), std::collections::HashMap::new());
        for section in self.sections(Kind::Profile) {
            let Some(name) = self.name(section) else { continue };
            let place = *places.entry(name.clone()).or_insert(found.len());
            if place == found.len() {
                found.push((name, Profile::default()));
            }
            self.read(section, &mut found[place].1.keys);
        }
        found
    }

    /// The names of all profiles of a config file, in order, each once.
    pub fn profile_names(&self) -> Vec<String> {
        let mut names =
            self.sections(Kind::Profile).filter_map(|section| self.name(section)).collect();
        unique(&mut names);
        names
    }

    /// The names of all profiles of a credentials file, where every section is one.
    pub fn credentials_names(&self) -> Vec<String> {
        let mut names =
            self.sections.iter().map(|section| self.inside(section).trim().to_owned()).collect();
        unique(&mut names);
        names
    }

    /// The `[services NAME]` section: keys by service id, in lower case and with `_` (`sso-oidc` is
    /// read as `sso_oidc`).
    pub fn services(&self, name: &str) -> Option<BTreeMap<String, BTreeMap<String, String>>> {
        let keys = self.named(Kind::Services, name)?;
        Some(
            keys.into_iter()
                .map(|(service, value)| (service.replace('-', "_"), values::nested(&value)))
                .collect(),
        )
    }

    pub(super) fn sections(&self, kind: Kind) -> impl Iterator<Item = &Section> {
        self.sections.iter().filter(move |section| section.kind == kind)
    }

    pub(super) fn name(&self, section: &Section) -> Option<String> {
        header::name(self.inside(section))
    }

    /// The values of a section's legacy keys as they stand in its lines.
    pub(super) fn legacy(&self, section: &Section) -> [&str; LEGACY.len()] {
        section.legacy.each_ref().map(|range| &self.text[range.clone()])
    }

    /// Adds a section's keys; later ones win.
    pub(super) fn read(&self, section: &Section, keys: &mut Keys) {
        values::read(&self.text[section.body.clone()], keys);
    }

    /// The text as it was read.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    pub(super) fn inside(&self, section: &Section) -> &str {
        &self.text[section.inside.clone()]
    }

    /// The keys of all sections of this kind and name; `None` if there is none.
    fn named(&self, kind: Kind, name: &str) -> Option<Keys> {
        let mut found = None;
        for section in self.sections(kind) {
            let inside = self.inside(section);
            // A name occurs in its header unless quotes take it apart; only then is the header
            // worth reading.
            let likely = inside.contains(name) || inside.contains(['"', '\'', '\\']);
            if likely && header::name(inside).as_deref() == Some(name) {
                self.read(section, found.get_or_insert_default());
            }
        }
        found
    }
}

fn unique(names: &mut Vec<String>) {
    let mut seen = std::collections::HashSet::new();
    names.retain(|name| seen.insert(name.clone()));
}
