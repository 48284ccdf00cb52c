//! Credentials from a vault, and from an AWS on loopback.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock};

use super::*;
use crate::config::{AccountTable, RoleTable};
use crate::domain::{AccountId, RoleName, Window};
use crate::ops::fixture::{Fixture, NOW, error_response, token};
use crate::os::http::{HttpRequest, HttpResponse};
use crate::vault::Vault;

fn account() -> AccountId {
    "012345678901".parse().unwrap()
}

/// Credentials for an hour, with so many seconds left.
fn credentials(access_key_id: &str, seconds_left: i64) -> Credentials {
    Credentials {
        access_key_id: access_key_id.into(),
        secret_access_key: "secret".into(),
        session_token: "token".into(),
        issued_at: NOW.plus_seconds(seconds_left - 3_600),
        expires_at: NOW.plus_seconds(seconds_left),
        account: account(),
    }
}

/// The portal's response with credentials for an hour.
fn from_portal(_: &HttpRequest) -> HttpResponse {
    let expiration = (NOW.0 + 3_600) * 1_000;
    HttpResponse::json(
        200,
        format!(
            r#"{{"roleCredentials":{{"accessKeyId":"ASIANEW","secretAccessKey":"s","sessionToken":"t","expiration":{expiration}}}}}"#
        ),
    )
}

impl Fixture {
    fn request(&self) -> AssumeRequest {
        AssumeRequest::new(&self.instance, account(), RoleName::new("Admin"))
    }

    fn record(&self, role: &str) -> RecordId {
        RecordId::credentials(&self.instance, account(), &RoleName::new(role), None)
    }

    fn save(&self, role: &str, credentials: &Credentials) {
        self.ctx.vault.save(&self.record(role), credentials).unwrap();
    }

    fn stored(&self) -> Option<String> {
        let stored = self.ctx.vault.load::<Credentials>(&self.record("Admin"), NOW).unwrap();
        stored.map(|credentials| credentials.access_key_id)
    }

    /// Records that another process failed to fetch the credentials, so many seconds ago.
    fn fail(&self, kind: ErrorKind, seconds_ago: i64) {
        let flight = self.ctx.vault.single_flight(&self.record("Admin"));
        let Some(Turn::Lead(leader)) = flight.poll(flight.generation()).unwrap() else {
            panic!("another process leads")
        };
        let error = Error::new(kind, "the other one failed");
        leader.complete(SharedOutcome::from_error(&error, NOW.plus_seconds(-seconds_ago)));
    }

    async fn assume(&self, request: &AssumeRequest) -> Result<AssumedCredentials> {
        assume(&self.ctx, request).await
    }
}

#[tokio::test]
async fn stored_credentials_are_used_while_they_are_fresh_enough() {
    let fixture = Fixture::signed_in(from_portal);
    let request = fixture.request();
    let window = i64::try_from(request.window.0.as_secs()).unwrap();
    for (seconds_left, is_used) in [(window + 1, true), (window - 1, false)] {
        fixture.save("Admin", &credentials("ASIAOLD", seconds_left));
        let assumed = fixture.assume(&request).await.unwrap();
        let want = if is_used { "ASIAOLD" } else { "ASIANEW" };
        assert_eq!(assumed.credentials.access_key_id, want, "{seconds_left}");
        assert_eq!((assumed.fetched, assumed.warning), (!is_used, None));
        assert_eq!(fixture.requests().len(), usize::from(!is_used));
        assert_eq!(fixture.stored().as_deref(), Some(want));
    }
}

#[tokio::test]
async fn new_credentials_are_fetched_and_not_stored_if_the_caller_says_so() {
    let fixture = Fixture::signed_in(from_portal);
    fixture.save("Admin", &credentials("ASIAOLD", 3_600));
    for (freshness, persistence, want, stored) in [
        (Freshness::Cached, Persistence::Store, "ASIAOLD", "ASIAOLD"),
        (Freshness::Fetch, Persistence::Discard, "ASIANEW", "ASIAOLD"),
        (Freshness::Cached, Persistence::Discard, "ASIANEW", "ASIAOLD"),
        (Freshness::Fetch, Persistence::Store, "ASIANEW", "ASIANEW"),
    ] {
        let request = AssumeRequest { freshness, persistence, ..fixture.request() };
        let assumed = fixture.assume(&request).await.unwrap();
        assert_eq!(assumed.credentials.access_key_id, want, "{freshness:?} {persistence:?}");
        assert_eq!(fixture.stored().as_deref(), Some(stored), "{freshness:?} {persistence:?}");
    }
}

