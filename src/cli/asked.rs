//! What was said about the role: selectors, `.`, `-`, a pasted console address, variables, or
//! nothing.

use std::io::IsTerminal;
use std::sync::Arc;

use crate::config::{Env, env};
use crate::console::{ConsolePage, parse_page};
use crate::domain::{
    AccountId, Error, ErrorKind, Instance, InstanceName, Result, RoleArn, RoleName,
};
use crate::ops::ctx::Ctx;
use crate::ops::roles::profile::{self, ProfileRole};
use crate::ops::roles::resolve::{RoleQuery, candidates};
use crate::ops::{refresh::store, roles::history};
use crate::os::tty;
use crate::tui::PickAction;

use super::args::{Globals, Selectors};
use super::resolve::{self, Found};
use super::{context, grant, pick};

/// The words about one role, ready to be looked up.
#[derive(Debug, Clone, Default)]
pub(super) struct Asked {
    /// How the role was named; empty when it was not.
    wanted: RoleQuery,
    /// The instance that goes with it, where the words tell.
    instance: Option<InstanceName>,
    /// The page whose address was pasted.
    pub(super) page: Option<ConsolePage>,
}

impl Asked {
    /// Reads selectors and the free words beside them. `.` is the current role, `-` the one used
    /// before it, an address of the console names what it can.
    ///
    /// # Errors
    /// [`Kind::Usage`] for contradictions, [`Kind::UnknownRole`] when there is no current role or
    /// none before it.
    pub(super) fn read(ctx: &Ctx, selectors: &Selectors, query: Option<String>) -> Result<Self> {
        let by_flags = selectors.wanted(None);
        let page = query.as_deref().and_then(parse_page);
        let asked = match (query.as_deref(), page) {
            // The address says what to open; the flags, where there are any, as whom.
            (_, Some(page)) if !by_flags.is_empty() => {
                Self { wanted: by_flags, page: Some(page), instance: None }
            }
            (_, Some(page)) => Self { wanted: of_page(&page), page: Some(page), instance: None },
            (Some("."), _) if by_flags.is_empty() => {
                current(ctx)?.map(Self::of).ok_or_else(no_current)?
            }
            (Some("-"), _) if by_flags.is_empty() => previous(ctx)?,
            _ => Self { wanted: selectors.wanted(query), ..Self::default() },
        };
        asked.wanted.validate()?;
        // A profile that stands in the AWS config file is the role that other programs take it for.
        match asked
            .wanted
            .profile
            .as_deref()
            .map(|name| profile::load_role(ctx, name))
            .transpose()?
            .flatten()
        {
            Some(meant) => Ok(Self { page: asked.page, ..Self::of(Current::of(meant)) }),
            None => Ok(asked),
        }
    }

    /// Whether no role was named.
    pub(super) fn is_empty(&self) -> bool {
        self.wanted.is_empty()
    }

    /// Where nothing was said: what the selector variables say, if the person set them.
    pub(super) fn or_variables(self, ctx: &Ctx) -> Self {
        if self.is_empty() { Self { wanted: resolve::from_environment(ctx), ..self } } else { self }
    }

    /// Where nothing was said: the role that this shell is in, if it is in one.
    ///
    /// # Errors
    /// When the AWS config file can't be read.
    pub(super) fn or_current(self, ctx: &Ctx) -> Result<Self> {
        match if self.is_empty() { current(ctx)? } else { None } {
            Some(role) => Ok(Self { page: self.page, ..Self::of(role) }),
            None => Ok(self),
        }
    }

    /// The one role that is meant, with a person's consent where it is protected. Where nothing was
    /// said, or an account or a query has several roles and `prefer_roles` does not settle it,
    /// a person at a terminal picks one.
    ///
    /// # Errors
    /// As [`resolve::one`], [`grant::confirm`] and [`pick::one`].
    pub(super) fn settle(
        &self,
        ctx: &Arc<Ctx>,
        globals: &Globals,
        action: PickAction,
        yes: bool,
    ) -> Result<Found> {
        let instances = self.instances(ctx, globals)?;
        if self.is_empty() {
            return pick::one(ctx, globals, &instances, String::new(), action);
        }
        match resolve::one(ctx, &instances, &self.wanted) {
            Ok(found) => {
                grant::confirm(ctx, &found.roster, found.entry(), yes)?;
                Ok(found)
            }
            Err(error) => match self.words_of_several(ctx, &instances).filter(|_| typed()) {
                Some(words) => pick::one(ctx, globals, &instances, words.to_owned(), action),
                None => Err(error),
            },
        }
    }

