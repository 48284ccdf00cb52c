//! Turns what the AWS SDK says went wrong into an error for people.

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::{ConnectorError, SdkError};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use serde::Deserialize;

use crate::domain::{Error, ErrorKind, InstanceName, escape_unprintable};

use super::validate::Rejection;

/// What went wrong, without the SDK's types.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fault {
    /// AWS answered, with an error.
    Answer {
        /// The HTTP status.
        status: u16,
        /// The exception's name, such as `UnauthorizedException`; empty when the answer named
        /// none.
        code: String,
        /// What AWS said about it; may be empty.
        message: String,
    },
    /// There was no answer.
    Silence(String),
    /// There was an answer that must not be used.
    Rejected(Rejection),
    /// The request could not even be made.
    Unsent(String),
}

/// The error body of SSO OIDC (`error`, `error_description`, `reason`), of the portal (`message`)
/// and of gateways (`__type`).
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Body {
    error: Option<String>,
    error_description: Option<String>,
    reason: Option<String>,
    message: Option<String>,
    #[serde(rename = "Message")]
    capital: Option<String>,
    #[serde(rename = "__type")]
    kind: Option<String>,
    code: Option<String>,
}

impl Fault {
    /// What an error of the SDK comes down to.
    pub(super) fn of<E: ProvideErrorMetadata + std::error::Error + 'static>(
        error: &SdkError<E, HttpResponse>,
    ) -> Fault {
        match error {
            // The SDK calls a 200 that it can't read an error of the service.
            SdkError::ServiceError(answer) if answer.raw().status().is_success() => unreadable(),
            SdkError::ServiceError(answer) => {
                let meta = answer.err().meta();
                read(
                    answer.raw(),
                    meta.code().unwrap_or_default(),
                    meta.message().unwrap_or_default(),
                )
            }
            SdkError::ResponseError(answer) if answer.raw().status().is_success() => unreadable(),
            SdkError::ResponseError(answer) => read(answer.raw(), "", ""),
            SdkError::TimeoutError(_) => Fault::Silence("no answer in time".into()),
            SdkError::DispatchFailure(failure) if failure.is_timeout() => {
                Fault::Silence("no answer in time".into())
            }
            SdkError::DispatchFailure(failure) => match failure.as_connector_error() {
                Some(error) if error.is_user() => Fault::Unsent(root(error)),
                Some(error) => rejection(error)
                    .cloned()
                    .map_or_else(|| Fault::Silence(root(error)), Fault::Rejected),
                None => Fault::Silence("no connection".into()),
            },
            other => Fault::Unsent(root(other)),
        }
    }

    /// An answer of this status and body, for requests made without the SDK.
    pub(super) fn answer(status: u16, body: &[u8]) -> Fault {
        let (code, message) = from_body(body);
        Fault::Answer { status, code, message }
    }

    /// Whether the same request may get an answer a moment later.
    pub(super) fn is_transient(&self) -> bool {
        match self {
            Fault::Answer { status, .. } => *status == 429 || *status >= 500,
            Fault::Silence(_) | Fault::Rejected(_) => true,
            Fault::Unsent(_) => false,
        }
    }

    /// The exception's name, or nothing.
    pub(super) fn code(&self) -> &str {
        match self {
            Fault::Answer { code, .. } => code,
            _ => "",
        }
    }

    /// The HTTP status, or 0 when there was no answer.
    pub(super) fn status(&self) -> u16 {
        match self {
            Fault::Answer { status, .. } => *status,
            Fault::Rejected(Rejection::Throttled) => 429,
            _ => 0,
        }
    }

    /// What AWS said, in brackets, to be put behind a sentence; empty when it said nothing.
    pub(super) fn said(&self) -> String {
        match self {
            Fault::Answer { message, code, .. } if message.is_empty() && code.is_empty() => {
                String::new()
            }
            Fault::Answer { message, code, .. } if message.is_empty() => format!(" ({code})"),
            Fault::Answer { message, .. } => format!(" ({message})"),
            Fault::Silence(why) | Fault::Unsent(why) => format!(" ({why})"),
            Fault::Rejected(why) => format!(" ({why})"),
        }
    }

    /// The error that every service shares: `doing` is what was tried, `host` who was asked,
    /// `session` whose token was sent.
    pub(super) fn explain(&self, doing: &str, host: &str, session: Option<&InstanceName>) -> Error {
        match (self, session) {
            (Fault::Answer { status: 401, .. }, Some(instance)) => Error::new(
                ErrorKind::LoginNeeded,
                format!("{doing}: the session of `{instance}` has ended"),
            )
            .hint(login(instance)),
            (fault, _) => fault.explain_without_session(doing, host),
        }
    }

    fn explain_without_session(&self, doing: &str, host: &str) -> Error {
        match self {
            Fault::Answer { status: 403, .. } => Error::new(ErrorKind::AccessDenied, format!("{doing}: access denied{}", self.said())),
            Fault::Answer { status: 429, .. } => Error::new(ErrorKind::Throttled, format!("{doing}: {host} asks to slow down")),
            Fault::Answer { code, .. } if code.contains("Throttl") || code.contains("TooManyRequests") => {
                Error::new(ErrorKind::Throttled, format!("{doing}: {host} asks to slow down"))
            }
            Fault::Answer { status: status @ 500.., .. } => {
                Error::new(ErrorKind::Unreachable, format!("{doing}: {host} answered with {status}{}", self.said()))
            }
            Fault::Answer { .. } => Error::new(ErrorKind::AccessDenied, format!("{doing}: {host} refused the request{}", self.said())),
            Fault::Silence(why) if why.contains("certificate") => {
                Error::new(ErrorKind::Unreachable, format!("{doing}: the certificate of {host} is not trusted{}", self.said()))
                    .hint("if a proxy inspects your traffic, set AWS_CA_BUNDLE to the PEM file of its authority")
            }
            Fault::Silence(_) => Error::new(ErrorKind::Unreachable, format!("{doing}: {host} can't be reached{}", self.said()))
                .hint("check the network, and HTTPS_PROXY and NO_PROXY if there is a proxy"),
            Fault::Rejected(rejection) => explain_rejection(rejection, doing, host),
            Fault::Unsent(_) => Error::internal(format!("{doing}: the request to {host} could not be made{}", self.said())),
        }
    }
}