#[tokio::test]
async fn the_fast_path_takes_only_fresh_credentials() {
    let fixture = Fixture::refused();
    let (request, chains) = (fixture.request(), Chains::default());
    let fast = |request: &AssumeRequest| {
        load_fresh(&fixture.ctx.vault, &chains, request, NOW).unwrap().is_some()
    };
    assert!(!fast(&request));
    fixture.save("Admin", &credentials("ASIAOLD", 3_600));
    assert!(fast(&request));
    assert!(!fast(&AssumeRequest { freshness: Freshness::Fetch, ..request.clone() }));
    fixture.save("Admin", &credentials("ASIAOLD", 30));
    assert!(!fast(&request));
}

#[tokio::test]
async fn old_credentials_with_more_than_a_minute_left_are_a_fallback() {
    for (seconds_left, is_used) in [(62, true), (61, true), (60, false), (0, false)] {
        // No new ones can be had without a sign-in.
        let fixture = Fixture::refused();
        fixture.save("Admin", &credentials("ASIAOLD", seconds_left));
        match fixture.assume(&fixture.request()).await {
            Ok(assumed) => {
                assert!(is_used, "{seconds_left}");
                assert_eq!(assumed.credentials.access_key_id, "ASIAOLD");
                assert!(assumed.warning.is_some() && !assumed.fetched);
            }
            Err(error) => assert!(!is_used, "{seconds_left}: {error}"),
        }
    }
}

#[tokio::test]
async fn old_credentials_are_not_used_if_aws_denies_the_role() {
    let fixture = Fixture::signed_in(|_| error_response(403, "ForbiddenException"));
    fixture.save("Admin", &credentials("ASIAOLD", 600));
    let error = fixture.assume(&fixture.request()).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::RoleNotAssigned);
}

#[tokio::test]
async fn a_token_that_the_portal_refuses_is_renewed_once() {
    for (refusals, is_fetched) in [(1, true), (2, false)] {
        let times = AtomicUsize::new(0);
        let fixture = Fixture::signed_in(move |request| match request.path.as_str() {
            "/token" => HttpResponse::json(
                200,
                r#"{"accessToken":"new","expiresIn":3600,"tokenType":"Bearer"}"#,
            ),
            _ if times.fetch_add(1, Ordering::SeqCst) < refusals => {
                error_response(401, "UnauthorizedException")
            }
            _ => from_portal(request),
        });
        let result = fixture.assume(&fixture.request()).await;
        let paths = ["/federation/credentials", "/token", "/federation/credentials"];
        assert_eq!(fixture.requests(), paths);
        assert_eq!(result.is_ok(), is_fetched, "{result:?}");
    }
}

#[tokio::test]
async fn a_recent_failure_of_another_process_is_not_repeated_while_old_credentials_last() {
    for (seconds_ago, is_repeated) in [(0, false), (59, false), (60, true)] {
        let fixture = Fixture::signed_in(from_portal);
        fixture.save("Admin", &credentials("ASIAOLD", 600));
        fixture.fail(ErrorKind::Unreachable, seconds_ago);
        let assumed = fixture.assume(&fixture.request()).await.unwrap();
        assert_eq!(fixture.requests().len(), usize::from(is_repeated), "{seconds_ago}");
        let warning = assumed.warning.map(|error| error.message);
        let want = (!is_repeated).then(|| "the other one failed".to_owned());
        assert_eq!(warning, want, "{seconds_ago}");
    }
    // Without old credentials, there is nothing to lose.
    let fixture = Fixture::signed_in(from_portal);
    fixture.fail(ErrorKind::Unreachable, 1);
    assert!(fixture.assume(&fixture.request()).await.unwrap().fetched);
}

#[tokio::test]
async fn a_failure_for_lack_of_a_sign_in_is_out_of_date_after_one() {
    for (signed_in_at, is_repeated) in [(-9, true), (-10, true), (-11, false)] {
        let fixture = Fixture::new(from_portal);
        let token = SsoToken { issued_at: NOW.plus_seconds(signed_in_at), ..token(3_600) };
        fixture.ctx.vault.save(&RecordId::token(&fixture.instance), &token).unwrap();
        fixture.save("Admin", &credentials("ASIAOLD", 600));
        fixture.fail(ErrorKind::LoginNeeded, 10);
        let assumed = fixture.assume(&fixture.request()).await.unwrap();
        assert_eq!(assumed.fetched, is_repeated, "{signed_in_at}");
    }
}

#[tokio::test]
async fn an_outcome_is_shared_with_waiting_processes() {
    let outcome = |fixture: &Fixture| {
        fixture.ctx.vault.single_flight(&fixture.record("Admin")).last_outcome()
    };
    let fixture = Fixture::signed_in(from_portal);
    fixture.assume(&fixture.request()).await.unwrap();
    assert_eq!(outcome(&fixture), Some(SharedOutcome::Ok));

    let fixture = Fixture::refused();
    let error = fixture.assume(&fixture.request()).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::LoginNeeded);
    assert_eq!(outcome(&fixture), Some(SharedOutcome::from_error(&error, NOW)));
}

