//! Trades role credentials for a sign-in token of the web console.

use std::time::Duration;

use aws_smithy_runtime_api::client::http::HttpConnector;
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::body::SdkBody;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Serialize};
use tracing::info;

use crate::domain::{Credentials, Error, ErrorKind, Result, Secret};

use super::NetworkConfig;
use super::endpoint::authority;
use super::error_text::root_cause;
use super::sdk_error::ApiError;
use super::validate::{Operation, Rejection, read_body, redact_secrets, values};

/// What the federation endpoint calls role credentials.
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

/// The first pause after a failure of the network; doubled with every further one.
const INITIAL_BACKOFF: Duration = Duration::from_millis(300);

/// A sign-in token for these credentials, from the federation endpoint at this address
/// (`https://REGION.signin.aws.amazon.com/federation`). It is good for 15 minutes, and at the same host only.
///
/// `duration` asks for a console session of so many seconds (900 to 43,200); without it the session
/// ends with the credentials. Chained roles may not ask, and some endpoints refuse odd values: a
/// refused duration is left out and the request sent once more.
///
/// # Errors
/// [`Kind::Refused`] when AWS does not accept the credentials, [`Kind::Unreachable`] when it can't
/// be asked.
pub async fn fetch_signin_token(
    network: &NetworkConfig,
    endpoint: &str,
    credentials: &Credentials,
    duration: Option<i64>,
) -> Result<Secret<String>> {
    let answer = match send_with_retries(network, endpoint, credentials, duration).await? {
        Err(ApiError::Response { status: 400, .. }) if duration.is_some() => {
            info!(target: "rolecall::identity", host = authority(endpoint), "asking again without a session duration");
            send_with_retries(network, endpoint, credentials, None).await?
        }
        answer => answer,
    };
    answer.map_err(|fault| federation_error(&fault, endpoint))
}

/// Asks until there is an answer of AWS's, as often and as long as the network's settings allow.
async fn send_with_retries(
    network: &NetworkConfig,
    endpoint: &str,
    credentials: &Credentials,
    duration: Option<i64>,
) -> Result<std::result::Result<Secret<String>, ApiError>> {
    let mut last = ApiError::NoResponse("no answer in time".into());
    let patiently = async {
        for attempt in 0..network.max_attempts.max(1) {
            if attempt > 0 {
                tokio::time::sleep(
                    (INITIAL_BACKOFF * 2_u32.pow((attempt - 1).min(8))).min(network.max_backoff),
                )
                .await;
            }
            match send_once(network, endpoint, credentials, duration).await? {
                Err(fault) if fault.is_transient() => last = fault,
                answer => return Ok(Some(answer)),
            }
        }
        Ok(None)
    };
    let answer = tokio::time::timeout(network.deadline, patiently).await.unwrap_or(Ok(None))?;
    Ok(answer.unwrap_or(Err(last)))
}

async fn send_once(
    network: &NetworkConfig,
    endpoint: &str,
    credentials: &Credentials,
    duration: Option<i64>,
) -> Result<std::result::Result<Secret<String>, ApiError>> {
    let request = build_request(endpoint, credentials, duration)?;
    let connector = network.connector(endpoint)?;
    let exchange = async {
        let mut answer = connector
            .call(request)
            .await
            .map_err(|error| ApiError::NoResponse(root_cause(&error)))?;
        let body =
            read_body(Operation::GetSigninToken, &mut answer).await.map_err(ApiError::Rejected)?;
        match answer.status().as_u16() {
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
        .unwrap_or_else(|_| Err(ApiError::NoResponse("no answer in time".into()))))
}

fn parse_response(body: &[u8]) -> std::result::Result<Secret<String>, Rejection> {
    let reply: SigninTokenResponse =
        serde_json::from_slice(body).map_err(|_| Rejection::invalid("it can't be read"))?;
    values::secret(reply.token, "SigninToken").map(Secret::new)
}

/// Sent as a form: in a query the keys would end up in logs of whatever stands in between.
fn build_request(
    endpoint: &str,
    credentials: &Credentials,
    duration: Option<i64>,
) -> Result<HttpRequest> {
    let session = FederationSession {
        id: &credentials.access_key_id,
        key: credentials.secret_access_key.expose(),
        token: credentials.session_token.expose(),
    };
    let session = Secret::new(
        serde_json::to_string(&session).map_err(|error| Error::internal(error.to_string()))?,
    );
    let duration = duration
        .map(|seconds| format!("&SessionDuration={}", seconds.clamp(900, 43_200)))
        .unwrap_or_default();
    let form = format!(
        "Action=getSigninToken{duration}&Session={}",
        utf8_percent_encode(session.expose(), NON_ALPHANUMERIC)
    );
    let length = form.len().to_string();
    let mut request = HttpRequest::new(SdkBody::from(form));
    let said = |_| {
        Error::new(ErrorKind::Config, format!("`{endpoint}` is not an address that can be asked"))
    };
    request.set_uri(endpoint).map_err(said)?;
    request.set_method("POST").map_err(said)?;
    request.headers_mut().insert("content-type", "application/x-www-form-urlencoded");
    request.headers_mut().insert("content-length", length);
    request.headers_mut().insert("accept", "application/json");
    Ok(request)
}

fn federation_error(fault: &ApiError, endpoint: &str) -> Error {
    let doing = "opening the console";
    match fault {
        ApiError::Response { status, .. } if (400..=499).contains(status) && *status != 429 => {
            Error::new(
                ErrorKind::AccessDenied,
                format!("{doing}: AWS does not accept these credentials{}", fault.message_suffix()),
            )
        }
        _ => fault.explain(doing, authority(endpoint), None),
    }
}