/// The error for an answer that must not be used.
fn explain_rejection(rejection: &Rejection, doing: &str, host: &str) -> Error {
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
        Rejection::Broken(why) => unreachable(format!("the answer of {host} broke off ({why})")).hint("try again"),
    }
}

/// The reason why an answer was rejected, if that is what failed.
fn rejection(error: &ConnectorError) -> Option<&Rejection> {
    let mut cause: &(dyn std::error::Error + 'static) = error;
    loop {
        match cause.downcast_ref() {
            Some(rejection) => return Some(rejection),
            None => cause = cause.source()?,
        }
    }
}

/// A success that the SDK can't read.
fn unreadable() -> Fault {
    Fault::Rejected(Rejection::invalid("it can't be read"))
}

/// The command that signs in.
pub(super) fn login(instance: &InstanceName) -> String {
    format!("run `rolecall login --sso {instance}`")
}

/// The SDK takes an exception's name from a header. A gateway may drop it, and then the body still
/// has the OAuth word.
fn read(raw: &HttpResponse, code: &str, message: &str) -> Fault {
    let (body_code, body_message) = from_body(raw.body().bytes().unwrap_or_default());
    let code = if code.is_empty() { body_code } else { code.to_owned() };
    let message = if body_message.is_empty() { short(message) } else { body_message };
    Fault::Answer { status: raw.status().as_u16(), code, message }
}

fn from_body(bytes: &[u8]) -> (String, String) {
    let body: Body = serde_json::from_slice(bytes).unwrap_or_default();
    let named = || {
        body.kind
            .as_deref()
            .or(body.code.as_deref())
            .unwrap_or_default()
            .rsplit('#')
            .next()
            .unwrap_or_default()
    };
    let code = body.error.as_deref().and_then(exception).unwrap_or_else(named).to_owned();
    let texts = [&body.error_description, &body.message, &body.capital];
    let message = texts
        .into_iter()
        .flatten()
        .find(|text| !text.is_empty())
        .map(|text| short(text))
        .unwrap_or_default();
    let reason = body
        .reason
        .as_deref()
        .filter(|reason| !reason.is_empty())
        .map(|reason| format!("; {}", short(reason)));
    (code, message + &reason.unwrap_or_default())
}

/// The exception that goes with an OAuth error word.
pub(super) fn exception(word: &str) -> Option<&'static str> {
    Some(match word {
        "authorization_pending" => "AuthorizationPendingException",
        "slow_down" => "SlowDownException",
        "expired_token" => "ExpiredTokenException",
        "access_denied" => "AccessDeniedException",
        "invalid_grant" => "InvalidGrantException",
        "invalid_client" => "InvalidClientException",
        "unauthorized_client" => "UnauthorizedClientException",
        "unsupported_grant_type" => "UnsupportedGrantTypeException",
        "invalid_scope" => "InvalidScopeException",
        "invalid_request" => "InvalidRequestException",
        "invalid_client_metadata" => "InvalidClientMetadataException",
        "invalid_redirect_uri" => "InvalidRedirectUriException",
        "server_error" => "InternalServerException",
        _ => return None,
    })
}