#[tokio::test]
async fn credentials_of_one_role_are_forgotten() {
    let fixture = Fixture::refused();
    for role in ["Admin", "Read"] {
        fixture.save(role, &credentials("ASIAOLD", 3_600));
    }
    forget_credentials(&fixture.ctx, &fixture.request().role_id()).await.unwrap();
    let left = fixture.ctx.vault.list(NOW).unwrap();
    assert_eq!(left.iter().map(|(id, _)| id).collect::<Vec<_>>(), [&fixture.record("Read")]);
}

/// A configuration in which `Deploy` is assumed from `Admin`, and `Release` from `Deploy`.
fn chained(
    session_name: Option<&str>,
    respond: impl Fn(&HttpRequest) -> HttpResponse + Send + Sync + 'static,
) -> (Fixture, AssumeRequest) {
    let mut fixture = Fixture::new(respond);
    let name = fixture.instance.name.clone();
    let role = RoleTable {
        via: Some("012345678901/Admin".into()),
        session_name: session_name.map(str::to_owned),
        ..RoleTable::default()
    };
    let after = RoleTable { via: Some("012345678901/Deploy".into()), ..RoleTable::default() };
    let mut table = AccountTable::default();
    table.roles.insert(RoleName::new("Deploy"), role);
    table.roles.insert(RoleName::new("Release"), after);
    fixture.change(|ctx| {
        ctx.settings.instances.entry(name).or_default().accounts.insert(account(), table);
    });
    fixture.ctx.vault.save(&RecordId::token(&fixture.instance), &token(3_600)).unwrap();
    let request = AssumeRequest::new(&fixture.instance, account(), RoleName::new("Deploy"));
    (fixture, request)
}

/// STS assumes the role only with the access key of `accepted`.
fn sts(accepted: &'static str) -> impl Fn(&HttpRequest) -> HttpResponse + Send + Sync {
    move |request| {
        if request.path != "/" {
            return from_portal(request);
        }
        let body = String::from_utf8_lossy(&request.body);
        if !request.header("authorization").unwrap_or_default().contains(accepted) {
            return xml(
                403,
                "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code>\
                 <Message>no</Message></Error></ErrorResponse>",
            );
        }
        if body.contains("Action=GetCallerIdentity") {
            // The portal names its sessions after the user.
            let key = request.header("authorization").unwrap_or_default();
            let user = if key.contains("ASIANEW") { "ann" } else { "build" };
            return xml(
                200,
                &format!(
                    "<GetCallerIdentityResponse><GetCallerIdentityResult>\
                     <Arn>arn:aws:sts::012345678901:assumed-role/Admin/{user}</Arn>\
                     <UserId>A:{user}</UserId><Account>012345678901</Account>\
                     </GetCallerIdentityResult></GetCallerIdentityResponse>"
                ),
            );
        }
        let session = crate::os::http::parse_form(&body)
            .into_iter()
            .find(|(key, _)| key == "RoleSessionName")
            .map_or(String::new(), |(_, value)| value);
        xml(
            200,
            &format!(
                "<AssumeRoleResponse><AssumeRoleResult><Credentials>\
                 <AccessKeyId>ASIA{session}</AccessKeyId><SecretAccessKey>s</SecretAccessKey>\
                 <SessionToken>t</SessionToken><Expiration>{}</Expiration>\
                 </Credentials></AssumeRoleResult></AssumeRoleResponse>",
                NOW.plus_seconds(3_600).to_rfc3339()
            ),
        )
    }
}

fn xml(status: u16, body: &str) -> HttpResponse {
    HttpResponse::new(status, "text/xml", body.to_owned())
}

#[tokio::test]
async fn a_chained_role_is_assumed_in_the_name_of_the_user_or_of_its_session() {
    for (session_name, want, requests) in [
        (Some("build"), "ASIAbuild", 2),
        (None, "ASIAann", 3),
        (Some("{{ user }}-x"), "ASIAann-x", 3),
    ] {
        let (fixture, request) = chained(session_name, sts("ASIANEW"));
        let assumed = fixture.assume(&request).await.unwrap();
        assert_eq!(assumed.credentials.access_key_id, want);
        assert_eq!(fixture.requests().len(), requests, "{session_name:?}");
    }
}

#[tokio::test]
async fn the_user_of_a_longer_chain_is_that_of_the_portal() {
    let (fixture, request) = chained(Some("build"), sts("ASIA"));
    let request = AssumeRequest { role: RoleName::new("Release"), ..request };
    let assumed = fixture.assume(&request).await.unwrap();
    assert_eq!(assumed.credentials.access_key_id, "ASIAann");
}

