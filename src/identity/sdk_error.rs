//! Errors of AWS calls: reduced from the SDK's types, and explained to the user.

use std::fmt;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::{ConnectorError, SdkError};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use serde::Deserialize;

use crate::domain::{ConnectionFailure, Error, ErrorKind, InstanceName};

use super::error_text::{root_cause, to_single_line};
use super::no_response::NoResponse;
use super::oauth_error::exception_for_oauth_error;
use super::validate::Rejection;

/// The failure of a call, without the SDK's types.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ApiError {
    /// AWS returned an error.
    Response {
        status: u16,
        /// The exception's name, such as `UnauthorizedException`; empty if the response has none.
        code: String,
        /// AWS's message; may be empty.
        message: String,
    },
    /// There was no response.
    NoResponse(NoResponse),
    /// There was a response that must not be used.
    Rejected(Rejection),
    /// The request could not be built.
    NotSent(String),
}

/// The error body of SSO OIDC (`error`, `error_description`, `reason`), of the portal (`message`)
/// and of gateways (`__type`).
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct ErrorBody {
    error: Option<String>,
    error_description: Option<String>,
    reason: Option<String>,
    message: Option<String>,
    #[serde(rename = "Message")]
    message_capitalized: Option<String>,
    #[serde(rename = "__type")]
    kind: Option<String>,
    code: Option<String>,
}

