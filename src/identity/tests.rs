//! A client against an AWS on loopback.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::task::JoinSet;

use super::oidc::Flow;
use super::*;
use crate::domain::{
    AccountId, Credentials, EndpointOverrides, ErrorKind, Region, Secret, Timestamp,
};
use crate::os::http::{HttpRequest, HttpResponse, Listener};

const NOW: Timestamp = Timestamp(1_800_000_000);

struct Aws {
    url: String,
    client: IdentityClient,
    network: NetworkConfig,
    /// The method, path and body of each request.
    requests: Arc<Mutex<Vec<(String, String, String)>>>,
    _server: JoinSet<Result<()>>,
}

impl Aws {
    fn new(respond: impl Fn(&HttpRequest) -> HttpResponse + Send + Sync + 'static) -> Self {
        Self::with_scopes(&["sso:account:access"], respond)
    }

    fn with_scopes(
        scopes: &[&str],
        respond: impl Fn(&HttpRequest) -> HttpResponse + Send + Sync + 'static,
    ) -> Self {
        let listener = Listener::bind(0).unwrap();
        let url = listener.url();
        let requests: Arc<Mutex<Vec<_>>> = Arc::default();
        let (respond, seen) = (Arc::new(respond), requests.clone());
        let mut server = JoinSet::new();
        server.spawn(listener.serve(move |request| {
            let body = String::from_utf8_lossy(&request.body).into_owned();
            seen.lock().unwrap().push((request.method.to_string(), request.path.clone(), body));
            let response = respond(&request);
            async move { response }
        }));
        let endpoint = Some(url.clone());
        let endpoints =
            EndpointOverrides { oidc: endpoint.clone(), portal: endpoint.clone(), sts: endpoint };
        let scopes = scopes.iter().map(ToString::to_string).collect();
        let instance = Instance { endpoints, scopes, ..Instance::example("corp") };
        let network = NetworkConfig {
            max_attempts: 1,
            max_backoff: Duration::from_millis(1),
            user_agent: "rolecall-test".into(),
            ..NetworkConfig::default()
        };
        let client = IdentityClient::new(instance, &network, Clock::Fixed(NOW)).unwrap();
        Self { url, client, network, requests, _server: server }
    }

    /// AWS answers every request like this.
    fn answering(status: u16, body: impl Into<String>) -> Self {
        let body = body.into();
        Self::new(move |_| HttpResponse::json(status, body.clone()))
    }

