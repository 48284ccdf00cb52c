//! The certificate authority of the endpoint: its key is in the vault, the certificate that clients
//! trust in a file.

use std::path::PathBuf;

use crate::config::Paths;
use crate::domain::{Error, ErrorKind, Result};
use crate::ops::ctx::Ctx;
use crate::os::atomic_file;
use crate::server::{Authority, ServedName};
use crate::vault::{RecordId, StoredAuthority};

/// Returns the file with the certificate for clients.
pub fn certificate_file(paths: &Paths) -> PathBuf {
    paths.state_dir.join("ecs/authority.pem")
}

/// Returns the authority; `None` if there is none, or if it has expired. Blocks.
///
/// # Errors
/// As [`Vault::load`](crate::vault::Vault::load); [`ErrorKind::Vault`] if it is damaged.
pub fn load(ctx: &Ctx) -> Result<Option<Authority>> {
    let now = ctx.clock.now();
    let stored = ctx.vault.load::<StoredAuthority>(&RecordId::endpoint_authority(), now)?;
    let Some(stored) = stored else { return Ok(None) };
    let StoredAuthority { names, key, certificate, intermediate, issued_at, .. } = stored;
    let names = names.iter().map(|name| name.parse()).collect::<Result<Vec<ServedName>>>();
    let names = names.map_err(|_| Error::new(ErrorKind::Vault, "the authority is damaged"))?;
    let intermediate = intermediate.as_deref();
    let authority = Authority::from_stored(names, issued_at, &key, certificate, intermediate)?;
    Ok(Some(authority).filter(|authority| authority.expires_at() > now))
}

/// What happens to an authority for the same names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StoredAuthorityUse {
    Keep,
    /// A new one replaces it, and clients have to trust that.
    Replace,
}

/// Returns the authority for exactly these names, and creates it if it is for others or has to be
/// replaced. The file is written again in any case. Blocks.
///
/// # Errors
/// As [`load`] and [`Vault::save`](crate::vault::Vault::save); [`ErrorKind::Os`] if the file can't
/// be written.
pub fn load_or_create(
    ctx: &Ctx,
    names: &[ServedName],
    stored_use: StoredAuthorityUse,
) -> Result<Authority> {
    let now = ctx.clock.now();
    let created = Authority::create(names.to_vec(), now)?;
    let stored = match stored_use {
        StoredAuthorityUse::Keep => load(ctx)?.filter(|stored| stored.names() == created.names()),
        StoredAuthorityUse::Replace => None,
    };
    let authority = match stored {
        Some(stored) => stored,
        None => {
            let record = StoredAuthority {
                names: created.names().iter().map(ToString::to_string).collect(),
                key: created.key(),
                certificate: created.root().to_owned(),
                intermediate: created.intermediate(),
                issued_at: created.created_at(),
                expires_at: created.expires_at(),
            };
            ctx.vault.save(&RecordId::endpoint_authority(), &record)?;
            created
        }
    };
    let file = certificate_file(&ctx.paths);
    if let Some(directory) = file.parent() {
        atomic_file::create_private_dir(directory)?;
    }
    atomic_file::save(&file, authority.root().as_bytes())?;
    Ok(authority)
}

/// Forgets the authority. Returns whether there was one. Blocks.
///
/// # Errors
/// As [`Vault::remove`](crate::vault::Vault::remove); [`ErrorKind::Os`] if the file can't be
/// removed.
pub fn delete(ctx: &Ctx) -> Result<bool> {
    let file = certificate_file(&ctx.paths);
    let existed = file.exists() || load(ctx)?.is_some();
    if existed {
        ctx.vault.remove(&RecordId::endpoint_authority())?;
        atomic_file::remove(&file)?;
    }
    Ok(existed)
}