impl ApiError {
    /// Reduces an error of the SDK.
    pub(super) fn from_sdk<E: ProvideErrorMetadata + std::error::Error + 'static>(
        error: &SdkError<E, HttpResponse>,
    ) -> ApiError {
        match error {
            // The SDK reports a 200 that it can't parse as a service error.
            SdkError::ServiceError(response) if response.raw().status().is_success() => {
                unreadable_response()
            }
            SdkError::ServiceError(response) => {
                let meta = response.err().meta();
                parse_error_response(
                    response.raw(),
                    meta.code().unwrap_or_default(),
                    meta.message().unwrap_or_default(),
                )
            }
            SdkError::ResponseError(response) if response.raw().status().is_success() => {
                unreadable_response()
            }
            SdkError::ResponseError(response) => parse_error_response(response.raw(), "", ""),
            SdkError::TimeoutError(_) => ApiError::NoResponse(NoResponse::timed_out()),
            SdkError::DispatchFailure(failure) if failure.is_timeout() => {
                ApiError::NoResponse(NoResponse::timed_out())
            }
            SdkError::DispatchFailure(failure) => match failure.as_connector_error() {
                Some(error) if error.is_user() => ApiError::NotSent(root_cause(error)),
                Some(error) => find_rejection(error).cloned().map_or_else(
                    || ApiError::NoResponse(NoResponse::from_error(error)),
                    ApiError::Rejected,
                ),
                None => ApiError::NoResponse(NoResponse::unexplained()),
            },
            other => ApiError::NotSent(root_cause(other)),
        }
    }

    /// Parses an error response to a request made without the SDK.
    pub(super) fn from_response(status: u16, body: &[u8]) -> ApiError {
        let (code, message) = parse_error_body(body);
        ApiError::Response { status, code, message }
    }

    /// Whether the same request may succeed a moment later.
    pub(super) fn is_transient(&self) -> bool {
        match self {
            ApiError::Response { status, .. } => *status == 429 || *status >= 500,
            ApiError::NoResponse(_) | ApiError::Rejected(_) => true,
            ApiError::NotSent(_) => false,
        }
    }

    /// The exception's name, or an empty string.
    pub(super) fn code(&self) -> &str {
        match self {
            ApiError::Response { code, .. } => code,
            _ => "",
        }
    }

    /// The HTTP status, or 0 without a response.
    pub(super) fn status(&self) -> u16 {
        match self {
            ApiError::Response { status, .. } => *status,
            ApiError::Rejected(Rejection::Throttled) => 429,
            _ => 0,
        }
    }

    /// AWS's message in parentheses, to append to a sentence; empty if there is none.
    pub(super) fn message_suffix(&self) -> String {
        match self {
            ApiError::Response { message, code, .. } if message.is_empty() && code.is_empty() => {
                String::new()
            }
            ApiError::Response { message, code, .. } if message.is_empty() => format!(" ({code})"),
            ApiError::Response { message, .. } => format!(" ({message})"),
            ApiError::NoResponse(reason) => format!(" ({reason})"),
            ApiError::NotSent(reason) => format!(" ({reason})"),
            ApiError::Rejected(reason) => format!(" ({reason})"),
        }
    }

    /// Explains an error that all services share and keeps `self` as the source. `action` is what
    /// failed, `host` the server, and `session` the instance whose token was sent.
    pub(super) fn explain(
        &self,
        action: &str,
        host: &str,
        session: Option<&InstanceName>,
    ) -> Error {
        let error = match (self, session) {
            (ApiError::Response { status: 401, .. }, Some(instance)) => Error::new(
                ErrorKind::LoginNeeded,
                format!("{action}: the sign-in to `{instance}` has ended"),
            )
            .hint(login_hint(instance)),
            (api_error, _) => api_error.explain_without_session(action, host),
        };
        error.with_source(self.clone())
    }

    fn explain_without_session(&self, action: &str, host: &str) -> Error {
        let detail = self.message_suffix();
        let error = |kind, text: String| Error::new(kind, format!("{action}: {text}"));
        match self {
            ApiError::Response { status: 403, .. } => {
                error(ErrorKind::AccessDenied, format!("access denied{detail}"))
            }
            ApiError::Response { status: 429, .. } => throttled(action, host),
            ApiError::Response { code, .. }
                if code.contains("Throttl") || code.contains("TooManyRequests") =>
            {
                throttled(action, host)
            }
            ApiError::Response { status: status @ 500.., .. } => {
                error(ErrorKind::Unreachable, format!("{host} answered with {status}{detail}"))
            }
            ApiError::Response { .. } => {
                error(ErrorKind::AccessDenied, format!("{host} refused the request{detail}"))
            }
            ApiError::NoResponse(reason) => {
                let text = match reason.failure {
                    ConnectionFailure::Certificate => {
                        format!("the certificate of {host} is not trusted{detail}")
                    }
                    ConnectionFailure::Proxy => {
                        format!("the proxy does not connect to {host}{detail}")
                    }
                    _ => format!("{host} can't be reached{detail}"),
                };
                error(ErrorKind::Unreachable, text).hint(reason.failure.hint())
            }
            ApiError::Rejected(rejection) => rejection_error(rejection, action, host),
            ApiError::NotSent(_) => {
                let text = format!("the request to {host} could not be made{detail}");
                error(ErrorKind::Internal, text)
            }
        }
    }
}

/// The error for requests that AWS throttles.
pub(super) fn throttled(action: &str, host: &str) -> Error {
    Error::new(ErrorKind::Throttled, format!("{action}: {host} asks to slow down"))
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ApiError::Response { status, code, message } => {
                write!(f, "HTTP {status} {code}: {message}")
            }
            ApiError::NoResponse(reason) => write!(f, "no response: {reason}"),
            ApiError::Rejected(reason) => reason.fmt(f),
            ApiError::NotSent(reason) => write!(f, "request not sent: {reason}"),
        }
    }
}

impl std::error::Error for ApiError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            ApiError::NoResponse(reason) => Some(reason),
            _ => None,
        }
    }
}

