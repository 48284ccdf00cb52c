//! A look at an address without following where it leads: its status, where it points, what time it
//! is there.

use std::time::Duration;

use aws_smithy_runtime_api::client::http::HttpConnector;
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::body::SdkBody;
use tracing::info;

use crate::domain::{Error, ErrorKind, Result, Timestamp};

use super::NetworkConfig;
use super::clock_skew::parse_http_date;
use super::endpoint::authority;
use super::error_text::root_cause;
use super::sdk_error::ApiError;

/// How long a server has for its answer.
const TIMEOUT: Duration = Duration::from_secs(10);

/// What a server said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProbeResponse {
    /// The HTTP status.
    pub status: u16,
    /// Where it sends whoever asks, of a redirect.
    pub location: Option<String>,
    /// The server's clock.
    pub date: Option<Timestamp>,
}

/// Looks at an address. Nothing is sent but its own name; a server that does not know HEAD is asked
/// by GET.
///
/// `through` is an endpoint that stands in for AWS (`AWS_ENDPOINT_URL`): it is asked instead, under
/// the address's name.
///
/// # Errors
/// [`Kind::Unreachable`] when there is no answer within ten seconds, [`Kind::Config`] when proxy or
/// CA bundle are wrong.
pub async fn probe(
    network: &NetworkConfig,
    address: &str,
    through: Option<&str>,
) -> Result<ProbeResponse> {
    let first = send(network, address, through, "HEAD").await?;
    match first.status {
        405 | 501 => send(network, address, through, "GET").await,
        _ => Ok(first),
    }
}

async fn send(
    network: &NetworkConfig,
    address: &str,
    through: Option<&str>,
    method: &str,
) -> Result<ProbeResponse> {
    let name = authority(address);
    let path = address.split_once(name).map_or("", |(_, path)| path);
    let target = match through {
        Some(endpoint) => format!("{}{path}", endpoint.trim_end_matches('/')),
        None => address.to_owned(),
    };
    let wrong =
        || Error::new(ErrorKind::Usage, format!("`{address}` is not an address that can be asked"));
    let mut request = HttpRequest::new(SdkBody::empty());
    request.set_uri(target.as_str()).map_err(|_| wrong())?;
    request.set_method(method).map_err(|_| wrong())?;
    request.headers_mut().try_insert("host", name.to_owned()).map_err(|_| wrong())?;
    request.headers_mut().insert("user-agent", network.user_agent.clone());
    let connector = network.connector(&target)?;
    let said = |fault: ApiError| fault.explain("looking at the portal", name, None);
    let answer = tokio::time::timeout(TIMEOUT, connector.call(request)).await;
    let answer = answer.map_err(|_| said(ApiError::NoResponse("no answer in time".into())))?;
    let answer = answer.map_err(|error| said(ApiError::NoResponse(root_cause(&error))))?;
    let header = |name: &str| answer.headers().get(name).map(str::to_owned);
    let glance = ProbeResponse {
        status: answer.status().as_u16(),
        location: header("location"),
        date: header("date").and_then(|date| parse_http_date(&date)),
    };
    info!(target: "rolecall::identity", host = name, status = glance.status, "looked at");
    Ok(glance)
}
