//! A refresh beside the screen: rows as they come, progress, and what follows from a new list.

use std::sync::Arc;

use super::Desk;
use crate::cache::inventory;
use crate::domain::{Instance, InstanceName, Inventory, Result};
use crate::ops::ctx::run_blocking;
use crate::ops::errands;
use crate::ops::refresh::Progress;
use crate::ops::refresh::update::{known, limits, update};
use crate::ops::roles::written::take_written;
use crate::ops::roles::{remembered, roster};
use crate::ops::work::{News, Refreshed};

/// How often a first refresh sends the rows it has, in accounts.
const ROWS_EVERY: usize = 8;

impl Desk {
    pub(super) async fn refresh(&self, name: &InstanceName) {
        let begun =
            self.refreshing.lock().is_ok_and(|mut under_way| under_way.insert(name.clone()));
        if !begun {
            return;
        }
        let outcome = self.mind_clock(name, self.try_refresh(name).await);
        let outcome = self.mind_vault(outcome).await;
        if let Ok(mut under_way) = self.refreshing.lock() {
            under_way.remove(name);
        }
        let changed = outcome.is_ok();
        if changed {
            self.tell_roster();
            self.tell_sessions();
        }
        self.tell(News::Refreshed { instance: name.clone(), outcome });
        if changed {
            self.keep_up().await;
            let desk = self.clone();
            let renew = move || {
                remembered::renew(&desk.ctx.env, &desk.ctx.paths, desk.named.as_deref());
                Ok(())
            };
            // Without it the next start takes a little longer.
            let _ = run_blocking(renew).await;
        }
    }

    /// Brings profiles up to date, where the person wants that. A failure here is no failure of the
    /// refresh.
    async fn keep_up(&self) {
        let ctx = self.ctx.clone();
        match run_blocking(move || errands::keep_up(&ctx)).await {
            Ok(Some(said)) => self.tell(News::Note(said)),
            Ok(None) => {}
            Err(error) => self.tell(News::Note(error.message)),
        }
    }

    async fn try_refresh(&self, name: &InstanceName) -> Result<Refreshed> {
        let instance = self.instance(name)?;
        let first = known(&self.ctx, std::slice::from_ref(&instance)).entries.is_empty();
        let mut shown = 0;
        let mut progress = |progress: Progress<'_>| {
            let (done, total, throttled) = (progress.done, progress.total, progress.throttled);
            self.tell(News::Refreshing { instance: name.clone(), done, total, throttled });
            // A first refresh shows its rows as they come; a later one replaces the list once, when
            // it is whole.
            if first && done >= shown + ROWS_EVERY {
                shown = done;
                self.tell_partial(&instance, progress.inventory);
            }
        };
        let updated = update(&self.ctx, &instance, limits(&self.ctx, None), &mut progress).await?;
        let added = updated.changes.iter().filter(|change| change.added).count();
        let removed = updated.changes.len() - added;
        let (failed, unconfirmed) = (updated.failed.len(), updated.inventory.unconfirmed.len());
        Ok(Refreshed { added, removed, failed, unconfirmed, at: updated.inventory.fetched_at })
    }

    /// The list with what a first refresh has read so far.
    fn tell_partial(&self, instance: &Instance, partial: &Inventory) {
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
        let mut roster = roster::roster(self.instances.clone(), &inventories, &self.ctx.settings);
        take_written(&mut roster, &self.ctx.paths, &self.ctx.settings);
        self.tell(News::Roster(Arc::new(roster)));
    }
}
