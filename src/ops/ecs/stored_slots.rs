//! Slots in the vault, one record each, so that a restart keeps their roles and tokens.

use crate::domain::{Result, Secret};
use crate::ops::ctx::Ctx;
use crate::os::random;
use crate::server::SlotName;
use crate::vault::{RecordId, StoredSlot};

use super::messages::LoadedRole;

/// A slot with its role and its token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlotContent {
    pub slot: SlotName,
    pub role: LoadedRole,
    pub token: Secret<String>,
}

fn record_id(slot: &SlotName) -> RecordId {
    RecordId::endpoint_slot(&slot.to_string())
}

/// Stores a slot. Blocks.
///
/// # Errors
/// As [`Vault::save`](crate::vault::Vault::save).
pub(super) fn save(ctx: &Ctx, content: &SlotContent) -> Result<()> {
    let record = StoredSlot {
        role: content.role.id.clone(),
        label: content.role.label.clone(),
        token: content.token.clone(),
        issued_at: ctx.clock.now(),
    };
    ctx.vault.save(&record_id(&content.slot), &record)
}

/// Returns a stored slot; `None` if it is not stored. Blocks.
///
/// # Errors
/// As [`Vault::load`](crate::vault::Vault::load).
pub(super) fn load(ctx: &Ctx, slot: &SlotName) -> Result<Option<SlotContent>> {
    let record: Option<StoredSlot> = ctx.vault.load(&record_id(slot), ctx.clock.now())?;
    Ok(record.map(|record| SlotContent {
        slot: slot.clone(),
        role: LoadedRole { id: record.role, label: record.label },
        token: record.token,
    }))
}

/// Returns the names of all stored slots in order. Blocks.
///
/// # Errors
/// As [`Vault::list`](crate::vault::Vault::list).
pub(super) fn names(ctx: &Ctx) -> Result<Vec<SlotName>> {
    let records = ctx.vault.list(ctx.clock.now())?.into_iter();
    let mut names: Vec<SlotName> =
        records.filter_map(|(id, _)| id.slot_name()?.parse().ok()).collect();
    names.sort();
    Ok(names)
}

/// Returns all stored slots in order. Blocks.
///
/// # Errors
/// As [`Vault::list`](crate::vault::Vault::list) and [`Vault::load`](crate::vault::Vault::load).
pub fn load_all(ctx: &Ctx) -> Result<Vec<SlotContent>> {
    let loaded = names(ctx)?.into_iter().map(|slot| load(ctx, &slot));
    loaded.filter_map(Result::transpose).collect()
}

/// Removes a slot. Does nothing if it is not stored. Blocks.
///
/// # Errors
/// As [`Vault::remove`](crate::vault::Vault::remove).
pub(super) fn remove(ctx: &Ctx, slot: &SlotName) -> Result<()> {
    ctx.vault.remove(&record_id(slot))
}

/// Gives every stored slot a new token, and returns the slots. Only while no server is running.
/// Blocks.
///
/// # Errors
/// As [`load_all`] and [`Vault::save`](crate::vault::Vault::save).
pub fn rotate_all(ctx: &Ctx) -> Result<Vec<SlotContent>> {
    let mut rotated = Vec::new();
    for content in load_all(ctx)? {
        let content = SlotContent { token: random::token::<32>()?.into(), ..content };
        save(ctx, &content)?;
        rotated.push(content);
    }
    Ok(rotated)
}

/// Removes every stored slot, and returns them. Blocks.
///
/// # Errors
/// As [`load_all`] and [`Vault::remove`](crate::vault::Vault::remove).
pub fn delete_all(ctx: &Ctx) -> Result<Vec<SlotName>> {
    let slots: Vec<SlotName> = load_all(ctx)?.into_iter().map(|content| content.slot).collect();
    slots.iter().try_for_each(|slot| remove(ctx, slot))?;
    Ok(slots)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::RoleId;

    #[test]
    fn a_vault_that_was_never_made_has_no_slots() {
        let home = tempfile::tempdir().unwrap();
        let ctx = Ctx::in_home(home.path(), Vec::new());
        assert_eq!(load_all(&ctx), Ok(Vec::new()));
        assert_eq!((rotate_all(&ctx), delete_all(&ctx)), (Ok(Vec::new()), Ok(Vec::new())));
        assert!(remove(&ctx, &SlotName::default()).is_ok());
        let role = LoadedRole { id: RoleId::example("Admin"), label: "a/Admin".into() };
        let content = SlotContent { slot: SlotName::default(), role, token: "t".into() };
        assert!(save(&ctx, &content).is_err(), "it has no passphrase");
    }
}
