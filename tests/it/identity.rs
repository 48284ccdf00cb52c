//! The client against the simulator: sign-in, portal, chaining, console, and their failures.

use std::time::Duration;

use rolecall::testing::demo::{self, DeviceApproval, Fault, Simulator, SimulatorOptions};
use rolecall::testing::domain::{
    AccountId, Credentials, EndpointOverrides, ErrorKind, Instance, InstanceName, InstanceSource,
    Region, RoleName, Secret, StartUrl,
};
use rolecall::testing::identity::{
    AssumeRoleParams, Callback, ClientRegistration, Flow, IdentityClient, NetworkConfig, Pkce,
    PollOutcome, Proxy, RefreshOutcome, TokenResponse, fetch_signin_token,
};
use rolecall::testing::ops::refresh::{Progress, RefreshLimits, refresh};
use rolecall::testing::os::clock::Clock;
use rolecall::testing::os::http::{HttpResponse, Listener};

/// A simulator and a client for its first instance.
fn simulator_and_client(options: SimulatorOptions) -> (Simulator, IdentityClient) {
    simulator_and_client_with(options, &NetworkConfig::default())
}

fn simulator_and_client_with(
    options: SimulatorOptions,
    network: &NetworkConfig,
) -> (Simulator, IdentityClient) {
    let demo = demo::start(options).unwrap();
    let directory = demo.organization().directories[0].clone();
    let url = Some(demo.url().to_owned());
    let instance = Instance {
        name: InstanceName::new(directory.name),
        start_url: StartUrl::new(directory.start_url),
        sso_region: Region::new(directory.region),
        default_region: None,
        scopes: vec![Instance::DEFAULT_SCOPE.to_owned()],
        source: InstanceSource::RolecallConfig,
        endpoints: EndpointOverrides { oidc: url.clone(), portal: url.clone(), sts: url },
    };
    let identity = IdentityClient::new(instance, network, Clock::System).unwrap();
    (demo, identity)
}

fn auto_approving() -> SimulatorOptions {
    SimulatorOptions {
        approval: DeviceApproval::After(Duration::ZERO),
        ..SimulatorOptions::default()
    }
}

/// Presses a button on a page, on another thread.
async fn press(button: fn(&str) -> rolecall::testing::domain::Result<()>, url: String) {
    tokio::task::spawn_blocking(move || button(&url)).await.unwrap().unwrap();
}

async fn signed_in(identity: &IdentityClient) -> (ClientRegistration, TokenResponse) {
    let registration = identity.register(Flow::Device).await.unwrap();
    let start = identity.start_device_authorization(&registration).await.unwrap();
    for _ in 0..1_000 {
        match identity.poll_device(&registration, &start).await.unwrap() {
            PollOutcome::Token(reply) => return (registration, reply),
            PollOutcome::Pending | PollOutcome::SlowDown => tokio::task::yield_now().await,
            other => panic!("{other:?}"),
        }
    }
    panic!("the simulator never approved")
}

/// The first account that has a role, and the role.
fn some_role(demo: &Simulator) -> (AccountId, RoleName) {
    let organisation = demo.organization();
    let account = organisation.directories[0]
        .accounts
        .iter()
        .find(|account| !account.roles.is_empty())
        .unwrap()
        .clone();
    (account.id, RoleName::new(account.roles[0].clone()))
}

async fn some_credentials(demo: &Simulator, identity: &IdentityClient) -> Credentials {
    let (_, tokens) = signed_in(identity).await;
    let (account, role) = some_role(demo);
    identity.fetch_role_credentials(&tokens.access_token, account, &role).await.unwrap()
}

