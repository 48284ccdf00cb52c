//! What was said about the role: selectors, `.`, `-`, a pasted console address, variables, or
//! nothing.

use std::io::IsTerminal;
use std::sync::Arc;

use crate::config::Env;
use crate::config::env;
use crate::console::ConsolePage;
use crate::console::parse_page;
use crate::domain::{
    AccountId, Error, ErrorKind, Instance, InstanceName, Result, RoleArn, RoleName,
};
use crate::ops::ctx::Ctx;
use crate::ops::roles::history;
use crate::ops::roles::load;
use crate::ops::roles::profile::{self, ProfileRole};
use crate::ops::target::resolve::RoleQuery;
use crate::ops::target::resolve::candidates;
use crate::os::terminal::tty;
use crate::tui::PickAction;

use super::access;
use super::app;
use super::args::{Globals, Selectors};
use super::resolve::{self, ResolvedRole};
use crate::cli::cmd::pick;

/// The words about one role, ready to be looked up.
#[derive(Debug, Clone, Default)]
pub(super) struct RoleSelector {
    /// How the role was named; empty when it was not.
    query: RoleQuery,
    /// The instance that goes with it, where the words tell.
    instance: Option<InstanceName>,
    /// The page whose address was pasted.
    pub(super) page: Option<ConsolePage>,
}

impl RoleSelector {
    /// Reads selectors and the free words beside them. `.` is the current role, `-` the one used
    /// before it, an address of the console names what it can.
    ///
    /// # Errors
    /// [`Kind::Usage`] for contradictions, [`Kind::UnknownRole`] when there is no current role or
    /// none before it.
    pub(super) fn from_args(
        ctx: &Ctx,
        selectors: &Selectors,
        query: Option<String>,
    ) -> Result<Self> {
        let by_flags = selectors.to_role_query(None);
        let page = query.as_deref().and_then(parse_page);
        let asked = match (query.as_deref(), page) {
            // The address says what to open; the flags, where there are any, as whom.
            (_, Some(page)) if !by_flags.is_empty() => {
                Self { query: by_flags, page: Some(page), instance: None }
            }
            (_, Some(page)) => {
                Self { query: query_from_page(&page), page: Some(page), instance: None }
            }
            (Some("."), _) if by_flags.is_empty() => {
                current_role(ctx)?.map(Self::from_current).ok_or_else(no_current_role)?
            }
            (Some("-"), _) if by_flags.is_empty() => previous_role(ctx)?,
            _ => Self { query: selectors.to_role_query(query), ..Self::default() },
        };
        asked.query.validate()?;
        // A profile that stands in the AWS config file is the role that other programs take it for.
        match asked
            .query
            .profile
            .as_deref()
            .map(|name| profile::load_role(ctx, name))
            .transpose()?
            .flatten()
        {
            Some(meant) => Ok(Self {
                page: asked.page,
                ..Self::from_current(CurrentRole::from_profile_role(meant))
            }),
            None => Ok(asked),
        }
    }

    /// Whether no role was named.
    pub(super) fn is_empty(&self) -> bool {
        self.query.is_empty()
    }

    /// Where nothing was said: what the selector variables say, if the person set them.
    pub(super) fn or_from_env(self, ctx: &Ctx) -> Self {
        if self.is_empty() {
            Self { query: resolve::role_query_from_env(ctx), ..self }
        } else {
            self
        }
    }

    /// Where nothing was said: the role that this shell is in, if it is in one.
    ///
    /// # Errors
    /// When the AWS config file can't be read.
    pub(super) fn or_current(self, ctx: &Ctx) -> Result<Self> {
        match if self.is_empty() { current_role(ctx)? } else { None } {
            Some(role) => Ok(Self { page: self.page, ..Self::from_current(role) }),
            None => Ok(self),
        }
    }

    /// The one role that is meant, with a person's consent where it is protected. Where nothing was
    /// said, or an account or a query has several roles and `prefer_roles` does not settle it,
    /// a person at a terminal picks one.
    ///
    /// # Errors
    /// As [`resolve::one`], [`grant::confirm`] and [`pick::one`].
    pub(super) fn resolve_interactive(
        &self,
        ctx: &Arc<Ctx>,
        globals: &Globals,
        action: PickAction,
        yes: bool,
    ) -> Result<ResolvedRole> {
        let instances = self.instances(ctx, globals)?;
        if self.is_empty() {
            return pick::pick_one(ctx, globals, &instances, String::new(), action);
        }
        match resolve::resolve_one(ctx, &instances, &self.query) {
            Ok(found) => {
                access::confirm_protected(ctx, &found.roster, found.entry(), yes)?;
                Ok(found)
            }
            Err(error) => match self.ambiguous_text(ctx, &instances).filter(|_| is_interactive()) {
                Some(words) => pick::pick_one(ctx, globals, &instances, words.to_owned(), action),
                None => Err(error),
            },
        }
    }

    /// The one role that is meant, without a screen and without asking for consent.
    ///
    /// # Errors
    /// As [`resolve::one`].
    pub(super) fn resolve(&self, ctx: &Arc<Ctx>, globals: &Globals) -> Result<ResolvedRole> {
        resolve::resolve_one(ctx, &self.instances(ctx, globals)?, &self.query)
    }

