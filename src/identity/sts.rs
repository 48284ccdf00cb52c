//! STS: role chaining and the caller's identity.

use aws_sdk_sts::Client;
use aws_sdk_sts::config::Credentials as SdkCredentials;
use aws_sdk_sts::types::Credentials as StsCredentials;
use tracing::info;

use crate::domain::{
    AccountId, Credentials, Error, ErrorKind, Region, Result, RoleArn, RoleName, Secret, Timestamp,
};

use super::endpoint::{self, authority};
use super::sdk_error::ApiError;
use super::server_clock::ServerClock;
use super::validate::{Rejection, values};
use super::{IdentityClient, sdk_config};

/// The longest session of a chained role; AWS rejects requests for a longer one.
const MAX_CHAINED_SESSION_SECONDS: i64 = 3_600;
/// The shortest session that STS issues.
const MIN_SESSION_SECONDS: i64 = 900;

/// The parameters of AssumeRole for a chained role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssumeRoleParams {
    /// The ARN of the role to assume.
    pub role_arn: String,
    /// The session's name in the assumed role's ARN and in CloudTrail: 2 to 64 of `[\w+=,.@-]`.
    pub session_name: String,
    /// The external ID, if the role's trust policy requires one.
    pub external_id: Option<String>,
    /// The source identity, which AWS keeps through all further chained roles.
    pub source_identity: Option<String>,
    /// The session's length, clamped to 15 minutes to an hour: role chaining allows no more.
    pub duration_seconds: Option<i64>,
    /// The region of the STS endpoint.
    pub region: Region,
}

/// Keys that sign requests to STS: temporary ones, or the permanent ones of a user.
#[derive(Debug, Clone)]
pub struct AccessKeys {
    /// The access key id; not a secret by itself.
    pub access_key_id: String,
    /// The secret access key.
    pub secret_access_key: Secret<String>,
    /// The session token of temporary keys.
    pub session_token: Option<Secret<String>>,
}

impl From<&Credentials> for AccessKeys {
    fn from(credentials: &Credentials) -> Self {
        Self {
            access_key_id: credentials.access_key_id.clone(),
            secret_access_key: credentials.secret_access_key.clone(),
            session_token: Some(credentials.session_token.clone()),
        }
    }
}

/// A code of a user's MFA device.
#[derive(Debug, Clone)]
pub struct MfaCode {
    /// The device: its serial number or ARN.
    pub serial_number: String,
    /// The six digits that it shows.
    pub code: String,
}

impl IdentityClient {
    /// Assumes a role with the credentials of another role.
    ///
    /// # Errors
    /// [`ErrorKind::UnknownRole`] if the ARN is invalid; [`ErrorKind::AccessDenied`] if AWS does
    /// not allow assuming the role.
    pub async fn assume_role(
        &self,
        from: &Credentials,
        chain: &AssumeRoleParams,
    ) -> Result<Credentials> {
        self.assume_role_with_keys(&from.into(), chain, None).await
    }

    /// Assumes a role with any keys, and with a code if the role requires MFA.
    ///
    /// # Errors
    /// As [`IdentityClient::assume_role`].
    pub async fn assume_role_with_keys(
        &self,
        from: &AccessKeys,
        chain: &AssumeRoleParams,
        mfa: Option<&MfaCode>,
    ) -> Result<Credentials> {
        let arn: RoleArn = chain.role_arn.parse()?;
        let (client, endpoint) = self.sts_client(from, &chain.region)?;
        let server = ServerClock::new(self.0.clock);
        let longest = match from.session_token {
            Some(_) => MAX_CHAINED_SESSION_SECONDS,
            None => Credentials::MAX_LIFETIME_SECS,
        };
        let seconds = chain.duration_seconds.map(|seconds| {
            i32::try_from(seconds.clamp(MIN_SESSION_SECONDS, longest)).unwrap_or_default()
        });
        let call = client
            .assume_role()
            .role_arn(&chain.role_arn)
            .role_session_name(&chain.session_name)
            .set_duration_seconds(seconds);
        let call = call
            .set_serial_number(mfa.map(|mfa| mfa.serial_number.clone()))
            .set_token_code(mfa.map(|mfa| mfa.code.clone()))
            .set_external_id(chain.external_id.clone())
            .set_source_identity(chain.source_identity.clone());
        let response = call.customize().interceptor(server.clone()).send().await;
        let response = response.map_err(|error| {
            self.explain_chain(
                &arn.role,
                arn.account.as_str(),
                &endpoint,
                &ApiError::from_sdk(&error),
            )
        })?;
        let now = self.0.clock.now();
        let credentials = parse_credentials(response.credentials, server.date(), arn.account, now)
            .map(|credentials| Credentials {
                expires_at: credentials.expires_at.min(now.plus_seconds(longest)),
                ..credentials
            })
            .map_err(|reason| {
                self.explain_chain(
                    &arn.role,
                    arn.account.as_str(),
                    &endpoint,
                    &ApiError::Rejected(reason),
                )
            })?;
        let host = authority(&endpoint);
        info!(target: "rolecall::identity", host, role = chain.role_arn, "role assumed");
        Ok(credentials)
    }

