//! The user at the terminal, as use cases see them.

use std::io::IsTerminal;
use std::sync::Arc;

use crate::domain::{ConfirmQuestion, Error, Instance, Result};
use crate::ops::ctx::Ctx;
use crate::ops::interaction::{Interaction, RefreshStep, SignInOutcome};
use crate::ops::sign_in::SignInOptions;

use crate::cli::{app, choose_instance, refresh_ui, sign_in_ui, ui};

/// The user at the terminal: reads stderr and types on stdin.
#[derive(Debug, Clone, Copy)]
pub(super) struct Terminal;

impl Interaction for Terminal {
    fn is_attended(&self) -> bool {
        std::io::stderr().is_terminal()
    }

    fn can_ask(&self) -> bool {
        ui::can_prompt()
    }

    fn ask(&self, question: &ConfirmQuestion) -> Result<String> {
        ui::prompt(&question.prompt())
    }

    async fn sign_in(&self, ctx: &Arc<Ctx>, instance: &Instance) -> Result<SignInOutcome> {
        if !app::may_sign_in(ctx) {
            return Ok(SignInOutcome::NotAllowed);
        }
        sign_in_ui::sign_in_at_terminal(ctx, instance, SignInOptions::default()).await?;
        Ok(SignInOutcome::SignedIn)
    }

    fn choose_instance(&self, ctx: &Ctx, instances: &[Instance]) -> Result<Option<Instance>> {
        match app::may_sign_in(ctx) {
            true => choose_instance::choose_signed_out(ctx, instances),
            false => Ok(None),
        }
    }

    async fn while_obtaining<T>(&self, role: &str, work: impl Future<Output = T>) -> T {
        ui::waiting::show_while(&format!("getting credentials for {role} …"), work).await
    }

    fn progress(&self, instance: &Instance, step: RefreshStep<'_>) {
        refresh_ui::show(instance, step);
    }

    fn warn(&self, warning: &Error) {
        ui::print_warning(warning);
    }
}
