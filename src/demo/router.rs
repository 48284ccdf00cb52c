//! The router: finds the operation of a request, and adds latency, faults and common headers.

use std::time::Duration;

use http::Method;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc2822;

use crate::domain::Timestamp;
use crate::os::http::{HandlerOutcome, HttpRequest, HttpResponse};

use super::fault_reply::{FaultReply, ReplySource, WireMessage};
use super::faults::Fault;
use super::service_error::{HandlerResult, ServiceError, SimulatedService};
use super::sigv4::Signature;
use super::state::SimulatorState;
use super::wire::{REQUEST_ID, new_request_id, parameter};
use super::{
    SharedState, delivery, ec2, federation, federation_token, iam, oidc, pages, portal,
    portal_page, register, s3, sts, web_identity,
};

/// The function that runs an operation.
type Handler = fn(&mut SimulatorState, &HttpRequest) -> HandlerResult;

/// An operation: its name, the service whose error format it uses, and its handler.
struct SimulatedOperation {
    name: &'static str,
    service: SimulatedService,
    handler: Handler,
}

/// Handles a request.
pub(super) async fn handle(shared: SharedState, request: HttpRequest) -> HandlerOutcome {
    let Some(operation) = find_operation(&request) else {
        let unknown = ServiceError::new(
            404,
            "UnknownOperationException",
            format!("no operation for {} {}", request.method, request.path),
        );
        return with_common_headers(&shared, unknown.render(SimulatedService::Portal)).into();
    };
    let (delay, fault) = {
        let mut state = shared.lock();
        *state.call_counts.entry(operation.name.to_owned()).or_default() += 1;
        (
            latency(&state, &operation),
            state.faults.next(operation.name, &grant_type(&operation, &request)),
        )
    };
    pause(delay).await;
    let response = match fault {
        Some(Fault::Reply { reply, .. }) => {
            return respond_scripted(&shared, &operation, request, reply);
        }
        Some(Fault::Fail { status, error, .. }) => {
            scripted_error(status, &error, operation.service)
        }
        Some(Fault::Garbage { .. }) => HttpResponse::json(200, "{\"accessToken\": [1, 2"),
        Some(Fault::LoseResponse { .. }) => {
            run_operation(&shared, &operation, &request);
            HttpResponse::text(503, "")
        }
        Some(Fault::Delay { duration, .. }) => {
            pause(duration).await;
            run_operation(&shared, &operation, &request)
        }
        _ => run_operation(&shared, &operation, &request),
    };
    with_common_headers(&shared, response).into()
}

/// Returns the last part of a CreateToken request's grant type; empty for other operations.
fn grant_type(operation: &SimulatedOperation, request: &HttpRequest) -> String {
    if operation.name != "CreateToken" {
        return String::new();
    }
    let body: serde_json::Value = serde_json::from_slice(&request.body).unwrap_or_default();
    let grant = body["grantType"].as_str().unwrap_or_default();
    grant.rsplit(':').next().unwrap_or_default().to_owned()
}

/// Runs the operation if the reply is based on its response, and sends the edited reply.
fn respond_scripted(
    shared: &SharedState,
    operation: &SimulatedOperation,
    mut request: HttpRequest,
    reply: FaultReply,
) -> HandlerOutcome {
    let message = match reply.source {
        ReplySource::Operation => WireMessage::from(with_common_headers(
            shared,
            run_operation(shared, operation, &request),
        )),
        ReplySource::FirstPage => {
            let pairs = request.query.split('&').filter(|pair| !pair.starts_with("next_token="));
            request.query = pairs.collect::<Vec<_>>().join("&");
            WireMessage::from(with_common_headers(
                shared,
                run_operation(shared, operation, &request),
            ))
        }
        ReplySource::Raw { status, headers, body } => WireMessage { status, headers, body },
    };
    delivery::take_over(message.with_edits(&reply.edits), reply.delivery)
}

fn find_operation(request: &HttpRequest) -> Option<SimulatedOperation> {
    if let Some(operation) = find_signed_operation(request) {
        return Some(operation);
    }
    let (name, service, handler): (_, _, Handler) = match (&request.method, request.path.as_str()) {
        _ if portal_page::is_portal_request(request) => {
            ("Portal", SimulatedService::Pages, portal_page::portal_page)
        }
        (&Method::POST, "/client/register") => {
            ("RegisterClient", SimulatedService::Oidc, register::register_client)
        }
        (&Method::POST, "/device_authorization") => {
            ("StartDeviceAuthorization", SimulatedService::Oidc, oidc::start_device_authorization)
        }
        (&Method::POST, "/token") => ("CreateToken", SimulatedService::Oidc, oidc::create_token),
        (&Method::GET, "/device") => ("DevicePage", SimulatedService::Pages, pages::device_page),
        (&Method::POST, "/device") => {
            ("AnswerDevice", SimulatedService::Pages, pages::submit_device)
        }
        (&Method::GET, "/authorize") => {
            ("Authorize", SimulatedService::Pages, pages::authorize_page)
        }
        (&Method::POST, "/authorize") => {
            ("AnswerAuthorize", SimulatedService::Pages, pages::submit_authorize)
        }
        (&Method::GET, "/assignment/accounts") => {
            ("ListAccounts", SimulatedService::Portal, portal::list_accounts)
        }
        (&Method::GET, "/assignment/roles") => {
            ("ListAccountRoles", SimulatedService::Portal, portal::list_account_roles)
        }
        (&Method::GET, "/federation/credentials") => {
            ("GetRoleCredentials", SimulatedService::Portal, portal::get_role_credentials)
        }
        (&Method::POST, "/logout") => ("Logout", SimulatedService::Portal, portal::logout),
        (&Method::GET | &Method::POST, "/federation") => {
            match parameter(request, "Action").as_deref() {
                Some("getSigninToken") => {
                    ("GetSigninToken", SimulatedService::Pages, federation::get_signin_token)
                }
                Some("login") => {
                    ("ConsoleLogin", SimulatedService::Pages, federation::console_login)
                }
                _ => ("Federation", SimulatedService::Pages, federation::unknown_action),
            }
        }
        (&Method::GET, "/") if !request.query.contains("Action=") => {
            ("Home", SimulatedService::Pages, pages::home_page)
        }
        (&Method::GET | &Method::POST, "/") => match parameter(request, "Action").as_deref() {
            Some("AssumeRole") => ("AssumeRole", SimulatedService::Sts, sts::assume_role),
            Some("AssumeRoleWithWebIdentity") => (
                "AssumeRoleWithWebIdentity",
                SimulatedService::Sts,
                web_identity::assume_role_with_web_identity,
            ),
            Some("GetFederationToken") => (
                "GetFederationToken",
                SimulatedService::Sts,
                federation_token::get_federation_token,
            ),
            Some("GetCallerIdentity") => {
                ("GetCallerIdentity", SimulatedService::Sts, sts::get_caller_identity)
            }
            _ => ("UnknownAction", SimulatedService::Sts, sts::unknown_action),
        },
        _ => return None,
    };
    Some(SimulatedOperation { name, service, handler })
}

