//! Role chaining and "who am I", over STS.

use aws_sdk_sts::Client;
use aws_sdk_sts::config::Credentials as SdkCredentials;
use aws_sdk_sts::operation::assume_role::AssumeRoleOutput;
use tracing::info;

use crate::domain::{
    AccountId, Credentials, Error, ErrorKind, Region, Result, RoleArn, RoleName, Timestamp,
};

use super::clock_skew::ServerDate;
use super::endpoint::{self, authority};
use super::sdk_error::ApiError;
use super::validate::{Rejection, values};
use super::{IdentityClient, sdk_config};

/// AWS ends a chained session after an hour and refuses to be asked for more.
const MAX_CHAINED_SESSION_SECONDS: i64 = 3_600;
/// The shortest session that STS gives.
const MIN_SESSION_SECONDS: i64 = 900;

/// A role to go on to from another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssumeRoleParams {
    /// The role.
    pub role_arn: String,
    /// What the session is called in the role's ARN and in CloudTrail: 2 to 64 of `[\w+=,.@-]`.
    pub session_name: String,
    /// What the role's owner asks for, if anything.
    pub external_id: Option<String>,
    /// Who is behind the session, kept through all chains.
    pub source_identity: Option<String>,
    /// Seconds; more than an hour is cut to an hour, which is all that chaining allows.
    pub duration_seconds: Option<i64>,
    /// Where STS is asked.
    pub region: Region,
}

impl IdentityClient {
    /// Goes on from one role's credentials to another role.
    ///
    /// # Errors
    /// [`Kind::UnknownRole`] when the ARN is none; [`Kind::Refused`] when the role may not be
    /// assumed.
    pub async fn assume_role(
        &self,
        from: &Credentials,
        chain: &AssumeRoleParams,
    ) -> Result<Credentials> {
        let arn: RoleArn = chain.role_arn.parse()?;
        let (client, address) = self.sts_client(from, &chain.region)?;
        let date = ServerDate::default();
        let seconds = chain.duration_seconds.map(|seconds| {
            i32::try_from(seconds.clamp(MIN_SESSION_SECONDS, MAX_CHAINED_SESSION_SECONDS))
                .unwrap_or(3_600)
        });
        let call = client
            .assume_role()
            .role_arn(&chain.role_arn)
            .role_session_name(&chain.session_name)
            .set_duration_seconds(seconds);
        let call = call
            .set_external_id(chain.external_id.clone())
            .set_source_identity(chain.source_identity.clone());
        let reply = call.customize().interceptor(date.clone()).send().await;
        let reply = reply.map_err(|error| {
            self.explain_chain(
                &arn.role,
                arn.account.as_str(),
                &address,
                &ApiError::from_sdk(&error),
            )
        })?;
        let now = self.0.clock.now();
        let credentials =
            parse_credentials(reply, date.timestamp(), arn.account, now).map_err(|why| {
                self.explain_chain(
                    &arn.role,
                    arn.account.as_str(),
                    &address,
                    &ApiError::Rejected(why),
                )
            })?;
        info!(target: "rolecall::identity", host = authority(&address), role = chain.role_arn, "role assumed");
        Ok(credentials)
    }

    /// The ARN of whoever these credentials belong to.
    ///
    /// # Errors
    /// [`Kind::Refused`] when AWS does not accept them, [`Kind::Unreachable`] when it can't be
    /// asked.
    pub async fn fetch_caller_identity(
        &self,
        credentials: &Credentials,
        region: &Region,
    ) -> Result<String> {
        let (client, address) = self.sts_client(credentials, region)?;
        let reply = client.get_caller_identity().send().await.map_err(|error| {
            let fault = ApiError::from_sdk(&error);
            match fault.status() {
                // Credentials, not a session, were refused: signing in would not help.
                400 | 401 | 403 => Error::new(
                    ErrorKind::AccessDenied,
                    format!("AWS does not accept these credentials{}", fault.message_suffix()),
                ),
                _ => fault.explain(
                    "asking who these credentials are",
                    authority(&address),
                    Some(&self.instance().name),
                ),
            }
        })?;
        values::required_text(reply.arn, "Arn").map_err(|why| {
            ApiError::Rejected(why).explain(
                "asking who these credentials are",
                authority(&address),
                None,
            )
        })
    }

    /// A client for these credentials; making one is cheap since the connections are shared.
    fn sts_client(&self, credentials: &Credentials, region: &Region) -> Result<(Client, String)> {
        let address = endpoint::resolve_sts(self.instance(), region, &self.0.network)?;
        let keys = SdkCredentials::new(
            &credentials.access_key_id,
            credentials.secret_access_key.expose(),
            Some(credentials.session_token.expose().clone()),
            None,
            "rolecall",
        );
        let settings = sdk_config!(aws_sdk_sts, Sts, &self.0.network, &address, region)
            .interceptor(self.0.clock_skew.clone());
        Ok((Client::from_conf(settings.credentials_provider(keys).build()), address))
    }

    fn explain_chain(
        &self,
        role: &RoleName,
        account: &str,
        address: &str,
        fault: &ApiError,
    ) -> Error {
        let refused = |why: &str| {
            Error::new(
                ErrorKind::AccessDenied,
                format!("`{role}` in {account} can't be assumed: {why}{}", fault.message_suffix()),
            )
        };
        match (fault.code(), fault.status()) {
            ("ExpiredTokenException" | "ExpiredToken", _) => refused("the credentials it is reached with have expired"),
            ("RegionDisabledException", _) => refused("STS is switched off in this region"),
            (_, 403) => refused("the role's trust policy or yours does not allow it")
                .hint("its trust policy has to name the role you come from, with `external_id` and `source_identity` if it asks for them"),
            (_, 400..=499) if fault.status() != 429 => refused("AWS refuses the request"),
            _ => fault.explain(&format!("assuming `{role}` in {account}"), authority(address), Some(&self.instance().name)),
        }
    }
}

/// The credentials in an answer, with their expiry by this machine's clock: an hour at most, as for
/// every chained role.
fn parse_credentials(
    reply: AssumeRoleOutput,
    date: Option<Timestamp>,
    account: AccountId,
    now: Timestamp,
) -> Result<Credentials, Rejection> {
    let keys = reply.credentials.ok_or_else(|| Rejection::invalid("it has no `Credentials`"))?;
    let life = values::lifetime(Timestamp(keys.expiration.secs()), date, now)?;
    Ok(Credentials {
        access_key_id: values::secret(Some(keys.access_key_id), "AccessKeyId")?,
        secret_access_key: values::secret(Some(keys.secret_access_key), "SecretAccessKey")?.into(),
        session_token: values::secret(Some(keys.session_token), "SessionToken")?.into(),
        expires_at: now.plus(life.min(MAX_CHAINED_SESSION_SECONDS)),
        issued_at: now,
        account,
    })
}
