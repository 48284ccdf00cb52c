//! RegisterClient: registers clients with their grants and redirect URIs.

use serde::Deserialize;
use serde_json::json;

use crate::os::http::HttpRequest;
use crate::os::random;

use super::oidc::{AUTHORIZATION_CODE, DEVICE_CODE, REFRESH_TOKEN, find_directory, parse_body};
use super::service_error::{HandlerResult, ServiceError};
use super::state::{RegisteredClient, SimulatorState};
use super::wire::json_response;

/// The scope that sessions need to be refreshable.
const REFRESH_SCOPE: &str = "sso:account:access";

/// The lifetime of a registration: 90 days, as at AWS.
const REGISTRATION_SECONDS: i64 = 90 * 86_400;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct RegistrationRequest {
    client_name: String,
    client_type: String,
    scopes: Vec<String>,
    redirect_uris: Vec<String>,
    grant_types: Vec<String>,
    issuer_url: Option<String>,
}

impl Default for RegistrationRequest {
    fn default() -> Self {
        let (scopes, redirect_uris) = (Vec::new(), Vec::new());
        let grant_types = [DEVICE_CODE, REFRESH_TOKEN].map(str::to_owned).to_vec();
        Self {
            client_name: String::new(),
            client_type: String::new(),
            scopes,
            redirect_uris,
            grant_types,
            issuer_url: None,
        }
    }
}

/// RegisterClient.
pub(super) fn register_client(state: &mut SimulatorState, request: &HttpRequest) -> HandlerResult {
    let params: RegistrationRequest = parse_body(request)?;
    check_registration(&params)?;
    let directory = match &params.issuer_url {
        Some(url) => Some(find_directory(state, url, "issuerUrl")?),
        None => None,
    };
    let (id, secret) = (random::token::<16>()?, random::token::<96>()?);
    let now = state.now();
    let client = RegisteredClient {
        name: params.client_name,
        secret: secret.clone(),
        expires: now.plus_seconds(REGISTRATION_SECONDS),
        refreshable: params.scopes.iter().any(|scope| scope == REFRESH_SCOPE),
        grants: params.grant_types,
        redirects: params.redirect_uris,
        directory,
    };
    state.clients.insert(id.clone(), client);
    Ok(json_response(json!({
        "clientId": id,
        "clientSecret": secret,
        "clientIdIssuedAt": now.0,
        "clientSecretExpiresAt": now.plus_seconds(REGISTRATION_SECONDS).0,
        "authorizationEndpoint": format!("{}/authorize", state.url),
        "tokenEndpoint": format!("{}/token", state.url),
    })))
}

fn check_registration(params: &RegistrationRequest) -> Result<(), ServiceError> {
    let reject = |name: &str, message: &str| Err(ServiceError::new(400, name, message));
    if params.client_name.is_empty() || params.client_type != "public" {
        return reject(
            "InvalidClientMetadataException",
            "clientName must not be empty and clientType must be public",
        );
    }
    if !params
        .grant_types
        .iter()
        .all(|grant| [DEVICE_CODE, AUTHORIZATION_CODE, REFRESH_TOKEN].contains(&grant.as_str()))
    {
        return reject("UnsupportedGrantTypeException", "unknown grant type");
    }
    let is_scope = |scope: &String| {
        scope.split(':').count() >= 2 && scope.split(':').all(|part| !part.is_empty())
    };
    if !params.scopes.iter().all(is_scope) {
        return reject("InvalidScopeException", "a scope looks like sso:account:access");
    }
    if !params
        .redirect_uris
        .iter()
        .all(|uri| parse_loopback(uri).is_some_and(|uri| uri.port.is_none()))
    {
        return reject(
            "InvalidRedirectUriException",
            "redirectUris must be http on a loopback address, without port",
        );
    }
    let uses_code_grant = params.grant_types.iter().any(|grant| grant == AUTHORIZATION_CODE);
    if uses_code_grant && (params.redirect_uris.is_empty() || params.issuer_url.is_none()) {
        return reject(
            "InvalidRequestException",
            "authorization_code needs redirectUris and issuerUrl",
        );
    }
    Ok(())
}

/// The parts of an HTTP URL on this machine.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct LoopbackUri<'a> {
    host: &'a str,
    port: Option<u16>,
    path: &'a str,
}

impl LoopbackUri<'_> {
    /// Whether this is the registered URL with a port.
    pub(super) fn matches_registered(&self, registered: &LoopbackUri<'_>) -> bool {
        self.port.is_some() && (self.host, self.path) == (registered.host, registered.path)
    }
}

/// Parses `http://127.0.0.1:PORT/PATH`; `None` for any other host or scheme.
pub(super) fn parse_loopback(uri: &str) -> Option<LoopbackUri<'_>> {
    let rest = uri.strip_prefix("http://")?;
    let (authority, path) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
    let host =
        ["127.0.0.1", "localhost", "[::1]"].into_iter().find(|host| authority.starts_with(host))?;
    let port = match authority[host.len()..].strip_prefix(':') {
        Some(digits) => Some(digits.parse().ok()?),
        None if authority == host => None,
        None => return None,
    };
    Some(LoopbackUri { host, port, path })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_a_loopback_address() {
        let local = LoopbackUri { host: "127.0.0.1", port: Some(81), path: "/oauth/callback" };
        assert_eq!(parse_loopback("http://127.0.0.1:81/oauth/callback"), Some(local));
        for uri in [
            "https://127.0.0.1/",
            "http://127.0.0.1.example.com/",
            "http://127.0.0.1@example.com/",
            "http://127.0.0.1:x/",
        ] {
            assert_eq!(parse_loopback(uri), None, "{uri}");
        }
    }

    #[test]
    fn a_redirect_matches_its_registration_with_any_port() {
        let registered = parse_loopback("http://127.0.0.1/oauth/callback").unwrap();
        let matches = |uri: &str| parse_loopback(uri).unwrap().matches_registered(&registered);
        assert!(matches("http://127.0.0.1:81/oauth/callback"));
        for uri in [
            "http://127.0.0.1/oauth/callback",
            "http://localhost:81/oauth/callback",
            "http://127.0.0.1:81/else",
        ] {
            assert!(!matches(uri), "{uri}");
        }
    }
}
