//! From a role query to one role of the stored lists, with one more look at AWS before giving up.

use std::sync::Arc;

use crate::cache::inventory;
use crate::domain::{Error, ErrorKind, Instance, Result, Roster};
use crate::ops::ctx::{Ctx, run_blocking};
use crate::ops::interaction::{Interaction, RefreshStep, SignInOutcome};
use crate::ops::refresh::Progress;
use crate::ops::refresh::lookup::LookupScope;
use crate::ops::refresh::store::{self, StoredRefresh};
use crate::ops::roles::load;
use crate::ops::roles::other_profiles;
use crate::ops::roles::snapshot;

use super::other_profile::{self, ProfileSearch, Trust, find_profile};
use super::resolve::{self, LITERAL_MATCH_HINT, RoleQuery};

use super::search::pointed_position;

pub use super::resolved_role::{ResolvedRole, not_a_role};

/// Returns the one role of these instances that the query names, or the one profile outside of IAM
/// Identity Center if it names no role. A name that matches nothing is looked up at AWS once more,
/// because a grant may be minutes old. An incomplete list is fetched again before free text is
/// trusted that nobody sees the match of.
///
/// # Errors
/// [`ErrorKind::UnknownRole`] if none or several match; [`ErrorKind::Usage`] for contradictions;
/// [`ErrorKind::LoginNeeded`] if no list was ever fetched.
pub async fn resolve_one(
    ctx: &Arc<Ctx>,
    ui: &impl Interaction,
    instances: &[Instance],
    query: &RoleQuery,
) -> Result<ResolvedRole> {
    query.validate()?;
    // `account/role` is a name, not free text.
    let is_free_text = |roster: &Roster| {
        query.query.as_deref().is_some_and(|text| roster.positions_of_label(text).is_empty())
    };
    let is_trusted = |roster: &Roster| roster.complete || ui.is_attended() || !is_free_text(roster);
    let roster = Arc::new(load_roster(ctx, ui, instances)?);
    let first_error = match find_role(&roster, query, &ctx.settings.prefer_roles) {
        Ok(found) if is_trusted(&roster) => return Ok(found),
        Ok(_) => incomplete_list(ctx, &roster),
        Err(LookupFailure::NoMatch(error)) => match find_profile(ctx, &roster, query, error)? {
            ProfileSearch::Found(found, trust) if trust == Trust::Name || is_trusted(&roster) => {
                return Ok(found);
            }
            ProfileSearch::Found(..) => incomplete_list(ctx, &roster),
            ProfileSearch::NotFound(error) => error,
        },
        Err(LookupFailure::Other(error)) => return Err(error),
    };
    let is_newer = if is_trusted(&roster) {
        retry_lookup(ctx, ui, instances, &roster, query).await
    } else {
        refresh_lists(ctx, ui, instances).await
    };
    let is_newer =
        is_newer || roster.entries.is_empty() && first_sign_in(ctx, ui, instances).await?;
    let roster = if is_newer { Arc::new(load::load_roster(ctx, instances)) } else { roster };
    if roster.entries.is_empty() {
        // Without an instance, the query can only name a profile outside of IAM Identity Center.
        let is_profile = ctx.instances.is_empty();
        let profile = is_profile.then(|| other_profile::unknown_name(ctx, &roster, query));
        return Err(profile.flatten().unwrap_or_else(|| no_roles(ctx, instances)));
    }
    if !is_newer {
        return Err(first_error);
    }
    let found = match find_role(&roster, query, &ctx.settings.prefer_roles) {
        Ok(found) => found,
        Err(LookupFailure::NoMatch(error)) => match find_profile(ctx, &roster, query, error)? {
            ProfileSearch::Found(found, _) => found,
            ProfileSearch::NotFound(error) => return Err(error),
        },
        Err(LookupFailure::Other(error)) => return Err(error),
    };
    if is_trusted(&roster) { Ok(found) } else { Err(incomplete_list(ctx, &roster)) }
}