#[tokio::test]
async fn a_device_code_is_confirmed_elsewhere() {
    let (_demo, identity) = simulator_and_client(SimulatorOptions::default());
    let registration = identity.register(Flow::Device).await.unwrap();
    let start = identity.start_device_authorization(&registration).await.unwrap();
    assert!(start.verification_uri_complete.contains(&start.user_code));
    assert_eq!(identity.poll_device(&registration, &start).await.unwrap(), PollOutcome::Pending);
    press(demo::approve, start.verification_uri_complete.clone()).await;
    let mut polls = 0;
    let reply = loop {
        match identity.poll_device(&registration, &start).await.unwrap() {
            PollOutcome::Token(reply) => break reply,
            _ => polls += 1,
        }
        assert!(polls < 1_000);
    };
    assert!(reply.refresh_token.is_some());
    assert!(
        !identity.fetch_accounts_page(&reply.access_token, None).await.unwrap().items.is_empty()
    );
}

#[tokio::test]
async fn a_declined_sign_in_is_reported() {
    let (_demo, identity) = simulator_and_client(SimulatorOptions::default());
    let registration = identity.register(Flow::Device).await.unwrap();
    let start = identity.start_device_authorization(&registration).await.unwrap();
    press(demo::deny, start.verification_uri_complete.clone()).await;
    let mut outcome = identity.poll_device(&registration, &start).await;
    while let Ok(PollOutcome::SlowDown) = outcome {
        outcome = identity.poll_device(&registration, &start).await;
    }
    let error = outcome.unwrap_err();
    assert_eq!(error.kind, ErrorKind::LoginNeeded);
    assert!(error.message.contains("declined"), "{error}");
}

#[tokio::test]
async fn the_browser_brings_the_code_back() {
    let (_demo, identity) = simulator_and_client(SimulatorOptions::default());
    let registration = identity.register(Flow::Pkce).await.unwrap();
    let callback = Callback::bind("corp").unwrap();
    let pkce = Pkce::new(callback.redirect_uri()).unwrap();
    let url = identity.authorize_url(&registration, &pkce);
    let (code, ()) = tokio::join!(callback.wait(&pkce.state), press(demo::approve, url));
    let code = code.unwrap();
    let reply = identity.exchange_code(&registration, &pkce, &code).await.unwrap();
    assert!(reply.expires_at > Clock::System.now());
    let again = identity.exchange_code(&registration, &pkce, &code).await.unwrap_err();
    assert_eq!(again.kind, ErrorKind::LoginNeeded, "{again}");
}

#[tokio::test]
async fn declining_in_the_browser_ends_the_wait() {
    let (_demo, identity) = simulator_and_client(SimulatorOptions::default());
    let registration = identity.register(Flow::Pkce).await.unwrap();
    let callback = Callback::bind("corp").unwrap();
    let pkce = Pkce::new(callback.redirect_uri()).unwrap();
    let url = identity.authorize_url(&registration, &pkce);
    let (code, ()) = tokio::join!(callback.wait(&pkce.state), press(demo::deny, url));
    assert_eq!(code.unwrap_err().kind, ErrorKind::LoginNeeded);
}

#[tokio::test]
async fn a_session_is_refreshed_until_it_ends() {
    let (demo, identity) = simulator_and_client(auto_approving());
    let (registration, tokens) = signed_in(&identity).await;
    let refresh_token = tokens.refresh_token.unwrap();
    let RefreshOutcome::Token(fresh) =
        identity.refresh_tokens(&registration, &refresh_token).await.unwrap()
    else {
        panic!("no token")
    };
    assert_ne!(fresh.access_token, tokens.access_token);
    let last = fresh.refresh_token.unwrap_or(refresh_token);
    let stranger = ClientRegistration { client_id: "nobody".into(), ..registration.clone() };
    assert_eq!(
        identity.refresh_tokens(&stranger, &last).await.unwrap(),
        RefreshOutcome::InvalidClient
    );
    demo.end_sessions();
    assert_eq!(
        identity.refresh_tokens(&registration, &last).await.unwrap(),
        RefreshOutcome::InvalidGrant
    );
    assert_eq!(
        identity.fetch_accounts_page(&fresh.access_token, None).await.unwrap_err().kind,
        ErrorKind::LoginNeeded
    );
}

