//! A probe of a URL that follows no redirect: status, `Location` and `Date`.

use std::time::Duration;

use aws_smithy_runtime_api::client::http::HttpConnector;
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::body::SdkBody;
use tracing::info;

use crate::domain::{Error, ErrorKind, Result, Timestamp};

use super::NetworkConfig;
use super::endpoint::authority;
use super::no_response::NoResponse;
use super::sdk_error::ApiError;
use super::server_clock::parse_http_date;

/// The timeout of one request.
const TIMEOUT: Duration = Duration::from_secs(10);

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProbeResponse {
    pub status: u16,
    /// The target of a redirect.
    pub location: Option<String>,
    /// The date of the response, by the server's clock.
    pub date: Option<Timestamp>,
}

/// Sends a HEAD request to a URL, or a GET request if the server does not support HEAD.
///
/// `through` is an endpoint that replaces AWS (`AWS_ENDPOINT_URL`). The request goes there, with
/// the host of the URL in the `Host` header.
///
/// # Errors
/// [`ErrorKind::Unreachable`] if there is no response within ten seconds, [`ErrorKind::Config`] if
/// the proxy or the CA bundle is invalid.
pub async fn probe(
    network: &NetworkConfig,
    url: &str,
    through: Option<&str>,
) -> Result<ProbeResponse> {
    let first = send(network, url, through, "HEAD").await?;
    match first.status {
        405 | 501 => send(network, url, through, "GET").await,
        _ => Ok(first),
    }
}

async fn send(
    network: &NetworkConfig,
    url: &str,
    through: Option<&str>,
    method: &str,
) -> Result<ProbeResponse> {
    let host = authority(url);
    let path = url.split_once(host).map_or("", |(_, path)| path);
    let target = match through {
        Some(endpoint) => format!("{}{path}", endpoint.trim_end_matches('/')),
        None => url.to_owned(),
    };
    let invalid = || Error::new(ErrorKind::Usage, format!("`{url}` is not a valid URL"));
    let mut request = HttpRequest::new(SdkBody::empty());
    request.set_uri(target.as_str()).map_err(|_| invalid())?;
    request.set_method(method).map_err(|_| invalid())?;
    request.headers_mut().try_insert("host", host.to_owned()).map_err(|_| invalid())?;
    request.headers_mut().insert("user-agent", network.user_agent.clone());
    let connector = network.connector(&target)?;
    let explain = |api_error: ApiError| api_error.explain("probing the portal", host, None);
    let response = tokio::time::timeout(TIMEOUT, connector.call(request)).await;
    let response = response.map_err(|_| explain(ApiError::NoResponse(NoResponse::timed_out())))?;
    let response =
        response.map_err(|error| explain(ApiError::NoResponse(NoResponse::from_error(&error))))?;
    let header = |name: &str| response.headers().get(name).map(str::to_owned);
    let probe = ProbeResponse {
        status: response.status().as_u16(),
        location: header("location"),
        date: header("date").and_then(|date| parse_http_date(&date)),
    };
    info!(target: "rolecall::identity", host, status = probe.status, "probed");
    Ok(probe)
}
