//! How a command names its role: flags, `.`, `-`, a pasted console URL, a query, environment
//! variables, or not at all.

use std::sync::Arc;

use crate::config::{Env, env};
use crate::console::{ConsolePage, parse_page};
use crate::domain::{
    Error, ErrorKind, Instance, InstanceName, Result, RoleArn, RoleId, split_profile_label,
};
use crate::ops::ctx::Ctx;
use crate::ops::roles::load;
use crate::ops::roles::{history, profile_role};

use super::current::{CurrentRole, CurrentTarget, profile_variable, role_shell_arn};
use super::instances::selected_instances;
use super::other_profile;
use super::profile_variable::check_variable;
use super::resolve::{RoleQuery, candidates};

/// The description of one role, ready to be looked up.
#[derive(Debug, Clone, Default)]
pub struct RoleSelector {
    /// The role; empty if the command names none.
    pub query: RoleQuery,
    /// The instance that the description implies.
    instance: Option<InstanceName>,
    /// The page whose URL was pasted.
    pub page: Option<ConsolePage>,
    /// The profile of the AWS config file that the role was named by.
    pub profile: Option<String>,
}

impl RoleSelector {
    /// Combines the flags (`by_flags`, without a query) with the free text beside them. `.` is the
    /// current role or profile, `-` the one used before it, and a console URL implies account and
    /// role if it has them. AWS_SSO_ACCOUNT_ID completes a role without an account, and
    /// AWS_SSO_ROLE_NAME an account without a role.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`] for contradictions; [`ErrorKind::UnknownRole`] when there is no current
    /// role or none before it.
    pub fn new(ctx: &Ctx, by_flags: RoleQuery, text: Option<String>) -> Result<Self> {
        let page = text.as_deref().and_then(parse_page);
        let by_flags = by_flags.completed_from_env(&ctx.env);
        let selector = match (text.as_deref(), page) {
            // The URL is the page to open; the flags, if any, are the role to open it with.
            (_, Some(page)) if !by_flags.is_empty() => {
                Self { query: by_flags, page: Some(page), ..Self::default() }
            }
            (_, Some(page)) => {
                Self { query: query_from_page(&page), page: Some(page), ..Self::default() }
            }
            (Some("."), _) if by_flags.is_empty() => {
                CurrentTarget::load(ctx)?.map(Self::from).ok_or_else(|| no_current_role(ctx))?
            }
            (Some("-"), _) if by_flags.is_empty() => previous_role(ctx)?,
            _ => Self { query: RoleQuery { query: text, ..by_flags }, ..Self::default() },
        };
        selector.query.validate()?;
        // A profile that the AWS config file defines is the role that other programs take it for.
        let Some(name) = profile_name(ctx, &selector.query) else { return Ok(selector) };
        match profile_role::load(ctx, &name)? {
            Some(role) => Ok(Self {
                page: selector.page,
                profile: Some(name),
                ..CurrentRole::from(role).into()
            }),
            None => Ok(selector),
        }
    }

    /// Whether the command names no role.
    pub fn is_empty(&self) -> bool {
        self.query.is_empty()
    }

    /// The role, if it is named by the id of its account.
    pub fn role(&self) -> Option<CurrentRole> {
        let arn: RoleArn = self.query.arn.as_deref()?.parse().ok()?;
        Some(CurrentRole { instance: self.instance.clone(), account: arn.account, role: arn.role })
    }

    /// Falls back to the selector variables that the user has set.
    #[must_use]
    pub fn or_from_env(self, ctx: &Ctx) -> Self {
        if self.is_empty() { Self { query: RoleQuery::from_env(&ctx.env), ..self } } else { self }
    }

    /// Falls back to the role that this shell is in.
    ///
    /// # Errors
    /// When the AWS config file can't be read.
    pub fn or_current(self, ctx: &Ctx) -> Result<Self> {
        match if self.is_empty() { CurrentRole::load(ctx)? } else { None } {
            Some(role) => {
                let by_profile = CurrentRole::from_env(&ctx.env).is_none();
                let profile = profile_variable(&ctx.env).filter(|_| by_profile).map(str::to_owned);
                Ok(Self { page: self.page, profile, ..role.into() })
            }
            None => Ok(self),
        }
    }

    /// Falls back to the profile that AWS tools use in this shell, if it has credentials of its own.
    ///
    /// # Errors
    /// When one of the AWS files can't be read, or AWS_PROFILE names a profile that does not exist.
    pub fn or_other_profile(self, ctx: &Ctx) -> Result<Self> {
        match if self.is_empty() { CurrentTarget::load(ctx)? } else { None } {
            Some(CurrentTarget::Profile(name)) => {
                Ok(Self { page: self.page, ..Self::of_profile(name) })
            }
            _ => self.or_variable_problem(ctx),
        }
    }

    /// Fails for an empty description if AWS_PROFILE names a profile that does not exist.
    ///
    /// # Errors
    /// As [`check_variable`].
    pub fn or_variable_problem(self, ctx: &Ctx) -> Result<Self> {
        if self.is_empty() {
            check_variable(ctx)?;
        }
        Ok(self)
    }

    /// Returns the instances to search: `--sso` (`sso`) wins over the instance that the description
    /// implies, and that over AWS_SSO and `default_sso`.
    ///
    /// # Errors
    /// [`ErrorKind::Config`] when a name is unknown.
    pub fn instances(&self, ctx: &Ctx, sso: Option<&str>) -> Result<Vec<Instance>> {
        let implied = self.instance.as_ref().filter(|_| sso.is_none());
        match implied.and_then(|name| ctx.instances.iter().find(|one| one.name == *name)) {
            Some(instance) => Ok(vec![instance.clone()]),
            None => selected_instances(ctx, sso),
        }
    }

