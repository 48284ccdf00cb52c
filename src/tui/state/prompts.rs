//! The panels that ask the user for something: a confirmation, a passphrase, a sign-in.

use crate::domain::{ConfirmQuestion, Error, InstanceName, RoleId, Secret};
use crate::ops::backend::messages::{SignInStep, UnlockPrompt};

use super::RoleTask;
use super::text_input::TextInput;

/// The longest redirect address, in characters. Its code is a signed token of about 1,500.
const MAX_REDIRECT_CHARS: usize = 8_192;

/// A question before protected roles are used.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::tui) struct ConfirmPanel {
    /// The roles in question; not all of them need to be protected.
    pub(in crate::tui) roles: Vec<RoleId>,
    /// What happens after the confirmation.
    pub(in crate::tui) task: RoleTask,
    /// The question.
    pub(in crate::tui) question: ConfirmQuestion,
    /// The typed answer.
    pub(in crate::tui) input: TextInput,
    /// Whether the last answer was wrong.
    pub(in crate::tui) is_wrong: bool,
}

impl ConfirmPanel {
    /// A question before `task` runs with these roles.
    pub(in crate::tui) fn new(
        roles: Vec<RoleId>,
        task: RoleTask,
        question: ConfirmQuestion,
    ) -> Self {
        Self { roles, task, question, input: TextInput::default(), is_wrong: false }
    }
}

/// The passphrase prompt of the vault.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::tui) struct PassphrasePanel {
    /// Which passphrase is asked for.
    pub(in crate::tui) prompt: UnlockPrompt,
    /// The passphrase being typed.
    pub(in crate::tui) input: Secret<String>,
    /// A new passphrase, after it was typed the first time.
    pub(in crate::tui) first_entry: Option<Secret<String>>,
    /// Whether the second entry of a new passphrase differed from the first.
    pub(in crate::tui) is_mismatch: bool,
    /// Why the last passphrase was refused.
    pub(in crate::tui) error: Option<Error>,
    /// The number of refused passphrases.
    pub(in crate::tui) failed_attempts: usize,
    /// Whether a passphrase was sent and not answered yet.
    pub(in crate::tui) waiting: bool,
    /// Whether more was typed or pasted than a passphrase may have. A part of it would be a
    /// different passphrase, so all of it is dropped.
    pub(in crate::tui) too_long: bool,
    /// The sign-in that continues when the vault is open.
    pub(in crate::tui) sign_in: Option<BlockedSignIn>,
}

/// A sign-in that waits for the vault to be unlocked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::tui) struct BlockedSignIn {
    /// The instance that the user signs in to.
    pub(in crate::tui) instance: InstanceName,
    /// The number that a task waits for.
    pub(in crate::tui) number: u64,
}

impl PassphrasePanel {
    /// An empty prompt.
    pub(in crate::tui) fn new(prompt: UnlockPrompt) -> Self {
        Self {
            prompt,
            input: Secret::from(""),
            first_entry: None,
            is_mismatch: false,
            error: None,
            failed_attempts: 0,
            waiting: false,
            too_long: false,
            sign_in: None,
        }
    }

    /// Whether nothing was typed.
    pub(in crate::tui) fn is_empty(&self) -> bool {
        self.input.expose().is_empty() && self.first_entry.is_none() && !self.too_long
    }

    /// Shows why the last passphrase did not open the vault. Attempts are not limited.
    pub(in crate::tui) fn on_refused(&mut self, error: Error) {
        self.failed_attempts += 1;
        (self.error, self.waiting) = (Some(error), false);
    }
}

/// A running sign-in.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::tui) struct SignInPanel {
    /// The instance that the user signs in to.
    pub(in crate::tui) instance: InstanceName,
    /// The request number.
    pub(in crate::tui) number: u64,
    /// The last reported step.
    pub(in crate::tui) step: SignInStep,
    /// Whether the address was copied.
    pub(in crate::tui) copied: bool,
    /// Whether the user asked for a QR code.
    pub(in crate::tui) show_qr: bool,
    /// The field for a redirect address, if it is open.
    pub(in crate::tui) redirect: Option<RedirectInput>,
    /// Why the browser does not show the page.
    pub(in crate::tui) browser_error: Option<Error>,
    /// Why AWS does not answer at the moment. The sign-in continues.
    pub(in crate::tui) connection_error: Option<Error>,
}

/// A redirect address that the user pastes by hand.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::tui) struct RedirectInput {
    /// The address being typed.
    pub(in crate::tui) input: TextInput,
    /// Why the last address was rejected.
    pub(in crate::tui) error: Option<Error>,
    /// Whether an address was sent and not answered yet.
    pub(in crate::tui) sent: bool,
}

impl Default for RedirectInput {
    fn default() -> Self {
        Self { input: TextInput::with_max_chars(MAX_REDIRECT_CHARS), error: None, sent: false }
    }
}

impl SignInPanel {
    /// A sign-in that was just requested.
    pub(in crate::tui) fn new(instance: InstanceName, number: u64) -> Self {
        Self {
            instance,
            number,
            step: SignInStep::Starting,
            copied: false,
            show_qr: false,
            redirect: None,
            browser_error: None,
            connection_error: None,
        }
    }

    /// Takes over a step that the background reported.
    pub(in crate::tui) fn on_step(&mut self, step: SignInStep) {
        match (step, &mut self.redirect) {
            (SignInStep::RedirectRejected(error), Some(redirect)) => {
                (redirect.error, redirect.sent) = (Some(error), false)
            }
            (SignInStep::RedirectRejected(_), None) | (SignInStep::Warning(_), _) => {}
            // The user can still open the page by hand, so an address being pasted stays.
            (SignInStep::BrowserFailed(error), _) => self.browser_error = Some(error),
            (SignInStep::Connection(connection), _) => self.connection_error = connection.err(),
            (step, _) => {
                (self.step, self.redirect) = (step, None);
                (self.browser_error, self.connection_error) = (None, None);
            }
        }
    }

    /// Whether the sign-in ends with a redirect, which a browser on another machine can't
    /// deliver. With a code there is no redirect.
    pub(in crate::tui) fn accepts_redirect(&self) -> bool {
        matches!(self.step, SignInStep::Open { code: None, .. })
    }
}
