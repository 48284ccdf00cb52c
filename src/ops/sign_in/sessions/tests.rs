//! Sessions and credentials in a vault, and sign-outs against an AWS on loopback.

use super::*;
use crate::awsconfig::token_cache;
use crate::domain::{AccountId, Credentials, ErrorKind, RoleName};
use crate::ops::fixture::{Fixture, NOW, error_response, token};
use crate::os::http::HttpResponse;
use crate::vault::SharedOutcome;

fn account() -> AccountId {
    "012345678901".parse().unwrap()
}

/// A token that can't be renewed, with so many seconds left.
fn final_token(seconds_left: i64) -> SsoToken {
    SsoToken { refresh_token: None, ..token(seconds_left) }
}

impl Fixture {
    fn save_token(&self, token: &SsoToken) {
        self.ctx.vault.save(&RecordId::token(&self.instance), token).unwrap();
    }

    /// Stores credentials of a role, with so many seconds left.
    fn save_credentials(&self, instance: &Instance, role: &str, seconds_left: i64) {
        let credentials = Credentials {
            access_key_id: "ASIAEXAMPLE".into(),
            secret_access_key: "secret".into(),
            session_token: "token".into(),
            issued_at: NOW.plus_seconds(-60),
            expires_at: NOW.plus_seconds(seconds_left),
            account: account(),
        };
        let record = RecordId::credentials(instance, account(), &RoleName::new(role), None);
        self.ctx.vault.save(&record, &credentials).unwrap();
    }

    fn save_cli_token(&self) {
        let path = self.ctx.paths.sso_cache_dir.join(token_cache::file_name("corp"));
        let (url, region) = (&self.instance.start_url, &self.instance.sso_region);
        token_cache::save(&path, url, region, &"cli".into(), NOW.plus_seconds(500)).unwrap();
        // Without the mark of rolecall, it is a token of the AWS CLI.
        let text = std::fs::read_to_string(&path).unwrap().replace("\"cli\"", "\"theirs\"");
        std::fs::write(&path, text).unwrap();
    }

    fn session(&self) -> InstanceSession {
        load_sessions(&self.ctx).unwrap().instances.remove(0)
    }

    fn ending_soon(&self) -> Option<i64> {
        let end = ending_soon(&self.ctx, &self.instance).unwrap();
        end.map(|at| at.seconds_since(NOW))
    }
}

#[tokio::test]
async fn a_session_lasts_until_its_token_can_neither_be_used_nor_renewed() {
    for (token, is_signed_in) in [
        (Some(token(600)), true),
        (Some(token(-600)), true),
        (Some(final_token(1)), true),
        (Some(final_token(0)), false),
        (Some(final_token(-1)), false),
        (None, false),
    ] {
        let fixture = Fixture::refused();
        token.iter().for_each(|token| fixture.save_token(token));
        let session = fixture.session();
        assert_eq!(session.signed_in, is_signed_in, "{token:?}");
        let since = token.filter(|_| is_signed_in).map(|token| token.signed_in_at);
        assert_eq!((session.signed_in_at, session.is_cli_token), (since, false));

        fixture.save_cli_token();
        let session = fixture.session();
        assert!(session.signed_in);
        assert_eq!(session.is_cli_token, !is_signed_in);
        if !is_signed_in {
            assert_eq!(session.ends_at, Some(NOW.plus_seconds(500)));
        }
    }
}

#[tokio::test]
async fn a_session_that_can_not_be_renewed_ends_with_its_token() {
    for (seconds_left, end) in [(600, Some(600)), (1, Some(1)), (0, None), (-1, None)] {
        let fixture = Fixture::refused();
        fixture.save_token(&final_token(seconds_left));
        assert_eq!(fixture.session().ends_at, end.map(|left| NOW.plus_seconds(left)));
    }
}

#[tokio::test]
async fn a_session_that_is_renewed_ends_after_the_configured_or_observed_time() {
    // The user signed in two hours ago.
    let hours = |hours: u64| Some(Duration::from_secs(hours * 3_600));
    for (own, general, observed, end) in [
        (hours(8), hours(4), Some(9_000), Some(8 * 3_600 - 7_200)),
        (None, hours(4), Some(9_000), Some(4 * 3_600 - 7_200)),
        (None, hours(1), Some(9_000), Some(3_600 - 7_200)),
        (None, None, Some(9_000), Some(9_000 - 7_200)),
        (None, None, Some(7_201), Some(1)),
        // An estimate that has passed was wrong.
        (None, None, Some(7_200), None),
        (None, None, None, None),
    ] {
        let mut fixture = Fixture::refused();
        let name = fixture.instance.name.clone();
        fixture.change(|ctx| {
            ctx.settings.session_duration = general;
            ctx.settings.instances.entry(name).or_default().session_duration = own;
        });
        fixture.save_token(&token(600));
        if let Some(observed) = observed {
            let state_dir = &fixture.ctx.paths.state_dir;
            session_lengths::record_ended(state_dir, &fixture.instance, observed).unwrap();
        }
        let found = fixture.session().ends_at.map(|at| at.seconds_since(NOW));
        assert_eq!(found, end, "{own:?} {general:?} {observed:?}");
    }
}

