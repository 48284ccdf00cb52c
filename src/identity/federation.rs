//! Exchanges role credentials for a sign-in token of the web console.

use std::time::Duration;

use aws_smithy_runtime_api::client::http::HttpConnector;
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::body::SdkBody;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Serialize};
use tracing::info;

use crate::domain::{Credentials, Error, ErrorKind, Result, ResultExt, Secret};

use super::NetworkConfig;
use super::endpoint::authority;
use super::no_response::NoResponse;
use super::sdk_error::ApiError;
use super::validate::{Operation, Rejection, read_body, redact_secrets, values};

/// Role credentials as the federation endpoint expects them.
#[derive(Serialize)]
struct FederationSession<'a> {
    #[serde(rename = "sessionId")]
    id: &'a str,
    #[serde(rename = "sessionKey")]
    key: &'a str,
    #[serde(rename = "sessionToken")]
    token: &'a str,
}

#[derive(Deserialize)]
struct SigninTokenResponse {
    #[serde(rename = "SigninToken")]
    token: Option<String>,
}

/// The pause after the first network failure; it doubles with each further one.
const INITIAL_BACKOFF: Duration = Duration::from_millis(300);

/// Fetches a sign-in token for these credentials from a federation endpoint such as
/// `https://REGION.signin.aws.amazon.com/federation`. The token is valid for 15 minutes, and only
/// at the same host.
///
/// `duration_seconds` requests a console session of that length (900 to 43,200); without it the
/// session ends with the credentials. Chained roles must not request one, and some endpoints reject
/// unusual values: if the endpoint rejects a duration_seconds, the request is repeated without it.
///
/// # Errors
/// [`ErrorKind::AccessDenied`] if AWS does not accept the credentials, [`ErrorKind::Unreachable`]
/// if the endpoint can't be reached.
pub async fn fetch_signin_token(
    network: &NetworkConfig,
    endpoint: &str,
    credentials: &Credentials,
    duration_seconds: Option<i64>,
) -> Result<Secret<String>> {
    let response = match send_with_retries(network, endpoint, credentials, duration_seconds).await?
    {
        Err(ApiError::Response { status: 400, .. }) if duration_seconds.is_some() => {
            let host = authority(endpoint);
            info!(target: "rolecall::identity", host, "retrying without a session duration");
            send_with_retries(network, endpoint, credentials, None).await?
        }
        response => response,
    };
    response.map_err(|api_error| federation_error(&api_error, endpoint))
}

/// Retries transient failures within the attempts and the deadline of the network configuration.
/// The outer error is a local one, the inner one is the endpoint's.
async fn send_with_retries(
    network: &NetworkConfig,
    endpoint: &str,
    credentials: &Credentials,
    duration_seconds: Option<i64>,
) -> Result<std::result::Result<Secret<String>, ApiError>> {
    let mut last = ApiError::NoResponse(NoResponse::timed_out());
    let attempts = async {
        for attempt in 0..network.max_attempts.max(1) {
            if attempt > 0 {
                tokio::time::sleep(
                    (INITIAL_BACKOFF * 2_u32.pow((attempt - 1).min(8))).min(network.max_backoff),
                )
                .await;
            }
            match send_once(network, endpoint, credentials, duration_seconds).await? {
                Err(api_error) if api_error.is_transient() => last = api_error,
                response => return Ok(Some(response)),
            }
        }
        Ok(None)
    };
    let response = tokio::time::timeout(network.deadline, attempts).await.unwrap_or(Ok(None))?;
    Ok(response.unwrap_or(Err(last)))
}

async fn send_once(
    network: &NetworkConfig,
    endpoint: &str,
    credentials: &Credentials,
    duration_seconds: Option<i64>,
) -> Result<std::result::Result<Secret<String>, ApiError>> {
    let request = build_request(endpoint, credentials, duration_seconds)?;
    let connector = network.connector(endpoint)?;
    let exchange = async {
        let mut response = connector
            .call(request)
            .await
            .map_err(|error| ApiError::NoResponse(NoResponse::from_error(&error)))?;
        let body = read_body(Operation::GetSigninToken, &mut response)
            .await
            .map_err(ApiError::Rejected)?;
        match response.status().as_u16() {
            200 => parse_response(&body).map_err(ApiError::Rejected),
            status => Err(ApiError::from_response(
                status,
                &redact_secrets(
                    body,
                    &[credentials.secret_access_key.clone(), credentials.session_token.clone()],
                ),
            )),
        }
    };
    Ok(tokio::time::timeout(network.timeout, exchange)
        .await
        .unwrap_or_else(|_| Err(ApiError::NoResponse(NoResponse::timed_out()))))
}

fn parse_response(body: &[u8]) -> std::result::Result<Secret<String>, Rejection> {
    let response: SigninTokenResponse =
        serde_json::from_slice(body).map_err(|_| Rejection::invalid("it can't be read"))?;
    values::secret(response.token, "SigninToken").map(Secret::new)
}

/// Builds the request as a form: proxies would log the keys in a query.
fn build_request(
    endpoint: &str,
    credentials: &Credentials,
    duration_seconds: Option<i64>,
) -> Result<HttpRequest> {
    let session = FederationSession {
        id: &credentials.access_key_id,
        key: credentials.secret_access_key.expose(),
        token: credentials.session_token.expose(),
    };
    let session = Secret::new(
        serde_json::to_string(&session)
            .context(ErrorKind::Internal, "encoding the federation session")?,
    );
    let duration_param = duration_seconds
        .map(|seconds| format!("&SessionDuration={}", seconds.clamp(900, 43_200)))
        .unwrap_or_default();
    let form = format!(
        "Action=getSigninToken{duration_param}&Session={}",
        utf8_percent_encode(session.expose(), NON_ALPHANUMERIC)
    );
    let length = form.len().to_string();
    let mut request = HttpRequest::new(SdkBody::from(form));
    let invalid = |_| Error::new(ErrorKind::Config, format!("`{endpoint}` is not a valid URL"));
    request.set_uri(endpoint).map_err(invalid)?;
    request.set_method("POST").map_err(invalid)?;
    request.headers_mut().insert("content-type", "application/x-www-form-urlencoded");
    request.headers_mut().insert("content-length", length);
    request.headers_mut().insert("accept", "application/json");
    Ok(request)
}

fn federation_error(api_error: &ApiError, endpoint: &str) -> Error {
    let action = "opening the console";
    match api_error {
        ApiError::Response { status, .. } if (400..=499).contains(status) && *status != 429 => {
            Error::new(
                ErrorKind::AccessDenied,
                format!(
                    "{action}: AWS does not accept these credentials{}",
                    api_error.message_suffix()
                ),
            )
        }
        _ => api_error.explain(action, authority(endpoint), None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_refused_by_every_client_error_but_throttling() {
        for (status, kind, message) in [
            (400, ErrorKind::AccessDenied, "opening the console: AWS does not accept"),
            (499, ErrorKind::AccessDenied, "opening the console: AWS does not accept"),
            (429, ErrorKind::Throttled, "opening the console: "),
            (399, ErrorKind::AccessDenied, "opening the console: signin.example refused"),
            (500, ErrorKind::Unreachable, "opening the console: "),
        ] {
            let error = ApiError::from_response(status, b"{}");
            let error = federation_error(&error, "https://signin.example/federation");
            assert_eq!(error.kind, kind, "{status}");
            assert!(error.message.starts_with(message), "{error}");
        }
    }
}