    /// AWS answers every request with this error.
    fn failing(status: u16, name: &'static str) -> Self {
        Self::new(move |_| {
            HttpResponse::json(status, r#"{"message":"odd"}"#).with_header("x-amzn-errortype", name)
        })
    }

    fn requests(&self) -> Vec<(String, String, String)> {
        std::mem::take(&mut *self.requests.lock().unwrap())
    }
}

fn registration(flow: Flow) -> ClientRegistration {
    ClientRegistration {
        client_id: "a client".into(),
        client_secret: "secret".into(),
        expires_at: NOW.plus_seconds(86_400),
        flow,
    }
}

fn credentials() -> Credentials {
    Credentials {
        access_key_id: "ASIAEXAMPLE".into(),
        secret_access_key: "the-secret".into(),
        session_token: "the-token".into(),
        issued_at: NOW,
        expires_at: NOW.plus_seconds(3_600),
        account: AccountId::UNKNOWN,
    }
}

#[tokio::test]
async fn a_client_knows_its_endpoint_its_network_and_the_clock_of_aws() {
    let aws = Aws::new(|_| {
        HttpResponse::json(200, r#"{"accountList":[]}"#)
            .with_header("date", "Fri, 15 Jan 2027 08:12:00 GMT")
    });
    assert_eq!(aws.client.sign_in_endpoint(), aws.url);
    assert_eq!(aws.client.network().user_agent, "rolecall-test");
    assert_eq!(aws.client.clock_skew(), None);
    aws.client.fetch_accounts_page(&Secret::from("token"), None).await.unwrap();
    assert_eq!(aws.client.clock_skew(), Some(720));
}

#[tokio::test]
async fn a_sign_in_page_has_all_parameters_encoded() {
    let aws = Aws::with_scopes(&["sso:account:access", "x"], |_| HttpResponse::json(200, "{}"));
    let pkce = Pkce::new("http://127.0.0.1:1/oauth/callback").unwrap();
    let url = aws.client.authorize_url(&registration(Flow::Pkce), &pkce);
    let (page, query) = url.split_once('?').unwrap();
    assert_eq!(page, format!("{}/authorize", aws.url));
    assert!(!query.contains([' ', '/', ':']), "{query}");
    let params = crate::os::http::parse_form(query);
    let param = |key: &str| params.iter().find(|(name, _)| name == key).unwrap().1.as_str();
    assert_eq!((param("response_type"), param("client_id")), ("code", "a client"));
    assert_eq!(param("redirect_uri"), pkce.redirect_uri);
    assert_eq!(param("scopes"), "sso:account:access x");
    assert_eq!((param("state"), param("code_challenge")), (&*pkce.state, &*pkce.challenge()));
}

#[tokio::test]
async fn a_registration_is_for_one_flow_and_for_the_scopes_of_the_instance() {
    for (flow, scopes, is_pkce, has_scopes) in [
        (Flow::Pkce, &["sso:account:access"][..], true, true),
        (Flow::Device, &["sso:account:access"], false, true),
        (Flow::Device, &[], false, false),
    ] {
        let aws = Aws::with_scopes(scopes, |_| {
            HttpResponse::json(200, r#"{"clientId":"id","clientSecret":"secret"}"#)
        });
        assert_eq!(aws.client.register(flow).await.unwrap().flow, flow);
        let body = aws.requests().remove(0).2;
        assert_eq!(body.contains(r#""authorization_code""#), is_pkce, "{body}");
        assert_eq!(body.contains("issuerUrl"), is_pkce, "{body}");
        assert_eq!(body.contains(r#""scopes""#), has_scopes, "{body}");
    }
}

#[tokio::test]
async fn only_a_client_that_aws_rejects_is_not_registered() {
    for (status, name, is_registered) in [
        (401, "InvalidClientException", false),
        (400, "UnauthorizedClientException", false),
        (400, "InvalidGrantException", true),
        (500, "InternalServerException", true),
    ] {
        let aws = Aws::failing(status, name);
        let known = aws.client.is_registered(&registration(Flow::Pkce)).await;
        assert_eq!(known, is_registered, "{name}");
    }
}

#[tokio::test]
async fn a_device_code_has_a_plausible_interval_and_lifetime() {
    let start = |fields: &str| {
        let body = format!(
            r#"{{"deviceCode":"device","userCode":"ABCD-EFGH","verificationUri":"https://a/"{fields}}}"#
        );
        async move {
            let aws = Aws::answering(200, body);
            aws.client.start_device_authorization(&registration(Flow::Device)).await.unwrap()
        }
    };
    for (fields, interval, lifetime) in [
        ("", 5, 600),
        (r#","interval":0,"expiresIn":0"#, 5, 600),
        (r#","interval":-1,"expiresIn":-1"#, 5, 600),
        (r#","interval":1,"expiresIn":1"#, 1, 10),
        (r#","interval":7,"expiresIn":300"#, 7, 300),
        (r#","interval":900,"expiresIn":9000"#, 60, 1_800),
    ] {
        let code = start(fields).await;
        assert_eq!(code.interval, Duration::from_secs(interval), "{fields}");
        assert_eq!(code.expires_at, NOW.plus_seconds(lifetime), "{fields}");
    }
    for (fields, page) in [
        ("", "https://a/"),
        (r#","verificationUriComplete":"""#, "https://a/"),
        (r#","verificationUriComplete":"https://a/?c""#, "https://a/?c"),
    ] {
        assert_eq!(start(fields).await.verification_uri_complete, page);
    }
}

#[tokio::test]
async fn a_poll_shows_what_the_user_has_decided() {
    let start = DeviceAuthorization {
        device_code: "device".into(),
        user_code: "ABCD-EFGH".into(),
        verification_uri: "https://a/".into(),
        verification_uri_complete: "https://a/".into(),
        expires_at: NOW.plus_seconds(600),
        interval: Duration::from_secs(5),
    };
    let poll = async |status, name| {
        let aws = Aws::failing(status, name);
        aws.client.poll_device(&registration(Flow::Device), &start).await
    };
    assert_eq!(poll(400, "AuthorizationPendingException").await, Ok(PollOutcome::Pending));
    assert_eq!(poll(400, "SlowDownException").await, Ok(PollOutcome::SlowDown));
    let used = poll(400, "InvalidGrantException").await;
    assert!(matches!(used, Ok(PollOutcome::InvalidGrant(_))), "{used:?}");
    for (status, name) in [(500, "InternalServerException"), (429, "TooManyRequestsException")] {
        let failed = poll(status, name).await;
        assert!(matches!(failed, Ok(PollOutcome::NotAnswered(_))), "{failed:?}");
    }
    for (name, kind) in [
        ("ExpiredTokenException", ErrorKind::LoginNeeded),
        ("AccessDeniedException", ErrorKind::LoginNeeded),
        ("InvalidClientException", ErrorKind::AccessDenied),
    ] {
        assert_eq!(poll(400, name).await.unwrap_err().kind, kind, "{name}");
    }
}

#[tokio::test]
async fn a_refused_refresh_says_whether_the_session_or_the_registration_is_gone() {
    let refresh = async |name| {
        let aws = Aws::failing(400, name);
        aws.client.refresh_tokens(&registration(Flow::Pkce), &Secret::from("refresh")).await
    };
    for name in ["InvalidGrantException", "ExpiredTokenException"] {
        assert_eq!(refresh(name).await, Ok(RefreshOutcome::InvalidGrant));
    }
    for name in ["InvalidClientException", "UnauthorizedClientException"] {
        assert_eq!(refresh(name).await, Ok(RefreshOutcome::InvalidClient));
    }
    assert!(refresh("InvalidRequestException").await.is_err());
}

#[tokio::test]
async fn a_session_that_has_already_ended_is_signed_out() {
    let logout = async |aws: Aws| aws.client.logout(&Secret::from("token")).await;
    assert_eq!(logout(Aws::answering(200, "")).await, Ok(()));
    assert_eq!(logout(Aws::failing(401, "UnauthorizedException")).await, Ok(()));
    let refused = logout(Aws::failing(403, "ForbiddenException")).await;
    assert_eq!(refused.unwrap_err().kind, ErrorKind::AccessDenied);
}

#[tokio::test]
async fn the_identity_of_credentials_is_an_arn_or_they_are_refused() {
    let identity = async |status, body: &'static str| {
        let aws = Aws::new(move |_| HttpResponse::new(status, "text/xml", body));
        aws.client.fetch_caller_identity(&credentials(), &Region::new("eu-west-1")).await
    };
    let arn = identity(
        200,
        "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:x</Arn>\
         </GetCallerIdentityResult></GetCallerIdentityResponse>",
    );
    assert_eq!(arn.await.as_deref(), Ok("arn:x"));
    let error = "<ErrorResponse><Error><Code>InvalidClientTokenId</Code></Error></ErrorResponse>";
    for status in [400, 401, 403] {
        let error = identity(status, error).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::AccessDenied);
        assert!(error.message.starts_with("AWS does not accept these credentials"), "{error}");
    }
    assert_eq!(identity(500, error).await.unwrap_err().kind, ErrorKind::Unreachable);
}

#[tokio::test]
async fn a_console_session_is_requested_without_a_duration_if_aws_rejects_it() {
    let rejects_durations = |request: &HttpRequest| {
        let has_duration = String::from_utf8_lossy(&request.body).contains("SessionDuration");
        let (status, body) =
            if has_duration { (400, "{}") } else { (200, r#"{"SigninToken":"token"}"#) };
        HttpResponse::json(status, body)
    };
    for (duration, requests) in [(Some(3_600), 2), (None, 1)] {
        let aws = Aws::new(rejects_durations);
        let token = fetch_signin_token(&aws.network, &aws.url, &credentials(), duration).await;
        assert_eq!(token.unwrap().expose(), "token");
        assert_eq!(aws.requests().len(), requests, "{duration:?}");
    }
    let aws = Aws::answering(400, "{}");
    let refused = fetch_signin_token(&aws.network, &aws.url, &credentials(), None).await;
    assert_eq!(refused.unwrap_err().kind, ErrorKind::AccessDenied);
    assert_eq!(aws.requests().len(), 1);
}

#[tokio::test]
async fn only_failures_that_may_pass_are_tried_again() {
    for (status, name, requests, kind) in [
        (403, "AccessDenied", 1, ErrorKind::AccessDenied),
        (503, "ServiceUnavailable", 3, ErrorKind::Unreachable),
        (429, "Throttling", 3, ErrorKind::Throttled),
    ] {
        let aws = Aws::failing(status, name);
        let network = NetworkConfig { max_attempts: 3, ..aws.network.clone() };
        let token = fetch_signin_token(&network, &aws.url, &credentials(), None).await;
        assert_eq!(token.unwrap_err().kind, kind, "{status}");
        assert_eq!(aws.requests().len(), requests, "{status}");
    }
}

#[tokio::test(start_paused = true)]
async fn pauses_between_attempts_double_up_to_a_limit() {
    for (max_backoff, milliseconds) in [(10_000, 300 + 600 + 1_200), (500, 300 + 500 + 500)] {
        let connections = Connections::scripted(|| ScriptedResponse {
            status: 503,
            headers: Vec::new(),
            body: Vec::new(),
        });
        let network = NetworkConfig {
            connections,
            max_attempts: 4,
            max_backoff: Duration::from_millis(max_backoff),
            ..NetworkConfig::default()
        };
        let began = tokio::time::Instant::now();
        let endpoint = "https://signin.example/federation";
        let token = fetch_signin_token(&network, endpoint, &credentials(), None).await;
        assert_eq!(token.unwrap_err().kind, ErrorKind::Unreachable);
        assert_eq!(began.elapsed(), Duration::from_millis(milliseconds));
    }
}

#[tokio::test]
async fn a_server_that_does_not_support_head_is_probed_with_get() {
    for (status, methods) in
        [(405, &["HEAD", "GET"][..]), (501, &["HEAD", "GET"]), (404, &["HEAD"])]
    {
        let aws = Aws::new(move |request| {
            HttpResponse::text(if request.method == "HEAD" { status } else { 200 }, "")
        });
        let found = probe(&aws.network, &format!("{}/start", aws.url), None).await.unwrap();
        assert_eq!(found.status, if methods.len() == 2 { 200 } else { status });
        let sent: Vec<_> = aws.requests().into_iter().map(|(method, ..)| method).collect();
        assert_eq!(sent, methods);
    }
}
