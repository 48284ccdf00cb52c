//! The access portal: accounts, roles, role credentials, sign-out.

use std::time::Duration;

use aws_sdk_sso::Client;
use aws_sdk_sso::operation::get_role_credentials::GetRoleCredentialsOutput;
use aws_sdk_sso::operation::list_account_roles::ListAccountRolesOutput;
use aws_sdk_sso::operation::list_accounts::ListAccountsOutput;
use aws_sdk_sso::types::RoleInfo;
use aws_smithy_types::retry::RetryConfig;
use tracing::info;

use crate::domain::{
    AccountId, Credentials, Error, ErrorKind, Result, RoleName, Secret, Timestamp,
};

use super::clock_skew::ServerDate;
use super::endpoint::authority;
use super::sdk_error::ApiError;
use super::validate::{ListPage, PageTracker, Rejection, values};
use super::{IdentityClient, sdk_config};

/// The most that the portal puts on a page.
const PAGE_SIZE: i32 = 100;
/// How long a sign-out may take, all attempts included. The user waits for it, and the token is
/// forgotten on this machine anyway.
const LOGOUT_TIMEOUT: Duration = Duration::from_secs(10);

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

impl IdentityClient {
    /// One page of the accounts, asked for once: whoever reads many pages paces and retries them.
    ///
    /// # Errors
    /// [`Kind::LoginNeeded`] (401), [`Kind::Throttled`] (429), [`Kind::Unreachable`] (no answer,
    /// 5xx), [`Kind::Refused`] (403).
    pub async fn fetch_accounts_page(
        &self,
        token: &Secret<String>,
        next: Option<&str>,
    ) -> Result<ListPage<PortalAccount>> {
        self.list_accounts(token, next, RetryConfig::disabled()).await
    }

    /// One page of the roles in an account, asked for once.
    ///
    /// # Errors
    /// As [`Identity::accounts_page`]; a 403 also means that the account is not the person's any
    /// more.
    pub async fn fetch_roles_page(
        &self,
        token: &Secret<String>,
        account: AccountId,
        next: Option<&str>,
    ) -> Result<ListPage<RoleName>> {
        self.list_roles(token, account, next, RetryConfig::disabled()).await
    }

    /// All accounts, in the portal's order.
    ///
    /// # Errors
    /// As [`Identity::accounts_page`], after retries.
    pub async fn fetch_accounts(&self, token: &Secret<String>) -> Result<Vec<PortalAccount>> {
        let (mut all, mut next, mut listing) = (Vec::new(), None, PageTracker::default());
        loop {
            let page =
                self.list_accounts(token, next.as_deref(), self.0.network.retry_config()).await?;
            let page = listing.add(page, |account| account.id)?;
            all.extend(page.items);
            match page.next_token {
                Some(token) => next = Some(token),
                None => return Ok(all),
            }
        }
    }

    /// All roles of the person in an account, in the portal's order.
    ///
    /// # Errors
    /// As [`Identity::roles_page`], after retries.
    pub async fn fetch_roles(
        &self,
        token: &Secret<String>,
        account: AccountId,
    ) -> Result<Vec<RoleName>> {
        let (mut all, mut next, mut listing) = (Vec::new(), None, PageTracker::default());
        loop {
            let page = self
                .list_roles(token, account, next.as_deref(), self.0.network.retry_config())
                .await?;
            let page = listing.add(page, RoleName::clone)?;
            all.extend(page.items);
            match page.next_token {
                Some(token) => next = Some(token),
                None => return Ok(all),
            }
        }
    }

    /// Credentials of a role, with their expiry by this machine's clock.
    ///
    /// # Errors
    /// [`Kind::Refused`] when the role is not the person's (any more); otherwise as
    /// [`Identity::accounts_page`], after retries.
    pub async fn fetch_role_credentials(
        &self,
        token: &Secret<String>,
        account: AccountId,
        role: &RoleName,
    ) -> Result<Credentials> {
        let (client, host) = self.portal_client()?;
        let date = ServerDate::default();
        let call = client
            .get_role_credentials()
            .access_token(token.expose())
            .account_id(account.as_str())
            .role_name(role.as_str());
        let reply = call.customize().interceptor(date.clone()).send().await.map_err(|error| {
            let fault = ApiError::from_sdk(&error);
            match fault.status() {
                403 | 404 => Error::new(
                    ErrorKind::AccessDenied,
                    format!(
                        "you have no access to `{role}` in {account} (any more){}",
                        fault.message_suffix()
                    ),
                )
                .hint("run `rolecall cache` to read the list of your roles anew"),
                _ => self.explain_portal(
                    &format!("getting credentials of `{role}` in {account}"),
                    host,
                    &fault,
                ),
            }
        })?;
        let now = self.0.clock.now();
        let credentials =
            parse_credentials(reply, date.timestamp(), account, now).map_err(|why| {
                self.explain_portal(
                    &format!("getting credentials of `{role}` in {account}"),
                    host,
                    &ApiError::Rejected(why),
                )
            })?;
        info!(target: "rolecall::identity", host, %account, %role, "role credentials received");
        Ok(credentials)
    }

