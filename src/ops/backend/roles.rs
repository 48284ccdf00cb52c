//! Requests for one role while the picker is on the screen: get, copy and forget its credentials,
//! write its profile, record its confirmation.

use std::sync::Arc;

use super::Backend;
use crate::domain::{ConfirmLevel, RoleId};
use crate::ops::access::obtain;
use crate::ops::assume::{AssumeRequest, Freshness, forget_credentials};
use crate::ops::backend::messages::{ConsoleLink, LinkAccess, SecretKind, Update};
use crate::ops::confirmations;
use crate::ops::console_link::{ConsolePage, ShownLink, fetch_console_link, link_without_browser};
use crate::ops::copy;
use crate::ops::ctx::run_blocking;
use crate::ops::open_url::Link;
use crate::ops::profiles;

impl Backend {
    /// Gets credentials of a role into the vault.
    pub(super) async fn assume(self: &Arc<Self>, role: RoleId, number: u64, freshness: Freshness) {
        let outcome = match self.instance(&role.instance) {
            Ok(instance) => {
                let mut request = AssumeRequest::new(&instance, role.account, role.role.clone());
                request.freshness = freshness;
                obtain(&self.ctx, &self.user(), None, &request).await
            }
            Err(error) => Err(error),
        };
        let outcome = self.with_lock_update(self.with_clock_skew(&role.instance, outcome)).await;
        if outcome.is_ok() && freshness == Freshness::Fetch {
            self.run_blocking(Self::send_sessions).await;
        }
        let outcome = outcome.map(|assumed| assumed.credentials.expires_at);
        self.send(Update::Assumed { number, role, outcome });
    }

    pub(super) async fn forget_credentials(self: &Arc<Self>, role: &RoleId) {
        match forget_credentials(&self.ctx, role).await {
            Ok(()) => self.send(Update::CredentialsDropped { role: role.clone() }),
            Err(error) => self.send(Update::RoleFailed { role: role.clone(), error }),
        }
        self.run_blocking(Self::send_sessions).await;
    }

    pub(super) async fn copy_secret(self: &Arc<Self>, role: RoleId, secret: SecretKind) {
        let Some(roster) = self.run_blocking(Self::load_roster).await.map(Arc::new) else { return };
        let (ctx, user) = (&self.ctx, self.user());
        let text = match secret {
            SecretKind::Keys => copy::export_lines(ctx, &user, &roster, &role).await,
            SecretKind::ConsoleLink => fetch_console_link(ctx, &user, &roster, &role).await,
        };
        let copied = match text {
            Ok(text) => {
                let copy = self.copy_to_clipboard;
                run_blocking(move || copy(text.expose())).await
            }
            Err(error) => Err(error),
        };
        let account =
            roster.find(&role).map_or(role.account.as_str(), |entry| entry.account_label());
        self.send(match copied {
            Ok(()) => Update::Message(format!(
                "copied {} of {account}/{} (secret)",
                secret.label(),
                role.role
            )),
            Err(error) => Update::RoleFailed { error, role },
        });
        // The credentials that were copied may be new in the vault.
        self.run_blocking(Self::send_sessions).await;
    }

    /// Fetches a link to show, if no program could open the console.
    pub(super) async fn open_console(
        self: &Arc<Self>,
        role: RoleId,
        service: Option<&'static str>,
        query: String,
        number: u64,
    ) {
        let backend = self.clone();
        let roster = run_blocking(move || Ok(Arc::new(backend.load_roster()))).await;
        let page = ConsolePage { service, query, region: self.console_region.clone() };
        let outcome = match roster {
            Ok(roster) => {
                link_without_browser(&self.ctx, &self.user(), &roster, &role, &page).await
            }
            Err(error) => Err(error),
        };
        let link = |ShownLink { link, portal_url }| match link {
            Link::Secret(url) => ConsoleLink { url, access: LinkAccess::Holder, portal_url },
            Link::Public(url) => {
                ConsoleLink { url: url.into(), access: LinkAccess::SignedIn, portal_url }
            }
        };
        let outcome = outcome.map(|found| found.map(link));
        self.send(Update::Console { number, role, outcome });
    }

    pub(super) async fn write_profiles(self: &Arc<Self>, roles: Vec<RoleId>) {
        let Some(first) = roles.first().cloned() else { return };
        let ctx = self.ctx.clone();
        let written = run_blocking(move || profiles::write_profiles(&ctx, roles)).await;
        self.send(match written {
            Ok(message) => Update::Message(message),
            Err(error) => Update::RoleFailed { role: first, error },
        });
    }

    pub(super) fn record_confirmation(&self, role: &RoleId, confirm: ConfirmLevel) {
        confirmations::record(&self.ctx, role, confirm);
        self.send(Update::Confirmations(confirmations::load(&self.ctx)));
    }
}
