//! Access tokens from the vault, and from an AWS on loopback.

use std::sync::OnceLock;

use super::*;
use crate::awsconfig::token_cache;
use crate::cache::session_lengths;
use crate::ops::fixture::{Fixture, NOW, error_response, registration, token};
use crate::os::http::{HttpRequest, HttpResponse};
use crate::vault::Vault;

const RENEWED: &str = r#"{"accessToken":"new","expiresIn":3600,"tokenType":"Bearer"}"#;

fn renew(_: &HttpRequest) -> HttpResponse {
    HttpResponse::json(200, RENEWED)
}

impl Fixture {
    fn with_token(self, token: &SsoToken) -> Self {
        self.ctx.vault.save(&RecordId::token(&self.instance), token).unwrap();
        self
    }

    fn stored_token(&self) -> Option<SsoToken> {
        self.ctx.vault.load(&RecordId::token(&self.instance), NOW).unwrap()
    }

    async fn access_token(&self, refused: Option<&str>) -> Result<String, ErrorKind> {
        let refused = refused.map(Secret::from);
        let token = access_token(&self.ctx, &self.instance, refused.as_ref()).await;
        token.map(|token| token.expose().clone()).map_err(|error| error.kind)
    }
}

#[tokio::test]
async fn a_token_is_renewed_in_its_last_five_minutes() {
    for (seconds_left, want) in [(301, "old"), (300, "new"), (1, "new"), (0, "new"), (-9, "new")] {
        let fixture = Fixture::new(renew).with_token(&token(seconds_left));
        assert_eq!(fixture.access_token(None).await.as_deref(), Ok(want), "{seconds_left}");
        let is_renewed = want == "new";
        assert_eq!(fixture.requests(), vec!["/token"; usize::from(is_renewed)], "{seconds_left}");
    }
}

