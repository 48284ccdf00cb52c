//! RegisterClient: who may ask for tokens, by which grants, and where it is called back.

use serde::Deserialize;
use serde_json::json;

use crate::os::http::HttpRequest;
use crate::os::random;

use super::oidc::{AUTHORIZATION_CODE, DEVICE_CODE, REFRESH_TOKEN, directory_of, read, reply};
use super::state::{Client, State};
use super::wire::{Answer, Refusal};

/// The scope that makes sessions refreshable.
const REFRESHABLE: &str = "sso:account:access";

/// Seconds that a registration lives: 90 days, as at AWS.
const LIFETIME: i64 = 90 * 86_400;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Registration {
    client_name: String,
    client_type: String,
    scopes: Vec<String>,
    redirect_uris: Vec<String>,
    grant_types: Vec<String>,
    issuer_url: Option<String>,
}

impl Default for Registration {
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
pub(super) fn register_client(state: &mut State, request: &HttpRequest) -> Answer {
    let asked: Registration = read(request)?;
    check_registration(&asked)?;
    let directory = match &asked.issuer_url {
        Some(url) => Some(directory_of(state, url, "issuerUrl")?),
        None => None,
    };
    let (id, secret) = (random::token::<16>()?, random::token::<96>()?);
    let now = state.now();
    let client = Client {
        name: asked.client_name,
        secret: secret.clone(),
        expires: now.plus(LIFETIME),
        refreshable: asked.scopes.iter().any(|scope| scope == REFRESHABLE),
        grants: asked.grant_types,
        redirects: asked.redirect_uris,
        directory,
    };
    state.clients.insert(id.clone(), client);
    reply(json!({
        "clientId": id,
        "clientSecret": secret,
        "clientIdIssuedAt": now.0,
        "clientSecretExpiresAt": now.plus(LIFETIME).0,
        "authorizationEndpoint": format!("{}/authorize", state.url),
        "tokenEndpoint": format!("{}/token", state.url),
    }))
}

fn check_registration(asked: &Registration) -> Result<(), Refusal> {
    let refuse = |name: &str, message: &str| Err(Refusal::new(400, name, message));
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
    if !asked.redirect_uris.iter().all(|uri| loopback(uri).is_some_and(|uri| uri.port.is_none())) {
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
pub(super) struct Loopback<'a> {
    host: &'a str,
    port: Option<u16>,
    path: &'a str,
}

impl Loopback<'_> {
    /// Whether this is the registered address, with the port of the moment.
    pub(super) fn continues(&self, registered: &Loopback<'_>) -> bool {
        self.port.is_some() && (self.host, self.path) == (registered.host, registered.path)
    }
}

/// Reads `http://127.0.0.1:PORT/PATH`; `None` for any other host or scheme.
pub(super) fn loopback(uri: &str) -> Option<Loopback<'_>> {
    let rest = uri.strip_prefix("http://")?;
    let (authority, path) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
    let host =
        ["127.0.0.1", "localhost", "[::1]"].into_iter().find(|host| authority.starts_with(host))?;
    let port = match authority[host.len()..].strip_prefix(':') {
        Some(digits) => Some(digits.parse().ok()?),
        None if authority == host => None,
        None => return None,
    };
    Some(Loopback { host, port, path })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_a_loopback_address() {
        let local = Loopback { host: "127.0.0.1", port: Some(81), path: "/oauth/callback" };
        assert_eq!(loopback("http://127.0.0.1:81/oauth/callback"), Some(local));
        for uri in [
            "https://127.0.0.1/",
            "http://127.0.0.1.example.com/",
            "http://127.0.0.1@example.com/",
            "http://127.0.0.1:x/",
        ] {
            assert_eq!(loopback(uri), None, "{uri}");
        }
    }

    #[test]
    fn a_redirect_continues_its_registration() {
        let registered = loopback("http://127.0.0.1/oauth/callback").unwrap();
        let continues = |uri: &str| loopback(uri).unwrap().continues(&registered);
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