/// The innermost cause in words, without the operating system's number.
pub(super) fn root(error: &(dyn std::error::Error + 'static)) -> String {
    let mut cause = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    short(cause.to_string().split(" (os error").next().unwrap_or_default())
}

/// A text from outside, made fit for one line.
fn short(text: &str) -> String {
    const LONGEST: usize = 240;
    let line: String =
        escape_unprintable(text.trim()).trim_end_matches('.').chars().take(LONGEST + 1).collect();
    if line.chars().count() > LONGEST {
        line.chars().take(LONGEST).chain(['…']).collect()
    } else {
        line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(status: u16, body: &str) -> ErrorKind {
        Fault::answer(status, body.as_bytes())
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
        let fault = Fault::answer(
            400,
            br#"{"error":"invalid_grant","error_description":"Invalid grant provided."}"#,
        );
        assert_eq!(
            (fault.code(), fault.said().as_str()),
            ("InvalidGrantException", " (Invalid grant provided)")
        );
        let gateway = Fault::answer(
            403,
            br#"{"__type":"com.amazonaws#ForbiddenException","message":"No access"}"#,
        );
        assert_eq!(
            (gateway.code(), gateway.said().as_str()),
            ("ForbiddenException", " (No access)")
        );
        let sparse =
            Fault::answer(400, br#"{"error":"invalid_client","error_description":null,"reason":null,"message":"x","Message":"y"}"#);
        assert_eq!((sparse.code(), sparse.said().as_str()), ("InvalidClientException", " (x)"));
    }

    #[test]
    fn an_answer_that_is_not_awss_is_a_failure_of_the_network() {
        let explained = |rejection| {
            Fault::Rejected(rejection).explain(
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
        for rejection in
            [Rejection::invalid("x"), Rejection::Unavailable(520), Rejection::Broken("x".into())]
        {
            assert_eq!(explained(rejection).kind, ErrorKind::Unreachable);
        }
        assert_eq!(explained(Rejection::Throttled).kind, ErrorKind::Throttled);
        let error = ConnectorError::from(Rejection::Middlebox(407));
        assert_eq!(rejection(&error), Some(&Rejection::Middlebox(407)));
    }

    #[test]
    fn a_long_or_strange_message_fits_one_line() {
        let fault = Fault::answer(
            400,
            format!(r#"{{"message":"a\u001b[31m{}"}}"#, "x".repeat(900)).as_bytes(),
        );
        assert!(fault.said().len() < 260);
        assert!(!fault.said().contains('\u{1b}'));
    }

    #[test]
    fn an_untrusted_certificate_says_what_to_set() {
        let fault = Fault::Silence("invalid peer certificate: UnknownIssuer".into());
        let error = fault.explain("signing in", "oidc.eu-west-1.amazonaws.com", None);
        assert!(error.hints[0].contains("AWS_CA_BUNDLE"));
    }
}
