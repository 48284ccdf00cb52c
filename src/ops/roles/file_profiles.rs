//! Profiles of the user's AWS files that have credentials, of roles or not.

use crate::awsconfig::{CredentialSource, Profile};
use crate::config::Paths;
use crate::domain::Instance;
use crate::ops::ctx::Ctx;
use crate::ops::roles::other_profiles::load_files;
use crate::ops::roles::profile::{ProfileRole, role_from_profile};

/// A profile of the AWS files.
#[derive(Debug, Clone)]
pub struct FileProfile {
    /// Its name.
    pub name: String,
    /// Its role; `None` if its credentials come from outside of IAM Identity Center.
    pub role: Option<ProfileRole>,
}

impl FileProfile {
    /// Loads the profile of this name, if it has credentials. A file that can't be read has none.
    pub fn load(paths: &Paths, instances: &[Instance], name: &str) -> Option<Self> {
        let keys = load_files(paths).ok()?.profile(name)?;
        Self::new(name.to_owned(), &keys, instances)
    }

    fn new(name: String, keys: &Profile, instances: &[Instance]) -> Option<Self> {
        let role = role_from_profile(keys, instances);
        let is_source = role.is_some() || CredentialSource::from_profile(keys).is_some();
        is_source.then_some(Self { name, role })
    }
}

/// Loads the profiles, in the order of the files; none if a file can't be read.
pub fn load_profiles(ctx: &Ctx) -> Vec<FileProfile> {
    let Ok(files) = load_files(&ctx.paths) else { return Vec::new() };
    let mut profiles = files.config.profiles();
    for name in files.credentials.credentials_profile_names() {
        let Some(merged) = files.profile(&name) else { continue };
        match profiles.iter_mut().find(|(known, _)| *known == name) {
            Some((_, keys)) => *keys = merged,
            None => profiles.push((name, merged)),
        }
    }
    let with_credentials = profiles
        .into_iter()
        .filter_map(|(name, keys)| FileProfile::new(name, &keys, &ctx.instances));
    with_credentials.collect()
}
