//! Refreshes against small portals on loopback.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use tokio::task::JoinSet;

use super::*;
use crate::domain::{Account, EndpointOverrides, ErrorKind, Instance, RoleName, Timestamp};
use crate::identity::NetworkConfig;
use crate::os::http::{HttpRequest, HttpResponse, Listener};

/// Returns the response for an account, given how often it was asked for before.
type ResponseOverride = Arc<dyn Fn(&str, usize) -> Option<HttpResponse> + Send + Sync>;

/// A portal with accounts `000000000001` and so on, five to a page, each with the roles `Admin` and
/// `Read` on two pages.
async fn start_portal(
    accounts: usize,
    respond: ResponseOverride,
) -> (JoinSet<Result<()>>, IdentityClient) {
    let listener = Listener::bind(0).unwrap();
    let url = listener.url();
    let request_counts: Arc<Mutex<HashMap<String, usize>>> = Arc::default();
    let mut server = JoinSet::new();
    server.spawn(listener.serve(move |request| {
        let (request_counts, respond) = (request_counts.clone(), respond.clone());
        async move {
            assert_eq!(request.header("x-amz-sso_bearer_token"), Some("token"));
            let account = request.param("account_id").unwrap_or_default();
            let times = {
                let mut request_counts = request_counts.lock().unwrap();
                let times = request_counts.entry(account.clone()).or_default();
                *times += 1;
                *times - 1
            };
            respond(&account, times).unwrap_or_else(|| page_response(&request, accounts, &account))
        }
    }));
    (server, client(url))
}

fn client(portal: String) -> IdentityClient {
    let endpoints = EndpointOverrides { portal: Some(portal), ..EndpointOverrides::default() };
    let instance = Instance { endpoints, ..Instance::example("corp") };
    IdentityClient::new(instance, &NetworkConfig::default(), Clock::Fixed(Timestamp(1_000)))
        .unwrap()
}

