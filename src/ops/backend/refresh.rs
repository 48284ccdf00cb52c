//! A refresh beside the screen: rows as they come, progress, and what follows from a new list.

use std::sync::Arc;

use super::Backend;
use crate::cache::inventory;
use crate::domain::{Instance, InstanceName, Inventory, Result};
use crate::ops::backend::messages::{RefreshCounts, Update};
use crate::ops::ctx::run_blocking;
use crate::ops::profiles;
use crate::ops::refresh::Progress;
use crate::ops::refresh::store::refresh_and_store;
use crate::ops::refresh::store::refresh_limits;
use crate::ops::roles::load::load_roster;
use crate::ops::roles::profile_names::apply_profile_names;
use crate::ops::roles::roster;
use crate::ops::roles::snapshot;

/// How often a first refresh sends the rows it has, in accounts.
const ACCOUNTS_PER_UPDATE: usize = 8;

impl Backend {
    pub(super) async fn refresh(&self, name: &InstanceName) {
        let begun =
            self.refreshing.lock().is_ok_and(|mut under_way| under_way.insert(name.clone()));
        if !begun {
            return;
        }
        let outcome = self.with_clock_skew(name, self.try_refresh(name).await);
        let outcome = self.with_lock_update(outcome).await;
        if let Ok(mut under_way) = self.refreshing.lock() {
            under_way.remove(name);
        }
        let changed = outcome.is_ok();
        if changed {
            self.send_roster();
            self.send_sessions();
        }
        self.send(Update::Refreshed { instance: name.clone(), outcome });
        if changed {
            self.update_profiles().await;
            let desk = self.clone();
            let renew = move || {
                snapshot::rebuild_if_stale(
                    &desk.ctx.env,
                    &desk.ctx.paths,
                    desk.instance_name.as_deref(),
                );
                Ok(())
            };
            // Without it the next start takes a little longer.
            let _ = run_blocking(renew).await;
        }
    }

    /// Brings profiles up to date, where the person wants that. A failure here is no failure of the
    /// refresh.
    async fn update_profiles(&self) {
        let ctx = self.ctx.clone();
        match run_blocking(move || profiles::update_profiles(&ctx)).await {
            Ok(Some(said)) => self.send(Update::Message(said)),
            Ok(None) => {}
            Err(error) => self.send(Update::Message(error.message)),
        }
    }

    async fn try_refresh(&self, name: &InstanceName) -> Result<RefreshCounts> {
        let instance = self.instance(name)?;
        let first = load_roster(&self.ctx, std::slice::from_ref(&instance)).entries.is_empty();
        let mut shown = 0;
        let mut progress = |progress: Progress<'_>| {
            let (done, total, throttled) = (progress.done, progress.total, progress.throttled);
            self.send(Update::RefreshProgress { instance: name.clone(), done, total, throttled });
            // A first refresh shows its rows as they come; a later one replaces the list once, when
            // it is whole.
            if first && done >= shown + ACCOUNTS_PER_UPDATE {
                shown = done;
                self.send_partial_roster(&instance, progress.inventory);
            }
        };
        let updated =
            refresh_and_store(&self.ctx, &instance, refresh_limits(&self.ctx, None), &mut progress)
                .await?;
        let added = updated.changes.iter().filter(|change| change.added).count();
        let removed = updated.changes.len() - added;
        let (failed, unconfirmed) = (updated.failed.len(), updated.inventory.unconfirmed.len());
        Ok(RefreshCounts { added, removed, failed, unconfirmed, at: updated.inventory.fetched_at })
    }

    /// The list with what a first refresh has read so far.
    fn send_partial_roster(&self, instance: &Instance, partial: &Inventory) {
        let inventories: Vec<_> = self
            .instances
            .iter()
            .map(|other| {
                if other.name == instance.name {
                    Some(partial.clone())
                } else {
                    inventory::load(&self.ctx.paths.cache_dir, other)
                }
            })
            .collect();
        let mut roster =
            roster::build_roster(self.instances.clone(), &inventories, &self.ctx.settings);
        apply_profile_names(&mut roster, &self.ctx.paths, &self.ctx.settings);
        self.send(Update::Roster(Arc::new(roster)));
    }
}
