//! Consent to protected roles: asked once per role, terminal and hour, whichever command or screen
//! asks.

use tracing::info;

use std::path::Path;

use crate::cache::consents::{self, Consent};
use crate::domain::{Confirm, RoleId, Timestamp};
use crate::os::terminal_session::terminal_session;

use crate::ops::ctx::Ctx;

pub use crate::cache::consents::GOOD_FOR;

/// What was consented to in this terminal. A plain value: a screen may hold it and ask it with the
/// time it knows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Consents {
    all: consents::Consents,
    terminal: String,
}

impl Consents {
    /// Whether a role that asks for this much may be used here without asking.
    pub fn cover(&self, role: &RoleId, asks: Confirm, now: Timestamp) -> bool {
        self.all.cover(role, asks, &self.terminal, now)
    }
}

/// The consents that are remembered for this terminal; none where there is no terminal to remember
/// by.
pub fn here(ctx: &Ctx) -> Consents {
    here_in(&ctx.paths.state_dir)
}

/// The same, of a state directory.
pub fn here_in(state_dir: &Path) -> Consents {
    match terminal_session() {
        Some(terminal) => {
            Consents { all: consents::load(state_dir).of_terminal(&terminal), terminal }
        }
        None => Consents::default(),
    }
}

/// Remembers, for this terminal and an hour, that a person consented to a role in this way. Where
/// that can't be kept the person is asked again next time, which is no reason to stop now.
pub fn remember(ctx: &Ctx, role: &RoleId, confirm: Confirm) {
    let Some(terminal) = terminal_session().filter(|_| confirm != Confirm::No) else { return };
    let consent = Consent { role: role.clone(), terminal, confirm, at: ctx.clock.now() };
    if let Err(error) = consents::record(&ctx.paths.state_dir, consent) {
        info!(target: "rolecall::consent", %error, "a consent was not remembered");
    }
}

#[cfg(test)]
impl Consents {
    /// A single consent, for tests of what asks.
    pub(crate) fn given(role: RoleId, confirm: Confirm, at: Timestamp) -> Self {
        let terminal = "here".to_owned();
        let consent = Consent { role, terminal: terminal.clone(), confirm, at };
        let all = serde_json::from_value(serde_json::json!([consent])).unwrap_or_default();
        Self { all, terminal }
    }
}