#[tokio::test]
async fn a_refresh_whose_answer_was_lost_is_not_repeated() {
    let (demo, identity) = simulator_and_client(auto_approving());
    let (registration, tokens) = signed_in(&identity).await;
    let before = demo.call_count("CreateToken");
    demo.add_fault(Fault::LoseResponse { operation: "CreateToken".into(), times: 1 });
    let error =
        identity.refresh_tokens(&registration, &tokens.refresh_token.unwrap()).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Unreachable);
    assert_eq!(demo.call_count("CreateToken"), before + 1);
}

#[tokio::test]
async fn a_forgotten_registration_is_refused() {
    let (_demo, identity) = simulator_and_client(auto_approving());
    let known = identity.register(Flow::Device).await.unwrap();
    let stranger = ClientRegistration { client_id: "nobody".into(), ..known };
    assert_eq!(
        identity.start_device_authorization(&stranger).await.unwrap_err().kind,
        ErrorKind::AccessDenied
    );
}

#[tokio::test]
async fn credentials_go_on_to_another_role_and_to_the_console() {
    let (demo, identity) = simulator_and_client(auto_approving());
    let from = some_credentials(&demo, &identity).await;
    let (left, now) = (from.seconds_left(Clock::System.now()), Clock::System.now());
    assert!((3_590..=3_600).contains(&left), "{left}");
    assert!(from.issued_at <= now);
    let region = Region::new("eu-west-1");
    let arn = identity.fetch_caller_identity(&from, &region).await.unwrap();
    assert!(arn.contains("assumed-role/"), "{arn}");
    let endpoint = format!("{}/federation", demo.url());
    let token =
        fetch_signin_token(identity.network(), &endpoint, &from, Some(3_600)).await.unwrap();
    assert!(!token.expose().is_empty());
    let chain = AssumeRoleParams {
        role_arn: format!("arn:aws:iam::{}:role/ops/Deploy", from.account),
        session_name: "jane@laptop".into(),
        external_id: None,
        source_identity: None,
        duration_seconds: Some(43_200),
        region: region.clone(),
    };
    let chained = identity.assume_role(&from, &chain).await.unwrap();
    assert!((3_590..=3_600).contains(&chained.seconds_left(Clock::System.now())));
    let before = demo.call_count("GetSigninToken");
    fetch_signin_token(identity.network(), &endpoint, &chained, Some(3_600)).await.unwrap();
    assert!(demo.call_count("GetSigninToken") <= before + 2);
    let stolen = Credentials { secret_access_key: "wrong".into(), ..from };
    assert_eq!(
        identity.fetch_caller_identity(&stolen, &region).await.unwrap_err().kind,
        ErrorKind::AccessDenied
    );
    assert_eq!(
        fetch_signin_token(identity.network(), &endpoint, &stolen, None).await.unwrap_err().kind,
        ErrorKind::AccessDenied
    );
}

#[tokio::test]
async fn a_revoked_role_is_refused_and_one_bad_answer_is_not() {
    let (demo, identity) = simulator_and_client(auto_approving());
    let (_, tokens) = signed_in(&identity).await;
    let (account, role) = some_role(&demo);
    demo.add_fault(Fault::Fail {
        operation: "GetRoleCredentials".into(),
        times: 1,
        status: 500,
        error: "InternalServerException".into(),
    });
    identity.fetch_role_credentials(&tokens.access_token, account, &role).await.unwrap();
    demo.revoke_role(account, role.as_str());
    let error =
        identity.fetch_role_credentials(&tokens.access_token, account, &role).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::RoleNotAssigned);
    assert!(
        error.message.starts_with(&format!("you have no access to `{account}/{role}`")),
        "{error}"
    );
}

#[tokio::test]
async fn signing_out_ends_the_token_and_may_be_done_twice() {
    let (_demo, identity) = simulator_and_client(auto_approving());
    let (_, tokens) = signed_in(&identity).await;
    identity.logout(&tokens.access_token).await.unwrap();
    identity.logout(&tokens.access_token).await.unwrap();
    assert_eq!(
        identity.fetch_accounts_page(&tokens.access_token, None).await.unwrap_err().kind,
        ErrorKind::LoginNeeded
    );
}

