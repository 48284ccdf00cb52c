//! Why a profile of the AWS files has no role and no credentials, or is none.

use std::sync::Arc;

use crate::awsconfig::{AwsFiles, CredentialSource, Profile};
use crate::domain::{AccountId, Error, ErrorKind, nearest, profile_label};
use crate::ops::ctx::Ctx;
use crate::ops::roles::load::load_roster;
use crate::ops::roles::other_profiles::{self, load_files};
use crate::ops::roles::profile::named_by_process;
use crate::ops::roles::profile_role;

use super::named::not_found;
use super::resolve;

/// The error for a profile that is not defined, whose role can't be found, or that has keys without
/// those that belong to them. `None` if it is complete, or only has settings, such as a region.
pub(super) fn problem(ctx: &Ctx, name: &str) -> Option<Error> {
    let files = match load_files(&ctx.paths) {
        Ok(files) => files,
        Err(error) => return Some(error),
    };
    let Some(keys) = files.profile(name) else { return Some(undefined(ctx, name, &files)) };
    if profile_role::find(ctx, &keys).is_some() {
        return None;
    }
    unknown_role_of_process(ctx, name, &keys)
        .or_else(|| missing_role(name, &keys))
        .or_else(|| incomplete_credentials(name, &keys))
}

/// The error for a profile of the AWS files that no command can use; `None` if it is not in them.
pub(super) fn explain(ctx: &Ctx, name: &str) -> Option<Error> {
    let keys = load_files(&ctx.paths).ok()?.profile(name)?;
    let has_source = CredentialSource::from_profile(&keys).is_some();
    problem(ctx, name).or_else(|| {
        (!has_source && profile_role::find(ctx, &keys).is_none()).then(|| {
            let message = format!("profile `{name}` has neither a role nor credentials");
            Error::new(ErrorKind::UnknownRole, message)
                .hint("name a role as account/role, or run `rolecall doctor`")
        })
    })
}

/// The error for a name of which there is no profile, with the nearest ones.
pub(super) fn undefined(ctx: &Ctx, name: &str, files: &AwsFiles) -> Error {
    let place = |path| ctx.paths.abbreviate(path);
    let message = format!(
        "no profile `{name}` is defined in {} or {}",
        place(&ctx.paths.aws_config),
        place(&ctx.paths.aws_credentials)
    );
    let known = other_profiles::load_all(ctx).unwrap_or_default();
    let near = nearest(name, known.iter().map(|profile| profile.name.as_str()), 3);
    let labels: Vec<String> = near.into_iter().map(profile_label).collect();
    if !labels.is_empty() {
        return not_found(message, &labels.iter().map(String::as_str).collect::<Vec<_>>());
    }
    let error = Error::new(ErrorKind::UnknownRole, message);
    let names = files.config.profile_names();
    let near = nearest(name, names.iter().map(String::as_str), 3);
    match near.is_empty() {
        true => error.hint("run `aws configure list-profiles` to see which are"),
        false => error.hint(format!("did you mean {}?", near.join(", "))),
    }
}

/// The error for a `credential_process` that runs rolecall for a role which is not in the list, or
/// for words that match several.
fn unknown_role_of_process(ctx: &Ctx, name: &str, keys: &Profile) -> Option<Error> {
    let named = named_by_process(keys)?;
    let instances = named.instances(ctx);
    let roster = Arc::new(load_roster(ctx, &instances));
    let error = match resolve::candidates(&roster, &named.query, &ctx.settings.prefer_roles) {
        Ok(several) => resolve::ambiguous_role(&roster, &several),
        Err(error) => error,
    };
    let line = keys.get("credential_process").unwrap_or_default();
    Some(error.context(format!("profile `{name}` runs `{line}`")))
}

/// The error for a profile of IAM Identity Center that lacks its account or role.
fn missing_role(name: &str, keys: &Profile) -> Option<Error> {
    let has = |key: &str| keys.plain_value(key).is_some();
    let is_account = |id: &str| id.parse::<AccountId>().is_ok();
    if !["sso_session", "sso_start_url", "sso_account_id"].iter().any(|key| has(key)) {
        return None;
    }
    let fault = if !has("sso_account_id") {
        "it has no `sso_account_id`".to_owned()
    } else if !has("sso_role_name") {
        "it has no `sso_role_name`".to_owned()
    } else {
        let id = keys.plain_value("sso_account_id").filter(|id| !is_account(id))?;
        format!("`sso_account_id = {id}` is not twelve digits")
    };
    let message = format!("profile `{name}` names no role: {fault}");
    Some(Error::new(ErrorKind::UnknownRole, message).hint("add it, or run `rolecall doctor`"))
}

/// The error for a profile with half of what credentials need.
fn incomplete_credentials(name: &str, keys: &Profile) -> Option<Error> {
    if CredentialSource::from_profile(keys).is_some() {
        return None;
    }
    let has = |key: &str| keys.plain_value(key).is_some();
    let (present, missing) = if has("role_arn") {
        ("role_arn", "`source_profile` or `credential_source`")
    } else if has("aws_access_key_id") {
        ("aws_access_key_id", "`aws_secret_access_key`")
    } else if has("aws_secret_access_key") {
        ("aws_secret_access_key", "`aws_access_key_id`")
    } else {
        return None;
    };
    let message = format!("profile `{name}` has `{present}`, but no {missing}");
    let hint = format!("add {missing} to the profile");
    Some(Error::new(ErrorKind::UnknownRole, message).hint(hint))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::awsconfig::AwsConfig;

    #[test]
    fn half_of_the_credentials_are_named_with_what_is_missing() {
        let problem = |section: &str| {
            let config = format!("[profile x]\n{section}\n");
            let config = AwsConfig::parse(config);
            let files = AwsFiles { config, ..AwsFiles::default() };
            incomplete_credentials("x", &files.profile("x").unwrap()).map(|error| error.message)
        };
        for (section, missing) in [
            ("role_arn = arn:aws:iam::012345678901:role/x", "no `source_profile` or"),
            ("aws_access_key_id = AKIA", "no `aws_secret_access_key`"),
            ("aws_secret_access_key = x", "no `aws_access_key_id`"),
        ] {
            assert!(problem(section).is_some_and(|text| text.contains(missing)), "{section}");
        }
        for complete in ["region = eu-west-1", "credential_process = x"] {
            assert_eq!(problem(complete), None, "{complete}");
        }
    }
}