#[tokio::test]
async fn a_renewed_token_is_stored_for_the_same_session_and_its_waiters_are_told() {
    let flight = |fixture: &Fixture| {
        fixture.ctx.vault.single_flight(&RecordId::token(&fixture.instance)).last_outcome()
    };
    let fixture = Fixture::new(renew).with_token(&token(10));
    assert_eq!(flight(&fixture), None);
    fixture.access_token(None).await.unwrap();
    assert_eq!(flight(&fixture), Some(SharedOutcome::Ok));
    let want = SsoToken {
        access_token: "new".into(),
        issued_at: NOW,
        expires_at: NOW.plus_seconds(3_600),
        ..token(10)
    };
    assert_eq!(fixture.stored_token(), Some(want));

    let both = RENEWED.replace("{", r#"{"refreshToken":"next","#);
    let fixture = Fixture::new(move |_| HttpResponse::json(200, both.clone()));
    let fixture = fixture.with_token(&token(10));
    fixture.access_token(None).await.unwrap();
    assert_eq!(fixture.stored_token().unwrap().refresh_token, Some("next".into()));
}

#[tokio::test]
async fn a_token_that_can_not_be_renewed_is_used_until_it_expires() {
    let without = |change: fn(&mut SsoToken), seconds_left| {
        let mut token = token(seconds_left);
        change(&mut token);
        Fixture::refused().with_token(&token)
    };
    let reasons: [fn(&mut SsoToken); 3] = [
        |token| token.refresh_token = None,
        |token| token.registration = None,
        |token| token.registration = Some(registration(0)),
    ];
    for reason in reasons {
        assert_eq!(without(reason, 1).access_token(None).await.as_deref(), Ok("old"));
        let expired = without(reason, 0);
        assert_eq!(expired.access_token(None).await, Err(ErrorKind::LoginNeeded));
        assert_eq!(without(reason, 900).access_token(Some("x")).await.as_deref(), Ok("old"));
        let refused = without(reason, 900).access_token(Some("old")).await;
        assert_eq!(refused, Err(ErrorKind::LoginNeeded));
        assert_eq!(expired.requests(), Vec::<String>::new());
    }
    let mut last_second = token(0);
    last_second.registration = Some(registration(1));
    assert!(is_renewable(&Fixture::refused().ctx, &last_second));
}

#[tokio::test]
async fn a_token_that_aws_refuses_is_renewed_although_it_looks_valid() {
    let fixture = Fixture::new(renew).with_token(&token(3_000));
    assert_eq!(fixture.access_token(Some("another")).await.as_deref(), Ok("old"));
    assert_eq!(fixture.access_token(Some("old")).await.as_deref(), Ok("new"));
}

#[tokio::test]
async fn a_token_of_the_aws_cli_is_used_if_the_user_is_not_signed_in() {
    let with_cli_token = |fixture: Fixture| {
        let path = fixture.ctx.paths.sso_cache_dir.join(token_cache::file_name("corp"));
        let (url, region) = (fixture.instance.start_url.as_written(), "eu-west-1");
        let expires_at = NOW.plus_seconds(600).to_rfc3339();
        let token = serde_json::json!({
            "startUrl": url, "region": region, "accessToken": "cli", "expiresAt": expires_at,
        });
        crate::os::atomic_file::save(&path, token.to_string().as_bytes()).unwrap();
        fixture
    };
    let fixture = with_cli_token(Fixture::refused());
    assert_eq!(fixture.access_token(None).await.as_deref(), Ok("cli"));
    assert_eq!(fixture.access_token(Some("cli")).await, Err(ErrorKind::LoginNeeded));
    // Another failure is not hidden by it.
    let fixture = with_cli_token(Fixture::refused()).with_token(&token(0));
    assert_eq!(fixture.access_token(None).await, Err(ErrorKind::AccessDenied));
}

#[tokio::test]
async fn a_failure_to_renew_is_an_error_only_if_the_old_token_is_of_no_use() {
    for (seconds_left, refused, is_used) in
        [(100, None, true), (1, None, true), (0, None, false), (100, Some("old"), false)]
    {
        let fixture = Fixture::refused().with_token(&token(seconds_left));
        let result = fixture.access_token(refused).await;
        assert_eq!(fixture.requests(), ["/token"]);
        assert_eq!(result.is_ok(), is_used, "{seconds_left} {refused:?}: {result:?}");
        assert_ne!(result, Err(ErrorKind::LoginNeeded));
        assert_eq!(fixture.stored_token(), Some(token(seconds_left)));
    }
}

#[tokio::test]
async fn a_session_that_has_ended_is_removed_and_its_length_recorded() {
    for seconds_left in [100, 0] {
        let fixture = Fixture::new(|_| error_response(400, "InvalidGrantException"))
            .with_token(&token(seconds_left));
        assert_eq!(fixture.access_token(None).await, Err(ErrorKind::LoginNeeded));
        assert_eq!(fixture.stored_token(), None);
        let lived = session_lengths::shortest(&fixture.ctx.paths.state_dir, &fixture.instance);
        assert_eq!(lived, Some(7_200));
    }
}

#[tokio::test]
async fn a_session_that_lives_longer_than_recorded_removes_that_record() {
    for (recorded, left) in [(7_200, None), (7_201, Some(7_201))] {
        let fixture = Fixture::new(renew).with_token(&token(10));
        let state_dir = &fixture.ctx.paths.state_dir;
        session_lengths::record_ended(state_dir, &fixture.instance, recorded).unwrap();
        fixture.access_token(None).await.unwrap();
        let length = session_lengths::shortest(state_dir, &fixture.instance);
        assert_eq!(length, left, "{recorded}");
    }
}

#[tokio::test]
async fn a_token_that_another_program_has_stored_meanwhile_is_used() {
    let newer = |access_token: &str, seconds_left| SsoToken {
        access_token: access_token.into(),
        ..token(seconds_left)
    };
    for (stored, want) in [
        (newer("theirs", 1), Ok("theirs")),
        (newer("theirs", 0), Err(ErrorKind::LoginNeeded)),
        (newer("old", 1), Err(ErrorKind::LoginNeeded)),
    ] {
        let place: Arc<OnceLock<(Arc<Vault>, RecordId)>> = Arc::default();
        let (at, record) = (place.clone(), stored.clone());
        let fixture = Fixture::new(move |_| {
            let (vault, name) = at.get().unwrap();
            vault.save(name, &record).unwrap();
            error_response(400, "InvalidGrantException")
        });
        let fixture = fixture.with_token(&token(10));
        let name = RecordId::token(&fixture.instance);
        assert!(place.set((fixture.ctx.vault.clone(), name)).is_ok());
        assert_eq!(fixture.access_token(None).await, want.map(str::to_owned), "{stored:?}");
    }
}

#[tokio::test]
async fn a_registration_that_aws_does_not_know_is_forgotten_with_the_session() {
    let fixture = Fixture::new(|_| error_response(401, "InvalidClientException"));
    let fixture = fixture.with_token(&token(10));
    let known = registration::from_record(&registration(86_400));
    registration::store(&fixture.ctx, &fixture.instance, &known).await;
    assert_eq!(fixture.access_token(None).await, Err(ErrorKind::LoginNeeded));
    assert_eq!(fixture.stored_token(), None);
    assert_eq!(fixture.ctx.vault.list(NOW).unwrap(), []);
}
