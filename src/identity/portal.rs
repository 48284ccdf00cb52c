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

use super::endpoint::authority;
use super::no_response::NoResponse;
use super::sdk_error::ApiError;
use super::server_clock::ServerClock;
use super::validate::{ListPage, Rejection, values};
use super::{IdentityClient, sdk_config};

/// The largest page size of the portal.
const PAGE_SIZE: i32 = 100;
/// The timeout of a sign-out, including all attempts. The user waits for it, and the token is
/// deleted on this machine in any case.
const LOGOUT_TIMEOUT: Duration = Duration::from_secs(10);

/// An account as the portal lists it. AWS sometimes omits name and e-mail address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PortalAccount {
    pub id: AccountId,
    /// The account's name.
    pub name: Option<String>,
    /// The root user's e-mail address.
    pub email: Option<String>,
}

impl IdentityClient {
    /// Fetches one page of the accounts, without retries: callers that read many pages pace and
    /// retry them.
    ///
    /// # Errors
    /// [`ErrorKind::LoginNeeded`] (401), [`ErrorKind::Throttled`] (429), [`ErrorKind::Unreachable`]
    /// (no response, 5xx), [`ErrorKind::AccessDenied`] (403).
    pub async fn fetch_accounts_page(
        &self,
        token: &Secret<String>,
        next: Option<&str>,
    ) -> Result<ListPage<PortalAccount>> {
        let (client, host) = self.portal_client()?;
        let call = client
            .list_accounts()
            .access_token(token.expose())
            .max_results(PAGE_SIZE)
            .set_next_token(next.map(str::to_owned));
        let response = call.customize().config_override(without_retries()).send().await;
        let response = response
            .map_err(|error| ApiError::from_sdk(&error))
            .and_then(|response| parse_accounts_page(response).map_err(ApiError::Rejected));
        response.map_err(|api_error| self.explain_portal("listing accounts", host, &api_error))
    }

    /// Fetches one page of the roles in an account, without retries.
    ///
    /// # Errors
    /// As [`IdentityClient::fetch_accounts_page`]; a 403 can also mean that the user lost access to
    /// the account.
    pub async fn fetch_roles_page(
        &self,
        token: &Secret<String>,
        account: AccountId,
        next: Option<&str>,
    ) -> Result<ListPage<RoleName>> {
        let (client, host) = self.portal_client()?;
        let call =
            client.list_account_roles().access_token(token.expose()).account_id(account.as_str());
        let call = call.max_results(PAGE_SIZE).set_next_token(next.map(str::to_owned));
        let response = call.customize().config_override(without_retries()).send().await;
        let response = response
            .map_err(|error| ApiError::from_sdk(&error))
            .and_then(|response| parse_roles_page(response, account).map_err(ApiError::Rejected));
        response.map_err(|api_error| {
            self.explain_portal(&format!("listing the roles in {account}"), host, &api_error)
        })
    }

    /// Fetches credentials of a role, with their expiry by this machine's clock.
    ///
    /// # Errors
    /// [`ErrorKind::RoleNotAssigned`] if the user has no access to the role; otherwise as
    /// [`IdentityClient::fetch_accounts_page`], after retries.
    pub async fn fetch_role_credentials(
        &self,
        token: &Secret<String>,
        account: AccountId,
        role: &RoleName,
    ) -> Result<Credentials> {
        let (client, host) = self.portal_client()?;
        let server = ServerClock::new(self.0.clock);
        let call = client
            .get_role_credentials()
            .access_token(token.expose())
            .account_id(account.as_str())
            .role_name(role.as_str());
        let response =
            call.customize().interceptor(server.clone()).send().await.map_err(|error| {
                let api_error = ApiError::from_sdk(&error);
                match api_error.status() {
                    403 | 404 => Error::new(
                        ErrorKind::RoleNotAssigned,
                        format!(
                            "you have no access to `{account}/{role}` (any more){}",
                            api_error.message_suffix()
                        ),
                    )
                    .hint("run `rolecall cache` to fetch the list of your roles again"),
                    _ => self.explain_portal(
                        &format!("getting credentials of `{account}/{role}`"),
                        host,
                        &api_error,
                    ),
                }
            })?;
        let now = self.0.clock.now();
        let credentials =
            parse_credentials(response, server.date(), account, now).map_err(|reason| {
                self.explain_portal(
                    &format!("getting credentials of `{account}/{role}`"),
                    host,
                    &ApiError::Rejected(reason),
                )
            })?;
        info!(target: "rolecall::identity", host, %account, %role, "role credentials received");
        Ok(credentials)
    }