#[tokio::test]
async fn a_session_ends_soon_if_it_ends_within_the_hour() {
    for (seconds_left, is_soon) in [(3_601, false), (3_600, true), (1, true), (0, false)] {
        let fixture = Fixture::refused();
        assert_eq!(fixture.ending_soon(), None);
        fixture.save_token(&final_token(seconds_left));
        assert_eq!(fixture.ending_soon(), is_soon.then_some(seconds_left));
    }
}

#[tokio::test]
async fn only_roles_with_valid_credentials_are_ready() {
    let fixture = Fixture::refused();
    for (role, seconds_left) in [("Admin", 1), ("Read", 0), ("Audit", -1)] {
        fixture.save_credentials(&fixture.instance, role, seconds_left);
    }
    let ready = ready_roles(&fixture.ctx).unwrap();
    let ready: Vec<_> = ready.iter().map(|(role, at)| (role.role.as_str(), *at)).collect();
    assert_eq!(ready, [("Admin", NOW.plus_seconds(1))]);
    assert_eq!(load_sessions(&fixture.ctx).unwrap().roles.len(), 1);
}

#[tokio::test]
async fn credentials_of_one_instance_are_forgotten_and_its_session_kept() {
    let fixture = Fixture::refused();
    let lab = Instance::example("lab");
    fixture.save_token(&token(600));
    fixture.save_credentials(&lab, "Admin", 600);
    for (role, seconds_left) in [("Admin", 600), ("Audit", 1), ("Read", 0), ("Old", -1)] {
        fixture.save_credentials(&fixture.instance, role, seconds_left);
    }
    let forgotten = forget_role_credentials(&fixture.ctx, &fixture.instance).await;
    assert_eq!(forgotten, Ok(2), "two were valid");
    let left: Vec<_> = fixture.ctx.vault.list(NOW).unwrap();
    let left: Vec<_> =
        left.iter().map(|(id, _)| (id.instance().as_str(), id.role().is_some())).collect();
    assert_eq!(left.len(), 2, "{left:?}");
    assert!(left.contains(&("corp", false)) && left.contains(&("lab", true)), "{left:?}");
}

#[tokio::test]
async fn a_sign_out_ends_the_session_everywhere() {
    let fixture = Fixture::new(|_| HttpResponse::json(200, "{}"));
    fixture.save_token(&token(600));
    fixture.save_credentials(&fixture.instance, "Admin", 600);
    let done = sign_out(&fixture.ctx, &fixture.instance).await.unwrap();
    let want = SignOutResult {
        was_signed_in: true,
        dropped_roles: 1,
        revoke_error: None,
        share_error: None,
        endpoint_error: None,
    };
    assert_eq!(done, want);
    assert_eq!(done.warnings(&fixture.instance.name), []);
    assert_eq!(fixture.requests(), ["/logout"]);
    assert_eq!(fixture.ctx.vault.list(NOW).unwrap(), []);
    // Processes that wait for the token or for a sign-in hear of it.
    for record in [RecordId::token(&fixture.instance), RecordId::sign_in(&fixture.instance)] {
        let outcome = fixture.ctx.vault.single_flight(&record).last_outcome();
        let is_over = matches!(
            outcome,
            Some(SharedOutcome::Failed { ref error, at: NOW }) if error.kind == ErrorKind::LoginNeeded
        );
        assert!(is_over, "{outcome:?}");
    }
    let again = sign_out(&fixture.ctx, &fixture.instance).await.unwrap();
    assert!(!again.was_signed_in);
    assert_eq!(fixture.requests(), Vec::<String>::new());
}

#[tokio::test]
async fn a_session_that_can_not_be_ended_at_aws_is_removed_here_with_a_warning() {
    let fixture = Fixture::new(|_| error_response(403, "ForbiddenException"));
    fixture.save_token(&token(600));
    let done = sign_out(&fixture.ctx, &fixture.instance).await.unwrap();
    assert_eq!(fixture.ctx.vault.list(NOW).unwrap(), []);
    let [warning] = &done.warnings(&fixture.instance.name)[..] else { panic!("{done:?}") };
    let start = "corp: the sign-in was removed here, but could not be ended at AWS: ";
    assert!(warning.message.starts_with(start), "{warning}");
    assert_eq!(warning.hints.len(), 1);

    let shared = Error::new(ErrorKind::Os, "the AWS CLI's token was not updated");
    let both = SignOutResult { share_error: Some(shared.clone()), ..done };
    assert_eq!(both.warnings(&fixture.instance.name)[1], shared);
}
