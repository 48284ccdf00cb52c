//! Changes of slots that commands ask for: each is made in memory and in the vault.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::{Error, InstanceName, Result, Secret};
use crate::ops::ctx::run_blocking;
use crate::ops::ecs::messages::LoadedRole;
use crate::ops::ecs::stored_slots::{self, SlotContent};
use crate::ops::sign_in::token::login_needed;
use crate::os::mutex::lock;
use crate::os::random;
use crate::server::SlotName;

use super::{EcsServer, SlotEvent};

impl EcsServer {
    /// Puts a role into a slot, starts to fetch its credentials and stores the slot. A slot keeps
    /// its token, so that its clients change the role with it. Returns why the slot could not be
    /// stored; it is served until the server ends.
    ///
    /// # Errors
    /// [`ErrorKind::Config`](crate::domain::ErrorKind::Config) if the instance of the role is not
    /// known here; [`ErrorKind::Vault`](crate::domain::ErrorKind::Vault) if the slot may have a
    /// token that can't be read.
    pub async fn load(&self, slot: &SlotName, role: LoadedRole) -> Result<Option<Error>> {
        let loaded = lock(&self.slots).get(slot).map(|loaded| loaded.token.clone());
        let token = match loaded {
            Some(token) => token,
            None => match self.stored_token(slot).await? {
                Some(token) => token,
                None => random::token::<32>()?.into(),
            },
        };
        let content = SlotContent { slot: slot.clone(), role, token };
        self.open(content.clone())?;
        Ok(self.store(content).await.err())
    }

    /// Returns the token of a slot that was stored and not restored.
    async fn stored_token(&self, slot: &SlotName) -> Result<Option<Secret<String>>> {
        let (ctx, slot) = (self.ctx.clone(), slot.clone());
        let stored = run_blocking(move || stored_slots::load(&ctx, &slot)).await?;
        Ok(stored.map(|content| content.token))
    }

    /// Stores a slot, and reports a failure.
    async fn store(&self, content: SlotContent) -> Result<()> {
        let (ctx, stored) = (self.ctx.clone(), content.clone());
        let saved = run_blocking(move || stored_slots::save(&ctx, &stored)).await;
        if let Err(error) = &saved {
            let event = SlotEvent::NotStored(error.clone());
            (self.hooks.report)(&content.slot, &content.role, &event);
        }
        saved
    }

    fn slot_names(&self) -> Vec<SlotName> {
        lock(&self.slots).keys().cloned().collect()
    }

    /// Closes a slot and forgets it. Returns whether it was open, or stored since the last run.
    pub(super) async fn unload(&self, slot: &SlotName) -> Result<bool> {
        let was_open = self.close(slot);
        let (ctx, slot) = (self.ctx.clone(), slot.clone());
        run_blocking(move || {
            // An open slot is forgotten even if the vault is locked.
            let existed = was_open || stored_slots::names(&ctx)?.contains(&slot);
            stored_slots::remove(&ctx, &slot)?;
            Ok(existed)
        })
        .await
    }

    /// Forgets the credentials in memory of all slots of an instance. The slots stay open.
    pub(super) fn forget_credentials(&self, name: &InstanceName) {
        let Some(instance) = self.ctx.instances.iter().find(|known| known.name == *name) else {
            return;
        };
        let slots = lock(&self.slots);
        for (slot, _) in slots.iter().filter(|(_, loaded)| loaded.role.id.instance == *name) {
            self.endpoint.forget(slot, login_needed(instance));
        }
    }

    /// Closes a slot. Returns whether it was open.
    fn close(&self, slot: &SlotName) -> bool {
        self.endpoint.close(slot);
        let closed = lock(&self.slots).remove(slot);
        if let Some(loaded) = &closed {
            (self.hooks.report)(slot, &loaded.role, &SlotEvent::Unloaded);
        }
        closed.is_some()
    }

    /// Closes every slot and forgets it, also those of the last run that are not served.
    pub(super) async fn unload_all(&self) -> Result<Vec<SlotName>> {
        let mut all = BTreeSet::from_iter(self.slot_names());
        for slot in &all {
            self.close(slot);
        }
        let ctx = self.ctx.clone();
        run_blocking(move || {
            let stored = stored_slots::names(&ctx);
            let mut result = stored.map(|stored| all.extend(stored));
            for slot in &all {
                result = result.and(stored_slots::remove(&ctx, slot));
            }
            result.map(|()| Vec::from_iter(all))
        })
        .await
    }

    /// Gives every slot a new token, also those of the last run that are not served: they would
    /// accept the old one as soon as they are loaded again.
    pub(super) async fn rotate_all(&self) -> Result<Vec<SlotName>> {
        let ctx = self.ctx.clone();
        let stored = run_blocking(move || stored_slots::load_all(&ctx)).await;
        let open = || {
            let slots = lock(&self.slots);
            slots.iter().map(|(slot, loaded)| (slot.clone(), loaded.role.clone())).collect()
        };
        let mut roles: BTreeMap<SlotName, LoadedRole> = open();
        let mut result = stored.map(|stored| {
            for content in stored {
                roles.entry(content.slot).or_insert(content.role);
            }
        });
        let all = roles.keys().cloned().collect();
        for (slot, role) in roles {
            result = result.and(self.rotate(slot, role).await);
        }
        result.map(|()| all)
    }

    /// Gives a slot a new token. It is stored first, so that clients are not refused after a
    /// restart.
    async fn rotate(&self, slot: SlotName, role: LoadedRole) -> Result<()> {
        let is_open = lock(&self.slots).contains_key(&slot);
        let content = SlotContent { slot, role, token: random::token::<32>()?.into() };
        let (ctx, stored) = (self.ctx.clone(), content.clone());
        run_blocking(move || stored_slots::save(&ctx, &stored)).await?;
        if is_open { self.open(content) } else { Ok(()) }
    }
}
