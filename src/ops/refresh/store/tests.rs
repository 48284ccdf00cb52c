//! Refreshes that are stored, from an AWS on loopback.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;
use crate::ops::fixture::{Fixture, NOW, error_response};
use crate::os::http::{HttpRequest, HttpResponse};

/// A portal with one account and one role.
fn portal(request: &HttpRequest) -> HttpResponse {
    let body = match request.path.as_str() {
        "/assignment/accounts" => r#"{"accountList":[{"accountId":"000000000001"}]}"#,
        "/assignment/roles" => r#"{"roleList":[{"roleName":"Admin"}]}"#,
        _ => r#"{"accessToken":"new","expiresIn":3600,"tokenType":"Bearer"}"#,
    };
    HttpResponse::json(200, body)
}

/// A portal that refuses the first `count` requests to this path.
fn refusing(
    refused: &'static str,
    count: usize,
) -> impl Fn(&HttpRequest) -> HttpResponse + Send + Sync {
    let times = AtomicUsize::new(0);
    move |request| {
        if request.path == refused && times.fetch_add(1, Ordering::SeqCst) < count {
            return error_response(401, "UnauthorizedException");
        }
        portal(request)
    }
}

impl Fixture {
    async fn refresh(&self) -> Result<StoredRefresh> {
        let limits = refresh_limits(&self.ctx, None);
        refresh_and_store(&self.ctx, &self.instance, limits, &mut |_| ()).await
    }

    async fn lookup(&self) -> Result<bool> {
        lookup_and_store(&self.ctx, &self.instance, LookupScope::NewAccounts).await
    }

    fn stored_roles(&self) -> Option<usize> {
        let stored = inventory::load(&self.ctx.paths.cache_dir, &self.instance);
        stored.map(|inventory| inventory.role_count())
    }
}

#[tokio::test]
async fn limits_come_from_the_settings_and_a_lookup_has_tighter_ones() {
    let mut fixture = Fixture::refused();
    fixture.change(|ctx| {
        ctx.settings.threads = 7;
        ctx.settings.requests_per_second = Some(2.5);
        ctx.settings.max_retry = 20;
        ctx.settings.max_backoff = Duration::from_secs(9);
    });
    let limits = refresh_limits(&fixture.ctx, None);
    assert_eq!((limits.threads, limits.requests_per_second), (7, Some(2.5)));
    assert_eq!((limits.max_retry, limits.max_backoff), (20, Duration::from_secs(9)));
    assert_eq!(refresh_limits(&fixture.ctx, Some(3)).threads, 3);
    assert_eq!(refresh_limits(&fixture.ctx, Some(0)).threads, 1);
    let lookup = lookup_limits(&fixture.ctx);
    assert_eq!((lookup.threads, lookup.max_retry), (7, 3));
    assert!(lookup.total_timeout < limits.total_timeout);
    assert!(lookup.silence_timeout < limits.silence_timeout);
}

#[tokio::test]
async fn a_refresh_is_stored_with_its_changes() {
    let fixture = Fixture::signed_in(portal);
    let first = fixture.refresh().await.unwrap();
    assert_eq!((first.changes.len(), first.roles, first.failed.len()), (1, 1, 0));
    assert_eq!(first.inventory.fetched_at, NOW);
    assert_eq!(fixture.stored_roles(), Some(1));
    assert_eq!(fixture.refresh().await.unwrap().changes.len(), 0);
}

#[tokio::test]
async fn a_token_that_is_refused_during_a_refresh_is_renewed_once() {
    for path in ["/assignment/accounts", "/assignment/roles"] {
        for (count, is_complete) in [(1, true), (9, false)] {
            let fixture = Fixture::signed_in(refusing(path, count));
            let result = fixture.refresh().await;
            assert_eq!(result.is_ok(), is_complete, "{path} {count}: {result:?}");
            let renewals = fixture.requests().iter().filter(|path| *path == "/token").count();
            assert_eq!(renewals, 1, "{path} {count}");
        }
    }
    let fixture = Fixture::signed_in(portal);
    fixture.refresh().await.unwrap();
    assert!(!fixture.requests().contains(&"/token".to_owned()));
}

#[tokio::test]
async fn accounts_that_were_read_are_stored_although_the_session_has_ended() {
    let fixture = Fixture::signed_in(|request| match request.path.as_str() {
        "/assignment/roles" => error_response(401, "UnauthorizedException"),
        "/token" => error_response(400, "InvalidGrantException"),
        _ => portal(request),
    });
    let error = fixture.refresh().await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::LoginNeeded);
    assert_eq!(fixture.stored_roles(), Some(0));
}

#[tokio::test]
async fn a_lookup_adds_to_a_stored_inventory() {
    let fixture = Fixture::signed_in(portal);
    assert_eq!(fixture.lookup().await, Ok(false));
    assert_eq!(fixture.requests(), Vec::<String>::new());

    let empty = Inventory { fetched_at: NOW.plus_seconds(-60), ..Inventory::default() };
    inventory::save(&fixture.ctx.paths.cache_dir, &fixture.instance, &empty).unwrap();
    assert_eq!(fixture.lookup().await, Ok(true));
    assert_eq!(fixture.stored_roles(), Some(1));
    assert_eq!(fixture.requests().len(), 2);
}

#[tokio::test]
async fn a_token_that_is_refused_during_a_lookup_is_renewed_once() {
    for (count, is_complete) in [(1, true), (9, false)] {
        let fixture = Fixture::signed_in(refusing("/assignment/accounts", count));
        let empty = Inventory::default();
        inventory::save(&fixture.ctx.paths.cache_dir, &fixture.instance, &empty).unwrap();
        let result = fixture.lookup().await;
        let want = if is_complete { Ok(true) } else { Err(ErrorKind::LoginNeeded) };
        assert_eq!(result.map_err(|error| error.kind), want);
        let renewals = fixture.requests().iter().filter(|path| *path == "/token").count();
        assert_eq!(renewals, 1, "{count}");
    }
}