    /// Fetches the ARN that these credentials belong to.
    ///
    /// # Errors
    /// [`ErrorKind::AccessDenied`] if AWS does not accept them, [`ErrorKind::Unreachable`] if AWS
    /// can't be reached.
    pub async fn fetch_caller_identity(
        &self,
        credentials: &Credentials,
        region: &Region,
    ) -> Result<String> {
        let (client, endpoint) = self.sts_client(&credentials.into(), region)?;
        let response = client.get_caller_identity().send().await.map_err(|error| {
            let api_error = ApiError::from_sdk(&error);
            match api_error.status() {
                // AWS rejected the credentials, not a session: signing in would not help.
                400 | 401 | 403 => Error::new(
                    ErrorKind::AccessDenied,
                    format!("AWS does not accept these credentials{}", api_error.message_suffix()),
                ),
                _ => api_error.explain(
                    "getting the caller identity",
                    authority(&endpoint),
                    Some(&self.instance().name),
                ),
            }
        })?;
        values::required_text(response.arn, "Arn").map_err(|reason| {
            ApiError::Rejected(reason).explain(
                "getting the caller identity",
                authority(&endpoint),
                None,
            )
        })
    }

    /// Creates a client for these credentials. That is cheap because connections are shared.
    pub(super) fn sts_client(
        &self,
        credentials: &AccessKeys,
        region: &Region,
    ) -> Result<(Client, String)> {
        let endpoint = endpoint::resolve_sts(self.instance(), region, &self.0.network)?;
        let keys = SdkCredentials::new(
            &credentials.access_key_id,
            credentials.secret_access_key.expose(),
            credentials.session_token.as_ref().map(|token| token.expose().clone()),
            None,
            "rolecall",
        );
        let config = sdk_config!(aws_sdk_sts, Sts, &self.0.network, &endpoint, region)
            .interceptor(self.0.server_clock.clone());
        Ok((Client::from_conf(config.credentials_provider(keys).build()), endpoint))
    }

    fn explain_chain(
        &self,
        role: &RoleName,
        account: &str,
        endpoint: &str,
        api_error: &ApiError,
    ) -> Error {
        let refused = |reason: &str| {
            Error::new(
                ErrorKind::AccessDenied,
                format!(
                    "`{account}/{role}` can't be assumed: {reason}{}",
                    api_error.message_suffix()
                ),
            )
        };
        match (api_error.code(), api_error.status()) {
            ("ExpiredTokenException" | "ExpiredToken", _) => {
                refused("the credentials to assume it with have expired")
            }
            ("RegionDisabledException", _) => refused("STS is not activated in this region"),
            (_, 403) => refused("the role's trust policy or your permissions do not allow it")
                .hint(
                    "its trust policy must allow the role that you assume it from; set \
                     `external_id` and `source_identity` if it requires them",
                ),
            (_, 400..=499) if api_error.status() != 429 => refused("AWS rejected the request"),
            _ => api_error.explain(
                &format!("assuming `{account}/{role}`"),
                authority(endpoint),
                Some(&self.instance().name),
            ),
        }
    }
}

/// Validates the credentials in a response and computes their expiry by this machine's clock.
pub(super) fn parse_credentials(
    keys: Option<StsCredentials>,
    date: Option<Timestamp>,
    account: AccountId,
    now: Timestamp,
) -> Result<Credentials, Rejection> {
    let keys = keys.ok_or_else(|| Rejection::invalid("it has no `Credentials`"))?;
    let lifetime_seconds = values::lifetime(Timestamp(keys.expiration.secs()), date, now)?;
    Ok(Credentials {
        access_key_id: values::secret(Some(keys.access_key_id), "AccessKeyId")?,
        secret_access_key: values::secret(Some(keys.secret_access_key), "SecretAccessKey")?.into(),
        session_token: values::secret(Some(keys.session_token), "SessionToken")?.into(),
        expires_at: now.plus_seconds(lifetime_seconds),
        issued_at: now,
        account,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Instance;
    use crate::identity::NetworkConfig;
    use crate::os::clock::Clock;

    #[test]
    fn a_role_that_can_not_be_assumed_has_a_reason() {
        let instance = Instance::example("corp");
        let client =
            IdentityClient::new(instance, &NetworkConfig::default(), Clock::System).unwrap();
        for (status, code, kind, reason) in [
            (400, "ExpiredToken", ErrorKind::AccessDenied, "to assume it with have expired"),
            (
                400,
                "ExpiredTokenException",
                ErrorKind::AccessDenied,
                "to assume it with have expired",
            ),
            (403, "RegionDisabledException", ErrorKind::AccessDenied, "STS is not activated"),
            (403, "AccessDenied", ErrorKind::AccessDenied, "trust policy or your permissions"),
            (400, "ValidationError", ErrorKind::AccessDenied, "AWS rejected the request"),
            (499, "", ErrorKind::AccessDenied, "AWS rejected the request"),
            (429, "Throttling", ErrorKind::Throttled, "sts.example asks to slow down"),
            (500, "", ErrorKind::Unreachable, "sts.example answered with 500"),
        ] {
            let error =
                ApiError::Response { status, code: code.to_owned(), message: String::new() };
            let role = RoleName::new("Admin");
            let error = client.explain_chain(&role, "1", "https://sts.example/", &error);
            assert_eq!(error.kind, kind, "{status} {code}");
            assert!(error.message.contains(reason), "{error}");
        }
    }
}
