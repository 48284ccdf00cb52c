//! Both sign-in flows, refresh, and their errors.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::*;
use crate::demo::{DeviceApproval, Fault, Simulator, SimulatorOptions, approve, deny, start};
use crate::os::http::parse_form;

#[test]
fn a_device_code_waits_for_the_user_and_then_works_once() {
    let demo = demo();
    let client = register(&demo);
    let device = start_device(&demo, &client);
    assert_eq!((&device["expiresIn"], &device["interval"]), (&json!(600), &json!(1)));
    assert_eq!(
        poll(&demo, &client, &device).error(),
        (400, "AuthorizationPendingException".into())
    );
    approve(device["verificationUriComplete"].as_str().unwrap()).unwrap();
    let reply = poll(&demo, &client, &device).json();
    assert_eq!((&reply["tokenType"], &reply["expiresIn"]), (&json!("Bearer"), &json!(3600)));
    assert!(reply["refreshToken"].is_string());
    assert_eq!(poll(&demo, &client, &device).error(), (400, "InvalidGrantException".into()));
    assert!(
        approve(device["verificationUriComplete"].as_str().unwrap())
            .unwrap_err()
            .message
            .contains("unknown, was used")
    );
    assert_eq!(
        (
            demo.call_count("CreateToken"),
            demo.call_count("RegisterClient"),
            demo.call_count("StartDeviceAuthorization")
        ),
        (3, 1, 1)
    );
}