/// Finds the operation of a request whose signature names another service than STS.
fn find_signed_operation(request: &HttpRequest) -> Option<SimulatedOperation> {
    let signature = Signature::parse(request).ok()?;
    let action = parameter(request, "Action");
    let (name, service, handler): (_, _, Handler) = match (signature.service(), action.as_deref()) {
        ("sts", _) => return None,
        ("iam", Some("ListAccountAliases")) => {
            ("ListAccountAliases", SimulatedService::Iam, iam::list_account_aliases)
        }
        ("iam", _) => ("UnknownAction", SimulatedService::Iam, iam::unknown_action),
        ("ec2", Some("DescribeInstances")) => {
            ("DescribeInstances", SimulatedService::Ec2, ec2::describe_instances)
        }
        ("ec2", _) => ("UnknownAction", SimulatedService::Ec2, ec2::unknown_action),
        ("s3", _) if request.method == Method::GET && request.path == "/" => {
            ("ListBuckets", SimulatedService::S3, s3::list_buckets)
        }
        ("s3", _) if s3::is_list_objects(request) => {
            ("ListObjects", SimulatedService::S3, s3::list_objects)
        }
        ("s3", _) => ("UnknownAction", SimulatedService::S3, s3::unknown_request),
        // The protocols with actions in a form have errors in XML, the others in JSON.
        (_, Some(_)) => ("UnknownAction", SimulatedService::Sts, unknown_service),
        (_, None) => ("UnknownAction", SimulatedService::Portal, unknown_service),
    };
    Some(SimulatedOperation { name, service, handler })
}

/// A call of a service that is not simulated.
fn unknown_service(_: &mut SimulatorState, request: &HttpRequest) -> HandlerResult {
    let service = Signature::parse(request)
        .map(|signature| signature.service().to_owned())
        .unwrap_or_default();
    let message = format!(
        "the demo has no {service}; try `aws sts get-caller-identity`, `aws s3 ls`, \
         `aws ec2 describe-instances` or `aws iam list-account-aliases`"
    );
    Err(ServiceError::new(404, "UnknownOperationException", message))
}

fn latency(state: &SimulatorState, operation: &SimulatedOperation) -> Duration {
    let has_latency =
        operation.service == SimulatedService::Portal || operation.name == "CreateToken";
    if has_latency { state.options.latency } else { Duration::ZERO }
}

async fn pause(length: Duration) {
    if !length.is_zero() {
        tokio::time::sleep(length).await;
    }
}

fn run_operation(
    shared: &SharedState,
    operation: &SimulatedOperation,
    request: &HttpRequest,
) -> HttpResponse {
    let mut state = shared.lock();
    if operation.service == SimulatedService::Portal && !state.try_admit() {
        return ServiceError::new(429, "TooManyRequestsException", "Rate exceeded")
            .render(SimulatedService::Portal);
    }
    (operation.handler)(&mut state, request).unwrap_or_else(|error| error.render(operation.service))
}

/// Renders a scripted error; without a name, it looks like that of a broken proxy.
fn scripted_error(status: u16, error: &str, service: SimulatedService) -> HttpResponse {
    match error {
        "" => {
            HttpResponse::text(status, "upstream connect error or disconnect/reset before headers")
        }
        name => ServiceError::new(status, name, "requested by the fault script").render(service),
    }
}

fn with_common_headers(shared: &SharedState, response: HttpResponse) -> HttpResponse {
    let (now, omit_date) = {
        let state = shared.lock();
        (state.now(), state.faults.omit_date)
    };
    let has_request_id = response.headers.iter().any(|(name, _)| *name == REQUEST_ID);
    let response =
        if has_request_id { response } else { response.with_header(REQUEST_ID, new_request_id()) };
    if omit_date { response } else { response.with_header("date", http_date(now)) }
}

/// Formats the value of a `Date` header: `Sat, 21 Nov 2026 22:27:27 GMT`.
fn http_date(time: Timestamp) -> String {
    let time = OffsetDateTime::from_unix_timestamp(time.0).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    time.format(&Rfc2822).unwrap_or_default().replace("+0000", "GMT")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_have_the_format_of_http() {
        assert_eq!(http_date(Timestamp(784_111_777)), "Sun, 06 Nov 1994 08:49:37 GMT");
    }
}
