//! A refresh while the picker is on the screen: progress, rows as they arrive, and what follows
//! from a new inventory.

use std::sync::Arc;

use super::Backend;
use super::partial_roster::PartialRosters;
use crate::domain::{Instance, InstanceName, Result};
use crate::ops::backend::messages::{RefreshCounts, Update};
use crate::ops::ctx::run_blocking;
use crate::ops::interaction::{Interaction, RefreshStep};
use crate::ops::profiles;
use crate::ops::refresh::Progress;
use crate::ops::refresh::store::{refresh_and_store, refresh_limits};
use crate::ops::roles::load::load_roster;
use crate::ops::roles::snapshot;

impl Backend {
    pub(super) async fn refresh(self: &Arc<Self>, name: &InstanceName) {
        let is_new =
            self.refreshing.lock().is_ok_and(|mut in_progress| in_progress.insert(name.clone()));
        if !is_new {
            return;
        }
        let outcome = self.with_clock_skew(name, self.try_refresh(name).await);
        let outcome = self.with_lock_update(outcome).await;
        if let Ok(mut in_progress) = self.refreshing.lock() {
            in_progress.remove(name);
        }
        let changed = outcome.is_ok();
        if changed {
            let send = |backend: &Self| {
                backend.send_roster();
                backend.send_sessions();
            };
            self.run_blocking(send).await;
        }
        self.send(Update::Refreshed { instance: name.clone(), outcome });
        if changed {
            self.update_profiles().await;
            let rebuild = |backend: &Self| {
                snapshot::rebuild_if_stale(
                    &backend.ctx.env,
                    &backend.ctx.paths,
                    backend.instance_name.as_deref(),
                );
            };
            self.run_blocking(rebuild).await;
        }
    }

    /// Updates the profiles in the AWS config file, if that is configured. A failure does not make
    /// the refresh fail.
    async fn update_profiles(&self) {
        let ctx = self.ctx.clone();
        match run_blocking(move || profiles::update_profiles(&ctx)).await {
            Ok(Some(message)) => self.send(Update::Message(message)),
            Ok(None) => {}
            Err(error) => self.send(Update::Message(error.message)),
        }
    }

    async fn try_refresh(self: &Arc<Self>, name: &InstanceName) -> Result<RefreshCounts> {
        let instance = self.instance(name)?;
        // A first refresh shows its rows as they arrive; a later one replaces the list once, when
        // it is complete.
        let is_first = self.count_roles(&instance).await == Some(0);
        let mut partial = if is_first { PartialRosters::start(self, name).ok() } else { None };
        let user = self.user();
        let mut on_progress = |progress: Progress<'_>| {
            user.progress(&instance, RefreshStep::Fetching(progress));
            if let Some(partial) = &mut partial {
                partial.update(&progress);
            }
        };
        let limits = refresh_limits(&self.ctx, None);
        let refreshed = refresh_and_store(&self.ctx, &instance, limits, &mut on_progress).await;
        if let Some(partial) = partial {
            partial.finish().await;
        }
        let refreshed = refreshed?;
        let added = refreshed.changes.iter().filter(|change| change.added).count();
        let removed = refreshed.changes.len() - added;
        let (failed, unconfirmed) = (refreshed.failed.len(), refreshed.inventory.unconfirmed.len());
        let at = refreshed.inventory.fetched_at;
        let first_total = if is_first { self.count_roles(&instance).await } else { None };
        Ok(RefreshCounts { added, removed, failed, unconfirmed, first_total, at })
    }

    /// The number of stored roles of this instance.
    async fn count_roles(self: &Arc<Self>, instance: &Instance) -> Option<usize> {
        let instance = instance.clone();
        let count = move |backend: &Self| {
            load_roster(&backend.ctx, std::slice::from_ref(&instance)).entries.len()
        };
        self.run_blocking(count).await
    }
}
