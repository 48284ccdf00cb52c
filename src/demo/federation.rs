//! Console sign-in: exchanges credentials for a sign-in token, and shows a page in place of the
//! console.

use serde::Deserialize;
use serde_json::json;

use crate::os::http::HttpRequest;
use crate::os::random;

use super::pages;
use super::service_error::{HandlerResult, ServiceError};
use super::state::{CredentialsOrigin, SigninTokenEntry, SimulatorState};
use super::wire::{json_response, parameter};

const SIGNIN_TOKEN_SECONDS: i64 = 15 * 60;

/// The `Session` parameter: credentials under other names.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ConsoleSession {
    session_id: String,
    session_key: String,
    session_token: String,
}

/// `Action=getSigninToken`.
pub(super) fn get_signin_token(state: &mut SimulatorState, request: &HttpRequest) -> HandlerResult {
    let text =
        parameter(request, "Session").ok_or_else(|| invalid_request("Session is missing"))?;
    let session: ConsoleSession = serde_json::from_str(&text)
        .map_err(|_| invalid_request("Session is not the JSON of credentials"))?;
    let now = state.now();
    let issued = state.credentials.get(&session.session_id);
    let issued = issued.filter(|issued| {
        issued.secret == session.session_key && issued.token == session.session_token
    });
    let issued = issued
        .filter(|issued| now < issued.expires)
        .ok_or_else(|| invalid_request("The credentials are not valid, or not any more"))?;
    if issued.origin == CredentialsOrigin::FederatedWithoutPolicy {
        return Err(invalid_request("The session has no permissions"));
    }
    if let Some(duration) = parameter(request, "SessionDuration") {
        let seconds = duration.parse::<i64>().unwrap_or_default();
        // AWS returns this message if a chained role or a federated user requests a duration.
        let is_role =
            matches!(issued.origin, CredentialsOrigin::Portal | CredentialsOrigin::Assumed);
        if !is_role || !(900..=43_200).contains(&seconds) {
            return Err(invalid_request("Invalid credentials parameter"));
        }
    }
    let token = random::token::<192>()?;
    let entry = SigninTokenEntry {
        account: issued.account,
        role: if issued.role.is_empty() { issued.session.clone() } else { issued.role.clone() },
        expires: now.plus_seconds(SIGNIN_TOKEN_SECONDS),
    };
    state.signin_tokens.insert(token.clone(), entry);
    Ok(json_response(json!({ "SigninToken": token })))
}

/// `Action=login`: the page in place of the console.
pub(super) fn console_login(state: &mut SimulatorState, request: &HttpRequest) -> HandlerResult {
    let token = parameter(request, "SigninToken").unwrap_or_default();
    let now = state.now();
    let entry = state.signin_tokens.get(&token).filter(|entry| now < entry.expires);
    let entry = entry
        .ok_or_else(|| invalid_request("The sign-in token is unknown, or older than 15 minutes"))?;
    let destination = parameter(request, "Destination").filter(|url| url.starts_with("https://"));
    let destination =
        destination.ok_or_else(|| invalid_request("Destination must be an https address"))?;
    let name = state.organization.account(entry.account).and_then(|account| account.name.clone());
    Ok(pages::console_page(&name.unwrap_or_default(), entry.account, &entry.role, &destination))
}

/// Any other action.
pub(super) fn unknown_action(_: &mut SimulatorState, _: &HttpRequest) -> HandlerResult {
    Err(invalid_request("Action must be getSigninToken or login"))
}

fn invalid_request(message: &str) -> ServiceError {
    ServiceError::new(400, "InvalidRequest", message)
}
