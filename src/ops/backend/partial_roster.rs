//! The roster during a first refresh: rows appear while AWS is still being asked for the others.
//!
//! Building a roster takes time in proportion to its length. So it is built on a thread of its own,
//! from inventories of the other instances that are loaded once, and less often the longer it is.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};

use tokio::sync::oneshot;

use super::Backend;
use crate::cache::inventory;
use crate::domain::{Instance, InstanceName, Inventory, Result, Roster};
use crate::ops::backend::messages::Update;
use crate::ops::ctx::Ctx;
use crate::ops::refresh::Progress;
use crate::ops::roles::other_profiles::{self, ProfileRows};
use crate::ops::roles::profile_names::apply_profile_names;
use crate::ops::roles::roster::build_roster;
use crate::os::thread;

/// Fewest accounts between two updates.
const MIN_ACCOUNTS: usize = 8;
/// An update follows when the list has grown by one part in so many. The work of all updates
/// together is then at most this many times that of the last one.
const GROWTH_DIVISOR: usize = 8;

/// Decides after how many accounts the next roster is sent.
#[derive(Debug)]
struct UpdateSchedule {
    next: usize,
}

impl UpdateSchedule {
    fn new() -> Self {
        Self { next: MIN_ACCOUNTS }
    }

    /// Whether a roster of this many accounts is to be sent; if so, schedules the next one.
    fn is_due(&mut self, accounts: usize) -> bool {
        let due = accounts >= self.next;
        if due {
            self.next = accounts + MIN_ACCOUNTS.max(accounts / GROWTH_DIVISOR);
        }
        due
    }
}

/// Builds rosters from one growing inventory and those of the other instances.
struct PartialRosterBuilder<'a> {
    ctx: &'a Ctx,
    backend: &'a Backend,
    /// The position of the instance that is being refreshed.
    position: Option<usize>,
    inventories: Vec<Option<Inventory>>,
}

impl<'a> PartialRosterBuilder<'a> {
    /// Loads the inventories of the instances that are not being refreshed.
    fn new(backend: &'a Backend, refreshed: &InstanceName) -> Self {
        let ctx = &*backend.ctx;
        let load = |instance: &Instance| {
            let is_other = instance.name != *refreshed;
            is_other.then(|| inventory::load(&ctx.paths.cache_dir, instance)).flatten()
        };
        Self {
            ctx,
            backend,
            position: backend.instances.iter().position(|instance| instance.name == *refreshed),
            inventories: backend.instances.iter().map(load).collect(),
        }
    }

    /// Builds the roster with this inventory of the refreshed instance.
    fn build(&mut self, partial: Inventory) -> Roster {
        if let Some(inventory) =
            self.position.and_then(|position| self.inventories.get_mut(position))
        {
            *inventory = Some(partial);
        }
        let settings = &self.ctx.settings;
        let mut roster = build_roster(self.backend.instances.clone(), &self.inventories, settings);
        apply_profile_names(&mut roster, &self.ctx.paths, settings);
        if self.backend.profile_rows == ProfileRows::Shown {
            let ctx = self.ctx;
            other_profiles::add_rows(&mut roster, &ctx.paths, settings, &ctx.instances);
        }
        roster
    }
}

/// Sends rosters during a first refresh, built by a thread of its own.
pub(super) struct PartialRosters {
    schedule: UpdateSchedule,
    inventories: Sender<Inventory>,
    finished: oneshot::Receiver<()>,
}

impl PartialRosters {
    /// Starts the thread.
    ///
    /// # Errors
    /// [`crate::domain::ErrorKind::Os`] if the operating system refuses the thread.
    pub(super) fn start(backend: &Arc<Backend>, refreshed: &InstanceName) -> Result<Self> {
        let (inventories, partials) = channel();
        let (done, finished) = oneshot::channel();
        let (backend, refreshed) = (backend.clone(), refreshed.clone());
        thread::spawn("partial roster", move || {
            send_rosters(&backend, &refreshed, &partials);
            let _ = done.send(());
        })?;
        Ok(Self { schedule: UpdateSchedule::new(), inventories, finished })
    }

    /// Has a roster sent if enough accounts have been read since the last one.
    pub(super) fn update(&mut self, progress: &Progress<'_>) {
        if self.schedule.is_due(progress.done) {
            let _ = self.inventories.send(progress.inventory.clone());
        }
    }

    /// Waits until the thread has ended, so that no partial roster follows the whole one.
    pub(super) async fn finish(self) {
        drop(self.inventories);
        let _ = self.finished.await;
    }
}

fn send_rosters(backend: &Backend, refreshed: &InstanceName, partials: &Receiver<Inventory>) {
    let mut builder = PartialRosterBuilder::new(backend, refreshed);
    while let Ok(partial) = partials.recv() {
        // Only the newest is of use if they arrive faster than rosters are built.
        let newest = partials.try_iter().last().unwrap_or(partial);
        backend.send(Update::Roster(Arc::new(builder.build(newest))));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::backend::tests::{TestHome, inventory_of};

    /// Accounts of each roster that is sent while this many accounts are read one by one.
    fn sizes(accounts: usize) -> Vec<usize> {
        let mut schedule = UpdateSchedule::new();
        (1..=accounts).filter(|done| schedule.is_due(*done)).collect()
    }

    #[test]
    fn the_first_rows_come_early_and_a_long_list_is_not_built_again_and_again() {
        assert_eq!(sizes(24), [8, 16, 24]);
        for accounts in [100, 1_000, 10_000] {
            let sizes = sizes(accounts);
            let work: usize = sizes.iter().sum();
            assert!(work <= accounts * 10, "{work} accounts built for {accounts}");
            assert!(sizes.len() <= 60, "{} rosters for {accounts} accounts", sizes.len());
            let last = sizes.last().copied().unwrap_or_default();
            assert!(accounts - last <= accounts / 7 + 8, "{last} of {accounts} shown at the end");
        }
    }

    #[test]
    fn the_inventories_of_other_instances_are_loaded_once() {
        let home = TestHome::new();
        let (backend, _updates) = home.backend();
        let lab = &backend.instances[1];
        inventory::save(&backend.ctx.paths.cache_dir, lab, &inventory_of(&["Read"])).unwrap();
        let mut builder = PartialRosterBuilder::new(&backend, &InstanceName::new("corp"));
        std::fs::remove_file(inventory::path(&backend.ctx.paths.cache_dir, lab)).unwrap();
        let roles = |roster: &Roster| -> Vec<String> {
            roster.entries.iter().map(|entry| entry.role.to_string()).collect()
        };
        assert_eq!(roles(&builder.build(inventory_of(&["Admin"]))), ["Admin", "Read"]);
        let longer = builder.build(inventory_of(&["Admin", "Deploy"]));
        assert_eq!(roles(&longer), ["Admin", "Deploy", "Read"]);
    }
}