#[test]
fn polling_too_fast_gets_slow_down() {
    let demo = demo();
    let client = register(&demo);
    let device = start_device(&demo, &client);
    let errors: Vec<_> = (0..3)
        .map(|_| poll(&demo, &client, &device).json()["error"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(errors, ["authorization_pending", "authorization_pending", "slow_down"]);
}

#[test]
fn a_denied_device_code_gets_access_denied() {
    let demo = demo();
    let client = register(&demo);
    let device = start_device(&demo, &client);
    deny(device["verificationUriComplete"].as_str().unwrap()).unwrap();
    let reply = poll(&demo, &client, &device);
    assert_eq!(reply.error(), (400, "AccessDeniedException".into()));
    assert_eq!(reply.json()["error"], "access_denied");
}

#[test]
fn a_device_code_expires_after_ten_minutes() {
    let demo = demo();
    let client = register(&demo);
    let device = start_device(&demo, &client);
    demo.add_fault(Fault::SkewClock { seconds: 601 });
    assert_eq!(poll(&demo, &client, &device).error(), (400, "ExpiredTokenException".into()));
}

#[test]
fn codes_can_be_approved_automatically() {
    let demo = start(SimulatorOptions {
        approval: DeviceApproval::After(Duration::ZERO),
        ..SimulatorOptions::default()
    })
    .unwrap();
    let client = register(&demo);
    let device = start_device(&demo, &client);
    assert_eq!(poll(&demo, &client, &device).status, 200);
    demo.set_approval(DeviceApproval::Manual);
    let device = start_device(&demo, &client);
    assert_eq!(poll(&demo, &client, &device).status, 400);
}

#[test]
fn a_forged_device_form_is_rejected() {
    let demo = demo();
    let client = register(&demo);
    let device = start_device(&demo, &client);
    let body =
        format!("user_code={}&csrf=guess&decision=allow", device["userCode"].as_str().unwrap());
    let reply = fetch("POST", &format!("{}/device", demo.url()), &[], &body).unwrap();
    assert_eq!(reply.status, 403);
    assert_eq!(poll(&demo, &client, &device).error().1, "AuthorizationPendingException");
}

#[test]
fn the_device_page_shows_the_code_and_loads_nothing() {
    let demo = demo();
    let client = register(&demo);
    let device = start_device(&demo, &client);
    let page = fetch("GET", device["verificationUriComplete"].as_str().unwrap(), &[], "").unwrap();
    assert!(page.body.contains(device["userCode"].as_str().unwrap()) && page.body.contains(CORP));
    assert!(
        !page.body.contains("<script")
            && !page.body.contains("src=")
            && !page.body.contains("<link")
    );
    assert!(!page.body.contains("{{"));
    assert!(page.header("content-security-policy").unwrap().contains("default-src 'none'"));
}

#[test]
fn a_refresh_invalidates_the_old_refresh_token() {
    let demo = demo();
    let (client, first) = sign_in(&demo);
    let second = refresh(&demo, &client, &first["refreshToken"]).json();
    assert_ne!(first["refreshToken"], second["refreshToken"]);
    let again = refresh(&demo, &client, &first["refreshToken"]);
    assert_eq!(
        (again.error(), &again.json()["error"]),
        ((400, "InvalidGrantException".into()), &json!("invalid_grant"))
    );
    assert_eq!(refresh(&demo, &client, &second["refreshToken"]).status, 200);
    let other = register(&demo);
    assert_eq!(refresh(&demo, &other, &second["refreshToken"]).error().1, "InvalidGrantException");
}

#[test]
fn a_session_ends_and_shortens_its_last_token() {
    let demo =
        start(SimulatorOptions { session_lifetime_seconds: 4_000, ..SimulatorOptions::default() })
            .unwrap();
    let (client, first) = sign_in(&demo);
    demo.add_fault(Fault::SkewClock { seconds: 3_900 });
    assert_eq!(
        get(&demo, "/assignment/accounts", first["accessToken"].as_str().unwrap()).status,
        401
    );
    let second = refresh(&demo, &client, &first["refreshToken"]).json();
    assert!(second["expiresIn"].as_i64().unwrap() <= 100, "{second}");
    demo.add_fault(Fault::SkewClock { seconds: 4_001 });
    assert_eq!(refresh(&demo, &client, &second["refreshToken"]).error().1, "InvalidGrantException");
}

#[test]
fn tokens_can_be_expired_and_sessions_ended() {
    let demo = demo();
    let (client, first) = sign_in(&demo);
    demo.expire_tokens();
    assert_eq!(
        get(&demo, "/assignment/accounts", first["accessToken"].as_str().unwrap()).error(),
        (401, "UnauthorizedException".into())
    );
    let second = refresh(&demo, &client, &first["refreshToken"]).json();
    assert_eq!(
        get(&demo, "/assignment/accounts", second["accessToken"].as_str().unwrap()).status,
        200
    );
    demo.end_sessions();
    assert_eq!(
        get(&demo, "/assignment/accounts", second["accessToken"].as_str().unwrap()).status,
        401
    );
    assert_eq!(refresh(&demo, &client, &second["refreshToken"]).error().1, "InvalidGrantException");
}

#[test]
fn without_the_scope_a_session_can_not_be_refreshed() {
    let demo = start(SimulatorOptions {
        approval: DeviceApproval::After(Duration::ZERO),
        ..SimulatorOptions::default()
    })
    .unwrap();
    let client =
        post(&demo, "/client/register", &json!({ "clientName": "old", "clientType": "public" }))
            .json();
    let client = json!({ "clientId": client["clientId"], "clientSecret": client["clientSecret"] });
    let device = start_device(&demo, &client);
    let reply = poll(&demo, &client, &device).json();
    assert_eq!((reply.get("refreshToken"), &reply["expiresIn"]), (None, &json!(28_800)));
}

#[test]
fn registrations_are_checked() {
    let demo = demo();
    let good = json!({ "clientName": "n", "clientType": "public", "scopes": ["sso:account:access"], "issuerUrl": CORP,
        "grantTypes": ["authorization_code", "refresh_token"], "redirectUris": ["http://127.0.0.1/oauth/callback"] });
    let register = |change: Value| post(&demo, "/client/register", &merge(&good, change)).error();
    assert_eq!(register(json!({})).0, 200);
    assert_eq!(register(json!({ "issuerUrl": "https://corp.awsapps.com/start/#/" })).0, 200);
    for (change, error) in [
        (json!({ "clientName": "" }), "InvalidClientMetadataException"),
        (json!({ "clientType": "confidential" }), "InvalidClientMetadataException"),
        (json!({ "scopes": ["everything"] }), "InvalidScopeException"),
        (json!({ "grantTypes": ["password"] }), "UnsupportedGrantTypeException"),
        (
            json!({ "redirectUris": ["http://127.0.0.1:8080/oauth/callback"] }),
            "InvalidRedirectUriException",
        ),
        (
            json!({ "redirectUris": ["https://example.com/oauth/callback"] }),
            "InvalidRedirectUriException",
        ),
        (json!({ "redirectUris": [] }), "InvalidRequestException"),
        (json!({ "issuerUrl": "https://nobody.awsapps.com/start" }), "InvalidRequestException"),
        (json!({ "scopes": "sso:account:access" }), "InvalidRequestException"),
    ] {
        assert_eq!(register(change.clone()), (400, error.into()), "{change}");
    }
}

#[test]
fn a_wrong_client_or_start_url_is_refused() {
    let demo = demo();
    let client = register(&demo);
    let start = |change: Value| {
        let body = merge(&merge(&client, json!({ "startUrl": CORP })), change);
        post(&demo, "/device_authorization", &body).error()
    };
    assert_eq!(start(json!({ "clientSecret": "guess" })), (401, "InvalidClientException".into()));
    assert_eq!(
        start(json!({ "startUrl": "https://x.awsapps.com/start" })),
        (400, "InvalidRequestException".into())
    );
    let code = post(
        &demo,
        "/token",
        &merge(&client, json!({ "grantType": "authorization_code", "code": "x" })),
    );
    assert_eq!(code.error(), (400, "UnauthorizedClientException".into()));
    assert_eq!(
        post(&demo, "/token", &merge(&client, json!({ "grantType": "x" }))).error().1,
        "UnsupportedGrantTypeException"
    );
    demo.add_fault(Fault::SkewClock { seconds: 91 * 86_400 });
    assert_eq!(start(json!({})), (401, "InvalidClientException".into()));
}

/// A client of the authorization code flow.
struct AuthorizationCodeClient {
    client: Value,
    callback: TcpListener,
    redirect_uri: String,
    verifier: String,
}

impl AuthorizationCodeClient {
    fn new(demo: &Simulator) -> Self {
        let client = post(
            demo,
            "/client/register",
            &json!({ "clientName": "n", "clientType": "public", "scopes": ["sso:account:access"], "issuerUrl": CORP,
                "grantTypes": ["authorization_code", "refresh_token"], "redirectUris": ["http://127.0.0.1/oauth/callback"] }),
        );
        let client = client.json();
        let callback = TcpListener::bind("127.0.0.1:0").unwrap();
        let redirect = format!("http://{}/oauth/callback", callback.local_addr().unwrap());
        let client =
            json!({ "clientId": client["clientId"], "clientSecret": client["clientSecret"] });
        Self { client, callback, redirect_uri: redirect, verifier: "v".repeat(64) }
    }

    fn authorize_url(&self, demo: &Simulator) -> String {
        let encode = |text: &str| {
            percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC)
                .to_string()
        };
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(self.verifier.as_bytes()));
        format!(
            "{}/authorize?response_type=code&client_id={}&redirect_uri={}&state=st%26te&code_challenge_method=S256\
             &scopes=sso%3Aaccount%3Aaccess&code_challenge={challenge}",
            demo.url(),
            encode(self.client["clientId"].as_str().unwrap()),
            encode(&self.redirect_uri),
        )
    }

    /// Runs `decide` and returns the parameters of the redirect.
    fn receive_redirect(&self, decide: impl FnOnce() + Send) -> Vec<(String, String)> {
        std::thread::scope(|scope| {
            scope.spawn(decide);
            let (mut stream, _) = self.callback.accept().unwrap();
            let mut lines =
                BufReader::new(stream.try_clone().unwrap()).lines().map_while(Result::ok);
            let first = lines.next().unwrap();
            assert!(lines.any(|line| line.is_empty()));
            stream
                .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok")
                .unwrap();
            parse_form(first.split(' ').nth(1).unwrap().split_once('?').unwrap().1)
        })
    }

    fn redeem(&self, demo: &Simulator, code: &str, change: Value) -> FetchedResponse {
        let body = json!({ "grantType": "authorization_code", "code": code, "redirectUri": self.redirect_uri, "codeVerifier": self.verifier });
        post(demo, "/token", &merge(&merge(&self.client, body), change))
    }

    fn obtain_code(&self, demo: &Simulator) -> String {
        let back = self.receive_redirect(|| approve(&self.authorize_url(demo)).unwrap());
        assert_eq!(back[1], ("state".to_owned(), "st&te".to_owned()));
        assert_eq!(back[0].0, "code");
        back[0].1.clone()
    }
}

