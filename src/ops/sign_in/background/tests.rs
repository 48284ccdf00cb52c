//! Callers that wait for a helper. The clock is paused: it moves when every task waits.

use std::cell::{Cell, RefCell};

use tempfile::TempDir;

use super::*;
use crate::vault::Leader;

/// The longest time that the callers here wait.
const WAIT: Duration = Duration::from_secs(10);

struct Fixture {
    home: TempDir,
    ctx: Arc<Ctx>,
    instance: Instance,
}

/// What a caller saw.
struct Seen {
    result: Result<()>,
    /// When helpers were started, in milliseconds after the beginning.
    started: Vec<u128>,
    shown: Vec<SignInNotice>,
    waited: Duration,
}

impl Fixture {
    fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        let instance = Instance::example("corp");
        let ctx = Ctx::in_home(home.path(), vec![instance.clone()]);
        Self { home, ctx, instance }
    }

    fn flight(&self) -> SingleFlight {
        self.ctx.vault.single_flight(&RecordId::sign_in(&self.instance))
    }

    fn lead(&self) -> Leader {
        let flight = self.flight();
        match flight.poll(flight.generation()).unwrap() {
            Some(Turn::Lead(leader)) => leader,
            other => panic!("{other:?}"),
        }
    }

    /// Becomes the helper, whose page has this address, for so long; then it completes with the
    /// outcome, or dies.
    fn run_helper(&self, url: &str, lifetime: Duration, outcome: Option<SharedOutcome>) {
        let leader = self.lead();
        let notice = notice(url, true);
        let bytes = serde_json::to_vec(&notice).unwrap();
        atomic_file::save(&notice_path(&self.ctx, &self.instance), &bytes).unwrap();
        tokio::spawn(async move {
            tokio::time::sleep(lifetime).await;
            match outcome {
                Some(outcome) => leader.complete(outcome),
                None => drop(leader),
            }
        });
    }

    async fn wait(&self, wait: Duration, start: impl Fn(usize)) -> Seen {
        let (began, started, shown) = (Instant::now(), RefCell::default(), RefCell::default());
        let start = || {
            let mut started: std::cell::RefMut<'_, Vec<u128>> = started.borrow_mut();
            started.push(began.elapsed().as_millis());
            start(started.len());
            Ok(())
        };
        let show = |notice: &SignInNotice| {
            let mut shown: std::cell::RefMut<'_, Vec<SignInNotice>> = shown.borrow_mut();
            shown.push(notice.clone());
        };
        let result = await_sign_in(&self.ctx, &self.instance, wait, start, show).await;
        let waited = began.elapsed();
        Seen { result, started: started.into_inner(), shown: shown.into_inner(), waited }
    }
}

fn notice(url: &str, opened: bool) -> SignInNotice {
    SignInNotice { url: url.to_owned(), code: None, opened, problem: None }
}

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn refused(kind: ErrorKind, at: Timestamp) -> SharedOutcome {
    SharedOutcome::from_error(&Error::new(kind, "the sign-in was refused"), at)
}

#[tokio::test(start_paused = true)]
async fn one_helper_is_started_and_its_success_ends_the_wait() {
    let fixture = Fixture::new();
    let start = |_| fixture.run_helper("https://a/", seconds(2), Some(SharedOutcome::Ok));
    let seen = fixture.wait(WAIT, start).await;
    assert_eq!(seen.result, Ok(()));
    assert_eq!(seen.started, [0]);
    assert_eq!(seen.shown, [notice("https://a/", true)]);
    assert!(seen.waited < seconds(2) + POLL_INTERVAL * 2, "{:?}", seen.waited);
}

#[tokio::test(start_paused = true)]
async fn a_helper_that_dies_is_replaced_and_its_page_shown_too() {
    let fixture = Fixture::new();
    let start = |nth| match nth {
        1 => fixture.run_helper("https://a/", seconds(1), None),
        _ => fixture.run_helper("https://b/", seconds(1), Some(SharedOutcome::Ok)),
    };
    let seen = fixture.wait(WAIT, start).await;
    assert_eq!(seen.result, Ok(()));
    assert_eq!(seen.shown, [notice("https://a/", true), notice("https://b/", true)]);
    let [0, second] = seen.started[..] else { panic!("{:?}", seen.started) };
    assert!((1_000..1_700).contains(&second), "{second}");
}

#[tokio::test(start_paused = true)]
async fn the_page_of_a_running_helper_is_shown_once() {
    let fixture = Fixture::new();
    fixture.run_helper("https://a/", seconds(3), Some(SharedOutcome::Ok));
    let seen = fixture.wait(WAIT, |_| ()).await;
    assert_eq!(seen.result, Ok(()));
    assert_eq!(seen.started, []);
    assert_eq!(seen.shown, [notice("https://a/", true)]);
}

#[tokio::test(start_paused = true)]
async fn only_one_caller_starts_a_helper_and_another_takes_over_if_it_could_not() {
    let fixture = Fixture::new();
    let path = fixture.ctx.paths.state_dir.join("locks/sign-in");
    let other_caller = Lock::try_acquire(&path).unwrap().expect("no caller holds it");
    tokio::spawn(async move {
        tokio::time::sleep(seconds(2)).await;
        drop(other_caller);
    });
    let start = |_| fixture.run_helper("https://a/", seconds(1), Some(SharedOutcome::Ok));
    let seen = fixture.wait(WAIT, start).await;
    assert_eq!(seen.result, Ok(()));
    let [only] = seen.started[..] else { panic!("{:?}", seen.started) };
    assert!((2_000..2_700).contains(&only), "{only}");
    assert_eq!(seen.shown, [notice("https://a/", true)]);
}

