//! Selector flags to one role, with the picker if the flags leave a choice.

use std::io::IsTerminal;
use std::sync::Arc;

use crate::config::{Env, env};
use crate::domain::{Result, split_profile_label};
use crate::ops::ctx::Ctx;
use crate::ops::roles::other_profiles::ProfileRows;
use crate::ops::target::lookup::{self, ResolvedRole};
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

/// Whether the command line names a profile, by `--profile` or as `profile/NAME`.
pub(super) fn names_profile(selectors: &Selectors, words: &[String]) -> bool {
    selectors.profile.is_some() || matches!(words, [word] if split_profile_label(word).is_some())
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
    match app::block_on(ctx, lookup::resolve_one(ctx, &Terminal, &instances, &selector.query)) {
        Ok(found) => {
            let found = match profile_rows {
                ProfileRows::Shown => found,
                ProfileRows::Omitted => found.require_role()?,
            };
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

/// Returns the one role that is selected, without a picker or a confirmation.
///
/// # Errors
/// As [`lookup::resolve_one`] and [`ResolvedRole::require_role`].
pub(super) fn resolve(
    selector: &RoleSelector,
    ctx: &Arc<Ctx>,
    globals: &Globals,
) -> Result<ResolvedRole> {
    let instances = selector.instances(ctx, globals.sso.as_deref())?;
    app::block_on(ctx, lookup::resolve_one(ctx, &Terminal, &instances, &selector.query))?
        .require_role()
}

/// Whether a user can pick: there is a terminal to draw on, and stdin or stderr is connected to it.
pub(super) fn can_pick() -> bool {
    (std::io::stdin().is_terminal() || std::io::stderr().is_terminal()) && tty::is_present()
}

/// Falls back to the role that the selector variables name, whoever set them, for commands that
/// open no configuration first.
pub(super) fn query_or_env(env: &Env, globals: &Globals, query: RoleQuery) -> (Globals, RoleQuery) {
    let by_variables =
        if query.is_empty() { RoleQuery::from_variables(env) } else { RoleQuery::default() };
    if by_variables.is_empty() {
        return (globals.clone(), query.completed_from_env(env));
    }
    let sso = globals.sso.clone().or_else(|| env.get(env::AWS_SSO).map(str::to_owned));
    (Globals { sso, ..globals.clone() }, by_variables)
}
