//! The role or profile that the calling shell is in.

use crate::config::{Env, env};
use crate::domain::{AccountId, InstanceName, Result, RoleArn, RoleName, role_label};
use crate::ops::ctx::Ctx;
use crate::ops::roles::profile::ProfileRole;
use crate::ops::roles::profile_role;

use super::other_profile;

/// What a shell is in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CurrentTarget {
    /// A role.
    Role(CurrentRole),
    /// The profile of this name outside of IAM Identity Center.
    Profile(String),
}

impl CurrentTarget {
    /// Returns the role as [`CurrentRole::load`], else the profile that AWS_PROFILE names.
    ///
    /// # Errors
    /// When one of the AWS files can't be read.
    pub fn load(ctx: &Ctx) -> Result<Option<Self>> {
        if let Some(role) = CurrentRole::load(ctx)? {
            return Ok(Some(Self::Role(role)));
        }
        let Some(name) = profile_variable(&ctx.env) else { return Ok(None) };
        let found = other_profile::find(ctx, name)?;
        Ok(found.map(|profile| Self::Profile(profile.name)))
    }
}

/// The role that a shell is in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CurrentRole {
    /// The instance; `None` if neither a variable nor the profile names it.
    pub instance: Option<InstanceName>,
    /// The account.
    pub account: AccountId,
    /// The role's name.
    pub role: RoleName,
}

impl CurrentRole {
    /// Returns the role that rolecall's own variables name, else the one behind AWS_PROFILE.
    ///
    /// # Errors
    /// When the AWS config file can't be read.
    pub fn load(ctx: &Ctx) -> Result<Option<Self>> {
        if let Some(role) = Self::from_env(&ctx.env) {
            return Ok(Some(role));
        }
        let Some(name) = profile_variable(&ctx.env) else { return Ok(None) };
        Ok(profile_role::load(ctx, name)?.map(Self::from))
    }

    /// Returns the role of a role shell, from its environment alone.
    pub fn from_env(env: &Env) -> Option<Self> {
        let arn: RoleArn = role_shell_arn(env)?.parse().ok()?;
        Some(Self {
            instance: env.get(env::AWS_SSO).map(InstanceName::new),
            account: arn.account,
            role: arn.role,
        })
    }
}

impl From<ProfileRole> for CurrentRole {
    fn from(profile: ProfileRole) -> Self {
        Self { instance: profile.instance, account: profile.account, role: profile.role }
    }
}

/// The ARN of a role shell's role. In a shell that rolecall has set up two variables name it; one
/// alone was set by the user.
pub fn role_shell_arn(env: &Env) -> Option<&str> {
    env.get(env::AWS_SSO_ROLE_ARN).filter(|arn| env.get(env::ROLECALL_ROLE) == Some(arn))
}

/// The label of a role shell's role, from its environment alone: `payments-prod/Admin`, or
/// `profile/legacy`. In a shell of a version without ROLECALL_LABEL, the account's id replaces its
/// name.
pub fn role_shell_label(env: &Env) -> Option<String> {
    let role = env.get(env::ROLECALL_ROLE)?;
    let from_arn = || {
        let arn = role.parse::<RoleArn>().ok()?;
        Some(role_label(arn.account.as_str(), arn.role.as_str()))
    };
    let label = env.get(env::ROLECALL_LABEL).map(str::to_owned);
    Some(label.or_else(from_arn).unwrap_or_else(|| role.to_owned()))
}

/// The profile that AWS tools use in this shell: AWS_PROFILE, else AWS_DEFAULT_PROFILE.
pub fn profile_variable(env: &Env) -> Option<&str> {
    env.get(env::AWS_PROFILE).or_else(|| env.get(env::AWS_DEFAULT_PROFILE))
}
