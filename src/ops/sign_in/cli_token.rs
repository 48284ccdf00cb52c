//! Shares tokens with the AWS CLI: its token is used if rolecall has none, and it gets rolecall's
//! after a sign-in.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::awsconfig::AwsConfig;
use crate::awsconfig::token_cache::{self, CachedToken};
use crate::config::ShareTokenCache;
use crate::domain::{Error, Instance, InstanceSource, Result, Secret, Timestamp};
use crate::os::atomic_file;
use crate::os::lock::Lock;

use crate::ops::ctx::{Ctx, run_blocking};

/// How long another rolecall process may hold the lock of the files.
const LOCK_TIMEOUT: Duration = Duration::from_secs(2);

/// Returns a valid token of the AWS CLI for an instance: same portal, same region, and all required
/// scopes. It is only used: the user refreshes and ends it with the AWS CLI.
pub fn load_cli_token(ctx: &Ctx, instance: &Instance) -> Option<CachedToken> {
    cache_paths(ctx, instance).iter().find_map(|path| {
        let token = token_cache::load(path)?;
        let same = token.start_url.as_ref() == Some(&instance.start_url)
            && token.region.as_ref() == Some(&instance.sso_region);
        let good = same && !token.is_from_rolecall && token.expires_at > ctx.clock.now();
        (good && token_cache::has_scopes(&ctx.paths.sso_cache_dir, &token, &instance.scopes))
            .then_some(token)
    })
}

/// Whether the AWS CLI finds a valid token for an instance, its own or rolecall's.
pub fn is_stored(ctx: &Ctx, instance: &Instance) -> bool {
    let is_valid = |token: CachedToken| {
        token.start_url.as_ref() == Some(&instance.start_url)
            && token.region.as_ref() == Some(&instance.sso_region)
            && token.expires_at > ctx.clock.now()
    };
    cache_paths(ctx, instance).iter().any(|path| token_cache::load(path).is_some_and(is_valid))
}

/// As [`load_cli_token`], on a thread of its own; `refused` is a token that AWS has just refused.
pub(in crate::ops) async fn load_cli_access_token(
    ctx: &Arc<Ctx>,
    instance: &Instance,
    refused: Option<&Secret<String>>,
) -> Result<Option<Secret<String>>> {
    let (ctx, of) = (ctx.clone(), instance.clone());
    let token = run_blocking(move || Ok(load_cli_token(&ctx, &of))).await?;
    Ok(token.map(|token| token.access_token.clone()).filter(|token| refused != Some(token)))
}

/// Writes rolecall's access token for the AWS CLI, as `share_token_cache` says. Returns why a file
/// could not be written: rolecall itself does not need it.
pub(in crate::ops) async fn share(
    ctx: &Arc<Ctx>,
    instance: &Instance,
    access_token: &Secret<String>,
    expires_at: Timestamp,
) -> Option<Error> {
    let create = match ctx.settings.share_token_cache {
        ShareTokenCache::Never => return None,
        ShareTokenCache::Auto => false,
        ShareTokenCache::Always => true,
    };
    let (now, access_token) = (ctx.clock.now(), access_token.clone());
    update_files(ctx, instance, move |instance, position, path| {
        // Only the first file belongs to the session; the others exist if legacy profiles are used.
        let wanted = path.exists() || (create && position == 0);
        let taken = token_cache::load(path)
            .is_some_and(|token| !token.is_from_rolecall && token.expires_at > now);
        match wanted && !taken {
            true => token_cache::save(
                path,
                &instance.start_url,
                &instance.sso_region,
                &access_token,
                expires_at,
            ),
            false => Ok(()),
        }
    })
    .await
}

/// Removes rolecall's access token from the AWS CLI's cache: it is revoked. Returns why a file could
/// not be changed.
pub(in crate::ops) async fn unshare(ctx: &Arc<Ctx>, instance: &Instance) -> Option<Error> {
    update_files(ctx, instance, |_, _, path| token_cache::remove_token(path)).await
}

/// Updates each of the AWS CLI's files for an instance, in one rolecall process at a time. The AWS
/// CLI itself uses no locks.
async fn update_files(
    ctx: &Arc<Ctx>,
    instance: &Instance,
    work: impl Fn(&Instance, usize, &PathBuf) -> Result<()> + Send + 'static,
) -> Option<Error> {
    let (ctx, instance) = (ctx.clone(), instance.clone());
    let updated = run_blocking(move || {
        let lock = ctx.paths.state_dir.join("locks/token-cache");
        let _lock = Lock::acquire(&lock, Instant::now() + LOCK_TIMEOUT)?;
        cache_paths(&ctx, &instance)
            .iter()
            .enumerate()
            .try_for_each(|(position, path)| work(&instance, position, path))
    });
    updated.await.err().map(|error| error.context("the AWS CLI's token was not updated"))
}

/// Returns the AWS CLI's files for an instance: that of the `[sso-session]` of its name, and those
/// of legacy profiles with its start URL, in every spelling of the AWS config file. If two
/// instances share a start URL, they belong to two users, and the owner of the latter files is
/// unknown.
fn cache_paths(ctx: &Ctx, instance: &Instance) -> Vec<PathBuf> {
    let (name, url) = (instance.name.as_str(), instance.start_url.as_written());
    let same = |other: &&Instance| other.start_url == instance.start_url;
    let shared = ctx.instances.iter().filter(same).count() > 1;
    let spellings = match shared {
        false => atomic_file::load(&ctx.paths.aws_config)
            .ok()
            .flatten()
            .map(|bytes| AwsConfig::parse(bytes).start_url_spellings(&instance.start_url)),
        true => None,
    };
    let spellings = spellings.unwrap_or_default();
    let mut keys = match instance.source {
        InstanceSource::LegacyProfile => vec![url],
        InstanceSource::RolecallConfig | InstanceSource::SsoSession if shared => vec![name],
        InstanceSource::RolecallConfig | InstanceSource::SsoSession => vec![name, url],
    };
    keys.extend(spellings.iter().map(String::as_str).filter(|spelling| *spelling != url));
    token_cache::cache_paths(&ctx.paths.sso_cache_dir, &keys)
}

#[cfg(test)]
mod tests;
