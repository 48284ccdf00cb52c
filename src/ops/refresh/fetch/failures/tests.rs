//! What follows from failures, without a network. The clock is paused.

use tokio::time::advance;

use super::*;
use crate::domain::{Account, EndpointOverrides, Instance, Inventory, Timestamp};
use crate::identity::{IdentityClient, NetworkConfig};
use crate::ops::refresh::RefreshLimits;
use crate::os::clock::Clock;

const LIMITS: RefreshLimits = RefreshLimits {
    threads: 2,
    requests_per_second: None,
    max_retry: 5,
    max_backoff: Duration::from_secs(1),
    silence_timeout: Duration::from_secs(30),
    total_timeout: Duration::from_secs(3_600),
};

fn fetcher(limits: RefreshLimits) -> Fetcher {
    let portal = Some("http://127.0.0.1:1".to_owned());
    let endpoints = EndpointOverrides { portal, ..EndpointOverrides::default() };
    let instance = Instance { endpoints, ..Instance::example("corp") };
    let clock = Clock::Fixed(Timestamp(1_000));
    let identity = IdentityClient::new(instance, &NetworkConfig::default(), clock).unwrap();
    Fetcher::new(&identity, &"token".into(), limits, clock)
}

fn error(kind: ErrorKind) -> Error {
    Error::new(kind, "no")
}