#[test]
fn an_authorization_code_can_be_redeemed_once() {
    let demo = demo();
    let program = AuthorizationCodeClient::new(&demo);
    let code = program.obtain_code(&demo);
    let reply = program.redeem(&demo, &code, json!({})).json();
    assert_eq!(
        get(&demo, "/assignment/accounts", reply["accessToken"].as_str().unwrap()).status,
        200
    );
    assert_eq!(refresh(&demo, &program.client, &reply["refreshToken"]).status, 200);
    assert_eq!(
        program.redeem(&demo, &code, json!({})).error(),
        (400, "InvalidGrantException".into())
    );
    assert_eq!(demo.call_count("Authorize"), 1);
}

#[test]
fn verifier_and_redirect_must_be_the_same_as_before() {
    let demo = demo();
    let program = AuthorizationCodeClient::new(&demo);
    for wrong in [
        json!({ "codeVerifier": "w".repeat(64) }),
        json!({ "redirectUri": "http://127.0.0.1:1/oauth/callback" }),
    ] {
        let code = program.obtain_code(&demo);
        assert_eq!(
            program.redeem(&demo, &code, wrong).error(),
            (400, "InvalidGrantException".into())
        );
        assert_eq!(
            program.redeem(&demo, &code, json!({})).error().1,
            "InvalidGrantException",
            "a failed attempt uses up the code"
        );
    }
    let code = program.obtain_code(&demo);
    demo.add_fault(Fault::SkewClock { seconds: 61 });
    assert_eq!(program.redeem(&demo, &code, json!({})).error().1, "InvalidGrantException");
}

#[test]
fn denying_redirects_with_an_error_and_the_state() {
    let demo = demo();
    let program = AuthorizationCodeClient::new(&demo);
    let back = program.receive_redirect(|| deny(&program.authorize_url(&demo)).unwrap());
    assert_eq!(back, [("error".into(), "access_denied".into()), ("state".into(), "st&te".into())]);
}

#[test]
fn an_invalid_authorize_request_shows_a_page_without_redirect() {
    let demo = demo();
    let program = AuthorizationCodeClient::new(&demo);
    let url = program.authorize_url(&demo);
    for (from, to) in [
        ("oauth%2Fcallback", "elsewhere"),
        ("S256", "plain"),
        ("client_id=", "client_id=x"),
        ("127%2E0%2E0%2E1", "example.com"),
        ("&state=st", "&x="),
    ] {
        let reply = fetch("GET", &url.replace(from, to), &[], "").unwrap();
        assert_eq!((reply.status, reply.header("location")), (400, None), "{to}");
    }
}
