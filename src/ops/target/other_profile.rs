//! Profiles outside of IAM Identity Center as what a command names: a query finds roles first, and
//! these if it finds none.

use std::collections::HashSet;
use std::sync::Arc;

use crate::domain::{Error, Result, Roster, nearest, role_label, split_profile_label};
use crate::ops::ctx::Ctx;
use crate::ops::roles::load::load_roster;
use crate::ops::roles::other_profiles::{self, OtherProfile};

use super::resolve::{self, RoleQuery};
use super::resolved_role::ResolvedRole;
use super::unusable_profile;

/// The profiles that a query names.
pub(super) enum ProfileMatches {
    /// One, by its whole name: `profile/NAME`, `--profile NAME` or the name as the query.
    Named(Arc<Roster>),
    /// Those that all its words match, by their positions.
    ByWords(Arc<Roster>, Vec<usize>),
    /// None.
    Nothing,
}

impl ProfileMatches {
    /// Whether there are several.
    pub(super) fn are_several(&self) -> bool {
        matches!(self, Self::ByWords(_, found) if found.len() > 1)
    }

    /// The name of the first one.
    pub(super) fn first_name(&self) -> Option<Arc<str>> {
        match self {
            Self::Named(roster) => roster.entries.first(),
            Self::ByWords(roster, found) => roster.entries.get(*found.first()?),
            Self::Nothing => None,
        }
        .map(|entry| entry.role.clone())
    }
}

/// Returns the profile of this name outside of IAM Identity Center, unless a role's profile has
/// the name. `credentials` writes sections with the names of roles' profiles; they hold keys that
/// expire, and protected roles are not confirmed by name.
///
/// # Errors
/// If one of the AWS files can't be read.
pub fn find(ctx: &Ctx, name: &str) -> Result<Option<OtherProfile>> {
    let Some(profile) = other_profiles::load(ctx, name)? else { return Ok(None) };
    let roster = load_roster(ctx, &ctx.instances);
    let is_role = roster.entries.iter().any(|entry| entry.profile.as_deref() == Some(name));
    Ok((!is_role).then_some(profile))
}

/// Returns the name of the first profile that a query names which names none of `roles`.
///
/// # Errors
/// As [`find`].
pub fn first_match(ctx: &Ctx, roles: &Roster, query: &RoleQuery) -> Result<Option<Arc<str>>> {
    Ok(matches(ctx, roles, query)?.first_name())
}

/// Returns the profiles that a query names which names none of `roles`, the known ones. Words
/// match only what the picker lists: nothing without a list of roles, or if `pick.profiles` is off.
///
/// # Errors
/// As [`find`].
pub(super) fn matches(ctx: &Ctx, roles: &Roster, query: &RoleQuery) -> Result<ProfileMatches> {
    for name in whole_names(query) {
        if let Some(profile) = find(ctx, &name)? {
            return Ok(ProfileMatches::Named(other_profiles::roster_of([&profile])));
        }
    }
    let has_list = ctx.settings.pick.profiles && !roles.entries.is_empty();
    let Some(words) = query.query.as_deref().filter(|_| has_list) else {
        return Ok(ProfileMatches::Nothing);
    };
    let roster = load_all(ctx)?;
    let found = match resolve::matching_positions(&roster, words) {
        Ok(found) if !roster.entries.is_empty() => found,
        _ => return Ok(ProfileMatches::Nothing),
    };
    Ok(ProfileMatches::ByWords(roster, found))
}

/// A profile outside of IAM Identity Center, where a query names no role.
pub(super) enum ProfileSearch {
    Found(ResolvedRole, Trust),
    /// The error for the query.
    NotFound(Error),
}

/// What a match rests on: a role that is not in an incomplete list might match free text too.
#[derive(PartialEq, Eq)]
pub(super) enum Trust {
    Name,
    FreeText,
}

/// Finds the one profile that a query names which names none of these roles. `error` is what the
/// roles say.
///
/// # Errors
/// [`ErrorKind::UnknownRole`](crate::domain::ErrorKind::UnknownRole) if several match; if one of
/// the AWS files can't be read.
pub(super) fn find_profile(
    ctx: &Ctx,
    roles: &Roster,
    query: &RoleQuery,
    error: Error,
) -> Result<ProfileSearch> {
    let found = |roster, position, trust| {
        Ok(ProfileSearch::Found(ResolvedRole { roster, position }, trust))
    };
    match matches(ctx, roles, query)? {
        ProfileMatches::Named(roster) => {
            let is_label = |text: &String| split_profile_label(text).is_some();
            let is_named = query.query.as_ref().is_none_or(is_label);
            found(roster, 0, if is_named { Trust::Name } else { Trust::FreeText })
        }
        ProfileMatches::ByWords(roster, positions) => match positions.as_slice() {
            [position] => found(roster.clone(), *position, Trust::FreeText),
            several => {
                let entries: Vec<_> = several.iter().map(|at| &roster.entries[*at]).collect();
                Err(resolve::ambiguous_role(&roster, &entries).hint(resolve::LITERAL_MATCH_HINT))
            }
        },
        ProfileMatches::Nothing => {
            Ok(ProfileSearch::NotFound(unknown_name(ctx, roles, query).unwrap_or(error)))
        }
    }
}

/// Returns the names that a query can have for one profile.
fn whole_names(query: &RoleQuery) -> Vec<String> {
    let RoleQuery { profile, arn, account, role, query } = query;
    let texts = [profile, arn, query].into_iter().flatten();
    let mut names: Vec<String> = texts.filter_map(|text| split_profile_label(text)).collect();
    names.extend(profile.clone());
    names.extend(query.as_deref().map(|text| text.trim().trim_matches('"').to_owned()));
    if let (Some(account), Some(role)) = (account, role) {
        names.extend(split_profile_label(&role_label(account, role)));
    }
    names
}

/// Returns a roster of all such profiles and nothing else.
fn load_all(ctx: &Ctx) -> Result<Arc<Roster>> {
    let profiles = other_profiles::load_all(ctx)?;
    if profiles.is_empty() {
        return Ok(Arc::default());
    }
    let roles = load_roster(ctx, &ctx.instances);
    let of_roles: HashSet<&str> =
        roles.entries.iter().filter_map(|entry| entry.profile.as_deref()).collect();
    let others = profiles.iter().filter(|profile| !of_roles.contains(profile.name.as_str()));
    Ok(other_profiles::roster_of(others))
}

/// The error for `profile/NAME` of which there is none, or for a name that only such a profile is
/// similar to, or that names no role. `None` if the query is not of this form, or an account has
/// this name.
pub fn unknown_name(ctx: &Ctx, roles: &Roster, query: &RoleQuery) -> Option<Error> {
    let texts = [&query.profile, &query.arn, &query.query].into_iter().flatten();
    let label = texts.filter_map(|text| split_profile_label(text)).next();
    let is_label = label.is_some();
    let name = label.or_else(|| query.profile.clone())?;
    if roles.entries.iter().any(|entry| split_profile_label(&entry.label()).is_some()) {
        return None;
    }
    if let Some(error) = unusable_profile::explain(ctx, &name) {
        return Some(error);
    }
    let files = other_profiles::load_files(&ctx.paths).ok()?;
    let known = other_profiles::load_all(ctx).unwrap_or_default();
    let near = nearest(&name, known.iter().map(|profile| profile.name.as_str()), 1);
    let is_only_choice = is_label || !near.is_empty() || ctx.instances.is_empty();
    let is_unknown = files.profile(&name).is_none() && is_only_choice;
    is_unknown.then(|| unusable_profile::undefined(ctx, &name, &files))
}
