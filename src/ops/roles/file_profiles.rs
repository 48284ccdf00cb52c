//! All profiles of the user's AWS files that have credentials, for completions.

use crate::awsconfig::CredentialSource;
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
    let with_credentials = profiles.into_iter().filter_map(|(name, keys)| {
        let role = role_from_profile(&keys, &ctx.instances);
        (role.is_some() || CredentialSource::from_profile(&keys).is_some())
            .then_some(FileProfile { name, role })
    });
    with_credentials.collect()
}