/// Returns the positions of all roles of these instances that a query matches. The list has to be
/// complete if nobody sees the matches; a user is warned if it is not.
///
/// # Errors
/// As [`resolve_one`], except that several matches are fine.
pub async fn resolve_many(
    ctx: &Arc<Ctx>,
    ui: &impl Interaction,
    instances: &[Instance],
    query: &str,
) -> Result<(Arc<Roster>, Vec<usize>)> {
    let mut roster = Arc::new(load_roster(ctx, ui, instances)?);
    if let Some(position) = pointed_position(ctx, &roster, query)? {
        return Ok((roster, vec![position]));
    }
    let mut found = resolve::matching_positions(&roster, query);
    let is_newer = match roster.complete {
        true => {
            found.is_err() && retry_lookup(ctx, ui, instances, &roster, &RoleQuery::default()).await
        }
        false => refresh_lists(ctx, ui, instances).await,
    };
    let is_newer =
        is_newer || roster.entries.is_empty() && first_sign_in(ctx, ui, instances).await?;
    if is_newer {
        roster = Arc::new(load::load_roster(ctx, instances));
        found = resolve::matching_positions(&roster, query);
    }
    match found {
        Err(_) if roster.entries.is_empty() => Err(no_roles(ctx, instances)),
        Err(error) => {
            let query = RoleQuery { query: Some(query.to_owned()), ..RoleQuery::default() };
            Err(match other_profile::first_match(ctx, &roster, &query)? {
                Some(name) => not_a_role(&name),
                None => other_profile::unknown_name(ctx, &roster, &query).unwrap_or(error),
            })
        }
        Ok(_) if !roster.complete && !ui.is_attended() => Err(incomplete_list(ctx, &roster)),
        found => {
            let found = found?;
            if !roster.complete {
                ui.warn(&incomplete_list(ctx, &roster));
            }
            Ok((roster, found))
        }
    }
}

/// Fetches the list of an instance, stores it, and makes the picker's next start fast.
///
/// # Errors
/// As [`store::refresh_and_store`].
pub async fn refresh_list(
    ctx: &Arc<Ctx>,
    ui: &impl Interaction,
    instance: &Instance,
    threads: Option<usize>,
) -> Result<StoredRefresh> {
    let limits = store::refresh_limits(ctx, threads);
    ui.progress(instance, RefreshStep::Connecting);
    let mut progress =
        |progress: Progress<'_>| ui.progress(instance, RefreshStep::Fetching(progress));
    let refreshed = store::refresh_and_store(ctx, instance, limits, &mut progress).await;
    ui.progress(instance, RefreshStep::Ended);
    let mut refreshed = refreshed?;
    let (background, of) = (ctx.clone(), instance.clone());
    let rebuild = move || {
        snapshot::rebuild_if_stale(&background.env, &background.paths, None);
        Ok(load::load_roster(&background, std::slice::from_ref(&of)).entries.len())
    };
    // The picker's next start is faster with the snapshot, but does not need it.
    if let Ok(roles) = run_blocking(rebuild).await {
        refreshed.roles = roles;
    }
    ui.progress(instance, RefreshStep::Stored(&refreshed));
    Ok(refreshed)
}

/// Looks a role up at AWS, in every instance whose session allows it: in the account that the query
/// names if it is known, else in the account list. Fetches the whole list if there is none. Returns
/// whether anything was fetched.
async fn retry_lookup(
    ctx: &Arc<Ctx>,
    ui: &impl Interaction,
    instances: &[Instance],
    roster: &Roster,
    query: &RoleQuery,
) -> bool {
    let accounts = resolve::named_accounts(roster, query);
    let lookups: Vec<(&Instance, LookupScope)> = if accounts.is_empty() {
        instances.iter().map(|instance| (instance, LookupScope::NewAccounts)).collect()
    } else {
        accounts
            .into_iter()
            .map(|(position, account)| (&roster.instances[position], LookupScope::Account(account)))
            .collect()
    };
    try_each(ui, lookups, async |(instance, scope)| {
        ui.progress(instance, RefreshStep::LookingUp);
        let stored = store::lookup_and_store(ctx, instance, scope).await;
        ui.progress(instance, RefreshStep::Ended);
        if !stored? {
            refresh_list(ctx, ui, instance, None).await?;
        }
        Ok(())
    })
    .await
}

/// Fetches the lists of all instances whose session allows it. Returns whether any was fetched.
async fn refresh_lists(ctx: &Arc<Ctx>, ui: &impl Interaction, instances: &[Instance]) -> bool {
    try_each(ui, instances, async |instance| refresh_list(ctx, ui, instance, None).await.map(drop))
        .await
}

/// Does work for each item and returns whether any succeeded. A missing session is not reported.
async fn try_each<T>(
    ui: &impl Interaction,
    items: impl IntoIterator<Item = T>,
    mut work: impl AsyncFnMut(T) -> Result<()>,
) -> bool {
    let mut any = false;
    for item in items {
        match work(item).await {
            Ok(()) => any = true,
            Err(error) if error.kind == ErrorKind::LoginNeeded => {}
            Err(error) => ui.warn(&error),
        }
    }
    any
}

