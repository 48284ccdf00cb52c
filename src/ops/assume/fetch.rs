//! Fetches credentials from AWS: from the access portal, or from STS for a chained role.

use std::sync::Arc;

use crate::domain::{Credentials, ErrorKind, Result, RoleArn, RoleId};
use crate::identity::AssumeRoleParams;
use crate::ops::ctx::Ctx;
use crate::ops::roles::chain::{ChainedRole, session_name, uses_user};
use crate::ops::sign_in::token::access_token;

use super::{AssumeRequest, Freshness, Persistence, assume};

/// Fetches the credentials of a role that the portal lists.
pub(super) async fn fetch_from_portal(
    ctx: &Arc<Ctx>,
    request: &AssumeRequest,
) -> Result<Credentials> {
    let identity = ctx.prepared_identity(&request.instance).await?;
    let token = access_token(ctx, &request.instance, None).await?;
    match identity.fetch_role_credentials(&token, request.account, &request.role).await {
        // The portal may end a session before its token expires; a refresh shows whether it did.
        Err(error) if error.kind == ErrorKind::LoginNeeded => {
            let token = access_token(ctx, &request.instance, Some(&token)).await?;
            identity.fetch_role_credentials(&token, request.account, &request.role).await
        }
        other => other,
    }
}

/// Assumes the last role of a chain. The credentials of the role before it come from the vault or
/// from a single flight of their own, chained or not. If AWS refuses stored ones, they may have
/// been revoked, which only their use shows: they are fetched again, once, all the way from the
/// portal.
pub(super) async fn assume_chained(
    ctx: &Arc<Ctx>,
    request: &AssumeRequest,
    link: &ChainedRole,
    base: &RoleId,
) -> Result<Credentials> {
    let source = request.for_intermediate_role(&link.via);
    let before = Box::pin(assume(ctx, &source)).await?;
    let refused = match assume_from(ctx, request, link, base, &before.credentials).await {
        Err(error) if error.kind.is_refusal() && !before.fetched => error,
        other => return other,
    };
    let source = AssumeRequest { freshness: Freshness::Fetch, ..source };
    match Box::pin(assume(ctx, &source)).await {
        Ok(renewed) => assume_from(ctx, request, link, base, &renewed.credentials).await,
        Err(error) if error.kind == ErrorKind::LoginNeeded => Err(error),
        // Without new credentials, the refusal is the reason.
        Err(_) => Err(refused),
    }
}

/// Assumes the requested role with the credentials of the role before it.
async fn assume_from(
    ctx: &Arc<Ctx>,
    request: &AssumeRequest,
    link: &ChainedRole,
    base: &RoleId,
    before: &Credentials,
) -> Result<Credentials> {
    let identity = ctx.prepared_identity(&request.instance).await?;
    let region = request.instance.sso_region.clone();
    let user = if !uses_user(link.session_name.as_deref()) {
        String::new()
    } else if *base == link.via {
        session_name_from_arn(&identity.fetch_caller_identity(before, &region).await?)
    } else {
        // Sessions in between may have other names; the portal names its own session after the
        // user.
        let freshness = match request.persistence {
            Persistence::Store => Freshness::Cached,
            Persistence::Discard => Freshness::Fetch,
        };
        let base_request = AssumeRequest { freshness, ..request.for_intermediate_role(base) };
        let first = Box::pin(assume(ctx, &base_request)).await?.credentials;
        session_name_from_arn(&identity.fetch_caller_identity(&first, &region).await?)
    };
    let params = AssumeRoleParams {
        role_arn: RoleArn::format(&region, request.account, &request.role),
        session_name: session_name(link.session_name.as_deref(), &user),
        external_id: link.external_id.clone(),
        source_identity: link.source_identity.clone(),
        duration_seconds: link.duration,
        region,
    };
    identity.assume_role(before, &params).await
}

/// Returns `SESSION` of `arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION`.
fn session_name_from_arn(arn: &str) -> String {
    arn.rsplit('/').next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_session_name_is_the_last_part_of_an_arn() {
        let arn = "arn:aws:sts::012345678901:assumed-role/ops/Admin/ann@example.com";
        assert_eq!(session_name_from_arn(arn), "ann@example.com");
    }
}
