//! Tests of the simulator over HTTP.

mod aws_calls;
mod fault_replies;
mod faults;
mod federation;
mod portal;
mod sign_in;
mod sts;

use serde_json::{Value, json};

use super::browser::{FetchedResponse, fetch};
use super::{Simulator, SimulatorOptions, approve, start};

const CORP: &str = "https://corp.awsapps.com/start";
const DEVICE_CODE: &str = "urn:ietf:params:oauth:grant-type:device_code";
const PAYMENTS: &str = "012345678901";

impl FetchedResponse {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("{} {}", self.status, self.body))
    }

    /// The status and the exception's name.
    fn error(&self) -> (u16, String) {
        (self.status, self.header("x-amzn-errortype").unwrap_or_default().to_owned())
    }
}

fn demo() -> Simulator {
    start(SimulatorOptions::default()).unwrap()
}

fn post(demo: &Simulator, path: &str, body: &Value) -> FetchedResponse {
    fetch(
        "POST",
        &format!("{}{path}", demo.url()),
        &[("content-type", "application/json")],
        &body.to_string(),
    )
    .unwrap()
}

fn get(demo: &Simulator, path: &str, token: &str) -> FetchedResponse {
    fetch("GET", &format!("{}{path}", demo.url()), &[("x-amz-sso_bearer_token", token)], "")
        .unwrap()
}

/// Registers a client for the device flow and returns the ID and secret for token requests.
fn register(demo: &Simulator) -> Value {
    let reply = post(
        demo,
        "/client/register",
        &json!({ "clientName": "test", "clientType": "public", "scopes": ["sso:account:access"], "grantTypes": [DEVICE_CODE, "refresh_token"] }),
    );
    assert_eq!(reply.status, 200, "{}", reply.body);
    let reply = reply.json();
    json!({ "clientId": reply["clientId"], "clientSecret": reply["clientSecret"] })
}

/// Merges two JSON objects.
fn merge(left: &Value, right: Value) -> Value {
    let mut both = left.clone();
    both.as_object_mut().unwrap().extend(right.as_object().unwrap().clone());
    both
}

fn start_device(demo: &Simulator, client: &Value) -> Value {
    let reply = post(demo, "/device_authorization", &merge(client, json!({ "startUrl": CORP })));
    assert_eq!(reply.status, 200, "{}", reply.body);
    reply.json()
}

fn poll(demo: &Simulator, client: &Value, device: &Value) -> FetchedResponse {
    post(
        demo,
        "/token",
        &merge(client, json!({ "grantType": DEVICE_CODE, "deviceCode": device["deviceCode"] })),
    )
}

fn refresh(demo: &Simulator, client: &Value, token: &Value) -> FetchedResponse {
    post(
        demo,
        "/token",
        &merge(client, json!({ "grantType": "refresh_token", "refreshToken": token })),
    )
}

/// Signs in with a device code and returns client and tokens.
fn sign_in(demo: &Simulator) -> (Value, Value) {
    let client = register(demo);
    let device = start_device(demo, &client);
    approve(device["verificationUriComplete"].as_str().unwrap()).unwrap();
    let reply = poll(demo, &client, &device);
    assert_eq!(reply.status, 200, "{}", reply.body);
    (client, reply.json())
}

/// Signs in and returns the access token.
fn access_token(demo: &Simulator) -> String {
    sign_in(demo).1["accessToken"].as_str().unwrap().to_owned()
}

/// Gets role credentials: access key ID, secret, session token.
fn credentials(demo: &Simulator, token: &str, account: &str, role: &str) -> [String; 3] {
    let reply =
        get(demo, &format!("/federation/credentials?account_id={account}&role_name={role}"), token);
    assert_eq!(reply.status, 200, "{}", reply.body);
    let reply = reply.json();
    ["accessKeyId", "secretAccessKey", "sessionToken"]
        .map(|field| reply["roleCredentials"][field].as_str().unwrap().to_owned())
}
