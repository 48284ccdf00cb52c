//! Selector flags to one role, with the picker if the flags leave a choice.

use std::io::IsTerminal;
use std::sync::Arc;

use crate::config::{Env, env};
use crate::domain::{Error, ErrorKind, Result};
use crate::ops::ctx::Ctx;
use crate::ops::roles::other_profiles::{self, ProfileRows};
use crate::ops::target::lookup::{self, ResolvedRole};
use crate::ops::target::other_profile;
use crate::ops::target::resolve::RoleQuery;
use crate::ops::target::selector::RoleSelector;
use crate::os::terminal::tty;
use crate::tui::EnterAction;

use crate::cli::access::{self, Consent};
use crate::cli::args::{Globals, Selectors};
use crate::cli::interaction::Terminal;
use crate::cli::{app, picker};

impl Selectors {
    /// The role that the flags describe.
    pub(super) fn to_role_query(&self) -> RoleQuery {
        let Selectors { profile, arn, account, role } = self.clone();
        RoleQuery { profile, arn, account, role, query: None }
    }
}

/// Joins the words of a query; `None` without words.
pub(super) fn join_words(words: &[String]) -> Option<String> {
    (!words.is_empty()).then(|| words.join(" "))
}

/// Returns the one role that is selected, after the user has confirmed a protected one. If nothing
/// is selected, or an account or query has several roles and `prefer_roles` does not decide, a user
/// at a terminal picks one.
///
/// # Errors
/// As [`lookup::resolve_one`], [`access::confirm_protected`] and [`picker::pick_one`].
pub(super) fn resolve_interactive(
    selector: &RoleSelector,
    ctx: &Arc<Ctx>,
    globals: &Globals,
    action: impl Into<EnterAction>,
    consent: Consent,
    profile_rows: ProfileRows,
) -> Result<ResolvedRole> {
    let instances = selector.instances(ctx, globals.sso.as_deref())?;
    if selector.is_empty() {
        return picker::pick_one(ctx, globals, &instances, String::new(), action, profile_rows);
    }
    if let Some(name) = selector.query.profile.as_deref()
        && let Some(profile) = other_profile::find(ctx, name)?
    {
        return match profile_rows {
            ProfileRows::Shown => {
                Ok(ResolvedRole { roster: other_profiles::roster_of(&profile), position: 0 })
            }
            ProfileRows::Omitted => Err(not_a_role(name)),
        };
    }
    match app::block_on(ctx, lookup::resolve_one(ctx, &Terminal, &instances, &selector.query)) {
        Ok(found) => {
            access::confirm_protected(ctx, &found, consent)?;
            Ok(found)
        }
        Err(error) => match selector.ambiguous_text(ctx, &instances) {
            Some(text) if can_pick() => {
                picker::pick_one(ctx, globals, &instances, text.to_owned(), action, profile_rows)
            }
            _ => Err(error),
        },
    }
}

/// The error for a profile outside of IAM Identity Center where a role is needed.
fn not_a_role(name: &str) -> Error {
    let message = format!("profile `{name}` is not a role of IAM Identity Center");
    Error::new(ErrorKind::Usage, message)
        .hint("only `exec`, `eval` and `console` can use such profiles")
}

/// Returns the one role that is selected, without a picker or a confirmation.
///
/// # Errors
/// As [`lookup::resolve_one`].
pub(super) fn resolve(
    selector: &RoleSelector,
    ctx: &Arc<Ctx>,
    globals: &Globals,
) -> Result<ResolvedRole> {
    let instances = selector.instances(ctx, globals.sso.as_deref())?;
    app::block_on(ctx, lookup::resolve_one(ctx, &Terminal, &instances, &selector.query))
}

/// Whether a user can pick: there is a terminal to draw on, and stdin or stderr is connected to it.
pub(super) fn can_pick() -> bool {
    (std::io::stdin().is_terminal() || std::io::stderr().is_terminal()) && tty::is_present()
}

/// Falls back to the role that AWS_SSO_ROLE_ARN names, for commands that open no configuration
/// first.
pub(super) fn selectors_or_env(
    env: &Env,
    globals: &Globals,
    selectors: &Selectors,
) -> (Globals, Selectors) {
    let mut given = (globals.clone(), selectors.clone());
    if let (true, Some(arn)) =
        (selectors.to_role_query().is_empty(), env.get(env::AWS_SSO_ROLE_ARN))
    {
        given.1.arn = Some(arn.to_owned());
        given.0.sso = globals.sso.clone().or_else(|| env.get(env::AWS_SSO).map(str::to_owned));
    }
    given
}
