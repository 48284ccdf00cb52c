//! Sign-in, sign-out and the setup of an instance, while the picker is on the screen.

use std::sync::Arc;

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
        let backend = Arc::new(self.with_ctx(ctx.clone()));
        if let Ok(mut new) = self.new_ctx.lock() {
            *new = Some(ctx);
        }
        let send = |backend: &Self| {
            backend.send_roster();
            backend.send_sessions();
        };
        backend.run_blocking(send).await;
        Ok(name)
    }

    pub(super) async fn sign_in(
        self: &Arc<Self>,
        name: &InstanceName,
        number: u64,
        mut redirects: PastedRedirects,
    ) {
        let outcome = match self.instance(name) {
            Ok(instance) => {
                let updates = self.updates.clone();
                let report = move |step| {
                    let _ = updates.send(Update::SignIn { number, step });
                };
                sign_in_with_redirects(
                    &self.ctx,
                    &instance,
                    SignInOptions::default(),
                    &report,
                    &mut redirects,
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
            self.run_blocking(Self::send_sessions).await;
        }
        let step = outcome.map_or_else(SignInStep::Failed, |()| SignInStep::Done);
        self.send(Update::SignIn { number, step });
    }

    pub(super) async fn sign_out(self: &Arc<Self>, name: &InstanceName) {
        let outcome = match self.instance(name) {
            Ok(instance) => sign_out(&self.ctx, &instance).await,
            Err(error) => Err(error),
        };
        let outcome = outcome.map(|result| result.warnings(name));
        self.send(Update::SignedOut { instance: name.clone(), outcome });
        self.run_blocking(Self::send_sessions).await;
    }
}
