//! From selectors on the command line to one role, with one more look at AWS before giving up.

use std::io::IsTerminal;
use std::sync::Arc;

use crate::domain::{Error, ErrorKind, Instance, Result, Roster, RosterEntry};
use crate::ops::ctx::Ctx;
use crate::ops::refresh::lookup::LookupScope;
use crate::ops::refresh::store;
use crate::ops::target::resolve::{self, RoleQuery};

use super::app;
use super::refresh_ui;
use super::ui;

/// One role of the roster, and the roster it was found in.
pub(super) struct ResolvedRole {
    /// The roster; fresher than the one given when AWS was asked again.
    pub(super) roster: Arc<Roster>,
    /// The role's position in it.
    pub(super) position: usize,
}

impl ResolvedRole {
    /// The role.
    pub(super) fn entry(&self) -> &RosterEntry {
        &self.roster.entries[self.position]
    }
}

/// The one role of these instances that is meant. A name that matches nothing is looked up at AWS
/// once more: a grant may be minutes old. A list that is not complete is read anew for a query
/// where nobody sees what it found.
///
/// # Errors
/// [`Kind::UnknownRole`] when there is none or several; [`Kind::Usage`] for contradictions;
/// [`Kind::LoginNeeded`] when nothing was ever read.
pub(super) fn resolve_one(
    ctx: &Arc<Ctx>,
    instances: &[Instance],
    wanted: &RoleQuery,
) -> Result<ResolvedRole> {
    wanted.validate()?;
    let unseen = wanted.query.is_some() && !std::io::stderr().is_terminal();
    let roster = Arc::new(load_roster(ctx, instances)?);
    let first = match find_role(&roster, wanted, &ctx.settings.prefer_roles) {
        Ok(found) if roster.complete || !unseen => return Ok(found),
        Ok(_) => incomplete_list(ctx, &roster),
        Err(LookupFailure::NoMatch(error)) => error,
        Err(LookupFailure::Other(error)) => return Err(error),
    };
    let again = if roster.complete || !unseen {
        retry_lookup(ctx, instances, &roster, wanted)?
    } else {
        refetch_lists(ctx, instances)?
    };
    if !again {
        return Err(if roster.entries.is_empty() { no_roles_known() } else { first });
    }
    let roster = Arc::new(store::load_roster(ctx, instances));
    let found = find_role(&roster, wanted, &ctx.settings.prefer_roles)
        .map_err(LookupFailure::into_error)?;
    if roster.complete || !unseen { Ok(found) } else { Err(incomplete_list(ctx, &roster)) }
}

/// Every role of these instances that a query matches, by position. Where nobody sees what was
/// found the list has to be complete; a person is told when it is not.
///
/// # Errors
/// As [`one`], with one match as good as many.
pub(super) fn resolve_many(
    ctx: &Arc<Ctx>,
    instances: &[Instance],
    query: &str,
) -> Result<(Arc<Roster>, Vec<usize>)> {
    let seen = std::io::stderr().is_terminal();
    let mut roster = Arc::new(load_roster(ctx, instances)?);
    let mut found = resolve::matching_positions(&roster, query);
    let again = match roster.complete {
        true => found.is_err() && retry_lookup(ctx, instances, &roster, &RoleQuery::default())?,
        false => refetch_lists(ctx, instances)?,
    };
    if again {
        roster = Arc::new(store::load_roster(ctx, instances));
        found = resolve::matching_positions(&roster, query);
    }
    match found {
        Err(_) if roster.entries.is_empty() => Err(no_roles_known()),
        Ok(_) if !roster.complete && !seen => Err(incomplete_list(ctx, &roster)),
        found => {
            let found = found?;
            if !roster.complete {
                ui::print_warning(&incomplete_list(ctx, &roster));
            }
            Ok((roster, found))
        }
    }
}

/// Looks once more, in every instance whose session allows it: at the account that was named where
/// it is known, else at the account list; at everything where nothing was ever read. `false` when
/// there was nowhere to look.
fn retry_lookup(
    ctx: &Arc<Ctx>,
    instances: &[Instance],
    roster: &Roster,
    wanted: &RoleQuery,
) -> Result<bool> {
    let known = resolve::named_accounts(roster, wanted);
    let looks: Vec<(&Instance, LookupScope)> = if known.is_empty() {
        instances.iter().map(|instance| (instance, LookupScope::NewAccounts)).collect()
    } else {
        known
            .into_iter()
            .map(|(position, account)| (&roster.instances[position], LookupScope::Account(account)))
            .collect()
    };
    try_each(ctx, looks, async |(instance, look)| {
        ui::show_progress(&ui::dim(&format!("{}: looking once more", instance.name)));
        let looked = store::lookup_and_store(ctx, instance, look).await;
        ui::show_progress("");
        if !looked? {
            refresh_ui::refresh(ctx, instance, None).await?;
        }
        Ok(())
    })
}

