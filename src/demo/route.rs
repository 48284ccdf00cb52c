//! Which operation a request asks for, and what surrounds every answer: latency, faults, the date.

use std::time::Duration;

use http::Method;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc2822;

use crate::domain::Timestamp;
use crate::os::http::{HandlerOutcome, HttpRequest, HttpResponse, parse_form};
use crate::os::random;

use super::faults::Fault;
use super::reply::{Message, Reply, Source};
use super::state::State;
use super::wire::{Answer, Refusal, Service};
use super::{Shared, deliver, entrance, federation, oidc, pages, portal, register, sts};

/// The header with the number of an answer.
pub(super) const REQUEST_ID: &str = "x-amzn-requestid";

/// How an operation is carried out.
type Handler = fn(&mut State, &HttpRequest) -> Answer;

/// One operation: its name, whose error shapes it has, and how it is carried out.
struct Operation {
    name: &'static str,
    service: Service,
    handler: Handler,
}

/// Answers a request, sooner or later.
pub(super) async fn answer(shared: Shared, request: HttpRequest) -> HandlerOutcome {
    let Some(operation) = operation(&request) else {
        let unknown = Refusal::new(
            404,
            "UnknownOperationException",
            format!("nothing answers {} {}", request.method, request.path),
        );
        return dated(&shared, unknown.render(Service::Portal)).into();
    };
    let (wait, fault) = {
        let mut state = shared.lock();
        *state.calls.entry(operation.name.to_owned()).or_default() += 1;
        (
            latency(&state, &operation),
            state.faults.next(operation.name, &grant(&operation, &request)),
        )
    };
    pause(wait).await;
    let response = match fault {
        Some(Fault::Answer { reply, .. }) => return scripted(&shared, &operation, request, reply),
        Some(Fault::Fail { status, error, .. }) => failure(status, &error, operation.service),
        Some(Fault::Garbage { .. }) => HttpResponse::json(200, "{\"accessToken\": [1, 2"),
        Some(Fault::LoseReply { .. }) => {
            run(&shared, &operation, &request);
            HttpResponse::text(503, "")
        }
        Some(Fault::Hang { duration, .. }) => {
            pause(duration).await;
            run(&shared, &operation, &request)
        }
        _ => run(&shared, &operation, &request),
    };
    dated(&shared, response).into()
}

/// The grant of a CreateToken request, by the last part of its name; empty for other operations.
fn grant(operation: &Operation, request: &HttpRequest) -> String {
    if operation.name != "CreateToken" {
        return String::new();
    }
    let body: serde_json::Value = serde_json::from_slice(&request.body).unwrap_or_default();
    let grant = body["grantType"].as_str().unwrap_or_default();
    grant.rsplit(':').next().unwrap_or_default().to_owned()
}

/// Carries the operation out if the script wants its true answer, and sends what the script makes
/// of it.
fn scripted(
    shared: &Shared,
    operation: &Operation,
    mut request: HttpRequest,
    reply: Reply,
) -> HandlerOutcome {
    let message = match reply.source {
        Source::Operation => Message::from(dated(shared, run(shared, operation, &request))),
        Source::FirstPage => {
            let pairs = request.query.split('&').filter(|pair| !pair.starts_with("next_token="));
            request.query = pairs.collect::<Vec<_>>().join("&");
            Message::from(dated(shared, run(shared, operation, &request)))
        }
        Source::Raw { status, headers, body } => Message { status, headers, body },
    };
    deliver::over(message.edited(&reply.edits), reply.delivery)
}