    /// The query, or the account named without a role, if it matches several roles or, without a
    /// role, several profiles.
    pub fn ambiguous_text(&self, ctx: &Ctx, instances: &[Instance]) -> Option<&str> {
        let account = || self.query.account.as_deref().filter(|_| self.query.role.is_none());
        let text = self.query.query.as_deref().or_else(account)?;
        let roster = Arc::new(load::load_roster(ctx, instances));
        let several = match candidates(&roster, &self.query, &ctx.settings.prefer_roles) {
            Ok(roles) => roles.len() > 1,
            Err(_) => other_profile::matches(ctx, &roster, &self.query)
                .is_ok_and(|profiles| profiles.are_several()),
        };
        several.then_some(text)
    }
}

impl RoleSelector {
    /// The profile of this name.
    fn of_profile(name: String) -> Self {
        let query = RoleQuery { profile: Some(name), ..RoleQuery::default() };
        Self { query, ..Self::default() }
    }
}

impl From<CurrentTarget> for RoleSelector {
    fn from(target: CurrentTarget) -> Self {
        match target {
            CurrentTarget::Role(role) => role.into(),
            CurrentTarget::Profile(name) => Self::of_profile(name),
        }
    }
}

impl From<CurrentRole> for RoleSelector {
    fn from(role: CurrentRole) -> Self {
        let arn = Some(format!("{}:{}", role.account, role.role));
        let query = RoleQuery { arn, ..RoleQuery::default() };
        Self { query, instance: role.instance, ..Self::default() }
    }
}

impl RoleQuery {
    /// Completes a role that is named without its account by AWS_SSO_ACCOUNT_ID, and an account
    /// without a role by AWS_SSO_ROLE_NAME, unless that is the role of a role shell.
    #[must_use]
    pub fn completed_from_env(self, env: &Env) -> Self {
        let get = |var| env.get(var).map(str::to_owned);
        match &self {
            Self { profile: None, arn: None, query: None, account: None, role: Some(_) } => {
                Self { account: get(env::AWS_SSO_ACCOUNT_ID), ..self }
            }
            Self { profile: None, arn: None, query: None, account: Some(_), role: None }
                if role_shell_arn(env).is_none() =>
            {
                Self { role: get(env::AWS_SSO_ROLE_NAME), ..self }
            }
            _ => self,
        }
    }

    /// Returns the role named by AWS_SSO_ROLE_ARN, else by AWS_SSO_ACCOUNT_ID and
    /// AWS_SSO_ROLE_NAME, if the user set them. Those that a role shell exports name the current
    /// role and select nothing.
    pub fn from_env(env: &Env) -> Self {
        if role_shell_arn(env).is_some() { Self::default() } else { Self::from_variables(env) }
    }

    /// As [`Self::from_env`], whoever set the variables.
    pub fn from_variables(env: &Env) -> Self {
        let get = |var| env.get(var).map(str::to_owned);
        let (account, role) = (get(env::AWS_SSO_ACCOUNT_ID), get(env::AWS_SSO_ROLE_NAME));
        match (get(env::AWS_SSO_ROLE_ARN), account, role) {
            (Some(arn), ..) => Self { arn: Some(arn), ..Self::default() },
            (None, account @ Some(_), role @ Some(_)) => Self { account, role, ..Self::default() },
            _ => Self::default(),
        }
    }
}

fn previous_role(ctx: &Ctx) -> Result<RoleSelector> {
    let current = CurrentRole::load(ctx)?;
    let current = current.as_ref().map(|role| (role.account, &role.role));
    let profile = profile_variable(&ctx.env).filter(|_| current.is_none());
    let previous = history::previous_role(ctx, current, profile)?.ok_or_else(|| {
        Error::new(ErrorKind::UnknownRole, "no role was used before this one")
            .hint("run `rolecall history` to see the roles that you have used")
    })?;
    if let Some(profile) = previous.profile() {
        return Ok(RoleSelector::of_profile(profile.to_owned()));
    }
    let RoleId { instance, account, role } = previous;
    Ok(CurrentRole { instance: Some(instance), account, role }.into())
}

/// The name of the profile that a description names: with `--profile`, or as `profile/NAME` if no
/// account has this name.
pub fn profile_name(ctx: &Ctx, query: &RoleQuery) -> Option<String> {
    let RoleQuery { profile, arn, query, .. } = query;
    let text = [profile, arn, query].into_iter().flatten().next()?;
    let Some(name) = split_profile_label(text) else { return profile.clone() };
    let roster = load::load_roster(ctx, &ctx.instances);
    if roster.positions_of_label(text).is_empty() { Some(name) } else { profile.clone() }
}

fn no_current_role(ctx: &Ctx) -> Error {
    if let Err(error) = check_variable(ctx) {
        return error;
    }
    Error::new(ErrorKind::UnknownRole, "this shell is not in a role")
        .hint("name one: --arn, --account and --role, --profile, or run `rolecall exec` first")
}

/// The account and role that a console URL names.
fn query_from_page(page: &ConsolePage) -> RoleQuery {
    let account = page.account.map(|account| account.to_string());
    match (account, &page.role) {
        (Some(account), Some(role)) => {
            RoleQuery { arn: Some(format!("{account}:{role}")), ..RoleQuery::default() }
        }
        (account, _) => RoleQuery { account, ..RoleQuery::default() },
    }
}
