//! Turns what the AWS SDK says went wrong into an error for people.

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::{ConnectorError, SdkError};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use serde::Deserialize;

use crate::domain::{Error, ErrorKind, InstanceName};

use super::error_text::{root_cause, to_single_line};
use super::oauth_error::exception_for_oauth_error;
use super::validate::Rejection;

/// What went wrong, without the SDK's types.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ApiError {
    /// AWS answered, with an error.
    Response {
        /// The HTTP status.
        status: u16,
        /// The exception's name, such as `UnauthorizedException`; empty when the answer named
        /// none.
        code: String,
        /// What AWS said about it; may be empty.
        message: String,
    },
    /// There was no answer.
    NoResponse(String),
    /// There was an answer that must not be used.
    Rejected(Rejection),
    /// The request could not even be made.
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
    /// What an error of the SDK comes down to.
    pub(super) fn from_sdk<E: ProvideErrorMetadata + std::error::Error + 'static>(
        error: &SdkError<E, HttpResponse>,
    ) -> ApiError {
        match error {
            // The SDK calls a 200 that it can't read an error of the service.
            SdkError::ServiceError(answer) if answer.raw().status().is_success() => {
                unreadable_response()
            }
            SdkError::ServiceError(answer) => {
                let meta = answer.err().meta();
                parse_error_response(
                    answer.raw(),
                    meta.code().unwrap_or_default(),
                    meta.message().unwrap_or_default(),
                )
            }
            SdkError::ResponseError(answer) if answer.raw().status().is_success() => {
                unreadable_response()
            }
            SdkError::ResponseError(answer) => parse_error_response(answer.raw(), "", ""),
            SdkError::TimeoutError(_) => ApiError::NoResponse("no answer in time".into()),
            SdkError::DispatchFailure(failure) if failure.is_timeout() => {
                ApiError::NoResponse("no answer in time".into())
            }
            SdkError::DispatchFailure(failure) => match failure.as_connector_error() {
                Some(error) if error.is_user() => ApiError::NotSent(root_cause(error)),
                Some(error) => find_rejection(error)
                    .cloned()
                    .map_or_else(|| ApiError::NoResponse(root_cause(error)), ApiError::Rejected),
                None => ApiError::NoResponse("no connection".into()),
            },
            other => ApiError::NotSent(root_cause(other)),
        }
    }

    /// An answer of this status and body, for requests made without the SDK.
    pub(super) fn from_response(status: u16, body: &[u8]) -> ApiError {
        let (code, message) = parse_error_body(body);
        ApiError::Response { status, code, message }
    }

    /// Whether the same request may get an answer a moment later.
    pub(super) fn is_transient(&self) -> bool {
        match self {
            ApiError::Response { status, .. } => *status == 429 || *status >= 500,
            ApiError::NoResponse(_) | ApiError::Rejected(_) => true,
            ApiError::NotSent(_) => false,
        }
    }

    /// The exception's name, or nothing.
    pub(super) fn code(&self) -> &str {
        match self {
            ApiError::Response { code, .. } => code,
            _ => "",
        }
    }

    /// The HTTP status, or 0 when there was no answer.
    pub(super) fn status(&self) -> u16 {
        match self {
            ApiError::Response { status, .. } => *status,
            ApiError::Rejected(Rejection::Throttled) => 429,
            _ => 0,
        }
    }

    /// What AWS said, in brackets, to be put behind a sentence; empty when it said nothing.
    pub(super) fn message_suffix(&self) -> String {
        match self {
            ApiError::Response { message, code, .. } if message.is_empty() && code.is_empty() => {
                String::new()
            }
            ApiError::Response { message, code, .. } if message.is_empty() => format!(" ({code})"),
            ApiError::Response { message, .. } => format!(" ({message})"),
            ApiError::NoResponse(why) | ApiError::NotSent(why) => format!(" ({why})"),
            ApiError::Rejected(why) => format!(" ({why})"),
        }
    }

    /// The error that every service shares: `doing` is what was tried, `host` who was asked,
    /// `session` whose token was sent.
    pub(super) fn explain(&self, doing: &str, host: &str, session: Option<&InstanceName>) -> Error {
        match (self, session) {
            (ApiError::Response { status: 401, .. }, Some(instance)) => Error::new(
                ErrorKind::LoginNeeded,
                format!("{doing}: the session of `{instance}` has ended"),
            )
            .hint(login_hint(instance)),
            (fault, _) => fault.explain_without_session(doing, host),
        }
    }

    fn explain_without_session(&self, doing: &str, host: &str) -> Error {
        match self {
            ApiError::Response { status: 403, .. } => Error::new(ErrorKind::AccessDenied, format!("{doing}: access denied{}", self.message_suffix())),
            ApiError::Response { status: 429, .. } => Error::new(ErrorKind::Throttled, format!("{doing}: {host} asks to slow down")),
            ApiError::Response { code, .. } if code.contains("Throttl") || code.contains("TooManyRequests") => {
                Error::new(ErrorKind::Throttled, format!("{doing}: {host} asks to slow down"))
            }
            ApiError::Response { status: status @ 500.., .. } => {
                Error::new(ErrorKind::Unreachable, format!("{doing}: {host} answered with {status}{}", self.message_suffix()))
            }
            ApiError::Response { .. } => Error::new(ErrorKind::AccessDenied, format!("{doing}: {host} refused the request{}", self.message_suffix())),
            ApiError::NoResponse(why) if why.contains("certificate") => {
                Error::new(ErrorKind::Unreachable, format!("{doing}: the certificate of {host} is not trusted{}", self.message_suffix()))
                    .hint("if a proxy inspects your traffic, set AWS_CA_BUNDLE to the PEM file of its authority")
            }
            ApiError::NoResponse(_) => Error::new(ErrorKind::Unreachable, format!("{doing}: {host} can't be reached{}", self.message_suffix()))
                .hint("check the network, and HTTPS_PROXY and NO_PROXY if there is a proxy"),
            ApiError::Rejected(rejection) => rejection_error(rejection, doing, host),
            ApiError::NotSent(_) => Error::internal(format!("{doing}: the request to {host} could not be made{}", self.message_suffix())),
        }
    }
}

