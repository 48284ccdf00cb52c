//! The user at the picker, as use cases see them.

use std::sync::Arc;
use std::sync::mpsc::Sender;

use crate::domain::{ConfirmQuestion, Error, Instance, Result};
use crate::ops::backend::messages::Update;
use crate::ops::ctx::Ctx;
use crate::ops::interaction::{Interaction, RefreshStep, SignInOutcome};

/// The user at the picker: reads updates, and was asked for confirmation before the request.
///
/// A sign-in is a panel that the user can leave or retry, so a use case does not wait for one: it
/// fails with [`LoginNeeded`](crate::domain::ErrorKind::LoginNeeded), and the picker requests a
/// sign-in and then the role again.
#[derive(Debug, Clone)]
pub(super) struct PickerUser {
    pub(super) updates: Sender<Update>,
}

impl PickerUser {
    fn send(&self, update: Update) {
        // The picker may be gone; ignore send errors.
        let _ = self.updates.send(update);
    }
}

impl Interaction for PickerUser {
    fn is_attended(&self) -> bool {
        true
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

    fn progress(&self, instance: &Instance, step: RefreshStep<'_>) {
        if let RefreshStep::Fetching(progress) = step {
            self.send(Update::RefreshProgress {
                instance: instance.name.clone(),
                done: progress.done,
                total: progress.total,
                throttled: progress.throttled,
                failure: progress.failure.cloned(),
            });
        }
    }

    fn warn(&self, warning: &Error) {
        self.send(Update::Message(warning.message.clone()));
    }
}