#[tokio::test(start_paused = true)]
async fn a_helper_that_does_not_come_up_is_started_again_in_time() {
    let fixture = Fixture::new();
    let seen = fixture.wait(WAIT, |_| ()).await;
    let [0, second, third] = seen.started[..] else { panic!("{:?}", seen.started) };
    for pause in [second, third - second] {
        assert!((3_000..4_000).contains(&pause), "{:?}", seen.started);
    }
    assert_eq!(seen.result.unwrap_err().kind, ErrorKind::LoginNeeded);
}

#[tokio::test(start_paused = true)]
async fn a_caller_stops_waiting_at_its_deadline_and_names_the_page() {
    let fixture = Fixture::new();
    fixture.run_helper("https://a/", seconds(60), None);
    let seen = fixture.wait(WAIT, |_| ()).await;
    assert!((WAIT..WAIT + seconds(1)).contains(&seen.waited), "{:?}", seen.waited);
    let error = seen.result.unwrap_err();
    assert_eq!(error.message, "the sign-in to corp is open in your browser");

    let bytes = serde_json::to_vec(&notice("https://a/", false)).unwrap();
    let path = notice_path(&fixture.ctx, &fixture.instance);
    assert!(path.starts_with(fixture.home.path()));
    atomic_file::save(&path, &bytes).unwrap();
    let error = fixture.wait(WAIT, |_| ()).await.result.unwrap_err();
    assert_eq!(error.message, "the sign-in to corp waits for your approval");
    assert!(error.hints[0].contains("https://a/"), "{:?}", error.hints);
}

#[tokio::test(start_paused = true)]
async fn a_refusal_ends_the_wait_and_opens_no_other_page_for_a_while() {
    let fixture = Fixture::new();
    let now = fixture.ctx.clock.now();
    let outcome = refused(ErrorKind::LoginNeeded, now);
    let start = |_| fixture.run_helper("https://a/", seconds(1), Some(outcome.clone()));
    let error = fixture.wait(WAIT, start).await.result.unwrap_err();
    assert_eq!(error.message, "the sign-in was refused");

    let starts = Cell::new(0);
    let error = fixture.wait(WAIT, |_| starts.set(starts.get() + 1)).await.result.unwrap_err();
    assert_eq!((error.kind, starts.get()), (ErrorKind::LoginNeeded, 0));
    assert!(error.message.contains("the sign-in was refused"), "{error}");
}

#[test]
fn a_cooldown_ends_after_five_minutes_and_sooner_if_aws_was_unreachable() {
    let instance = Instance::example("corp");
    let at = Timestamp(1_000_000);
    let is_open = |kind, later: i64| {
        check_cooldown(&instance, Some(refused(kind, at)), at.plus_seconds(later)).is_ok()
    };
    for (kind, duration) in
        [(ErrorKind::LoginNeeded, 300), (ErrorKind::Unreachable, 15), (ErrorKind::Throttled, 15)]
    {
        assert!(!is_open(kind, 0), "{kind:?}");
        assert!(!is_open(kind, duration - 1), "{kind:?}");
        assert!(is_open(kind, duration + 1), "{kind:?}");
        // A clock that was set back does not extend the cooldown.
        assert!(is_open(kind, -1), "{kind:?}");
    }
    assert!(check_cooldown(&instance, Some(SharedOutcome::Ok), at).is_ok());
    assert!(check_cooldown(&instance, None, at).is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_page_and_its_failure_are_left_for_callers_with_a_terminal() {
    let fixture = Fixture::new();
    let file =
        NoticeFile { path: notice_path(&fixture.ctx, &fixture.instance), notice: Mutex::default() };
    let left = || load_notice(&fixture.ctx, &fixture.instance);
    let failed = || SignInStep::BrowserFailed(Error::new(ErrorKind::Os, "no browser"));
    file.update(failed());
    assert_eq!(left(), None);
    file.update(SignInStep::Open {
        url: "https://a/".into(),
        code: None,
        expires_at: Timestamp(0),
        browser_opened: true,
    });
    file.update(SignInStep::Starting);
    assert_eq!(left(), Some(notice("https://a/", true)));
    file.update(failed());
    let want = SignInNotice { problem: Some("no browser".into()), ..notice("https://a/", true) };
    assert_eq!(left(), Some(want));
}

#[tokio::test]
async fn a_helper_ends_the_wait_if_the_user_is_signed_in_already() {
    let signed_in = crate::ops::fixture::Fixture::refused();
    let token = crate::ops::fixture::token(3_600);
    let (ctx, instance) = (&signed_in.ctx, &signed_in.instance);
    ctx.vault.save(&RecordId::token(instance), &token).unwrap();
    assert_eq!(run_helper(ctx, instance).await, Ok(()));
    let flight = ctx.vault.single_flight(&RecordId::sign_in(instance));
    assert_eq!(flight.last_outcome(), Some(SharedOutcome::Ok));
}

#[tokio::test(start_paused = true)]
async fn a_sign_in_by_another_command_is_noticed_once_its_token_is_valid() {
    let other = crate::ops::fixture::Fixture::refused();
    let (ctx, instance) = (&other.ctx, &other.instance);
    for seconds_left in [-1, 0] {
        let token = crate::ops::fixture::token(seconds_left);
        ctx.vault.save(&RecordId::token(instance), &token).unwrap();
        let wait = tokio::time::timeout(seconds(5), wait_for_other_sign_in(ctx, instance));
        assert!(wait.await.is_err(), "{seconds_left}");
    }
    ctx.vault.save(&RecordId::token(instance), &crate::ops::fixture::token(1)).unwrap();
    wait_for_other_sign_in(ctx, instance).await;
}