fn page_response(request: &HttpRequest, accounts: usize, account: &str) -> HttpResponse {
    let next = request.param("next_token");
    if request.path == "/assignment/roles" {
        let (role, next) =
            if next.is_none() { ("Admin", r#","nextToken":"2""#) } else { ("Read", "") };
        return HttpResponse::json(
            200,
            format!(r#"{{"roleList":[{{"roleName":"{role}","accountId":"{account}"}}]{next}}}"#),
        );
    }
    let first: usize = next.map_or(0, |next| next.parse().unwrap());
    let last = (first + 5).min(accounts);
    let list: Vec<_> = (first..last)
        .map(|n| format!(r#"{{"accountId":"{:012}","accountName":"a{n}"}}"#, n + 1))
        .collect();
    let next = if last < accounts { format!(r#","nextToken":"{last}""#) } else { String::new() };
    HttpResponse::json(200, format!(r#"{{"accountList":[{}]{next}}}"#, list.join(",")))
}

fn error_response(status: u16, name: &str) -> HttpResponse {
    HttpResponse::json(status, r#"{"message":"odd"}"#).with_header("x-amzn-errortype", name)
}

fn old_inventory() -> Inventory {
    let account = |id: &str| Account {
        id: id.parse().unwrap(),
        name: None,
        email: None,
        roles: vec![RoleName::new("Old")],
        roles_fetched_at: Some(Timestamp(5)),
    };
    Inventory {
        fetched_at: Timestamp(5),
        complete: true,
        accounts: vec![account("000000000003"), account("000000000099")],
        ..Inventory::default()
    }
}

const TEST_LIMITS: RefreshLimits = RefreshLimits {
    threads: 5,
    requests_per_second: None,
    max_retry: 1,
    max_backoff: Duration::from_millis(500),
    silence_timeout: Duration::from_secs(30),
    total_timeout: Duration::from_secs(3_600),
};

async fn run_refresh(identity: &IdentityClient, old: Option<&Inventory>) -> Result<RefreshReport> {
    refresh(
        identity,
        &"token".into(),
        old,
        TEST_LIMITS,
        Clock::Fixed(Timestamp(1_000)),
        &mut |_| (),
    )
    .await
}

fn role_names(outcome: &RefreshReport, position: usize) -> Vec<&str> {
    outcome.inventory.accounts[position].roles.iter().map(RoleName::as_str).collect()
}

#[tokio::test]
async fn every_page_is_read_and_the_portals_order_kept() {
    let (_server, identity) = start_portal(12, Arc::new(|_, _| None)).await;
    let mut seen = Vec::new();
    let outcome = refresh(
        &identity,
        &"token".into(),
        None,
        TEST_LIMITS,
        Clock::Fixed(Timestamp(1_000)),
        &mut |progress: Progress<'_>| {
            seen.push((progress.done, progress.total, progress.inventory.role_count()));
        },
    )
    .await
    .unwrap();
    assert!(outcome.inventory.complete && outcome.failed.is_empty() && outcome.stopped.is_none());
    assert_eq!(outcome.inventory.fetched_at, Timestamp(1_000));
    let ids: Vec<_> =
        outcome.inventory.accounts.iter().map(|account| account.id.to_string()).collect();
    assert_eq!(ids, (1..=12).map(|n| format!("{n:012}")).collect::<Vec<_>>());
    assert!((0..12).all(|position| role_names(&outcome, position) == ["Admin", "Read"]));
    assert_eq!((seen.first(), seen.last()), (Some(&(0, 0, 0)), Some(&(12, 12, 24))));
    assert!(seen.is_sorted());
}

#[tokio::test]
async fn no_more_requests_are_in_flight_than_threads() {
    let listener = Listener::bind(0).unwrap();
    let identity = client(listener.url());
    let (current, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let mut server = JoinSet::new();
    let counters = (current, most.clone());
    server.spawn(listener.serve(move |request| {
        let (current, most) = counters.clone();
        async move {
            most.fetch_max(current.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            // Others that are in flight arrive meanwhile.
            for _ in 0..200 {
                tokio::task::yield_now().await;
            }
            current.fetch_sub(1, Ordering::SeqCst);
            page_response(&request, 5, &request.param("account_id").unwrap_or_default())
        }
    }));
    let limits = RefreshLimits { threads: 2, ..TEST_LIMITS };
    let clock = Clock::Fixed(Timestamp(1_000));
    let outcome =
        refresh(&identity, &"token".into(), None, limits, clock, &mut |_| ()).await.unwrap();
    assert!(outcome.inventory.complete);
    assert_eq!(most.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn roles_are_read_while_the_account_list_still_comes_in() {
    let roles_asked_for = Arc::new(tokio::sync::Notify::new());
    let listener = Listener::bind(0).unwrap();
    let url = listener.url();
    let mut server = JoinSet::new();
    server.spawn(listener.serve(move |request| {
        let roles_asked_for = roles_asked_for.clone();
        async move {
            let account = request.param("account_id").unwrap_or_default();
            if request.path == "/assignment/roles" {
                roles_asked_for.notify_one();
            } else if request.param("next_token").is_some() {
                // Not before roles were asked for; a list that is fetched alone times out.
                let request_counts =
                    tokio::time::timeout(Duration::from_secs(30), roles_asked_for.notified()).await;
                if request_counts.is_err() {
                    return error_response(400, "NobodyAskedForRoles");
                }
            }
            page_response(&request, 12, &account)
        }
    }));
    let outcome = run_refresh(&client(url), None).await.unwrap();
    assert!(outcome.inventory.complete, "{outcome:?}");
    assert_eq!(outcome.inventory.role_count(), 24);
}

#[tokio::test]
async fn throttling_loses_no_account_and_is_shown() {
    let respond: ResponseOverride = Arc::new(|_, times| {
        (times % 3 == 0).then(|| error_response(429, "TooManyRequestsException"))
    });
    let (_server, identity) = start_portal(6, respond).await;
    let mut throttled = false;
    let limits =
        RefreshLimits { max_backoff: Duration::from_millis(10), max_retry: 1_000, ..TEST_LIMITS };
    let token = "token".into();
    let mut see = |progress: Progress<'_>| throttled |= progress.throttled;
    let outcome = refresh(&identity, &token, None, limits, Clock::System, &mut see).await.unwrap();
    assert!(outcome.inventory.complete, "{outcome:?}");
    assert_eq!(outcome.inventory.role_count(), 12);
    assert!(throttled);
}

#[tokio::test]
async fn throttling_that_never_stops_ends_with_what_was_read() {
    let respond: ResponseOverride = Arc::new(|account, _| {
        account.ends_with('3').then(|| error_response(429, "TooManyRequestsException"))
    });
    let (_server, identity) = start_portal(4, respond).await;
    let outcome = run_refresh(&identity, None).await.unwrap();
    assert_eq!(outcome.stopped.as_ref().unwrap().kind, ErrorKind::Throttled);
    assert_eq!(outcome.inventory.role_count(), 6);
    assert!(!outcome.inventory.complete);
}

#[tokio::test]
async fn a_failing_account_keeps_its_old_roles_and_does_not_affect_others() {
    let respond: ResponseOverride = Arc::new(|account, _| match account {
        "000000000003" => Some(error_response(500, "InternalServerException")),
        "000000000005" => Some(error_response(403, "ForbiddenException")),
        _ => None,
    });
    let (_server, identity) = start_portal(6, respond).await;
    let outcome = run_refresh(&identity, Some(&old_inventory())).await.unwrap();
    let mut failed: Vec<_> =
        outcome.failed.iter().map(|(account, error)| (account.to_string(), error.kind)).collect();
    failed.sort_by(|left, right| left.0.cmp(&right.0));
    assert_eq!(
        failed,
        [
            ("000000000003".into(), ErrorKind::Unreachable),
            ("000000000005".into(), ErrorKind::AccessDenied)
        ]
    );
    assert_eq!(role_names(&outcome, 2), ["Old"]);
    assert_eq!(outcome.inventory.accounts[2].roles_fetched_at, Some(Timestamp(5)));
    assert_eq!(role_names(&outcome, 5), ["Admin", "Read"]);
    assert_eq!(outcome.inventory.accounts.len(), 6);
    assert!(!outcome.inventory.complete);
}

#[tokio::test]
async fn a_single_bad_answer_is_asked_for_again() {
    let respond: ResponseOverride =
        Arc::new(|_, times| (times == 0).then(|| error_response(503, "ServiceUnavailable")));
    let (_server, identity) = start_portal(3, respond).await;
    let outcome = run_refresh(&identity, None).await.unwrap();
    assert!(outcome.inventory.complete, "{outcome:?}");
}

#[tokio::test]
async fn a_session_that_ends_in_the_middle_keeps_what_was_read() {
    let respond: ResponseOverride = Arc::new(|account, _| {
        account.ends_with("11").then(|| error_response(401, "UnauthorizedException"))
    });
    let (_server, identity) = start_portal(12, respond).await;
    let outcome = run_refresh(&identity, None).await.unwrap();
    let stopped = outcome.stopped.unwrap();
    assert_eq!(stopped.kind, ErrorKind::LoginNeeded);
    assert_eq!(stopped.hints, ["run `rolecall login --sso corp`"]);
    assert!(outcome.inventory.role_count() >= 10 && !outcome.inventory.complete);
    assert_eq!(outcome.inventory.accounts.len(), 12);
}

#[tokio::test]
async fn no_portal_and_no_session_are_told_apart() {
    let (server, identity) =
        start_portal(1, Arc::new(|_, _| Some(error_response(401, "UnauthorizedException")))).await;
    assert_eq!(run_refresh(&identity, None).await.unwrap_err().kind, ErrorKind::LoginNeeded);
    drop(server);
    let (server, identity) = start_portal(1, Arc::new(|_, _| None)).await;
    drop(server);
    let error = run_refresh(&identity, None).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Unreachable);
    assert!(error.message.contains("127.0.0.1:"), "{error}");
}

#[tokio::test]
async fn one_account_is_read_again_without_the_others_growing_younger() {
    let (_server, identity) = start_portal(7, Arc::new(|_, _| None)).await;
    let token = Secret::new("token".to_owned());
    let mut old = refresh(
        &identity,
        &token,
        None,
        RefreshLimits::default(),
        Clock::Fixed(Timestamp(1)),
        &mut |_| {},
    )
    .await
    .unwrap()
    .inventory;
    let id = old.accounts[3].id;
    old.accounts[3].roles.clear();
    old.accounts[5].roles.clear();
    let lookup_at = |at| {
        lookup::lookup(
            &identity,
            &token,
            &old,
            at,
            RefreshLimits::default(),
            Clock::Fixed(Timestamp(9)),
        )
    };
    let outcome = lookup_at(lookup::LookupScope::Account(id)).await.unwrap();
    let roles: Vec<usize> =
        outcome.inventory.accounts.iter().map(|account| account.roles.len()).collect();
    assert_eq!(roles, [2, 2, 2, 2, 2, 0, 2]);
    assert_eq!((outcome.inventory.fetched_at, outcome.inventory.complete), (Timestamp(1), true));
    let listed = lookup_at(lookup::LookupScope::NewAccounts).await.unwrap();
    assert_eq!(
        listed.inventory.accounts.iter().map(|account| account.roles.len()).collect::<Vec<_>>(),
        [2, 2, 2, 0, 2, 0, 2]
    );
}

/// Refreshes from a portal that answers every account list, and every role list, with the same
/// body.
async fn run_against(
    accounts: &'static str,
    roles: &'static str,
    old: &Inventory,
) -> Result<RefreshReport> {
    let listener = Listener::bind(0).unwrap();
    let url = listener.url();
    let mut server = JoinSet::new();
    server.spawn(listener.serve(move |request| async move {
        HttpResponse::json(200, if request.path == "/assignment/roles" { roles } else { accounts })
    }));
    run_refresh(&client(url), Some(old)).await
}

const EMPTY_ACCOUNT_LIST: &str = r#"{"accountList":[]}"#;

#[tokio::test]
async fn an_empty_account_list_removes_nothing_at_first_sight_and_everything_at_the_second() {
    let old = old_inventory();
    let first = run_against(EMPTY_ACCOUNT_LIST, "{}", &old).await.unwrap().inventory;
    assert_eq!(first.accounts, old.accounts, "in the old order, with the old roles");
    assert_eq!(first.unconfirmed.len(), 2);
    let second = run_against(EMPTY_ACCOUNT_LIST, "{}", &first).await.unwrap().inventory;
    assert_eq!((second.accounts.len(), second.unconfirmed.len()), (0, 0));
}

#[tokio::test]
async fn an_empty_role_list_removes_nothing_at_first_sight_and_everything_at_the_second() {
    let list = r#"{"accountList":[{"accountId":"000000000003"},{"accountId":"000000000099"}]}"#;
    let old = old_inventory();
    let first = run_against(list, r#"{"roleList":[]}"#, &old).await.unwrap().inventory;
    assert_eq!(first.role_count(), 2);
    assert_eq!(first.unconfirmed.len(), 2);
    assert!(
        first.accounts.iter().all(|account| account.roles_fetched_at == Some(Timestamp(5))),
        "they are as old as they were"
    );
    let second = run_against(list, r#"{"roleList":[]}"#, &first).await.unwrap().inventory;
    assert_eq!((second.accounts.len(), second.role_count(), second.unconfirmed.len()), (2, 0, 0));
    let mended =
        run_against(list, r#"{"roleList":[{"roleName":"New"}]}"#, &first).await.unwrap().inventory;
    assert_eq!(
        (mended.role_count(), mended.unconfirmed.len()),
        (2, 0),
        "roles that are there are believed"
    );
}

#[tokio::test]
async fn an_account_missing_from_a_shorter_list_is_gone_at_once() {
    let shorter = r#"{"accountList":[{"accountId":"000000000003"}]}"#;
    let outcome = run_against(shorter, r#"{"roleList":[{"roleName":"Old"}]}"#, &old_inventory())
        .await
        .unwrap();
    assert_eq!((outcome.inventory.accounts.len(), outcome.inventory.unconfirmed.len()), (1, 0));
}

#[tokio::test]
async fn an_empty_second_page_does_not_halve_the_list() {
    let (_server, identity) = start_portal(12, Arc::new(|_, _| None)).await;
    let old = run_refresh(&identity, None).await.unwrap().inventory;
    let listener = Listener::bind(0).unwrap();
    let url = listener.url();
    let mut server = JoinSet::new();
    server.spawn(listener.serve(|request| async move {
        let account = request.param("account_id").unwrap_or_default();
        let second =
            request.path == "/assignment/accounts" && request.param("next_token").is_some();
        if second {
            HttpResponse::json(200, EMPTY_ACCOUNT_LIST)
        } else {
            page_response(&request, 12, &account)
        }
    }));
    let first = run_refresh(&client(url), Some(&old)).await.unwrap().inventory;
    assert_eq!((first.accounts.len(), first.role_count(), first.unconfirmed.len()), (12, 24, 7));
}

#[tokio::test]
async fn what_is_not_a_list_changes_nothing() {
    for body in [
        "",
        "{}",
        "null",
        "[]",
        r#"{"accountList":null}"#,
        r#"{"accountList":[{}]}"#,
        r#"{"accountList":[{"accountId":"7"}]}"#,
    ] {
        let error = run_against(body, "{}", &old_inventory()).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Unreachable, "{body}: {error}");
    }
    let list = r#"{"accountList":[{"accountId":"000000000003"}]}"#;
    let outcome = run_against(list, "{}", &old_inventory()).await.unwrap();
    assert_eq!((role_names(&outcome, 0), outcome.failed.len()), (vec!["Old"], 1));
}

#[tokio::test]
async fn repeated_pages_neither_double_the_list_nor_loop() {
    for tokens in [&["1", "1"][..], &["1", "2", "1"]] {
        let listener = Listener::bind(0).unwrap();
        let url = listener.url();
        let mut server = JoinSet::new();
        let sent = Arc::new(std::sync::atomic::AtomicUsize::new(0));
        server.spawn(listener.serve(move |_| {
            let at = sent.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            let token = tokens[at % tokens.len()];
            async move {
                HttpResponse::json(
                    200,
                    format!(
                        r#"{{"accountList":[{{"accountId":"{at:012}"}}],"nextToken":"{token}"}}"#
                    ),
                )
            }
        }));
        let limits = RefreshLimits { threads: 1, ..TEST_LIMITS };
        let read =
            refresh(&client(url), &"token".into(), None, limits, Clock::System, &mut |_| ()).await;
        assert_eq!(read.unwrap_err().kind, ErrorKind::Unreachable);
    }
    let twice = r#"{"accountList":[{"accountId":"000000000003"},{"accountId":"000000000003"}]}"#;
    let outcome = run_against(
        twice,
        r#"{"roleList":[{"roleName":"A"},{"roleName":"B"},{"roleName":"A"}]}"#,
        &old_inventory(),
    )
    .await
    .unwrap();
    assert_eq!((outcome.inventory.accounts.len(), role_names(&outcome, 0)), (1, vec!["A", "B"]));
}

#[tokio::test]
async fn a_look_up_never_removes_the_last_roles() {
    let old = old_inventory();
    let listener = Listener::bind(0).unwrap();
    let url = listener.url();
    let mut server = JoinSet::new();
    server.spawn(
        listener
            .serve(|_| async { HttpResponse::json(200, r#"{"roleList":[],"accountList":[]}"#) }),
    );
    let identity = client(url);
    for at in [lookup::LookupScope::Account(old.accounts[0].id), lookup::LookupScope::NewAccounts] {
        let mut seen = old.clone();
        for _ in 0..3 {
            seen =
                lookup::lookup(&identity, &"token".into(), &seen, at, TEST_LIMITS, Clock::System)
                    .await
                    .unwrap()
                    .inventory;
            assert_eq!(seen.accounts, old.accounts, "{at:?}");
        }
        assert!(!seen.unconfirmed.is_empty());
    }
}

#[tokio::test]
async fn a_lookup_completes_nothing_that_was_incomplete_before_or_fails_now() {
    let fails: ResponseOverride = Arc::new(|account, _| {
        account.ends_with('2').then(|| error_response(403, "ForbiddenException"))
    });
    let works: ResponseOverride = Arc::new(|_, _| None);
    for (respond, was_complete, is_complete) in
        [(&works, true, true), (&works, false, false), (&fails, true, false)]
    {
        let (_server, identity) = start_portal(2, respond.clone()).await;
        let mut old = old_inventory();
        old.accounts.truncate(1);
        old.complete = was_complete;
        let scope = lookup::LookupScope::NewAccounts;
        let found =
            lookup::lookup(&identity, &"token".into(), &old, scope, TEST_LIMITS, Clock::System)
                .await
                .unwrap();
        assert_eq!(found.inventory.complete, is_complete, "{was_complete}");
    }
}

#[tokio::test]
async fn a_portal_that_never_answers_ends_the_refresh() {
    let listener = Listener::bind(0).unwrap();
    let url = listener.url();
    let mut server = JoinSet::new();
    server.spawn(listener.serve(|_| async { std::future::pending::<HttpResponse>().await }));
    let limits = RefreshLimits { silence_timeout: Duration::from_millis(300), ..TEST_LIMITS };
    let began = std::time::Instant::now();
    let error = refresh(&client(url), &"token".into(), None, limits, Clock::System, &mut |_| ())
        .await
        .unwrap_err();
    assert_eq!(error.kind, ErrorKind::Unreachable);
    assert!(error.message.contains("has not answered"), "{error}");
    assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
}
