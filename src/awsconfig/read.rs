//! The config file as a whole: sections by kind and name.

use std::collections::BTreeMap;

use super::header::{self, Kind};
use super::scan::{self, Section};
use super::values::{self, Keys};

/// A profile, all sections of its name merged.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Profile {
    /// Its keys, in lower case. A value of several lines has `\n` between them.
    pub keys: BTreeMap<String, String>,
}

impl Profile {
    /// The value of a key; empty values count as missing.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.keys.get(key).map(String::as_str).filter(|value| !value.is_empty())
    }
}

/// The AWS config file, read once.
#[derive(Debug, Clone, Default)]
pub struct AwsConfig {
    text: String,
}

impl AwsConfig {
    /// Takes the file's bytes. A byte order mark is passed over; bytes that are not UTF-8 spoil only the names and values they stand in.
    pub fn parse(bytes: &[u8]) -> Self {
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        Self { text: String::from_utf8_lossy(bytes).into_owned() }
    }

    /// The profile of this name: `[profile NAME]`, or `[default]`.
    pub fn profile(&self, name: &str) -> Option<Profile> {
        self.named(Kind::Profile, name).map(|keys| Profile { keys })
    }

    /// The names of all profiles of a config file, in order, each once.
    pub fn profile_names(&self) -> Vec<String> {
        let mut names = self.sections().into_iter().filter(|s| s.kind == Kind::Profile).filter_map(|s| header::name(s.inside)).collect();
        unique(&mut names);
        names
    }

    /// The names of all profiles of a credentials file, where every section is one.
    pub fn credentials_names(&self) -> Vec<String> {
        let mut names = self.sections().into_iter().map(|section| section.inside.trim().to_owned()).collect();
        unique(&mut names);
        names
    }

    /// The `[services NAME]` section: keys by service id, in lower case and with `_` (`sso-oidc` is read as `sso_oidc`).
    pub fn services(&self, name: &str) -> Option<BTreeMap<String, BTreeMap<String, String>>> {
        let keys = self.named(Kind::Services, name)?;
        Some(keys.into_iter().map(|(service, value)| (service.replace('-', "_"), values::nested(&value))).collect())
    }

    pub(super) fn sections(&self) -> Vec<Section<'_>> {
        scan::sections(&self.text)
    }

    pub(super) fn body(&self, section: &Section<'_>) -> &str {
        &self.text[section.body.clone()]
    }

    /// The keys of all sections of this kind and name; `None` if there is none.
    fn named(&self, kind: Kind, name: &str) -> Option<Keys> {
        let mut found = None;
        // The name has to occur in the header, whatever its quotes; only then is it worth taking apart.
        let likely =
            |section: &Section<'_>| section.kind == kind && (section.inside.contains(name) || section.inside.contains(['"', '\'', '\\']));
        for section in self.sections().iter().filter(|section| likely(section)) {
            if header::name(section.inside).as_deref() == Some(name) {
                values::read(self.body(section), found.get_or_insert_default());
            }
        }
        found
    }
}

fn unique(names: &mut Vec<String>) {
    let mut seen = std::collections::HashSet::new();
    names.retain(|name| seen.insert(name.clone()));
}