    /// Ends the session of a token at AWS. Role credentials that were handed out stay valid until
    /// they expire. Takes ten seconds at most.
    ///
    /// # Errors
    /// As [`Identity::accounts_page`], after retries; a session that has ended already is none.
    pub async fn logout(&self, token: &Secret<String>) -> Result<()> {
        let (client, host) = self.portal_client()?;
        let call = client.logout().access_token(token.expose()).send();
        let reply = tokio::time::timeout(LOGOUT_TIMEOUT, call)
            .await
            .map_err(|_| ApiError::NoResponse("no answer in time".into()));
        match reply.and_then(|reply| reply.map_err(|error| ApiError::from_sdk(&error))) {
            Ok(_) => Ok(()),
            Err(fault) if fault.status() == 401 => Ok(()),
            Err(fault) => Err(self.explain_portal("signing out", host, &fault)),
        }
    }

    async fn list_accounts(
        &self,
        token: &Secret<String>,
        next: Option<&str>,
        retry: RetryConfig,
    ) -> Result<ListPage<PortalAccount>> {
        let (client, host) = self.portal_client()?;
        let call = client
            .list_accounts()
            .access_token(token.expose())
            .max_results(PAGE_SIZE)
            .set_next_token(next.map(str::to_owned));
        let reply = call
            .customize()
            .config_override(aws_sdk_sso::Config::builder().retry_config(retry))
            .send()
            .await;
        let reply = reply
            .map_err(|error| ApiError::from_sdk(&error))
            .and_then(|reply| parse_accounts_page(reply).map_err(ApiError::Rejected));
        reply.map_err(|fault| self.explain_portal("listing accounts", host, &fault))
    }

    async fn list_roles(
        &self,
        token: &Secret<String>,
        account: AccountId,
        next: Option<&str>,
        retry: RetryConfig,
    ) -> Result<ListPage<RoleName>> {
        let (client, host) = self.portal_client()?;
        let call =
            client.list_account_roles().access_token(token.expose()).account_id(account.as_str());
        let call = call.max_results(PAGE_SIZE).set_next_token(next.map(str::to_owned));
        let reply = call
            .customize()
            .config_override(aws_sdk_sso::Config::builder().retry_config(retry))
            .send()
            .await;
        let reply = reply
            .map_err(|error| ApiError::from_sdk(&error))
            .and_then(|reply| parse_roles_page(reply, account).map_err(ApiError::Rejected));
        reply.map_err(|fault| {
            self.explain_portal(&format!("listing the roles in {account}"), host, &fault)
        })
    }

    fn portal_client(&self) -> Result<(&Client, &str)> {
        let address = &self.0.endpoints.portal;
        if let Some(ready) = self.0.portal.get() {
            return Ok((ready, authority(address)));
        }
        let settings =
            sdk_config!(aws_sdk_sso, Portal, &self.0.network, address, self.instance().sso_region)
                .interceptor(self.0.clock_skew.clone());
        Ok((self.0.portal.get_or_init(|| Client::from_conf(settings.build())), authority(address)))
    }

    fn explain_portal(&self, doing: &str, host: &str, fault: &ApiError) -> Error {
        fault.explain(doing, host, Some(&self.instance().name))
    }
}

/// A page of accounts. One entry without an account id makes the whole page worthless.
fn parse_accounts_page(reply: ListAccountsOutput) -> Result<ListPage<PortalAccount>, Rejection> {
    let list = reply.account_list.ok_or_else(|| Rejection::invalid("it has no `accountList`"))?;
    let account = |account: aws_sdk_sso::types::AccountInfo| {
        Ok(PortalAccount {
            id: values::account_id(account.account_id)?,
            name: values::optional_text(account.account_name, "accountName")?,
            email: values::optional_text(account.email_address, "emailAddress")?,
        })
    };
    Ok(ListPage {
        items: list.into_iter().map(account).collect::<Result<_, _>>()?,
        next_token: values::page_token(reply.next_token)?,
    })
}