/// Reads the lists of all instances whose session allows it; `false` when there is none.
fn refetch_lists(ctx: &Arc<Ctx>, instances: &[Instance]) -> Result<bool> {
    try_each(ctx, instances, async |instance| {
        refresh_ui::refresh(ctx, instance, None).await.map(|_| ())
    })
}

/// Does something for each of them; nobody being signed in to one is no failure. `false` when it
/// could be done for none.
fn try_each<T>(
    ctx: &Arc<Ctx>,
    all: impl IntoIterator<Item = T>,
    mut work: impl AsyncFnMut(T) -> Result<()>,
) -> Result<bool> {
    app::block_on(ctx, async {
        let mut any = false;
        for one in all {
            match work(one).await {
                Ok(()) => any = true,
                Err(error) if error.kind == ErrorKind::LoginNeeded => {}
                Err(error) => ui::print_warning(&error),
            }
        }
        Ok(any)
    })
}

/// The roles of these instances, without network. A list that can't be read is a failure if nothing
/// else is known, else a warning.
///
/// # Errors
/// [`Kind::Os`] if no role is known and a list of roles can't be read.
pub(super) fn load_roster(ctx: &Ctx, instances: &[Instance]) -> Result<Roster> {
    load_roster_with_warnings(ctx, instances).map(|(roster, _)| roster)
}

/// The same, with a warning for each instance that has unconfirmed accounts.
///
/// # Errors
/// As [`known`].
pub(super) fn load_roster_with_warnings(
    ctx: &Ctx,
    instances: &[Instance],
) -> Result<(Roster, Vec<Error>)> {
    let (roster, warnings) = store::load_roster_with_warnings(ctx, instances);
    match store::unreadable_inventory(ctx, instances) {
        Some(error) if roster.entries.is_empty() => return Err(error),
        Some(error) => ui::print_warning(&error),
        None => {}
    }
    Ok((roster, warnings))
}

/// What to say when no list of roles was ever read.
pub(super) fn no_roles_known() -> Error {
    Error::new(ErrorKind::LoginNeeded, "no roles are known yet")
        .hint("run `rolecall login` to read them")
}

/// One match proves nothing while there may be roles that nobody has read.
fn incomplete_list(ctx: &Ctx, roster: &Roster) -> Error {
    let names: Vec<&str> = roster
        .instances
        .iter()
        .map(|instance| &instance.name)
        .filter(|name| !store::is_complete(ctx, name))
        .map(|name| name.as_str())
        .collect();
    Error::new(ErrorKind::UnknownRole, format!("the list of roles of {} is not complete, so a query is no sure choice", names.join(", ")))
        .hint("run `rolecall login --all`, narrow it with --sso, or name the role: --arn, --account and --role, --profile")
}

/// Why no role was found.
enum LookupFailure {
    /// None matches.
    NoMatch(Error),
    /// Several do, or the words contradict each other.
    Other(Error),
}

impl LookupFailure {
    fn into_error(self) -> Error {
        match self {
            LookupFailure::NoMatch(error) | LookupFailure::Other(error) => error,
        }
    }
}

fn find_role(
    roster: &Arc<Roster>,
    wanted: &RoleQuery,
    prefer_roles: &[String],
) -> Result<ResolvedRole, LookupFailure> {
    let several =
        resolve::candidates(roster, wanted, prefer_roles).map_err(LookupFailure::NoMatch)?;
    match several.as_slice() {
        [entry] => {
            let position = roster.entries.iter().position(|other| std::ptr::eq(other, *entry));
            let position = position.ok_or_else(|| {
                LookupFailure::Other(Error::internal("a role that was found is not in the list"))
            })?;
            Ok(ResolvedRole { roster: roster.clone(), position })
        }
        [] => Err(LookupFailure::NoMatch(no_roles_known())),
        several => Err(LookupFailure::Other(resolve::ambiguous_role(roster, several))),
    }
}