    /// Ends the session of a token at AWS. Role credentials that AWS has issued stay valid until
    /// they expire. This takes ten seconds at most.
    ///
    /// # Errors
    /// As [`IdentityClient::fetch_accounts_page`], after retries; it is not an error if the session
    /// has already ended.
    pub async fn logout(&self, token: &Secret<String>) -> Result<()> {
        let (client, host) = self.portal_client()?;
        let call = client.logout().access_token(token.expose()).send();
        let response = tokio::time::timeout(LOGOUT_TIMEOUT, call)
            .await
            .map_err(|_| ApiError::NoResponse(NoResponse::timed_out()));
        match response.and_then(|response| response.map_err(|error| ApiError::from_sdk(&error))) {
            Ok(_) => Ok(()),
            Err(api_error) if api_error.status() == 401 => Ok(()),
            Err(api_error) => Err(self.explain_portal("signing out", host, &api_error)),
        }
    }

    fn portal_client(&self) -> Result<(&Client, &str)> {
        let endpoint = &self.0.endpoints.portal;
        if let Some(ready) = self.0.portal.get() {
            return Ok((ready, authority(endpoint)));
        }
        let config =
            sdk_config!(aws_sdk_sso, Portal, &self.0.network, endpoint, self.instance().sso_region)
                .interceptor(self.0.server_clock.clone());
        Ok((self.0.portal.get_or_init(|| Client::from_conf(config.build())), authority(endpoint)))
    }

    fn explain_portal(&self, action: &str, host: &str, api_error: &ApiError) -> Error {
        api_error.explain(action, host, Some(&self.instance().name))
    }
}

fn without_retries() -> aws_sdk_sso::config::Builder {
    aws_sdk_sso::Config::builder().retry_config(RetryConfig::disabled())
}

/// Validates a page of accounts. One entry without an account ID invalidates the whole page.
fn parse_accounts_page(response: ListAccountsOutput) -> Result<ListPage<PortalAccount>, Rejection> {
    let list =
        response.account_list.ok_or_else(|| Rejection::invalid("it has no `accountList`"))?;
    let account = |account: aws_sdk_sso::types::AccountInfo| {
        Ok(PortalAccount {
            id: values::account_id(account.account_id)?,
            name: values::optional_text(account.account_name, "accountName")?,
            email: values::optional_text(account.email_address, "emailAddress")?,
        })
    };
    Ok(ListPage {
        items: list.into_iter().map(account).collect::<Result<_, _>>()?,
        next_token: values::page_token(response.next_token)?,
    })
}

/// Validates a page of the roles in an account. A proxy that mixes up responses would return those
/// of another account.
fn parse_roles_page(
    response: ListAccountRolesOutput,
    account: AccountId,
) -> Result<ListPage<RoleName>, Rejection> {
    let list = response.role_list.ok_or_else(|| Rejection::invalid("it has no `roleList`"))?;
    let role = |role: RoleInfo| match role.account_id {
        Some(other) if other != account.as_str() => {
            Err(Rejection::invalid("it lists roles of another account"))
        }
        _ => values::role_name(role.role_name),
    };
    Ok(ListPage {
        items: list.into_iter().map(role).collect::<Result<_, _>>()?,
        next_token: values::page_token(response.next_token)?,
    })
}

/// Validates the credentials in a response and computes their expiry by this machine's clock.
fn parse_credentials(
    response: GetRoleCredentialsOutput,
    date: Option<Timestamp>,
    account: AccountId,
    now: Timestamp,
) -> Result<Credentials, Rejection> {
    let keys = response
        .role_credentials
        .ok_or_else(|| Rejection::invalid("it has no `roleCredentials`"))?;
    // Unlike the other services, the portal counts milliseconds.
    let lifetime_seconds = values::lifetime(Timestamp(keys.expiration / 1_000), date, now)?;
    Ok(Credentials {
        access_key_id: values::secret(keys.access_key_id, "accessKeyId")?,
        secret_access_key: values::secret(keys.secret_access_key, "secretAccessKey")?.into(),
        session_token: values::secret(keys.session_token, "sessionToken")?.into(),
        expires_at: now.plus_seconds(lifetime_seconds),
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
    fn roles_of_another_account_are_rejected() {
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
    fn incomplete_or_implausible_credentials_are_rejected() {
        let keys = |key: &str, secret: &str, token: &str, milliseconds: i64| {
            let keys = RoleCredentials::builder()
                .access_key_id(key)
                .secret_access_key(secret)
                .session_token(token);
            let response = GetRoleCredentialsOutput::builder()
                .role_credentials(keys.expiration(milliseconds).build())
                .build();
            parse_credentials(response, Some(NOW), account(), NOW)
        };
        let hour = (NOW.0 + 3_600) * 1_000;
        assert_eq!(keys("A", "s", "t", hour).unwrap().expires_at, NOW.plus_seconds(3_600));
        for (key, secret, token) in
            [("", "s", "t"), ("A", "", "t"), ("A", "s", ""), ("A", "s", "t\n")]
        {
            assert!(keys(key, secret, token, hour).is_err());
        }
        // In the past, zero, negative, seconds, microseconds, and a day later.
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