fn operation(request: &HttpRequest) -> Option<Operation> {
    let (name, service, handler): (_, _, Handler) = match (&request.method, request.path.as_str()) {
        _ if entrance::is_for(request) => ("Portal", Service::Pages, entrance::look),
        (&Method::POST, "/client/register") => {
            ("RegisterClient", Service::Oidc, register::register_client)
        }
        (&Method::POST, "/device_authorization") => {
            ("StartDeviceAuthorization", Service::Oidc, oidc::start_device)
        }
        (&Method::POST, "/token") => ("CreateToken", Service::Oidc, oidc::create_token),
        (&Method::GET, "/device") => ("DevicePage", Service::Pages, pages::device),
        (&Method::POST, "/device") => ("AnswerDevice", Service::Pages, pages::answer_device),
        (&Method::GET, "/authorize") => ("Authorize", Service::Pages, pages::authorize),
        (&Method::POST, "/authorize") => {
            ("AnswerAuthorize", Service::Pages, pages::answer_authorize)
        }
        (&Method::GET, "/assignment/accounts") => {
            ("ListAccounts", Service::Portal, portal::list_accounts)
        }
        (&Method::GET, "/assignment/roles") => {
            ("ListAccountRoles", Service::Portal, portal::list_account_roles)
        }
        (&Method::GET, "/federation/credentials") => {
            ("GetRoleCredentials", Service::Portal, portal::get_role_credentials)
        }
        (&Method::POST, "/logout") => ("Logout", Service::Portal, portal::logout),
        (&Method::GET | &Method::POST, "/federation") => {
            match parameter(request, "Action").as_deref() {
                Some("getSigninToken") => {
                    ("GetSigninToken", Service::Pages, federation::get_signin_token)
                }
                Some("login") => ("ConsoleLogin", Service::Pages, federation::login),
                _ => ("Federation", Service::Pages, federation::no_action),
            }
        }
        (&Method::GET, "/") if !request.query.contains("Action=") => {
            ("Home", Service::Pages, pages::home)
        }
        (&Method::GET | &Method::POST, "/") => match parameter(request, "Action").as_deref() {
            Some("AssumeRole") => ("AssumeRole", Service::Sts, sts::assume_role),
            Some("GetCallerIdentity") => {
                ("GetCallerIdentity", Service::Sts, sts::get_caller_identity)
            }
            _ => ("UnknownAction", Service::Sts, sts::unknown_action),
        },
        _ => return None,
    };
    Some(Operation { name, service, handler })
}

/// A parameter of the body or of the query, decoded.
pub(super) fn parameter(request: &HttpRequest, key: &str) -> Option<String> {
    let body = parse_form(&String::from_utf8_lossy(&request.body));
    body.into_iter()
        .find(|(name, _)| name == key)
        .map(|(_, value)| value)
        .or_else(|| request.param(key))
}

fn latency(state: &State, operation: &Operation) -> Duration {
    let slow = operation.service == Service::Portal || operation.name == "CreateToken";
    if slow { state.options.latency } else { Duration::ZERO }
}

async fn pause(length: Duration) {
    if !length.is_zero() {
        tokio::time::sleep(length).await;
    }
}

fn run(shared: &Shared, operation: &Operation, request: &HttpRequest) -> HttpResponse {
    let mut state = shared.lock();
    if operation.service == Service::Portal && !state.admit() {
        return Refusal::new(429, "TooManyRequestsException", "Rate exceeded")
            .render(Service::Portal);
    }
    (operation.handler)(&mut state, request)
        .unwrap_or_else(|refusal| refusal.render(operation.service))
}

/// The scripted error; without a name it is what a broken proxy in between would say.
fn failure(status: u16, error: &str, service: Service) -> HttpResponse {
    match error {
        "" => {
            HttpResponse::text(status, "upstream connect error or disconnect/reset before headers")
        }
        name => Refusal::new(status, name, "this was asked for").render(service),
    }
}

fn dated(shared: &Shared, response: HttpResponse) -> HttpResponse {
    let (now, none) = {
        let state = shared.lock();
        (state.now(), state.faults.no_date)
    };
    let numbered = response.headers.iter().any(|(name, _)| *name == REQUEST_ID);
    let response = if numbered { response } else { response.with_header(REQUEST_ID, request_id()) };
    if none { response } else { response.with_header("date", http_date(now)) }
}

/// `Sat, 21 Nov 2026 22:27:27 GMT`.
fn http_date(moment: Timestamp) -> String {
    let moment =
        OffsetDateTime::from_unix_timestamp(moment.0).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    moment.format(&Rfc2822).unwrap_or_default().replace("+0000", "GMT")
}

/// A number for each answer, as AWS gives one.
pub(super) fn request_id() -> String {
    let bytes = random::bytes::<16>().unwrap_or_default();
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_written_as_http_writes_them() {
        assert_eq!(http_date(Timestamp(784_111_777)), "Sun, 06 Nov 1994 08:49:37 GMT");
    }
}