    /// The free words, or the account that was named without a role, where several roles might be
    /// meant by them.
    fn ambiguous_text(&self, ctx: &Ctx, instances: &[Instance]) -> Option<&str> {
        let account = || self.query.account.as_deref().filter(|_| self.query.role.is_none());
        let words = self.query.query.as_deref().or_else(account)?;
        let roster = Arc::new(load::load_roster(ctx, instances));
        let several = candidates(&roster, &self.query, &ctx.settings.prefer_roles)
            .is_ok_and(|roles| roles.len() > 1);
        several.then_some(words)
    }

    /// Where to look: `--sso` wins over what the words tell, and that over AWS_SSO and
    /// `default_sso`.
    ///
    /// # Errors
    /// [`Kind::Config`] when `--sso` names no instance.
    pub(super) fn instances(&self, ctx: &Ctx, globals: &Globals) -> Result<Vec<Instance>> {
        let told = self.instance.as_ref().filter(|_| globals.sso.is_none());
        match told.and_then(|name| ctx.instances.iter().find(|instance| instance.name == *name)) {
            Some(instance) => Ok(vec![instance.clone()]),
            None => app::selected_instances(ctx, globals),
        }
    }

    fn from_current(role: CurrentRole) -> Self {
        let wanted = RoleQuery {
            arn: Some(format!("{}:{}", role.account, role.role)),
            ..RoleQuery::default()
        };
        Self { query: wanted, instance: role.instance, page: None }
    }
}

/// Whether a person can choose: there is a terminal to draw on, and somebody at it who typed this
/// or reads what it says.
fn is_interactive() -> bool {
    (std::io::stdin().is_terminal() || std::io::stderr().is_terminal()) && tty::is_present()
}

/// The role that a shell is in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct CurrentRole {
    /// Its instance, where something tells.
    pub(super) instance: Option<InstanceName>,
    /// Its account.
    pub(super) account: AccountId,
    /// Its name.
    pub(super) role: RoleName,
}

/// The role that our own variables name, else the one behind AWS_PROFILE.
///
/// # Errors
/// When the AWS config file can't be read.
pub(super) fn current_role(ctx: &Ctx) -> Result<Option<CurrentRole>> {
    if let Some(role) = current_role_from_env(&ctx.env) {
        return Ok(Some(role));
    }
    let Some(name) =
        ctx.env.get(env::AWS_PROFILE).or_else(|| ctx.env.get(env::AWS_DEFAULT_PROFILE))
    else {
        return Ok(None);
    };
    Ok(profile::load_role(ctx, name)?.map(CurrentRole::from_profile_role))
}

impl CurrentRole {
    fn from_profile_role(meant: ProfileRole) -> Self {
        Self { instance: meant.instance, account: meant.account, role: meant.role }
    }
}

/// The role of a shell of ours: both variables name it.
pub(super) fn current_role_from_env(env: &Env) -> Option<CurrentRole> {
    let arn =
        env.get(env::AWS_SSO_ROLE_ARN).filter(|arn| env.get(env::ROLECALL_ROLE) == Some(arn))?;
    let arn: RoleArn = arn.parse().ok()?;
    Some(CurrentRole {
        instance: env.get(env::AWS_SSO).map(InstanceName::new),
        account: arn.account,
        role: arn.role,
    })
}

/// For commands that open no configuration first: flags as they are, or those that the variables of
/// this shell amount to.
pub(super) fn selectors_or_env(
    env: &Env,
    globals: &Globals,
    selectors: &Selectors,
) -> (Globals, Selectors) {
    let mut given = (globals.clone(), selectors.clone());
    if let (true, Some(arn)) =
        (selectors.to_role_query(None).is_empty(), env.get(env::AWS_SSO_ROLE_ARN))
    {
        given.1.arn = Some(arn.to_owned());
        given.0.sso = globals.sso.clone().or_else(|| env.get(env::AWS_SSO).map(str::to_owned));
    }
    given
}

fn previous_role(ctx: &Ctx) -> Result<RoleSelector> {
    let now = current_role(ctx)?;
    let before = history::previous_role(ctx, now.as_ref().map(|role| (role.account, &role.role)))?;
    let none = || {
        Error::new(ErrorKind::UnknownRole, "no role was used before this one")
            .hint("run `rolecall history` to see which were")
    };
    let before = before.ok_or_else(none)?;
    Ok(RoleSelector::from_current(CurrentRole {
        instance: Some(before.instance),
        account: before.account,
        role: before.role,
    }))
}

fn no_current_role() -> Error {
    Error::new(ErrorKind::UnknownRole, "this shell is in no role")
        .hint("name one: --arn, --account and --role, --profile, or run `rolecall exec` first")
}

/// What an address tells about who should look at the page.
fn query_from_page(page: &ConsolePage) -> RoleQuery {
    let account = page.account.map(|account| account.to_string());
    match (account, &page.role) {
        (Some(account), Some(role)) => {
            RoleQuery { arn: Some(format!("{account}:{role}")), ..RoleQuery::default() }
        }
        (account, _) => RoleQuery { account, ..RoleQuery::default() },
    }
}