    /// The one role that is meant, without a screen and without asking for consent.
    ///
    /// # Errors
    /// As [`resolve::one`].
    pub(super) fn find(&self, ctx: &Arc<Ctx>, globals: &Globals) -> Result<Found> {
        resolve::one(ctx, &self.instances(ctx, globals)?, &self.wanted)
    }

    /// The free words, or the account that was named without a role, where several roles might be
    /// meant by them.
    fn words_of_several(&self, ctx: &Ctx, instances: &[Instance]) -> Option<&str> {
        let account = || self.wanted.account.as_deref().filter(|_| self.wanted.role.is_none());
        let words = self.wanted.query.as_deref().or_else(account)?;
        let roster = Arc::new(store::load_roster(ctx, instances));
        let several = candidates(&roster, &self.wanted, &ctx.settings.prefer_roles)
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
            None => context::chosen(ctx, globals),
        }
    }

    fn of(role: Current) -> Self {
        let wanted = RoleQuery {
            arn: Some(format!("{}:{}", role.account, role.role)),
            ..RoleQuery::default()
        };
        Self { wanted, instance: role.instance, page: None }
    }
}

/// Whether a person can choose: there is a terminal to draw on, and somebody at it who typed this
/// or reads what it says.
fn typed() -> bool {
    (std::io::stdin().is_terminal() || std::io::stderr().is_terminal()) && tty::is_present()
}

/// The role that a shell is in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Current {
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
pub(super) fn current(ctx: &Ctx) -> Result<Option<Current>> {
    if let Some(role) = of_ours(&ctx.env) {
        return Ok(Some(role));
    }
    let Some(name) =
        ctx.env.get(env::AWS_PROFILE).or_else(|| ctx.env.get(env::AWS_DEFAULT_PROFILE))
    else {
        return Ok(None);
    };
    Ok(profile::load_role(ctx, name)?.map(Current::of))
}

impl Current {
    fn of(meant: ProfileRole) -> Self {
        Self { instance: meant.instance, account: meant.account, role: meant.role }
    }
}

/// The role of a shell of ours: both variables name it.
pub(super) fn of_ours(env: &Env) -> Option<Current> {
    let arn =
        env.get(env::AWS_SSO_ROLE_ARN).filter(|arn| env.get(env::ROLECALL_ROLE) == Some(arn))?;
    let arn: RoleArn = arn.parse().ok()?;
    Some(Current {
        instance: env.get(env::AWS_SSO).map(InstanceName::new),
        account: arn.account,
        role: arn.role,
    })
}

/// For commands that open no configuration first: flags as they are, or those that the variables of
/// this shell amount to.
pub(super) fn in_shell(
    env: &Env,
    globals: &Globals,
    selectors: &Selectors,
) -> (Globals, Selectors) {
    let mut given = (globals.clone(), selectors.clone());
    if let (true, Some(arn)) = (selectors.wanted(None).is_empty(), env.get(env::AWS_SSO_ROLE_ARN)) {
        given.1.arn = Some(arn.to_owned());
        given.0.sso = globals.sso.clone().or_else(|| env.get(env::AWS_SSO).map(str::to_owned));
    }
    given
}

fn previous(ctx: &Ctx) -> Result<Asked> {
    let now = current(ctx)?;
    let before = history::previous_role(ctx, now.as_ref().map(|role| (role.account, &role.role)))?;
    let none = || {
        Error::new(ErrorKind::UnknownRole, "no role was used before this one")
            .hint("run `rolecall history` to see which were")
    };
    let before = before.ok_or_else(none)?;
    Ok(Asked::of(Current {
        instance: Some(before.instance),
        account: before.account,
        role: before.role,
    }))
}

fn no_current() -> Error {
    Error::new(ErrorKind::UnknownRole, "this shell is in no role")
        .hint("name one: --arn, --account and --role, --profile, or run `rolecall exec` first")
}

/// What an address tells about who should look at the page.
fn of_page(page: &ConsolePage) -> RoleQuery {
    let account = page.account.map(|account| account.to_string());
    match (account, &page.role) {
        (Some(account), Some(role)) => {
            RoleQuery { arn: Some(format!("{account}:{role}")), ..RoleQuery::default() }
        }
        (account, _) => RoleQuery { account, ..RoleQuery::default() },
    }
}