/// A page of the roles in an account. A proxy that mixes answers up sends those of another account.
fn parse_roles_page(
    reply: ListAccountRolesOutput,
    account: AccountId,
) -> Result<ListPage<RoleName>, Rejection> {
    let list = reply.role_list.ok_or_else(|| Rejection::invalid("it has no `roleList`"))?;
    let role = |role: RoleInfo| match role.account_id {
        Some(other) if other != account.as_str() => {
            Err(Rejection::invalid("it lists roles of another account"))
        }
        _ => values::role_name(role.role_name),
    };
    Ok(ListPage {
        items: list.into_iter().map(role).collect::<Result<_, _>>()?,
        next_token: values::page_token(reply.next_token)?,
    })
}

/// The credentials in an answer, with their expiry by this machine's clock.
fn parse_credentials(
    reply: GetRoleCredentialsOutput,
    date: Option<Timestamp>,
    account: AccountId,
    now: Timestamp,
) -> Result<Credentials, Rejection> {
    let keys =
        reply.role_credentials.ok_or_else(|| Rejection::invalid("it has no `roleCredentials`"))?;
    // The portal is alone in counting milliseconds.
    let life = values::lifetime(Timestamp(keys.expiration / 1_000), date, now)?;
    Ok(Credentials {
        access_key_id: values::secret(keys.access_key_id, "accessKeyId")?,
        secret_access_key: values::secret(keys.secret_access_key, "secretAccessKey")?.into(),
        session_token: values::secret(keys.session_token, "sessionToken")?.into(),
        expires_at: now.plus(life),
        issued_at: now,
        account,
    })
}

#[cfg(test)]
mod tests {
    use aws_sdk_sso::types::{AccountInfo, RoleCredentials};

    use super::*;

    const NOW: Timestamp = Timestamp(1_800_000_000);

    fn account() -> AccountId {
        "012345678901".parse().unwrap()
    }

    #[test]
    fn a_page_with_an_entry_without_account_id_is_rejected() {
        let list = |id: Option<&str>| {
            let entry = AccountInfo::builder()
                .set_account_id(id.map(str::to_owned))
                .account_name("")
                .build();
            parse_accounts_page(
                ListAccountsOutput::builder().account_list(entry).next_token("").build(),
            )
        };
        let page = list(Some("012345678901")).unwrap();
        assert_eq!(
            (page.items, page.next_token),
            (vec![PortalAccount { id: account(), name: None, email: None }], None)
        );
        for bad in [None, Some(""), Some("1234"), Some("0123-4567-8901")] {
            assert!(list(bad).is_err(), "{bad:?}");
        }
        assert!(parse_accounts_page(ListAccountsOutput::builder().build()).is_err());
    }

    #[test]
    fn roles_of_another_account_are_not_believed() {
        let list = |of: Option<&str>, name: &str| {
            let entry =
                RoleInfo::builder().set_account_id(of.map(str::to_owned)).role_name(name).build();
            parse_roles_page(ListAccountRolesOutput::builder().role_list(entry).build(), account())
        };
        assert_eq!(list(Some("012345678901"), "Admin").unwrap().items, [RoleName::new("Admin")]);
        assert!(list(None, "Admin").is_ok());
        assert!(list(Some("999999999999"), "Admin").is_err());
        assert!(list(None, "").is_err());
    }

    #[test]
    fn half_or_absurd_credentials_are_refused() {
        let keys = |key: &str, secret: &str, token: &str, milliseconds: i64| {
            let keys = RoleCredentials::builder()
                .access_key_id(key)
                .secret_access_key(secret)
                .session_token(token);
            let reply = GetRoleCredentialsOutput::builder()
                .role_credentials(keys.expiration(milliseconds).build())
                .build();
            parse_credentials(reply, Some(NOW), account(), NOW)
        };
        let hour = (NOW.0 + 3_600) * 1_000;
        assert_eq!(keys("A", "s", "t", hour).unwrap().expires_at, NOW.plus(3_600));
        for (key, secret, token) in
            [("", "s", "t"), ("A", "", "t"), ("A", "s", ""), ("A", "s", "t\n")]
        {
            assert!(keys(key, secret, token, hour).is_err());
        }
        // The past, nothing, a negative, seconds for milliseconds, microseconds, and a day.
        for expiration in [
            hour - 7_200_000,
            0,
            -hour,
            hour / 1_000,
            hour * 1_000,
            hour + 86_400_000,
            i64::MAX,
            i64::MIN,
        ] {
            assert!(keys("A", "s", "t", expiration).is_err(), "{expiration}");
        }
        assert!(
            parse_credentials(GetRoleCredentialsOutput::builder().build(), None, account(), NOW)
                .is_err()
        );
    }
}
