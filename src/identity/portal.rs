//! The access portal: accounts, roles, role credentials, sign-out.

use aws_sdk_sso::Client;
use aws_smithy_types::retry::RetryConfig;
use tracing::{info, warn};

use crate::domain::{AccountId, Credentials, Error, Kind, Result, RoleName, Secret, Timestamp};

use super::date::ServerDate;
use super::endpoint::host;
use super::fault::Fault;
use super::{Identity, present, settings};

/// The most that the portal puts on a page.
const PAGE: i32 = 100;

/// An account as the portal lists it. AWS leaves name and e-mail address out now and then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PortalAccount {
    /// Twelve digits.
    pub id: AccountId,
    /// Its name.
    pub name: Option<String>,
    /// The root user's e-mail address.
    pub email: Option<String>,
}

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// What is on it, in the portal's order.
    pub items: Vec<T>,
    /// What to ask for the next page with; `None` on the last.
    pub next: Option<String>,
}

impl Identity {
    /// One page of the accounts, asked for once: whoever reads many pages paces and retries them.
    ///
    /// # Errors
    /// [`Kind::LoginNeeded`] (401), [`Kind::Throttled`] (429), [`Kind::Unreachable`] (no answer, 5xx), [`Kind::Refused`] (403).
    pub async fn accounts_page(&self, token: &Secret<String>, next: Option<&str>) -> Result<Page<PortalAccount>> {
        self.list_accounts(token, next, RetryConfig::disabled()).await
    }

    /// One page of the roles in an account, asked for once.
    ///
    /// # Errors
    /// As [`Identity::accounts_page`]; a 403 also means that the account is not the person's any more.
    pub async fn roles_page(&self, token: &Secret<String>, account: AccountId, next: Option<&str>) -> Result<Page<RoleName>> {
        self.list_roles(token, account, next, RetryConfig::disabled()).await
    }

    /// All accounts, in the portal's order.
    ///
    /// # Errors
    /// As [`Identity::accounts_page`], after retries.
    pub async fn accounts(&self, token: &Secret<String>) -> Result<Vec<PortalAccount>> {
        let (mut all, mut next) = (Vec::new(), None);
        loop {
            let page = self.list_accounts(token, next.as_deref(), self.0.network.retries()).await?;
            all.extend(page.items);
            match page.next {
                Some(token) => next = Some(token),
                None => return Ok(all),
            }
        }
    }

    /// All roles of the person in an account, in the portal's order.
    ///
    /// # Errors
    /// As [`Identity::roles_page`], after retries.
    pub async fn roles(&self, token: &Secret<String>, account: AccountId) -> Result<Vec<RoleName>> {
        let (mut all, mut next) = (Vec::new(), None);
        loop {
            let page = self.list_roles(token, account, next.as_deref(), self.0.network.retries()).await?;
            all.extend(page.items);
            match page.next {
                Some(token) => next = Some(token),
                None => return Ok(all),
            }
        }
    }

    /// Credentials of a role, with their expiry by this machine's clock.
    ///
    /// # Errors
    /// [`Kind::Refused`] when the role is not the person's (any more); otherwise as [`Identity::accounts_page`], after retries.
    pub async fn role_credentials(&self, token: &Secret<String>, account: AccountId, role: &RoleName) -> Result<Credentials> {
        let (client, host) = self.portal()?;
        let date = ServerDate::default();
        let call = client.get_role_credentials().access_token(token.expose()).account_id(account.as_str()).role_name(role.as_str());
        let reply = call.customize().interceptor(date.clone()).send().await.map_err(|error| {
            let fault = Fault::of(&error);
            match fault.status() {
                403 | 404 => Error::new(Kind::Refused, format!("you have no access to `{role}` in {account} (any more){}", fault.said()))
                    .hint("run `rolecall cache` to read the list of your roles anew"),
                _ => self.explain_portal(&format!("getting credentials of `{role}` in {account}"), host, &fault),
            }
        })?;
        let reply = present(reply.role_credentials, "roleCredentials", host)?;
        let now = self.0.clock.now();
        info!(target: "rolecall::identity", host, %account, %role, "role credentials received");
        Ok(Credentials {
            access_key_id: present(reply.access_key_id, "accessKeyId", host)?,
            secret_access_key: present(reply.secret_access_key, "secretAccessKey", host)?.into(),
            session_token: present(reply.session_token, "sessionToken", host)?.into(),
            // The portal is alone in counting milliseconds.
            expires_at: date.local(Timestamp(reply.expiration / 1_000), now),
            issued_at: now,
            account,
        })
    }