#[tokio::test]
async fn stored_credentials_that_sts_refuses_are_fetched_again_once() {
    // The stored ones were revoked.
    let (fixture, request) = chained(Some("build"), sts("ASIANEW"));
    fixture.save("Admin", &credentials("ASIAREVOKED", 3_600));
    fixture.assume(&request).await.unwrap();
    assert_eq!(fixture.requests(), ["/", "/federation/credentials", "/"]);
    assert_eq!(fixture.stored().as_deref(), Some("ASIANEW"));

    // New ones are refused too, so the role is not for this user.
    let (fixture, request) = chained(Some("build"), sts("ASIAOTHER"));
    let error = fixture.assume(&request).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::AccessDenied);
    assert_eq!(fixture.requests(), ["/federation/credentials", "/"]);

    // Without new credentials, the refusal is the reason; without a sign-in, its lack is.
    for (is_signed_in, kind) in [(true, ErrorKind::AccessDenied), (false, ErrorKind::LoginNeeded)] {
        let (fixture, request) = chained(Some("build"), |request| match request.path.as_str() {
            "/" => sts("ASIAOTHER")(request),
            _ => error_response(400, "InvalidRequestException"),
        });
        fixture.save("Admin", &credentials("ASIAREVOKED", 3_600));
        if !is_signed_in {
            fixture.ctx.vault.remove(&RecordId::token(&fixture.instance)).unwrap();
        }
        let error = fixture.assume(&request).await.unwrap_err();
        assert_eq!(error.kind, kind, "{is_signed_in}");
        assert_eq!(error.message.contains("can't be assumed"), is_signed_in, "{error}");
    }
}

#[tokio::test]
async fn the_window_of_a_request_is_not_that_of_the_role_before_it() {
    let (fixture, request) = chained(Some("build"), sts("ASIAOLD"));
    fixture.save("Admin", &credentials("ASIAOLD", 1_800));
    let request = AssumeRequest { window: Window(Duration::from_secs(3_000)), ..request };
    fixture.assume(&request).await.unwrap();
    assert_eq!(fixture.requests(), ["/"]);
}

#[test]
fn a_failure_prevents_another_attempt_for_a_minute() {
    let now = Timestamp(1_000);
    let recent = |kind, at| {
        let error = Error::new(kind, "no").hint("later");
        recent_failure(SharedOutcome::from_error(&error, Timestamp(at)), now)
    };
    for at in [1_000, 999, 941] {
        let (error, time) = recent(ErrorKind::Unreachable, at).unwrap();
        assert_eq!((error.message.as_str(), error.hints.len(), time), ("no", 1, Timestamp(at)));
    }
    // 1_001: the clock was set back.
    for at in [940, 0, 1_001] {
        assert!(recent(ErrorKind::Unreachable, at).is_none(), "{at}");
    }
    assert!(recent(ErrorKind::LoginNeeded, 999).is_some());
    // Credentials of a role that AWS denies are not used any longer.
    assert!(recent(ErrorKind::AccessDenied, 999).is_none());
    assert!(recent_failure(SharedOutcome::Ok, now).is_none());
}

#[tokio::test]
async fn credentials_that_arrive_after_a_sign_out_are_not_kept() {
    let failed = |kind| SharedOutcome::from_error(&Error::new(kind, "no"), NOW);
    let signed_out = || failed(ErrorKind::LoginNeeded);
    let complete = |vault: &Vault, id: &RecordId, outcome: SharedOutcome| {
        let flight = vault.single_flight(id);
        let Some(Turn::Lead(leader)) = flight.poll(flight.generation()).unwrap() else {
            panic!("another process leads")
        };
        leader.complete(outcome);
    };
    for (before, meanwhile, is_kept) in [
        (None, Some(signed_out()), false),
        (Some(signed_out()), None, true),
        (None, Some(SharedOutcome::Ok), true),
        (None, Some(failed(ErrorKind::Unreachable)), true),
    ] {
        let case = format!("{before:?}, then {meanwhile:?}");
        let place: Arc<OnceLock<(Arc<Vault>, RecordId)>> = Arc::default();
        let at = place.clone();
        let meanwhile = Mutex::new(meanwhile);
        let fixture = Fixture::signed_in(move |request| {
            let (vault, id) = at.get().unwrap();
            if let Some(outcome) = meanwhile.lock().unwrap().take() {
                complete(vault, id, outcome);
            }
            from_portal(request)
        });
        let (vault, id) = (fixture.ctx.vault.clone(), RecordId::sign_in(&fixture.instance));
        if let Some(outcome) = before {
            complete(&vault, &id, outcome);
        }
        assert!(place.set((vault, id)).is_ok());
        let result = fixture.assume(&fixture.request()).await;
        let error = result.as_ref().err().map(|error| error.kind);
        assert_eq!(error, (!is_kept).then_some(ErrorKind::LoginNeeded), "{case}");
        assert_eq!(fixture.stored().is_some(), is_kept, "{case}");
    }
}
