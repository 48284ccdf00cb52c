//! What is said over HTTP: who is refused before anything is looked up, and the shapes that SDKs
//! read.

use http::Method;
use serde::Serialize;

use crate::domain::{Credentials, Error, ErrorKind};
use crate::os::http::{HttpRequest, HttpResponse};

/// An answer without credentials.
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

    /// The document, in both spellings: the AWS CLI quotes it whole, and the other SDKs disagree on
    /// the case.
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

/// Refuses what no SDK of this machine sends: a page in a browser can make requests to loopback
/// too.
pub(super) fn check_request(request: &HttpRequest) -> Result<(), ErrorResponse> {
    let mut hosts = request.headers.get_all("host").iter();
    let host = hosts.next().and_then(|host| host.to_str().ok()).filter(|_| hosts.next().is_none());
    if !host.is_some_and(is_loopback) {
        return Err(ErrorResponse::new(
            403,
            "WrongHost",
            "this endpoint is asked by its address on this machine only",
        ));
    }
    if request.headers.contains_key("origin") {
        return Err(ErrorResponse::new(
            403,
            "FromAPage",
            "this endpoint does not answer pages in a browser",
        ));
    }
    if request.method != Method::GET {
        return Err(ErrorResponse::new(405, "MethodNotAllowed", "this endpoint answers GET only"));
    }
    Ok(())
}

/// Whether a `Host` header names this machine by a loopback address or as `localhost`, with or
/// without a port.
fn is_loopback(host: &str) -> bool {
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split_once(']').map_or("", |(name, _)| name),
        None => host.split_once(':').map_or(host, |(name, _)| name),
    };
    name.eq_ignore_ascii_case("localhost")
        || name.parse().is_ok_and(|address: std::net::IpAddr| address.is_loopback())
}

/// There is nothing at this path.
pub(super) fn slot_not_found() -> ErrorResponse {
    ErrorResponse::new(404, "NoSuchSlot", "there is no slot at this path")
}

/// Whoever asks has not been given this slot.
pub(super) fn wrong_token() -> ErrorResponse {
    ErrorResponse::new(
        401,
        "WrongToken",
        "AWS_CONTAINER_AUTHORIZATION_TOKEN is not the token of this slot",
    )
}

/// Why there are no credentials. SDKs try a 5xx again by themselves; a 4xx waits for a person.
pub(super) fn error_response(error: &Error) -> ErrorResponse {
    let (status, code) = match error.kind {
        ErrorKind::LoginNeeded => (401, "SignInNeeded"),
        ErrorKind::AccessDenied => (403, "AccessDenied"),
        ErrorKind::Throttled => (503, "Throttled"),
        ErrorKind::Unreachable => (503, "Unavailable"),
        ErrorKind::Vault => (500, "VaultLocked"),
        ErrorKind::NoMatch
        | ErrorKind::Usage
        | ErrorKind::Config
        | ErrorKind::UnknownRole
        | ErrorKind::Os
        | ErrorKind::Internal
        | ErrorKind::Cancelled => (500, "InternalError"),
    };
    let said = std::iter::once(&error.message).chain(&error.hints).map(String::as_str);
    ErrorResponse::new(status, code, format!("rolecall: {}", said.collect::<Vec<_>>().join("; ")))
}

/// The document that the container-credentials contract wants: all of these, and `Expiration` with
/// `Z`.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ContainerCredentials<'a> {
    access_key_id: &'a str,
    secret_access_key: &'a str,
    token: &'a str,
    expiration: String,
    account_id: &'a str,
}

/// The credentials.
pub(super) fn credentials_response(credentials: &Credentials) -> HttpResponse {
    let document = ContainerCredentials {
        access_key_id: &credentials.access_key_id,
        secret_access_key: credentials.secret_access_key.expose(),
        token: credentials.session_token.expose(),
        expiration: credentials.expires_at.to_rfc3339(),
        account_id: credentials.account.as_str(),
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
    fn only_addresses_and_the_name_of_loopback_are_hosts() {
        for host in [
            "127.0.0.1",
            "127.0.0.1:80",
            "127.8.9.1:1",
            "localhost:80",
            "LocalHost",
            "[::1]:80",
            "[::1]",
        ] {
            assert!(is_loopback(host), "{host}");
        }
        for host in [
            "",
            "example.com",
            "127.0.0.1.example.com:80",
            "localhost.example.com",
            "10.0.0.1",
            "[::2]:80",
            "0.0.0.0",
            "::1:80",
        ] {
            assert!(!is_loopback(host), "{host}");
        }
    }

    #[test]
    fn a_failure_says_what_to_type_and_whether_to_try_again() {
        let gone = error_response(
            &Error::new(ErrorKind::LoginNeeded, "nobody is signed in").hint("run `rolecall login`"),
        );
        assert_eq!(
            (gone.status, gone.message.as_str()),
            (401, "rolecall: nobody is signed in; run `rolecall login`")
        );
        assert_eq!(error_response(&Error::new(ErrorKind::Unreachable, "")).status, 503);
    }
}
