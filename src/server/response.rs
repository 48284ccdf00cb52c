//! HTTP responses of the endpoint, and the checks that reject requests before any lookup.

use http::Method;
use serde::Serialize;

use crate::domain::{Error, ErrorKind};
use crate::os::http::{HttpRequest, HttpResponse};

use super::credential_slot::ServedCredentials;
use super::hosts::ServedHosts;

/// A response without credentials.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ErrorResponse {
    status: u16,
    code: &'static str,
    message: String,
}

impl ErrorResponse {
    fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into() }
    }

    /// Returns a JSON document with lower-case and upper-case keys, since SDKs disagree on the
    /// case. The AWS CLI prints the whole document.
    pub(super) fn into_response(self) -> HttpResponse {
        let Self { status, code, message } = self;
        let body = serde_json::json!({ "code": code, "message": message, "Code": code, "Message": message });
        let response =
            HttpResponse::json(status, body.to_string()).with_header("cache-control", "no-store");
        match status {
            405 => response.with_header("allow", "GET"),
            503 => response.with_header("retry-after", "1"),
            _ => response,
        }
    }
}

/// Rejects requests that an SDK on this machine would not send. Web pages can send requests to
/// loopback addresses too; browsers add `Origin` or `Sec-Fetch-*` to them.
pub(super) fn check_request(
    request: &HttpRequest,
    hosts: &ServedHosts,
) -> Result<(), ErrorResponse> {
    let mut given = request.headers.get_all("host").iter();
    let host = given.next().and_then(|host| host.to_str().ok()).filter(|_| given.next().is_none());
    if !host.is_some_and(|host| hosts.contains(host)) {
        return Err(ErrorResponse::new(
            403,
            "WrongHost",
            format!("this endpoint accepts only requests to {hosts}"),
        ));
    }
    let is_from_a_page = |name: &http::HeaderName| {
        *name == http::header::ORIGIN || name.as_str().starts_with("sec-fetch-")
    };
    if request.headers.keys().any(is_from_a_page) {
        return Err(ErrorResponse::new(
            403,
            "BrowserRequest",
            "this endpoint does not answer requests from web pages",
        ));
    }
    if request.method != Method::GET {
        return Err(ErrorResponse::new(
            405,
            "MethodNotAllowed",
            "this endpoint accepts only GET requests",
        ));
    }
    Ok(())
}

/// Responds to a client that is not in a network of containers.
pub(super) fn client_elsewhere() -> ErrorResponse {
    ErrorResponse::new(
        403,
        "OtherNetwork",
        "this address is for containers that are connected to its network",
    )
}

/// Responds to a token of another slot, to none, and to an empty slot.
pub(super) fn wrong_token() -> ErrorResponse {
    ErrorResponse::new(
        401,
        "WrongToken",
        "the token is missing or wrong, or the slot is empty; older SDKs do not read \
         AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
    )
}

/// Responds with an error of the source. SDKs retry after 5xx, but not after 4xx, which the user
/// has to resolve.
pub(super) fn error_response(error: &Error) -> ErrorResponse {
    let (status, code) = match error.kind {
        ErrorKind::LoginNeeded => (401, "SignInNeeded"),
        ErrorKind::AccessDenied | ErrorKind::RoleNotAssigned => (403, "AccessDenied"),
        ErrorKind::Throttled => (503, "Throttled"),
        ErrorKind::Unreachable => (503, "Unavailable"),
        ErrorKind::Vault => (403, "VaultLocked"),
        ErrorKind::Cancelled => (403, "Cancelled"),
        ErrorKind::NoMatch | ErrorKind::Usage | ErrorKind::Config | ErrorKind::UnknownRole => {
            (403, "ConfigurationError")
        }
        ErrorKind::Os
        | ErrorKind::ProgramNotExecutable
        | ErrorKind::ProgramNotFound
        | ErrorKind::Internal => (500, "InternalError"),
    };
    let sentences = std::iter::once(&error.message).chain(&error.hints).map(String::as_str);
    ErrorResponse::new(
        status,
        code,
        format!("rolecall: {}", sentences.collect::<Vec<_>>().join("; ")),
    )
}

/// The document of the container-credentials protocol. SDKs require the first four keys, and a `Z`
/// at the end of `Expiration`. `RoleArn` is that of the IAM role, as ECS has it: left out if it is
/// not known.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ContainerCredentials<'a> {
    access_key_id: &'a str,
    secret_access_key: &'a str,
    token: &'a str,
    expiration: String,
    account_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    role_arn: Option<&'a str>,
}

pub(super) fn credentials_response(served: &ServedCredentials) -> HttpResponse {
    let credentials = &served.credentials;
    let document = ContainerCredentials {
        access_key_id: &credentials.access_key_id,
        secret_access_key: credentials.secret_access_key.expose(),
        token: credentials.session_token.expose(),
        expiration: credentials.expires_at.to_rfc3339(),
        account_id: credentials.account.as_str(),
        role_arn: served.role_arn.as_deref(),
    };
    match serde_json::to_vec(&document) {
        Ok(body) => HttpResponse::json(200, body).with_header("cache-control", "no-store"),
        Err(error) => error_response(&Error::internal(error.to_string())).into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_contains_its_hint_and_a_status_for_retries() {
        let response = error_response(
            &Error::new(ErrorKind::LoginNeeded, "you are not signed in")
                .hint("run `rolecall login`"),
        );
        assert_eq!(
            (response.status, response.message.as_str()),
            (401, "rolecall: you are not signed in; run `rolecall login`")
        );
        for (kind, status) in [
            (ErrorKind::Unreachable, 503),
            (ErrorKind::Vault, 403),
            (ErrorKind::Config, 403),
            (ErrorKind::UnknownRole, 403),
            (ErrorKind::Cancelled, 403),
            (ErrorKind::Os, 500),
        ] {
            assert_eq!(error_response(&Error::new(kind, "")).status, status, "{kind:?}");
        }
    }
}
