//! From a role to its credentials: confirm, sign in, assume, explain a refusal, record the use.

use std::slice;
use std::sync::Arc;

use crate::cache::history::EachRun;
use crate::domain::{
    ConfirmQuestion, Credentials, Error, ErrorKind, Instance, Result, RoleId, RoleName, Roster,
    RosterEntry, role_label,
};
use crate::ops::access_request::add_access_hint;
use crate::ops::assume::{AssumeRequest, AssumedCredentials, Freshness, assume};
use crate::ops::confirmations;
use crate::ops::ctx::{Ctx, run_blocking};
use crate::ops::interaction::{Interaction, SignInOutcome};
use crate::ops::roles::chain::Chains;
use crate::ops::roles::history;
use crate::ops::roles::load;
use crate::ops::target::resolve::unknown_role;

/// Whether the user has confirmed protected roles on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Consent {
    /// Ask.
    Ask,
    /// `--yes`.
    Given,
}

impl Consent {
    /// The consent that the flag `--yes` gives.
    pub fn from_flag(yes: bool) -> Self {
        if yes { Self::Given } else { Self::Ask }
    }
}

/// Asks the user before protected roles are used together. A single role is asked about once an
/// hour in each terminal, several roles every time.
///
/// # Errors
/// [`ErrorKind::Usage`] if no user can be asked; [`ErrorKind::Cancelled`] if the answer does not
/// confirm.
pub fn confirm_protected(
    ctx: &Ctx,
    ui: &impl Interaction,
    roster: &Roster,
    entries: &[&RosterEntry],
) -> Result<()> {
    let Some(question) = ConfirmQuestion::new(entries) else { return Ok(()) };
    if !ui.can_ask() {
        return Err(question.unasked());
    }
    if confirmations::load(ctx).answers(&question, roster, ctx.clock.now()) {
        return Ok(());
    }
    question.check(&ui.ask(&question)?)?;
    confirmations::record_answer(ctx, roster, &question);
    Ok(())
}

/// Does work that needs a session. If it fails for want of one and the caller may sign in, signs in
/// and does it again.
///
/// # Errors
/// As the work and the sign-in.
pub async fn with_sign_in<T>(
    ctx: &Arc<Ctx>,
    ui: &impl Interaction,
    instance: &Instance,
    mut work: impl AsyncFnMut() -> Result<T>,
) -> Result<T> {
    match work().await {
        Err(error) if error.kind == ErrorKind::LoginNeeded => {
            sign_in_or_fail(ctx, ui, instance, error).await?;
            work().await
        }
        outcome => outcome,
    }
}

/// Signs in, or fails with the error that made it necessary if the caller may not.
async fn sign_in_or_fail(
    ctx: &Arc<Ctx>,
    ui: &impl Interaction,
    instance: &Instance,
    error: Error,
) -> Result<()> {
    match ui.sign_in(ctx, instance).await? {
        SignInOutcome::SignedIn => Ok(()),
        SignInOutcome::NotAllowed => Err(error),
    }
}

/// Returns credentials of a role of the roster.
///
/// # Errors
/// As [`obtain`].
pub async fn obtain_for_entry(
    ctx: &Arc<Ctx>,
    ui: &impl Interaction,
    roster: &Arc<Roster>,
    entry: &RosterEntry,
    freshness: Freshness,
) -> Result<Credentials> {
    let role = RoleName::new(&*entry.role);
    let mut request = AssumeRequest::new(roster.instance(entry), entry.account, role);
    request.freshness = freshness;
    let id = role_label(entry.account.as_str(), &entry.role);
    let assumed = obtain(ctx, ui, Some(roster), &request).await;
    // Errors name the role as the user sees it, and not by the id of its account.
    assumed.map(|assumed| assumed.credentials).map_err(|error| error.replace(&id, &entry.label()))
}

/// Returns credentials, after a sign-in if one is needed and the caller may sign in. Reports why
/// they are older than asked for, if they are. `roster` explains a refusal; without one the stored
/// list is loaded for that.
///
/// # Errors
/// As [`assume`] and the sign-in.
pub async fn obtain(
    ctx: &Arc<Ctx>,
    ui: &impl Interaction,
    roster: Option<&Arc<Roster>>,
    request: &AssumeRequest,
) -> Result<AssumedCredentials> {
    let role = requested_label(roster, request);
    // Written out, because the picker's tasks need a future that is known to be `Send`.
    let assumed = match ui.while_obtaining(&role, assume(ctx, request)).await {
        Err(error) if error.kind == ErrorKind::LoginNeeded => {
            sign_in_or_fail(ctx, ui, &request.instance, error).await?;
            ui.while_obtaining(&role, assume(ctx, request)).await
        }
        assumed => assumed,
    };
    let assumed = match assumed {
        Err(error) if error.kind.is_refusal() => {
            return Err(explain_refusal(ctx, ui, roster, request, error).await);
        }
        assumed => assumed?,
    };
    if let Some(warning) = &assumed.warning {
        ui.warn(warning);
    }
    Ok(assumed)
}

/// The name of a requested role, `account/role`.
fn requested_label(roster: Option<&Arc<Roster>>, request: &AssumeRequest) -> String {
    let AssumeRequest { instance, account, role, .. } = request;
    let id = RoleId { instance: instance.name.clone(), account: *account, role: role.clone() };
    let entry = roster.and_then(|roster| roster.find(&id));
    entry.map_or_else(|| role_label(account.as_str(), role.as_str()), RosterEntry::label)
}

/// Adds whom to ask for access. A role that is missing from a complete list is most likely
/// mistyped, which is another error.
async fn explain_refusal(
    ctx: &Arc<Ctx>,
    ui: &impl Interaction,
    roster: Option<&Arc<Roster>>,
    request: &AssumeRequest,
    error: Error,
) -> Error {
    let roster = match roster {
        Some(roster) => roster.clone(),
        None => {
            let (ctx, instance) = (ctx.clone(), request.instance.clone());
            let load = move || Ok(load::load_roster(&ctx, slice::from_ref(&instance)));
            Arc::new(run_blocking(load).await.unwrap_or_default())
        }
    };
    let entry = roster.find(&request.role_id());
    let chained = Chains::from_settings(&ctx.settings)
        .and_then(|chains| Ok(chains.route(&request.role_id())?.is_some()))
        .unwrap_or(true);
    let is_unlisted = entry.is_none() && roster.complete && !roster.entries.is_empty();
    if ui.role_may_be_mistyped() && is_unlisted && !chained {
        return unknown_role(&roster, request.account, &request.role);
    }
    let url = ctx.settings.access_request_url.as_deref();
    add_access_hint(error, url, request.account, request.role.as_str(), entry)
}

/// Adds the use of a role to the history. A history that can't be written is reported only.
pub fn record_use(ctx: &Ctx, ui: &impl Interaction, role: RoleId, command: &str) {
    if let Err(error) = history::record(ctx, role, command, ctx.clock.now()) {
        ui.history_failed(&error);
    }
}

/// Adds a command that ran in several roles to the history, under the first of them.
pub fn record_run(ctx: &Ctx, ui: &impl Interaction, first: RoleId, command: &str, run: EachRun) {
    if let Err(error) = history::record_run(ctx, first, command, run) {
        ui.history_failed(&error);
    }
}
