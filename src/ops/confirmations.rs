//! Consent to protected roles: asked once per role, terminal and hour, whichever command or screen
//! asks.

use tracing::info;

use std::path::Path;

use crate::cache::confirmations::{self, Confirmation};
use crate::domain::{ConfirmLevel, RoleId, Timestamp};
use crate::os::terminal::session::terminal_session_id;

use crate::ops::ctx::Ctx;

pub use crate::cache::confirmations::LIFETIME_SECS;

/// What was consented to in this terminal. A plain value: a screen may hold it and ask it with the
/// time it knows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TerminalConfirmations {
    confirmations: confirmations::Confirmations,
    terminal: String,
}

impl TerminalConfirmations {
    /// Whether a role that asks for this much may be used here without asking.
    pub fn covers(&self, role: &RoleId, asks: ConfirmLevel, now: Timestamp) -> bool {
        self.confirmations.covers(role, asks, &self.terminal, now)
    }
}

/// The consents that are remembered for this terminal; none where there is no terminal to remember
/// by.
pub fn load(ctx: &Ctx) -> TerminalConfirmations {
    load_from(&ctx.paths.state_dir)
}

/// The same, of a state directory.
pub fn load_from(state_dir: &Path) -> TerminalConfirmations {
    match terminal_session_id() {
        Some(terminal) => TerminalConfirmations {
            confirmations: confirmations::load(state_dir).for_terminal(&terminal),
            terminal,
        },
        None => TerminalConfirmations::default(),
    }
}

/// Remembers, for this terminal and an hour, that a person consented to a role in this way. Where
/// that can't be kept the person is asked again next time, which is no reason to stop now.
pub fn record(ctx: &Ctx, role: &RoleId, confirm: ConfirmLevel) {
    let Some(terminal) = terminal_session_id().filter(|_| confirm != ConfirmLevel::None) else {
        return;
    };
    let consent = Confirmation { role: role.clone(), terminal, confirm, at: ctx.clock.now() };
    if let Err(error) = confirmations::record(&ctx.paths.state_dir, consent) {
        info!(target: "rolecall::consent", %error, "a consent was not remembered");
    }
}

#[cfg(test)]
impl TerminalConfirmations {
    /// A single consent, for tests of what asks.
    pub(crate) fn with_confirmation(role: RoleId, confirm: ConfirmLevel, at: Timestamp) -> Self {
        let terminal = "here".to_owned();
        let consent = Confirmation { role, terminal: terminal.clone(), confirm, at };
        let all = serde_json::from_value(serde_json::json!([consent])).unwrap_or_default();
        Self { confirmations: all, terminal }
    }
}
