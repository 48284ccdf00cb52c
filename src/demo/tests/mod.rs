//! The simulator driven over the wire, as programs drive it.

mod federation;
mod portal;
mod replies;
mod scripted;
mod signin;
mod sts;

use serde_json::{Value, json};

use super::person::{Reply, fetch};
use super::{Options, Running, approve, start};

const CORP: &str = "https://corp.awsapps.com/start";
const DEVICE_CODE: &str = "urn:ietf:params:oauth:grant-type:device_code";
const PAYMENTS: &str = "012345678901";

impl Reply {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("{} {}", self.status, self.body))
    }

    /// Status and exception.
    fn error(&self) -> (u16, String) {
        (self.status, self.header("x-amzn-errortype").unwrap_or_default().to_owned())
    }
}

fn demo() -> Running {
    start(Options::default()).unwrap()
}

fn post(demo: &Running, path: &str, body: &Value) -> Reply {
    fetch(
        "POST",
        &format!("{}{path}", demo.url()),
        &[("content-type", "application/json")],
        &body.to_string(),
    )
    .unwrap()
}

fn get(demo: &Running, path: &str, token: &str) -> Reply {
    fetch("GET", &format!("{}{path}", demo.url()), &[("x-amz-sso_bearer_token", token)], "")
        .unwrap()
}

/// A client for the device flow, as the id and secret that token requests carry.
fn register(demo: &Running) -> Value {
    let reply = post(
        demo,
        "/client/register",
        &json!({ "clientName": "test", "clientType": "public", "scopes": ["sso:account:access"], "grantTypes": [DEVICE_CODE, "refresh_token"] }),
    );
    assert_eq!(reply.status, 200, "{}", reply.body);
    let reply = reply.json();
    json!({ "clientId": reply["clientId"], "clientSecret": reply["clientSecret"] })
}

/// One object of both.
fn with(left: &Value, right: Value) -> Value {
    let mut both = left.clone();
    both.as_object_mut().unwrap().extend(right.as_object().unwrap().clone());
    both
}

fn start_device(demo: &Running, client: &Value) -> Value {
    let reply = post(demo, "/device_authorization", &with(client, json!({ "startUrl": CORP })));
    assert_eq!(reply.status, 200, "{}", reply.body);
    reply.json()
}

fn poll(demo: &Running, client: &Value, device: &Value) -> Reply {
    post(
        demo,
        "/token",
        &with(client, json!({ "grantType": DEVICE_CODE, "deviceCode": device["deviceCode"] })),
    )
}

fn refresh(demo: &Running, client: &Value, token: &Value) -> Reply {
    post(
        demo,
        "/token",
        &with(client, json!({ "grantType": "refresh_token", "refreshToken": token })),
    )
}

/// Signs in with a device code: client and tokens.
fn sign_in(demo: &Running) -> (Value, Value) {
    let client = register(demo);
    let device = start_device(demo, &client);
    approve(device["verificationUriComplete"].as_str().unwrap()).unwrap();
    let reply = poll(demo, &client, &device);
    assert_eq!(reply.status, 200, "{}", reply.body);
    (client, reply.json())
}

/// The access token of a fresh sign-in.
fn token(demo: &Running) -> String {
    sign_in(demo).1["accessToken"].as_str().unwrap().to_owned()
}

/// Role credentials: key, secret, session token.
fn credentials(demo: &Running, token: &str, account: &str, role: &str) -> [String; 3] {
    let reply =
        get(demo, &format!("/federation/credentials?account_id={account}&role_name={role}"), token);
    assert_eq!(reply.status, 200, "{}", reply.body);
    let reply = reply.json();
    ["accessKeyId", "secretAccessKey", "sessionToken"]
        .map(|field| reply["roleCredentials"][field].as_str().unwrap().to_owned())
}