/// Explains why a response must not be used.
fn rejection_error(rejection: &Rejection, action: &str, host: &str) -> Error {
    let unreachable =
        |text: String| Error::new(ErrorKind::Unreachable, format!("{action}: {text}"));
    match rejection {
        Rejection::Middlebox(status) => unreachable(format!(
            "AWS could not be reached (a proxy or login page answered for {host} with status \
             {status})"
        ))
        .hint(
            "open a web page to see if the network wants you to sign in, or check HTTPS_PROXY and \
             NO_PROXY",
        ),
        Rejection::Unavailable(status) => unreachable(format!("{host} answered with {status}")),
        Rejection::Throttled => throttled(action, host),
        Rejection::Invalid(reason) => {
            unreachable(format!("the response of {host} is not valid: {reason}")).hint(
                "try again; if the error persists, check AWS_ENDPOINT_URL and the proxies on the \
                 way to AWS",
            )
        }
        Rejection::Interrupted(reason) => {
            unreachable(format!("the response of {host} was interrupted ({reason})"))
                .hint("try again")
        }
    }
}

/// Finds a rejection among the sources of an error.
fn find_rejection(error: &ConnectorError) -> Option<&Rejection> {
    let mut cause: &(dyn std::error::Error + 'static) = error;
    loop {
        match cause.downcast_ref() {
            Some(rejection) => return Some(rejection),
            None => cause = cause.source()?,
        }
    }
}

/// The error for a 200 that the SDK can't parse.
fn unreadable_response() -> ApiError {
    ApiError::Rejected(Rejection::invalid("it can't be read"))
}

pub(super) fn login_hint(instance: &InstanceName) -> String {
    format!("run `rolecall login --sso {instance}`")
}

/// Parses an error response. The SDK takes the exception's name from a header; if a gateway drops
/// the header, the body still contains the OAuth error code.
fn parse_error_response(raw: &HttpResponse, code: &str, message: &str) -> ApiError {
    let (body_code, body_message) = parse_error_body(raw.body().bytes().unwrap_or_default());
    let code = if code.is_empty() { body_code } else { code.to_owned() };
    let message = if body_message.is_empty() { to_single_line(message) } else { body_message };
    ApiError::Response { status: raw.status().as_u16(), code, message }
}

/// Returns the exception's name and the message in an error body; both may be empty.
fn parse_error_body(bytes: &[u8]) -> (String, String) {
    let body: ErrorBody = serde_json::from_slice(bytes).unwrap_or_default();
    let named = || {
        body.kind
            .as_deref()
            .or(body.code.as_deref())
            .unwrap_or_default()
            .rsplit('#')
            .next()
            .unwrap_or_default()
    };
    let code =
        body.error.as_deref().and_then(exception_for_oauth_error).unwrap_or_else(named).to_owned();
    let texts = [&body.error_description, &body.message, &body.message_capitalized];
    let message = texts
        .into_iter()
        .flatten()
        .find(|text| !text.is_empty())
        .map(|text| to_single_line(text))
        .unwrap_or_default();
    let reason = body
        .reason
        .as_deref()
        .filter(|reason| !reason.is_empty())
        .map(|reason| format!("; {}", to_single_line(reason)));
    (code, message + &reason.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(status: u16, body: &str) -> ErrorKind {
        ApiError::from_response(status, body.as_bytes())
            .explain("listing accounts", "portal", Some(&InstanceName::new("corp")))
            .kind
    }

    #[test]
    fn statuses_map_to_error_kinds() {
        assert_eq!(kind(401, ""), ErrorKind::LoginNeeded);
        assert_eq!(kind(403, "{}"), ErrorKind::AccessDenied);
        assert_eq!(kind(429, "HTTP 429 Unknown Code"), ErrorKind::Throttled);
        assert_eq!(kind(503, "<html>"), ErrorKind::Unreachable);
        assert_eq!(kind(400, r#"{"message":"bad"}"#), ErrorKind::AccessDenied);
    }

    #[test]
    fn the_oauth_code_replaces_a_missing_header() {
        let api_error = ApiError::from_response(
            400,
            br#"{"error":"invalid_grant","error_description":"Invalid grant provided."}"#,
        );
        assert_eq!(
            (api_error.code(), api_error.message_suffix().as_str()),
            ("InvalidGrantException", " (Invalid grant provided)")
        );
        let gateway = ApiError::from_response(
            403,
            br#"{"__type":"com.amazonaws#ForbiddenException","message":"No access"}"#,
        );
        assert_eq!(
            (gateway.code(), gateway.message_suffix().as_str()),
            ("ForbiddenException", " (No access)")
        );
        let sparse =
            ApiError::from_response(400, br#"{"error":"invalid_client","error_description":null,"reason":null,"message":"x","Message":"y"}"#);
        assert_eq!(
            (sparse.code(), sparse.message_suffix().as_str()),
            ("InvalidClientException", " (x)")
        );
    }

    #[test]
    fn a_response_that_is_not_from_aws_is_a_network_failure() {
        let explained = |rejection| {
            ApiError::Rejected(rejection).explain(
                "listing accounts",
                "portal",
                Some(&InstanceName::new("corp")),
            )
        };
        let middlebox = explained(Rejection::Middlebox(302));
        assert_eq!(middlebox.kind, ErrorKind::Unreachable);
        assert!(
            middlebox.message.contains("AWS could not be reached (a proxy or login page answered"),
            "{middlebox}"
        );
        for rejection in [
            Rejection::invalid("x"),
            Rejection::Unavailable(520),
            Rejection::Interrupted("x".into()),
        ] {
            assert_eq!(explained(rejection).kind, ErrorKind::Unreachable);
        }
        assert_eq!(explained(Rejection::Throttled).kind, ErrorKind::Throttled);
        let error = ConnectorError::from(Rejection::Middlebox(407));
        assert_eq!(find_rejection(&error), Some(&Rejection::Middlebox(407)));
    }

    fn response(status: u16, code: &str, message: &str) -> ApiError {
        ApiError::Response { status, code: code.to_owned(), message: message.to_owned() }
    }

    fn refused() -> ApiError {
        let cause = std::io::Error::from(std::io::ErrorKind::ConnectionRefused);
        ApiError::NoResponse(NoResponse::from_error(&cause))
    }

    #[test]
    fn a_failure_that_may_pass_is_not_one_of_the_request() {
        for (error, is_transient) in [
            (response(429, "", ""), true),
            (response(428, "", ""), false),
            (response(430, "", ""), false),
            (response(499, "", ""), false),
            (response(500, "", ""), true),
            (response(503, "", ""), true),
            (refused(), true),
            (ApiError::Rejected(Rejection::Throttled), true),
            (ApiError::NotSent("x".into()), false),
        ] {
            assert_eq!(error.is_transient(), is_transient, "{error}");
        }
        assert_eq!(ApiError::Rejected(Rejection::Throttled).status(), 429);
        assert_eq!(ApiError::Rejected(Rejection::Unavailable(520)).status(), 0);
    }

    #[test]
    fn a_suffix_is_the_message_or_the_name_of_an_error() {
        for (error, suffix, text) in [
            (response(400, "", ""), "", "HTTP 400 : "),
            (response(400, "Odd", ""), " (Odd)", "HTTP 400 Odd: "),
            (response(400, "", "no"), " (no)", "HTTP 400 : no"),
            (response(400, "Odd", "no"), " (no)", "HTTP 400 Odd: no"),
            (refused(), " (connection refused)", "no response: connection refused"),
            (ApiError::NotSent("x".into()), " (x)", "request not sent: x"),
            (
                ApiError::Rejected(Rejection::Throttled),
                " (the server asks to slow down)",
                "the server asks to slow down",
            ),
        ] {
            assert_eq!(
                (error.message_suffix().as_str(), error.to_string().as_str()),
                (suffix, text)
            );
        }
    }

    #[test]
    fn throttling_has_several_names_and_connections_fail_in_several_ways() {
        let explain = |error: ApiError| error.explain("signing in", "host", None);
        for code in ["ThrottlingException", "TooManyRequestsException"] {
            assert_eq!(explain(response(400, code, "")).kind, ErrorKind::Throttled);
        }
        assert_eq!(explain(response(400, "Odd", "")).kind, ErrorKind::AccessDenied);
        let failed = |text: &str| {
            ApiError::NoResponse(NoResponse::from_error(&Error::internal(text.to_owned())))
        };
        for (error, message) in [
            (failed("bad certificate"), "the certificate of host is not trusted (bad certificate)"),
            (failed("tunnel error"), "the proxy does not connect to host (tunnel error)"),
            (refused(), "host can't be reached (connection refused)"),
        ] {
            let error = explain(error);
            assert_eq!(error.message, format!("signing in: {message}"));
            assert_eq!((error.kind, error.hints.len()), (ErrorKind::Unreachable, 1));
        }
        use std::error::Error as _;
        assert!(refused().source().is_some() && response(400, "", "").source().is_none());
    }

    #[test]
    fn a_reason_is_added_to_the_message_unless_it_is_empty() {
        let suffix = |body: &str| ApiError::from_response(400, body.as_bytes()).message_suffix();
        assert_eq!(suffix(r#"{"error_description":"no","reason":"KMS"}"#), " (no; KMS)");
        assert_eq!(suffix(r#"{"error_description":"no","reason":""}"#), " (no)");
    }

    #[test]
    fn an_error_of_the_sdk_is_reduced_to_what_has_happened() {
        use aws_smithy_types::body::SdkBody;
        use aws_smithy_types::error::metadata::ErrorMetadata;
        type Failure = SdkError<ErrorMetadata, HttpResponse>;
        let raw = |status: u16| {
            let body = SdkBody::from(r#"{"__type":"Odd","message":"no"}"#);
            HttpResponse::try_from(http::Response::builder().status(status).body(body).unwrap())
                .unwrap()
        };
        let meta = || ErrorMetadata::builder().code("Named").message("said").build();
        let timed_out = ApiError::NoResponse(NoResponse::timed_out());
        for (error, want) in [
            (Failure::service_error(meta(), raw(400)), response(400, "Named", "no")),
            (Failure::service_error(meta(), raw(200)), unreadable_response()),
            (Failure::response_error("x", raw(502)), response(502, "Odd", "no")),
            (Failure::response_error("x", raw(200)), unreadable_response()),
            (Failure::timeout_error("x"), timed_out.clone()),
            (Failure::dispatch_failure(ConnectorError::timeout("x".into())), timed_out),
            (
                Failure::dispatch_failure(ConnectorError::user("bad URL".into())),
                ApiError::NotSent("bad URL".into()),
            ),
            (
                Failure::dispatch_failure(ConnectorError::from(Rejection::Middlebox(302))),
                ApiError::Rejected(Rejection::Middlebox(302)),
            ),
            (Failure::construction_failure("no host"), ApiError::NotSent("no host".into())),
        ] {
            assert_eq!(ApiError::from_sdk(&error), want, "{error:?}");
        }
    }

    #[test]
    fn a_long_or_strange_message_fits_one_line() {
        let api_error = ApiError::from_response(
            400,
            format!(r#"{{"message":"a\u001b[31m{}"}}"#, "x".repeat(900)).as_bytes(),
        );
        assert!(api_error.message_suffix().len() < 260);
        assert!(!api_error.message_suffix().contains('\u{1b}'));
    }

    #[test]
    fn the_hint_for_an_untrusted_certificate_names_the_variable() {
        let cause = Error::internal("invalid peer certificate: UnknownIssuer");
        let api_error = ApiError::NoResponse(NoResponse::from_error(&cause));
        let error = api_error.explain("signing in", "oidc.eu-west-1.amazonaws.com", None);
        assert!(error.hints[0].contains("AWS_CA_BUNDLE"));
    }
}