    /// Ends the session of a token at AWS. Role credentials that were handed out stay valid until they expire.
    ///
    /// # Errors
    /// As [`Identity::accounts_page`], after retries; a session that has ended already is none.
    pub async fn logout(&self, token: &Secret<String>) -> Result<()> {
        let (client, host) = self.portal()?;
        match client.logout().access_token(token.expose()).send().await.map_err(|error| Fault::of(&error)) {
            Ok(_) => Ok(()),
            Err(fault) if fault.status() == 401 => Ok(()),
            Err(fault) => Err(self.explain_portal("signing out", host, &fault)),
        }
    }

    async fn list_accounts(&self, token: &Secret<String>, next: Option<&str>, retry: RetryConfig) -> Result<Page<PortalAccount>> {
        let (client, host) = self.portal()?;
        let call = client.list_accounts().access_token(token.expose()).max_results(PAGE).set_next_token(next.map(str::to_owned));
        let reply = call.customize().config_override(aws_sdk_sso::Config::builder().retry_config(retry)).send().await;
        let reply = reply.map_err(|error| self.explain_portal("listing accounts", host, &Fault::of(&error)))?;
        let following = following(next, reply.next_token, host)?;
        let filled = |text: Option<String>| text.filter(|text| !text.is_empty());
        let items = reply.account_list.unwrap_or_default().into_iter().filter_map(|account| {
            let id = account.account_id.unwrap_or_default();
            match id.parse() {
                Ok(id) => Some(PortalAccount { id, name: filled(account.account_name), email: filled(account.email_address) }),
                Err(_) => {
                    warn!(target: "rolecall::identity", host, id, "an account with a strange id was left out");
                    None
                }
            }
        });
        Ok(Page { items: items.collect(), next: following })
    }

    async fn list_roles(
        &self,
        token: &Secret<String>,
        account: AccountId,
        next: Option<&str>,
        retry: RetryConfig,
    ) -> Result<Page<RoleName>> {
        let (client, host) = self.portal()?;
        let call = client.list_account_roles().access_token(token.expose()).account_id(account.as_str());
        let call = call.max_results(PAGE).set_next_token(next.map(str::to_owned));
        let reply = call.customize().config_override(aws_sdk_sso::Config::builder().retry_config(retry)).send().await;
        let reply = reply.map_err(|error| self.explain_portal(&format!("listing the roles in {account}"), host, &Fault::of(&error)))?;
        let following = following(next, reply.next_token, host)?;
        let names = reply.role_list.unwrap_or_default().into_iter().filter_map(|role| role.role_name);
        Ok(Page { items: names.filter(|name| !name.is_empty()).map(RoleName::new).collect(), next: following })
    }

    fn portal(&self) -> Result<(&Client, &str)> {
        let address = &self.0.addresses.portal;
        if let Some(ready) = self.0.portal.get() {
            return Ok((ready, host(address)));
        }
        let settings = settings!(aws_sdk_sso, &self.0.network, address, self.instance().sso_region).interceptor(self.0.skew.clone());
        Ok((self.0.portal.get_or_init(|| Client::from_conf(settings.build())), host(address)))
    }

    fn explain_portal(&self, doing: &str, host: &str, fault: &Fault) -> Error {
        fault.explain(doing, host, Some(&self.instance().name))
    }
}

/// The next page's token. A server that sends the same one again would be asked forever.
fn following(asked: Option<&str>, next: Option<String>, host: &str) -> Result<Option<String>> {
    match next.filter(|next| !next.is_empty()) {
        Some(next) if asked == Some(next.as_str()) => Err(Error::internal(format!("{host} sends the same page again and again"))),
        next => Ok(next),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_that_never_ends_is_an_error() {
        assert_eq!(following(None, Some(String::new()), "x").unwrap(), None);
        assert_eq!(following(Some("a"), Some("b".into()), "x").unwrap(), Some("b".into()));
        assert!(following(Some("a"), Some("a".into()), "x").is_err());
    }
}
