//! Confirmations of protected roles: asked for once per role, terminal and hour, by commands and
//! picker alike.

use tracing::info;

use std::path::Path;

use crate::cache::confirmations::{self, Confirmation};
use crate::domain::{ConfirmLevel, ConfirmQuestion, RoleId, Roster, Timestamp};
use crate::os::terminal::session::terminal_session_id;

use crate::ops::ctx::Ctx;

/// The confirmations given in this terminal. A plain value: the picker holds it and passes the
/// current time.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TerminalConfirmations {
    confirmations: confirmations::Confirmations,
    terminal: String,
}

impl TerminalConfirmations {
    /// Whether the user has answered this question about a single role of the roster within the
    /// last hour. A question about several roles is asked every time.
    pub fn answers(&self, question: &ConfirmQuestion, roster: &Roster, now: Timestamp) -> bool {
        question.remembered_role().is_some_and(|entry| {
            self.confirmations.covers(&roster.id(entry), entry.confirm, &self.terminal, now)
        })
    }
}

/// Loads the confirmations given in this terminal; none if the process has no terminal.
pub fn load(ctx: &Ctx) -> TerminalConfirmations {
    load_from(&ctx.paths.state_dir)
}

/// As [`load`], from a state directory.
pub fn load_from(state_dir: &Path) -> TerminalConfirmations {
    match terminal_session_id() {
        Some(terminal) => TerminalConfirmations {
            confirmations: confirmations::load(state_dir).for_terminal(&terminal),
            terminal,
        },
        None => TerminalConfirmations::default(),
    }
}

/// Records for this terminal, for an hour, that the user confirmed a role in this way. A failure is
/// logged and ignored: the user is asked again next time.
pub fn record(ctx: &Ctx, role: &RoleId, confirm: ConfirmLevel) {
    let Some(terminal) = terminal_session_id().filter(|_| confirm != ConfirmLevel::None) else {
        return;
    };
    let consent = Confirmation { role: role.clone(), terminal, confirm, at: ctx.clock.now() };
    if let Err(error) = confirmations::record(&ctx.paths.state_dir, consent) {
        info!(target: "rolecall::consent", %error, "a confirmation was not recorded");
    }
}

/// Records an answer that confirmed, if it is one to remember.
pub fn record_answer(ctx: &Ctx, roster: &Roster, question: &ConfirmQuestion) {
    if let Some(entry) = question.remembered_role() {
        record(ctx, &roster.id(entry), entry.confirm);
    }
}

#[cfg(test)]
impl TerminalConfirmations {
    /// A single confirmation, for tests.
    pub(crate) fn with_confirmation(role: RoleId, confirm: ConfirmLevel, at: Timestamp) -> Self {
        let terminal = "here".to_owned();
        let consent = Confirmation { role, terminal: terminal.clone(), confirm, at };
        let all = serde_json::from_value(serde_json::json!([consent])).unwrap_or_default();
        Self { confirmations: all, terminal }
    }
}
