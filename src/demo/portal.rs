//! The access portal: accounts, roles, role credentials, sign-out.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::domain::{AccountId, Timestamp};
use crate::os::http::{HttpRequest, HttpResponse};
use crate::os::random;

use super::accounts::SimulatedAccount;
use super::service_error::{HandlerResult, ServiceError};
use super::state::{CredentialsEntry, CredentialsOrigin, SimulatorState, USER_NAME};
use super::wire::json_response;

/// The page size if the request has none.
const DEFAULT_PAGE_SIZE: usize = 20;

/// ListAccounts: the accounts in which the user has a role.
pub(super) fn list_accounts(state: &mut SimulatorState, request: &HttpRequest) -> HandlerResult {
    let directory = authenticate(state, request)?.1;
    let rows: Vec<&SimulatedAccount> = state.organization.directories[directory]
        .accounts
        .iter()
        .filter(|account| !account.roles.is_empty())
        .collect();
    let (rows, next) = paginate(state, request, &rows, &format!("accounts {directory}"))?;
    let rows: Vec<Value> = rows.iter().map(|account| account_json(account)).collect();
    Ok(json_response(json!({ "accountList": rows, "nextToken": next })))
}

/// ListAccountRoles.
pub(super) fn list_account_roles(
    state: &mut SimulatorState,
    request: &HttpRequest,
) -> HandlerResult {
    let directory = authenticate(state, request)?.1;
    let id = parse_account_id(request)?;
    let account = state
        .account(directory, id)
        .filter(|account| !account.roles.is_empty())
        .ok_or_else(forbidden)?;
    let (rows, next) = paginate(state, request, &account.roles, &format!("roles {id}"))?;
    let rows: Vec<Value> =
        rows.iter().map(|role| json!({ "roleName": role, "accountId": id.as_str() })).collect();
    Ok(json_response(json!({ "roleList": rows, "nextToken": next })))
}

/// GetRoleCredentials.
pub(super) fn get_role_credentials(
    state: &mut SimulatorState,
    request: &HttpRequest,
) -> HandlerResult {
    let directory = authenticate(state, request)?.1;
    let id = parse_account_id(request)?;
    let role = request
        .param("role_name")
        .filter(|name| !name.is_empty())
        .ok_or_else(|| invalid_request("role_name is missing"))?;
    state
        .account(directory, id)
        .filter(|account| account.roles.contains(&role))
        .ok_or_else(forbidden)?;
    let expires = state.now().plus_seconds(state.options.role_lifetime_seconds);
    let (key, issued) = issue_credentials(
        state,
        id,
        reserved_role_name(id, &role),
        USER_NAME.to_owned(),
        CredentialsOrigin::Portal,
        expires,
    )?;
    Ok(json_response(json!({ "roleCredentials": {
        "accessKeyId": key,
        "secretAccessKey": issued.secret,
        "sessionToken": issued.token,
        "expiration": expires.0 * 1_000,
    } })))
}

/// Logout: ends the session with all its tokens.
pub(super) fn logout(state: &mut SimulatorState, request: &HttpRequest) -> HandlerResult {
    let session = authenticate(state, request)?.0;
    state.sessions.remove(&session);
    state.tokens.retain(|_, token| token.session != session);
    Ok(HttpResponse::json(200, ""))
}

/// Issues and stores credentials of a role; returns the access key ID and the entry.
pub(super) fn issue_credentials(
    state: &mut SimulatorState,
    account: AccountId,
    role: String,
    session: String,
    origin: CredentialsOrigin,
    expires: Timestamp,
) -> Result<(String, CredentialsEntry), ServiceError> {
    let secret = STANDARD.encode(random::bytes::<30>()?);
    let token = format!("IQoJb3JpZ2luX2Vj{}", STANDARD.encode(random::bytes::<590>()?));
    let issued = CredentialsEntry { secret, token, account, role, session, origin, expires };
    let key = format!("ASIA{}", base32_id::<16>(&random::bytes::<16>()?));
    state.credentials.insert(key.clone(), issued.clone());
    Ok((key, issued))
}

/// Encodes bytes with the base-32 alphabet of AWS's IDs, one character per byte.
pub(super) fn base32_id<const N: usize>(bytes: &[u8; N]) -> String {
    bytes
        .iter()
        .map(|byte| char::from(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[usize::from(byte % 32)]))
        .collect()
}

/// Returns the name of a permission set's role in IAM:
/// `AWSReservedSSO_ReadOnlyAccess_0123456789abcdef`.
fn reserved_role_name(account: AccountId, role: &str) -> String {
    let digest = Sha256::digest(format!("{account} {role}").as_bytes());
    let tail: String = digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    format!("AWSReservedSSO_{role}_{tail}")
}

/// Returns the session and the directory of the bearer token.
fn authenticate(
    state: &SimulatorState,
    request: &HttpRequest,
) -> Result<(u64, usize), ServiceError> {
    let token =
        request.header("x-amz-sso_bearer_token").and_then(|bearer| state.find_token(bearer));
    let token = token.ok_or_else(|| {
        ServiceError::new(401, "UnauthorizedException", "Session token not found or invalid")
    })?;
    Ok((token.session, token.directory))
}

fn parse_account_id(request: &HttpRequest) -> Result<AccountId, ServiceError> {
    let text = request.param("account_id").unwrap_or_default();
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse()
        .ok()
        .filter(|_| digits)
        .ok_or_else(|| invalid_request("account_id must be twelve digits"))
}

/// Returns one page of rows and the token of the next page.
fn paginate<'a, T>(
    state: &SimulatorState,
    request: &HttpRequest,
    rows: &'a [T],
    list: &str,
) -> Result<(&'a [T], Option<String>), ServiceError> {
    let size = match request.param("max_result") {
        None => DEFAULT_PAGE_SIZE,
        Some(text) => text
            .parse()
            .ok()
            .filter(|size| (1..=100).contains(size))
            .ok_or_else(|| invalid_request("max_result must be 1 to 100"))?,
    };
    let start = match request.param("next_token") {
        None => 0,
        Some(token) => parse_page_token(state, list, &token)
            .ok_or_else(|| invalid_request("next_token is not one of this list"))?,
    };
    // The list may have become shorter since the token was issued.
    let start = start.min(rows.len());
    let end = rows.len().min(start + size);
    Ok((&rows[start..end], (end < rows.len()).then(|| page_token(state, list, end))))
}

fn page_token(state: &SimulatorState, list: &str, at: usize) -> String {
    let seal = Sha256::digest(format!("{} {list} {at}", state.salt).as_bytes());
    URL_SAFE_NO_PAD.encode([&(at as u64).to_be_bytes()[..], &seal[..16]].concat())
}

fn parse_page_token(state: &SimulatorState, list: &str, token: &str) -> Option<usize> {
    let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
    let at = usize::try_from(u64::from_be_bytes(bytes.get(..8)?.try_into().ok()?)).ok()?;
    (page_token(state, list, at) == token).then_some(at)
}

fn account_json(account: &SimulatedAccount) -> Value {
    let mut row = json!({ "accountId": account.id.as_str() });
    if let Some(name) = &account.name {
        row["accountName"] = name.as_str().into();
    }
    if let Some(email) = &account.email {
        row["emailAddress"] = email.as_str().into();
    }
    row
}

fn forbidden() -> ServiceError {
    ServiceError::new(403, "ForbiddenException", "No access")
}

fn invalid_request(message: &str) -> ServiceError {
    ServiceError::new(400, "InvalidRequestException", message)
}
