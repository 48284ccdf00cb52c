//! RegisterClient: who may ask for tokens, by which grants, and where it is called back.

use serde::Deserialize;
use serde_json::json;

use crate::os::http::HttpRequest;
use crate::os::random;

use super::oidc::{AUTHORIZATION_CODE, DEVICE_CODE, REFRESH_TOKEN, find_directory, parse_body};
use super::service_error::{HandlerResult, ServiceError};
use super::state::{RegisteredClient, SimulatorState};
use super::wire::json_response;

/// The scope that makes sessions refreshable.
const REFRESH_SCOPE: &str = "sso:account:access";

/// Seconds that a registration lives: 90 days, as at AWS.
const REGISTRATION_LIFETIME: i64 = 90 * 86_400;

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
    let asked: RegistrationRequest = parse_body(request)?;
    check_registration(&asked)?;
    let directory = match &asked.issuer_url {
        Some(url) => Some(find_directory(state, url, "issuerUrl")?),
        None => None,
    };
    let (id, secret) = (random::token::<16>()?, random::token::<96>()?);
    let now = state.now();
    let client = RegisteredClient {
        name: asked.client_name,
        secret: secret.clone(),
        expires: now.plus(REGISTRATION_LIFETIME),
        refreshable: asked.scopes.iter().any(|scope| scope == REFRESH_SCOPE),
        grants: asked.grant_types,
        redirects: asked.redirect_uris,
        directory,
    };
    state.clients.insert(id.clone(), client);
    Ok(json_response(json!({
        "clientId": id,
        "clientSecret": secret,
        "clientIdIssuedAt": now.0,
        "clientSecretExpiresAt": now.plus(REGISTRATION_LIFETIME).0,
        "authorizationEndpoint": format!("{}/authorize", state.url),
        "tokenEndpoint": format!("{}/token", state.url),
    })))
}

fn check_registration(asked: &RegistrationRequest) -> Result<(), ServiceError> {
    let refuse = |name: &str, message: &str| Err(ServiceError::new(400, name, message));
    if asked.client_name.is_empty() || asked.client_type != "public" {
        return refuse(
            "InvalidClientMetadataException",
            "clientName must not be empty and clientType must be public",
        );
    }
    if !asked
        .grant_types
        .iter()
        .all(|grant| [DEVICE_CODE, AUTHORIZATION_CODE, REFRESH_TOKEN].contains(&grant.as_str()))
    {
        return refuse("UnsupportedGrantTypeException", "unknown grant type");
    }
    let scope = |scope: &String| {
        scope.split(':').count() >= 2 && scope.split(':').all(|part| !part.is_empty())
    };
    if !asked.scopes.iter().all(scope) {
        return refuse("InvalidScopeException", "a scope looks like sso:account:access");
    }
    if !asked
        .redirect_uris
        .iter()
        .all(|uri| parse_loopback(uri).is_some_and(|uri| uri.port.is_none()))
    {
        return refuse(
            "InvalidRedirectUriException",
            "redirectUris must be http on a loopback address, without port",
        );
    }
    let by_code = asked.grant_types.iter().any(|grant| grant == AUTHORIZATION_CODE);
    if by_code && (asked.redirect_uris.is_empty() || asked.issuer_url.is_none()) {
        return refuse(
            "InvalidRequestException",
            "authorization_code needs redirectUris and issuerUrl",
        );
    }
    Ok(())
}

/// An http address on this machine, taken apart.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct LoopbackUri<'a> {
    host: &'a str,
    port: Option<u16>,
    path: &'a str,
}

impl LoopbackUri<'_> {
    /// Whether this is the registered address, with the port of the moment.
    pub(super) fn matches_registered(&self, registered: &LoopbackUri<'_>) -> bool {
        self.port.is_some() && (self.host, self.path) == (registered.host, registered.path)
    }
}

/// Reads `http://127.0.0.1:PORT/PATH`; `None` for any other host or scheme.
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
    fn a_redirect_continues_its_registration() {
        let registered = parse_loopback("http://127.0.0.1/oauth/callback").unwrap();
        let continues = |uri: &str| parse_loopback(uri).unwrap().matches_registered(&registered);
        assert!(continues("http://127.0.0.1:81/oauth/callback"));
        for uri in [
            "http://127.0.0.1/oauth/callback",
            "http://localhost:81/oauth/callback",
            "http://127.0.0.1:81/else",
        ] {
            assert!(!continues(uri), "{uri}");
        }
    }
}
