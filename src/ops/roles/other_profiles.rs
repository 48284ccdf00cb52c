//! AWS profiles outside of IAM Identity Center: keys, roles to assume, processes, `aws login`.

use std::collections::HashSet;
use std::sync::Arc;

use crate::awsconfig::{AwsConfig, AwsFiles, CredentialSource, Profile};
use crate::config::{Paths, Settings};
use crate::domain::{Instance, ProfileRow, Region, Result, Roster};
use crate::ops::ctx::Ctx;
use crate::ops::roles::profile::{named_by_process, role_from_profile};
use crate::os::atomic_file;

/// A profile that names a source of credentials other than IAM Identity Center.
#[derive(Clone)]
pub struct OtherProfile {
    /// Its name.
    pub name: String,
    /// Its keys. Some may be secret.
    pub keys: Profile,
}

impl OtherProfile {
    /// Its region, if it has one.
    pub fn region(&self) -> Option<Region> {
        self.keys.plain_value("region").map(Region::new)
    }

    fn to_row(&self) -> ProfileRow {
        ProfileRow { name: self.name.clone(), region: self.region() }
    }

    fn find(files: &AwsFiles, instances: &[Instance], name: &str) -> Option<Self> {
        let keys = files.profile(name)?;
        let is_source = CredentialSource::from_profile(&keys).is_some();
        let is_sso =
            role_from_profile(&keys, instances).is_some() || named_by_process(&keys).is_some();
        (is_source && !is_sso).then(|| Self { name: name.to_owned(), keys })
    }
}

/// Whether a list of roles has rows of such profiles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProfileRows {
    /// It has, unless `pick.profiles` is off.
    Shown,
    /// The caller can use roles only.
    Omitted,
}

/// Loads the user's AWS files.
///
/// # Errors
/// [`crate::domain::ErrorKind::Os`] if one of them exists and can't be read.
pub fn load_files(paths: &Paths) -> Result<AwsFiles> {
    let load = |path| Ok(AwsConfig::parse(atomic_file::load(path)?.unwrap_or_default()));
    Ok(AwsFiles { config: load(&paths.aws_config)?, credentials: load(&paths.aws_credentials)? })
}

/// Returns the profile of this name, if it is one outside of IAM Identity Center.
///
/// # Errors
/// As [`load_files`].
pub fn load(ctx: &Ctx, name: &str) -> Result<Option<OtherProfile>> {
    Ok(OtherProfile::find(&load_files(&ctx.paths)?, &ctx.instances, name))
}

/// Returns all such profiles outside of managed blocks, in the order of the files.
///
/// # Errors
/// As [`load_files`].
pub fn load_all(ctx: &Ctx) -> Result<Vec<OtherProfile>> {
    let files = load_files(&ctx.paths)?;
    let names = files.source_candidates();
    Ok(names.iter().filter_map(|name| OtherProfile::find(&files, &ctx.instances, name)).collect())
}

/// Returns a roster that has only the rows of these profiles.
pub fn roster_of<'a>(profiles: impl IntoIterator<Item = &'a OtherProfile>) -> Arc<Roster> {
    let mut roster = Roster::default();
    roster.add_only_profiles(profiles.into_iter().map(OtherProfile::to_row));
    Arc::new(roster)
}

/// Adds rows for all such profiles below the roles, unless `pick.profiles` is off. `instances` are
/// all that are known. Profiles that have the name of a role's profile get none: `credentials`
/// writes them. Neither do they if a file can't be read: the commands that use it report that.
pub(in crate::ops) fn add_rows(
    roster: &mut Roster,
    paths: &Paths,
    settings: &Settings,
    instances: &[Instance],
) {
    if !settings.pick.profiles {
        return;
    }
    let Ok(files) = load_files(paths) else { return };
    let candidates = files.source_candidates();
    if candidates.is_empty() {
        return;
    }
    let of_roles: HashSet<Arc<str>> =
        roster.entries.iter().filter_map(|entry| entry.profile.clone()).collect();
    let found = candidates
        .iter()
        .filter(|name| !of_roles.contains(name.as_str()))
        .filter_map(|name| OtherProfile::find(&files, instances, name));
    let rows = found.map(|profile| profile.to_row());
    roster.add_profiles(rows.collect::<Vec<_>>());
}