/// Returns the roles of these instances, without network. A list that can't be read is an error if
/// no other role is known, else a warning.
///
/// # Errors
/// [`ErrorKind::Os`] if no role is known and a list can't be read.
pub fn load_roster(ctx: &Ctx, ui: &impl Interaction, instances: &[Instance]) -> Result<Roster> {
    load_roster_with_warnings(ctx, ui, instances).map(|(roster, _)| roster)
}

/// Like [`load_roster`], with rows of other AWS profiles below the roles, as the picker shows it.
///
/// # Errors
/// As [`load_roster`].
pub fn load_pick_roster(
    ctx: &Ctx,
    ui: &impl Interaction,
    instances: &[Instance],
) -> Result<Roster> {
    let mut roster = load_roster(ctx, ui, instances)?;
    other_profiles::add_rows(&mut roster, &ctx.paths, &ctx.settings, &ctx.instances);
    Ok(roster)
}

/// Like [`load_roster`], with a warning for each instance that has unconfirmed accounts.
///
/// # Errors
/// As [`load_roster`].
pub fn load_roster_with_warnings(
    ctx: &Ctx,
    ui: &impl Interaction,
    instances: &[Instance],
) -> Result<(Roster, Vec<Error>)> {
    let (roster, warnings) = load::load_roster_with_warnings(ctx, instances);
    match load::unreadable_inventory(ctx, instances) {
        Some(error) if roster.entries.is_empty() => return Err(error),
        Some(error) => ui.warn(&error),
        None => {}
    }
    Ok((roster, warnings))
}

/// Signs in for the first list of roles, and fetches it. Returns whether the caller could.
async fn first_sign_in(
    ctx: &Arc<Ctx>,
    ui: &impl Interaction,
    instances: &[Instance],
) -> Result<bool> {
    let Some(instance) = ui.choose_instance(ctx, instances)? else { return Ok(false) };
    match ui.sign_in(ctx, &instance).await? {
        SignInOutcome::SignedIn => refresh_list(ctx, ui, &instance, None).await.map(|_| true),
        SignInOutcome::NotAllowed => Ok(false),
    }
}

/// The error if there are no roles: none was ever fetched, or none is assigned to the user.
pub fn no_roles(ctx: &Ctx, instances: &[Instance]) -> Error {
    let was_read = |instance: &Instance| inventory::load(&ctx.paths.cache_dir, instance).is_some();
    if instances.is_empty() || !instances.iter().all(was_read) {
        return no_roles_known();
    }
    let names: Vec<&str> = instances.iter().map(|instance| instance.name.as_str()).collect();
    let message = format!("no roles are assigned to you in {}", names.join(" and "));
    Error::new(ErrorKind::UnknownRole, message)
        .hint("ask whoever runs your IAM Identity Center for a permission set in an account")
        .hint("then run `rolecall cache` to read the list again")
}

/// The error if no list of roles was ever fetched.
fn no_roles_known() -> Error {
    Error::new(ErrorKind::LoginNeeded, "no roles are known yet")
        .hint("run `rolecall login` to read them")
}

/// The error for a match in an incomplete list: a role that was not fetched might match too.
fn incomplete_list(ctx: &Ctx, roster: &Roster) -> Error {
    let names: Vec<&str> = roster
        .instances
        .iter()
        .map(|instance| &instance.name)
        .filter(|name| !load::is_complete(ctx, name))
        .map(|name| name.as_str())
        .collect();
    let message = format!(
        "the role list for {} is incomplete; a query might match the wrong role",
        names.join(", ")
    );
    Error::new(ErrorKind::UnknownRole, message).hint(
        "run `rolecall login --all`, narrow it with --sso, or name the role: --arn, --account \
         and --role, --profile",
    )
}

/// The reason why no single role was found.
enum LookupFailure {
    NoMatch(Error),
    /// Several match, or the query contradicts itself.
    Other(Error),
}

fn find_role(
    roster: &Arc<Roster>,
    query: &RoleQuery,
    prefer_roles: &[String],
) -> Result<ResolvedRole, LookupFailure> {
    let matches =
        resolve::candidates(roster, query, prefer_roles).map_err(LookupFailure::NoMatch)?;
    match matches.as_slice() {
        [entry] => {
            let position = roster.entries.iter().position(|other| std::ptr::eq(other, *entry));
            let position = position.ok_or_else(|| {
                LookupFailure::Other(Error::internal("a role that was found is not in the list"))
            })?;
            Ok(ResolvedRole { roster: roster.clone(), position })
        }
        [] => Err(LookupFailure::NoMatch(no_roles_known())),
        several => {
            let error = resolve::ambiguous_role(roster, several);
            Err(LookupFailure::Other(match &query.query {
                Some(_) => error.hint(LITERAL_MATCH_HINT),
                None => error,
            }))
        }
    }
}