/// The error for an answer that must not be used.
fn rejection_error(rejection: &Rejection, doing: &str, host: &str) -> Error {
    let unreachable = |text: String| Error::new(ErrorKind::Unreachable, format!("{doing}: {text}"));
    match rejection {
        Rejection::Middlebox(status) => {
            unreachable(format!("AWS could not be reached (a proxy or login page answered for {host} with status {status})"))
                .hint("open a web page to see if the network wants you to sign in, or check HTTPS_PROXY and NO_PROXY")
        }
        Rejection::Unavailable(status) => unreachable(format!("{host} answered with {status}")),
        Rejection::Throttled => Error::new(ErrorKind::Throttled, format!("{doing}: {host} asks to slow down")),
        Rejection::Invalid(why) => unreachable(format!("the answer of {host} makes no sense: {why}"))
            .hint("try again; if it stays like this, check AWS_ENDPOINT_URL and the proxies on the way to AWS"),
        Rejection::Interrupted(why) => unreachable(format!("the answer of {host} broke off ({why})")).hint("try again"),
    }
}

/// The reason why an answer was rejected, if that is what failed.
fn find_rejection(error: &ConnectorError) -> Option<&Rejection> {
    let mut cause: &(dyn std::error::Error + 'static) = error;
    loop {
        match cause.downcast_ref() {
            Some(rejection) => return Some(rejection),
            None => cause = cause.source()?,
        }
    }
}

/// A success that the SDK can't read.
fn unreadable_response() -> ApiError {
    ApiError::Rejected(Rejection::invalid("it can't be read"))
}

/// The command that signs in.
pub(super) fn login_hint(instance: &InstanceName) -> String {
    format!("run `rolecall login --sso {instance}`")
}

/// The SDK takes an exception's name from a header. A gateway may drop it, and then the body still
/// has the OAuth word.
fn parse_error_response(raw: &HttpResponse, code: &str, message: &str) -> ApiError {
    let (body_code, body_message) = parse_error_body(raw.body().bytes().unwrap_or_default());
    let code = if code.is_empty() { body_code } else { code.to_owned() };
    let message = if body_message.is_empty() { to_single_line(message) } else { body_message };
    ApiError::Response { status: raw.status().as_u16(), code, message }
}

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
    fn three_refusals_are_three_things() {
        assert_eq!(kind(401, ""), ErrorKind::LoginNeeded);
        assert_eq!(kind(403, "{}"), ErrorKind::AccessDenied);
        assert_eq!(kind(429, "HTTP 429 Unknown Code"), ErrorKind::Throttled);
        assert_eq!(kind(503, "<html>"), ErrorKind::Unreachable);
        assert_eq!(kind(400, r#"{"message":"bad"}"#), ErrorKind::AccessDenied);
    }

    #[test]
    fn the_oauth_word_stands_in_for_a_missing_header() {
        let fault = ApiError::from_response(
            400,
            br#"{"error":"invalid_grant","error_description":"Invalid grant provided."}"#,
        );
        assert_eq!(
            (fault.code(), fault.message_suffix().as_str()),
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

    #[test]
    fn a_long_or_strange_message_fits_one_line() {
        let fault = ApiError::from_response(
            400,
            format!(r#"{{"message":"a\u001b[31m{}"}}"#, "x".repeat(900)).as_bytes(),
        );
        assert!(fault.message_suffix().len() < 260);
        assert!(!fault.message_suffix().contains('\u{1b}'));
    }

    #[test]
    fn an_untrusted_certificate_says_what_to_set() {
        let fault = ApiError::NoResponse("invalid peer certificate: UnknownIssuer".into());
        let error = fault.explain("signing in", "oidc.eu-west-1.amazonaws.com", None);
        assert!(error.hints[0].contains("AWS_CA_BUNDLE"));
    }
}