#[tokio::test]
async fn silence_and_garbage_are_the_networks_fault() {
    let network = NetworkConfig {
        timeout: Duration::from_millis(300),
        max_attempts: 1,
        ..NetworkConfig::default()
    };
    let (demo, identity) = simulator_and_client_with(auto_approving(), &network);
    let token = Secret::from("whatever");
    demo.add_fault(Fault::Delay {
        operation: "ListAccounts".into(),
        times: 1,
        duration: Duration::from_secs(30),
    });
    let error = identity.fetch_accounts_page(&token, None).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Unreachable);
    assert!(error.message.contains("no answer in time"), "{error}");
    demo.add_fault(Fault::Garbage { operation: "ListAccounts".into(), times: 1 });
    assert_eq!(
        identity.fetch_accounts_page(&token, None).await.unwrap_err().kind,
        ErrorKind::Unreachable
    );
}

#[tokio::test]
async fn a_throttled_refresh_loses_nothing() {
    // Long enough to be reached on any machine.
    let (demo, identity) = simulator_and_client(SimulatorOptions {
        accounts: 24,
        throttle: Some(6.0),
        ..auto_approving()
    });
    let (_, tokens) = signed_in(&identity).await;
    let mut throttled = 0;
    let mut see = |progress: Progress<'_>| throttled += usize::from(progress.throttled);
    let outcome = refresh(
        &identity,
        &tokens.access_token,
        None,
        RefreshLimits::default(),
        Clock::System,
        &mut see,
    )
    .await
    .unwrap();
    assert!(outcome.inventory.complete, "{:?}", outcome.failed);
    assert!(throttled > 0);
    let (want, got) =
        (demo.organization().directories[0].accounts.clone(), outcome.inventory.accounts);
    let plain = |name: &RoleName| name.as_str().to_owned();
    assert_eq!(
        got.iter()
            .map(|account| (account.id, account.roles.iter().map(plain).collect()))
            .collect::<Vec<(AccountId, Vec<String>)>>(),
        want.iter().map(|account| (account.id, account.roles.clone())).collect::<Vec<_>>()
    );
}

#[tokio::test]
async fn a_proxy_is_used_unless_the_host_is_excepted() {
    let listener = Listener::bind(0).unwrap();
    let proxy = listener.url().replace("http://", "http://me:hunter2@");
    tokio::spawn(listener.serve(|request| async move {
        let known = request.header("proxy-authorization") == Some("Basic bWU6aHVudGVyMg==");
        if known {
            HttpResponse::json(200, r#"{"accountList":[]}"#)
        } else {
            HttpResponse::text(407, "who are you")
        }
    }));
    let (_demo, identity) = simulator_and_client(SimulatorOptions::default());
    let mut instance = identity.instance().clone();
    instance.endpoints.portal = Some("http://portal.example".into());
    let fetch_accounts = async |instance: &Instance, no_proxy: Option<&str>| {
        let proxy = Proxy {
            http: Some(proxy.as_str().into()),
            https: None,
            no_proxy: no_proxy.map(str::to_owned),
        };
        let network = NetworkConfig { proxy, max_attempts: 1, ..NetworkConfig::default() };
        IdentityClient::new(instance.clone(), &network, Clock::System)
            .unwrap()
            .fetch_accounts_page(&"token".into(), None)
            .await
    };
    assert_eq!(fetch_accounts(&instance, None).await.unwrap().items, []);
    let direct = fetch_accounts(&instance, Some("other.example,.example")).await.unwrap_err();
    assert_eq!(direct.kind, ErrorKind::Unreachable);
    assert!(
        direct.message.contains("portal.example") && !direct.message.contains("hunter2"),
        "{direct}"
    );
    // The simulator's own address: the proxy would return an empty list instead.
    instance.endpoints.portal = identity.instance().endpoints.portal.clone();
    for list in ["*", "127.0.0.0/8", "127.0.0.1"] {
        let error = fetch_accounts(&instance, Some(list)).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::LoginNeeded, "{list}: {error}");
    }
    assert_eq!(fetch_accounts(&instance, Some("127.0.0.1:1")).await.unwrap().items, []);
}
