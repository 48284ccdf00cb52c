//! Temporary credentials of an IAM user whose keys are permanent: the web console takes no others.

use crate::domain::{AccountId, Credentials, Error, ErrorKind, Region, Result};

use super::IdentityClient;
use super::endpoint::authority;
use super::sdk_error::ApiError;
use super::server_clock::ServerClock;
use super::sts::{AccessKeys, parse_credentials};

/// Allows what the user's own policies allow: a session without a policy may do nothing.
const POLICY: &str =
    r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;
/// The limits of a federated session, in seconds.
const SESSION_SECONDS: std::ops::RangeInclusive<i64> = 900..=43_200;

impl IdentityClient {
    /// Gets temporary credentials of the user that these permanent keys belong to. They have the
    /// user's permissions, and open the web console, unlike those of GetSessionToken. `name` is the
    /// session's name in CloudTrail: 2 to 32 of `[\w+=,.@-]`.
    ///
    /// # Errors
    /// [`ErrorKind::AccessDenied`] if AWS does not accept the keys, or the user may not call
    /// GetFederationToken.
    pub async fn get_federation_token(
        &self,
        keys: &AccessKeys,
        name: &str,
        duration_seconds: i64,
        region: &Region,
    ) -> Result<Credentials> {
        let (client, endpoint) = self.sts_client(keys, region)?;
        let server = ServerClock::new(self.0.clock);
        let seconds = duration_seconds.clamp(*SESSION_SECONDS.start(), *SESSION_SECONDS.end());
        let call = client
            .get_federation_token()
            .name(name)
            .policy(POLICY)
            .duration_seconds(i32::try_from(seconds).unwrap_or_default());
        let response = call.customize().interceptor(server.clone()).send().await;
        let response = response.map_err(|error| explain(&ApiError::from_sdk(&error), &endpoint))?;
        let arn = response.federated_user.map(|user| user.arn).unwrap_or_default();
        let account = arn.split(':').nth(4).and_then(|id| id.parse().ok());
        let (now, account) = (self.0.clock.now(), account.unwrap_or(AccountId::UNKNOWN));
        parse_credentials(response.credentials, server.date(), account, now)
            .map_err(|reason| explain(&ApiError::Rejected(reason), &endpoint))
    }
}

fn explain(api_error: &ApiError, endpoint: &str) -> Error {
    let refused = |reason: &str| {
        Error::new(
            ErrorKind::AccessDenied,
            format!("GetFederationToken: {reason}{}", api_error.message_suffix()),
        )
    };
    match (api_error.code(), api_error.status()) {
        ("AccessDenied" | "AccessDeniedException", _) => {
            refused("AWS does not allow this user to get keys for the console").hint(
                "allow the user `sts:GetFederationToken`, or give the profile a `role_arn` and use \
                 these keys as its `source_profile`",
            )
        }
        (_, 400..=499) if api_error.status() != 429 => refused("AWS does not accept these keys"),
        _ => api_error.explain("getting keys for the console", authority(endpoint), None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_says_whether_the_user_or_the_keys_are_refused() {
        for (status, code, kind, reason) in [
            (403, "AccessDenied", ErrorKind::AccessDenied, "AWS does not allow this user"),
            (400, "AccessDeniedException", ErrorKind::AccessDenied, "AWS does not allow this user"),
            (
                403,
                "InvalidClientTokenId",
                ErrorKind::AccessDenied,
                "AWS does not accept these keys",
            ),
            (400, "", ErrorKind::AccessDenied, "AWS does not accept these keys"),
            (499, "", ErrorKind::AccessDenied, "AWS does not accept these keys"),
            (429, "Throttling", ErrorKind::Throttled, "sts.example asks to slow down"),
            (500, "", ErrorKind::Unreachable, "sts.example answered with 500"),
        ] {
            let error =
                ApiError::Response { status, code: code.to_owned(), message: String::new() };
            let error = explain(&error, "https://sts.example/");
            assert_eq!(error.kind, kind, "{status} {code}");
            assert!(error.message.contains(reason), "{error}");
        }
    }
}
