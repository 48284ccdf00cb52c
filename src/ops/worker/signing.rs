//! Signing in and out beside the screen, and setting up the instance that is signed in to.

use super::Desk;
use crate::domain::{InstanceName, Result};
use crate::ops::setup;
use crate::ops::sign_in::replies::Replies;
use crate::ops::sign_in::sessions::sign_out;
use crate::ops::sign_in::{SignInOptions, sign_in_hearing};
use crate::ops::work::{News, SignInStep};

impl Desk {
    pub(super) async fn set_up(
        &self,
        name: &str,
        start_url: &str,
        region: &str,
    ) -> Result<InstanceName> {
        let (name, ctx) = setup::first::set_up(&self.ctx, name, start_url, region).await?;
        let desk = Desk { instances: ctx.instances.clone(), ctx: ctx.clone(), ..self.clone() };
        if let Ok(mut newer) = self.newer.lock() {
            *newer = Some(ctx);
        }
        desk.tell_roster();
        desk.tell_sessions();
        Ok(name)
    }

    pub(super) async fn sign_in(&self, name: &InstanceName, number: u64, mut replies: Replies) {
        let outcome = match self.instance(name) {
            Ok(instance) => {
                let tell = self.tell.clone();
                let report = move |step| {
                    let _ = tell.send(News::SignIn { number, step });
                };
                sign_in_hearing(
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
        let outcome = self.mind_vault(self.mind_clock(name, outcome)).await;
        if outcome.is_ok() {
            self.tell_sessions();
        }
        let step = outcome.map_or_else(SignInStep::Failed, |()| SignInStep::Done);
        self.tell(News::SignIn { number, step });
    }

    pub(super) async fn sign_out(&self, name: &InstanceName) {
        let outcome = match self.instance(name) {
            Ok(instance) => sign_out(&self.ctx, &instance).await,
            Err(error) => Err(error),
        };
        match outcome.map(|outcome| outcome.warning(name)) {
            Ok(None) => {}
            Ok(Some(error)) | Err(error) => self.tell(News::Note(error.message)),
        }
        self.tell_sessions();
    }
}
