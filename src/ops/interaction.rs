//! How a use case talks to the user who started it, if there is one.
//!
//! Implemented by the user at the terminal and by programs (in `cli`), by the user at the picker
//! ([`crate::ops::backend`]) and by [`Silent`].

use std::sync::Arc;

use crate::domain::{ConfirmQuestion, Error, Instance, Result};
use crate::ops::ctx::Ctx;
use crate::ops::refresh::Progress;
use crate::ops::refresh::store::StoredRefresh;

/// The caller of a use case: a user at a terminal, a program, or nobody.
pub trait Interaction: Sync {
    /// Whether a user reads what is reported.
    fn is_attended(&self) -> bool;

    /// Whether a user can answer a question.
    fn can_ask(&self) -> bool;

    /// Asks a question about protected roles and returns the line that the user types.
    ///
    /// # Errors
    /// If the terminal can't be read.
    fn ask(&self, question: &ConfirmQuestion) -> Result<String>;

    /// Signs in to an instance, if this caller may.
    fn sign_in(
        &self,
        ctx: &Arc<Ctx>,
        instance: &Instance,
    ) -> impl Future<Output = Result<SignInOutcome>>;

    /// Chooses an instance to sign in to, because no roles are known yet. `None` if this caller may
    /// not sign in, or has a session with each of them.
    ///
    /// # Errors
    /// If the user chooses none.
    fn choose_instance(&self, _: &Ctx, _: &[Instance]) -> Result<Option<Instance>> {
        Ok(None)
    }

    /// Does work that asks AWS for the credentials of a role, `account/role`. A user who waits for
    /// it may be told so.
    fn while_obtaining<T>(
        &self,
        _role: &str,
        work: impl Future<Output = T>,
    ) -> impl Future<Output = T> {
        work
    }

    /// Reports how far the list of an instance has been fetched.
    fn progress(&self, instance: &Instance, step: RefreshStep<'_>);

    /// Reports an error that did not stop the use case.
    fn warn(&self, warning: &Error);

    /// Whether the role was named, and not chosen from a list.
    fn role_may_be_mistyped(&self) -> bool {
        true
    }

    /// Reports that a use could not be added to the history.
    fn history_failed(&self, error: &Error) {
        self.warn(error);
    }
}

/// The outcome of [`Interaction::sign_in`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignInOutcome {
    /// The user has signed in.
    SignedIn,
    /// This caller may not open a sign-in.
    NotAllowed,
}

/// A step of fetching a list of roles.
#[derive(Debug)]
pub enum RefreshStep<'a> {
    /// A role that is not in the list is looked up.
    LookingUp,
    /// The connection to AWS is being made; the session may need a new token first.
    Connecting,
    /// Accounts and roles are fetched.
    Fetching(Progress<'a>),
    /// The requests have ended, well or not.
    Ended,
    /// The new list is stored.
    Stored(&'a StoredRefresh),
}

/// A caller that reads nothing and answers nothing: work in many roles side by side, whose roles
/// were chosen and confirmed before and whose outcomes are reported together.
#[derive(Debug, Clone, Copy)]
pub struct Silent;

impl Interaction for Silent {
    fn is_attended(&self) -> bool {
        false
    }

    fn can_ask(&self) -> bool {
        false
    }

    fn role_may_be_mistyped(&self) -> bool {
        false
    }

    fn ask(&self, question: &ConfirmQuestion) -> Result<String> {
        Err(question.unasked())
    }

    async fn sign_in(&self, _: &Arc<Ctx>, _: &Instance) -> Result<SignInOutcome> {
        Ok(SignInOutcome::NotAllowed)
    }

    fn progress(&self, _: &Instance, _: RefreshStep<'_>) {}

    fn warn(&self, _: &Error) {}
}