impl Fetcher {
    /// The pause before a request that failed is sent again; otherwise the action.
    fn pause(&mut self, kind: ErrorKind, retries: &mut u32) -> Result<Duration, &'static str> {
        let now = self.elapsed();
        match self.classify_failure(error(kind), now, retries) {
            FailureAction::RetryAt(moment) => Ok(moment - now),
            FailureAction::Skip(_) => Err("skip"),
            FailureAction::Stop(_) => Err("stop"),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_request_without_an_answer_is_sent_again_after_growing_pauses_and_then_skipped() {
    let mut fetcher = fetcher(LIMITS);
    advance(Duration::from_secs(10)).await;
    let mut retries = 0;
    for milliseconds in [200, 400, 800, 1_000, 1_000] {
        let pause = fetcher.pause(ErrorKind::Unreachable, &mut retries);
        assert_eq!(pause, Ok(Duration::from_millis(milliseconds)));
    }
    assert_eq!(fetcher.pause(ErrorKind::Unreachable, &mut retries), Err("skip"));
}

#[tokio::test(start_paused = true)]
async fn a_pass_ends_if_no_request_is_answered() {
    let mut fetcher = fetcher(RefreshLimits { max_retry: 1, ..LIMITS });
    for _ in 0..2 {
        for _ in 0..3 {
            assert!(fetcher.pause(ErrorKind::Unreachable, &mut 0).is_ok());
        }
        // One answer shows that AWS can be reached.
        fetcher.on_accepted();
    }
    for _ in 0..3 {
        assert!(fetcher.pause(ErrorKind::Unreachable, &mut 0).is_ok());
    }
    assert_eq!(fetcher.pause(ErrorKind::Unreachable, &mut 0), Err("stop"));
}

#[tokio::test(start_paused = true)]
async fn throttling_is_waited_out_for_a_time_after_the_last_answer() {
    let mut fetcher = fetcher(RefreshLimits { max_retry: 3, ..LIMITS });
    for _ in 0..2 {
        advance(Duration::from_secs(3)).await;
        assert_eq!(fetcher.pause(ErrorKind::Throttled, &mut 0), Ok(Duration::ZERO));
        fetcher.on_accepted();
    }
    advance(Duration::from_millis(3_001)).await;
    assert_eq!(fetcher.pause(ErrorKind::Throttled, &mut 0), Err("stop"));
}

#[tokio::test(start_paused = true)]
async fn an_ended_session_ends_the_pass_and_other_errors_skip_one_account() {
    let mut fetcher = fetcher(LIMITS);
    assert_eq!(fetcher.pause(ErrorKind::LoginNeeded, &mut 0), Err("stop"));
    assert_eq!(fetcher.pause(ErrorKind::AccessDenied, &mut 0), Err("skip"));
}

#[tokio::test(start_paused = true)]
async fn an_answer_of_any_kind_restarts_the_wait() {
    let mut fetcher = fetcher(LIMITS);
    fetcher.waiting_since = Some(Duration::ZERO);
    fetcher.in_flight.spawn(std::future::pending());
    advance(Duration::from_secs(7)).await;
    let _ = fetcher.pause(ErrorKind::Unreachable, &mut 0);
    assert_eq!(fetcher.waiting_since, Some(Duration::ZERO));
    assert_eq!(fetcher.last_failure.as_ref().map(|error| error.kind), Some(ErrorKind::Unreachable));
    for kind in [ErrorKind::Throttled, ErrorKind::AccessDenied] {
        let _ = fetcher.pause(ErrorKind::Unreachable, &mut 0);
        let _ = fetcher.pause(kind, &mut 0);
        assert_eq!(fetcher.last_failure, None, "{kind:?}");
        assert_eq!(fetcher.waiting_since, Some(Duration::from_secs(7)), "{kind:?}");
    }
    fetcher.in_flight.abort_all();
    while fetcher.in_flight.join_next().await.is_some() {}
    fetcher.restart_wait();
    assert_eq!(fetcher.waiting_since, None, "no request waits");
}

#[tokio::test(start_paused = true)]
async fn a_pass_that_is_too_long_names_the_silence_of_aws_or_its_own_length() {
    let message = |fetcher: &mut Fetcher| fetcher.timeout_error().message;
    let mut fetcher = fetcher(LIMITS);
    fetcher.waiting_since = Some(Duration::ZERO);
    advance(Duration::from_millis(29_999)).await;
    assert_eq!(message(&mut fetcher), "reading roles: not finished after 1 h");
    advance(Duration::from_millis(1)).await;
    assert_eq!(message(&mut fetcher), "reading roles: AWS has not answered for 30 s");
    fetcher.last_failure = Some(error(ErrorKind::Unreachable));
    assert_eq!(message(&mut fetcher), "no");
}

#[tokio::test(start_paused = true)]
async fn skipped_and_missing_accounts_count_as_done() {
    let mut fetcher = fetcher(LIMITS);
    let account = |id: &str| Account {
        id: id.parse().unwrap(),
        name: None,
        email: None,
        roles: Vec::new(),
        roles_fetched_at: None,
    };
    let accounts = vec![account("000000000009"), account("000000000003")];
    let old = Inventory { accounts: accounts.clone(), ..Inventory::default() };
    fetcher.request_accounts(Some(&old), |_| true);
    fetcher.keep_missing();
    assert_eq!((fetcher.done, &fetcher.inventory.accounts), (2, &accounts));
    let roles = PageRequest::for_roles(0, accounts[0].id).list;
    fetcher.skip(roles, error(ErrorKind::AccessDenied)).unwrap();
    assert_eq!((fetcher.done, fetcher.failed.len()), (3, 1));
    let list = PageRequest::new(PortalList::Accounts(Default::default())).list;
    assert!(fetcher.skip(list, error(ErrorKind::AccessDenied)).is_err());
}

#[tokio::test(start_paused = true)]
async fn a_request_is_sent_at_its_time_and_not_before() {
    let mut fetcher = fetcher(LIMITS);
    let id = "000000000009".parse().unwrap();
    let not_before = Duration::from_secs(5);
    fetcher.queue.push_back(PageRequest { not_before, ..PageRequest::for_roles(0, id) });
    advance(Duration::from_secs(4)).await;
    assert_eq!((fetcher.send_ready(), fetcher.in_flight.len()), (Some(not_before), 0));
    advance(Duration::from_secs(1)).await;
    assert_eq!((fetcher.send_ready(), fetcher.in_flight.len()), (None, 1));
}
