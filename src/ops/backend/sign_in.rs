//! Signing in and out beside the screen, and setting up the instance that is signed in to.

use super::Backend;
use crate::domain::{InstanceName, Result};
use crate::ops::backend::messages::{SignInStep, Update};
use crate::ops::setup;
use crate::ops::sign_in::pasted_redirect::PastedRedirects;
use crate::ops::sign_in::sessions::sign_out;
use crate::ops::sign_in::{SignInOptions, sign_in_with_redirects};

impl Backend {
    pub(super) async fn set_up(
        &self,
        name: &str,
        start_url: &str,
        region: &str,
    ) -> Result<InstanceName> {
        let (name, ctx) = setup::first_run::set_up(&self.ctx, name, start_url, region).await?;
        let desk = Backend { instances: ctx.instances.clone(), ctx: ctx.clone(), ..self.clone() };
        if let Ok(mut newer) = self.new_ctx.lock() {
            *newer = Some(ctx);
        }
        desk.send_roster();
        desk.send_sessions();
        Ok(name)
    }

    pub(super) async fn sign_in(
        &self,
        name: &InstanceName,
        number: u64,
        mut replies: PastedRedirects,
    ) {
        let outcome = match self.instance(name) {
            Ok(instance) => {
                let tell = self.updates.clone();
                let report = move |step| {
                    let _ = tell.send(Update::SignIn { number, step });
                };
                sign_in_with_redirects(
                    &self.ctx,
                    &instance,
                    SignInOptions::default(),
                    &report,
                    &mut replies,
                )
                .await
            }
            Err(error) => Err(error),
        };
        if let Ok(mut sign_ins) = self.sign_ins.lock() {
            sign_ins.remove(&number);
        }
        let outcome = self.with_lock_update(self.with_clock_skew(name, outcome)).await;
        if outcome.is_ok() {
            self.send_sessions();
        }
        let step = outcome.map_or_else(SignInStep::Failed, |()| SignInStep::Done);
        self.send(Update::SignIn { number, step });
    }

    pub(super) async fn sign_out(&self, name: &InstanceName) {
        let outcome = match self.instance(name) {
            Ok(instance) => sign_out(&self.ctx, &instance).await,
            Err(error) => Err(error),
        };
        match outcome.map(|outcome| outcome.warning(name)) {
            Ok(None) => {}
            Ok(Some(error)) | Err(error) => self.send(Update::Message(error.message)),
        }
        self.send_sessions();
    }
}
