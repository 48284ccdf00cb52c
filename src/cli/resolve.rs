//! From selectors on the command line to one role, with one more look at AWS before giving up.

use std::sync::Arc;

use crate::config::env;
use crate::domain::{Entry, Error, Kind, Result, Roster};
use crate::ops::ctx::Ctx;
use crate::ops::resolve::{self, Wanted};
use crate::ops::update;

use super::args::{Globals, Selectors};
use super::{cache, context};

impl Selectors {
    /// What was asked for, with free words.
    pub(super) fn wanted(&self, query: Option<String>) -> Wanted {
        let Selectors { profile, arn, account, role } = self.clone();
        Wanted { profile, arn, account, role, query }
    }
}

/// Without a selector: AWS_SSO_ROLE_ARN, then AWS_SSO_ACCOUNT_ID and AWS_SSO_ROLE_NAME, if the person set them. Those that a role
/// shell of ours exported mean the current role and choose nothing.
pub(super) fn from_environment(ctx: &Ctx) -> Wanted {
    let get = |var| ctx.env.get(var).map(str::to_owned);
    let arn = get(env::AWS_SSO_ROLE_ARN);
    if arn.is_some() && arn == get(env::ROLECALL_ROLE) {
        return Wanted::default();
    }
    match (arn, get(env::AWS_SSO_ACCOUNT_ID), get(env::AWS_SSO_ROLE_NAME)) {
        (Some(arn), ..) => Wanted { arn: Some(arn), ..Wanted::default() },
        (None, account @ Some(_), role @ Some(_)) => Wanted { account, role, ..Wanted::default() },
        _ => Wanted::default(),
    }
}

/// One role of the roster, and the roster it was found in.
pub(super) struct Found {
    /// The roster; fresher than the one given when AWS was asked again.
    pub(super) roster: Arc<Roster>,
    /// The role's position in it.
    pub(super) position: usize,
}

impl Found {
    /// The role.
    pub(super) fn entry(&self) -> &Entry {
        &self.roster.entries[self.position]
    }
}

/// The one role that is meant. A name that matches nothing is looked up at AWS once more: a grant may be minutes old.
///
/// # Errors
/// [`Kind::UnknownRole`] when there is none or several; [`Kind::Usage`] for contradictions.
pub(super) fn one(ctx: &Arc<Ctx>, globals: &Globals, wanted: &Wanted) -> Result<Found> {
    wanted.check()?;
    let instances = context::chosen(ctx, globals)?;
    let roster = Arc::new(update::known(ctx, &instances));
    let first = find(&roster, wanted, &ctx.settings.prefer_roles);
    let Err(Missed::None(error)) = first else {
        return first.map_err(|missed| missed.into_error());
    };
    let asked = context::block_on(async {
        let mut asked = false;
        for instance in &instances {
            asked |= cache::refresh(ctx, instance, None).await.is_ok();
        }
        Ok(asked)
    })?;
    if !asked {
        return Err(if roster.entries.is_empty() { nothing_known() } else { error });
    }
    find(&Arc::new(update::known(ctx, &instances)), wanted, &ctx.settings.prefer_roles).map_err(Missed::into_error)
}

fn nothing_known() -> Error {
    Error::new(Kind::LoginNeeded, "no roles are known yet").hint("run `rolecall login` to read them")
}

/// Why no role was found.
enum Missed {
    /// None matches.
    None(Error),
    /// Several do, or the words contradict each other.
    Other(Error),
}

impl Missed {
    fn into_error(self) -> Error {
        match self {
            Missed::None(error) | Missed::Other(error) => error,
        }
    }
}

fn find(roster: &Arc<Roster>, wanted: &Wanted, prefer_roles: &[String]) -> Result<Found, Missed> {
    let several = resolve::candidates(roster, wanted, prefer_roles).map_err(Missed::None)?;
    match several.as_slice() {
        [entry] => {
            let position = roster.entries.iter().position(|other| std::ptr::eq(other, *entry));
            let position = position.ok_or_else(|| Missed::Other(Error::internal("a role that was found is not in the list")))?;
            Ok(Found { roster: roster.clone(), position })
        }
        [] => Err(Missed::None(nothing_known())),
        several => Err(Missed::Other(resolve::ambiguous(roster, several))),
    }
}
