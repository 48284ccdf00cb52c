//! Sign-ins without a user at a terminal: one helper process for all callers, and a cooldown after
//! a refusal.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::time::Instant;

use crate::domain::{Error, ErrorKind, Instance, Result, Timestamp, format_duration_spaced};
use crate::os::atomic_file;
use crate::os::lock::Lock;
use crate::os::mutex::lock;
use crate::os::terminal::tty;
use crate::vault::{Generation, RecordId, SharedOutcome, SingleFlight, SsoToken, Turn};

use crate::ops::backend::messages::SignInStep;
use crate::ops::ctx::{Ctx, run_blocking};
use crate::ops::sign_in::token::{access_token, complete_with};
use crate::ops::sign_in::{SignInOptions, sign_in};

/// No browser is opened for so many seconds after a sign-in was refused or abandoned, or after a
/// logout.
const COOLDOWN_SECONDS: i64 = 300;
/// The same after a sign-in that failed because AWS could not be reached.
const UNREACHABLE_COOLDOWN_SECONDS: i64 = 15;
/// Longest lifetime of a helper: AWS gives the user as long.
const HELPER_TIMEOUT: Duration = Duration::from_secs(600);
/// Longest duration of a sign-in, including the time that the helper needs to start.
pub const SIGN_IN_TIMEOUT: Duration = HELPER_TIMEOUT.saturating_add(HELPER_START_TIMEOUT);
/// How often the helper checks whether the user has signed in by another command.
const TOKEN_CHECK_INTERVAL: Duration = Duration::from_secs(1);
/// How long a helper may take to start.
const HELPER_START_TIMEOUT: Duration = Duration::from_secs(3);
/// How often a waiting caller checks that a helper is running.
const HELPER_CHECK_INTERVAL: Duration = Duration::from_millis(500);
/// How often a caller checks whether the user has signed in.
const POLL_INTERVAL: Duration = Duration::from_millis(50);

/// The page to open, for a caller with a terminal to show it on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignInNotice {
    pub url: String,
    /// The code to compare, with the device code flow.
    pub code: Option<String>,
    /// Whether a browser was started to show it.
    #[serde(default)]
    pub opened: bool,
    /// Why the browser did not show it, if that is known.
    #[serde(default)]
    pub problem: Option<String>,
}

/// Waits until the user has signed in. If no helper is running, `start` starts one
/// ([`run_helper`]). `say` gets the page to open, and gets it again if the browser fails. Waiting
/// callers take over if another one could not start the helper, or the helper died.
///
/// # Errors
/// [`ErrorKind::LoginNeeded`] during the cooldown, if the user refuses, if `wait` is over before
/// they have signed in, or if the browser failed and there is no terminal to show the address on;
/// otherwise the error of `start`.
pub async fn await_sign_in(
    ctx: &Arc<Ctx>,
    instance: &Instance,
    wait: Duration,
    start: impl Fn() -> Result<()>,
    show: impl Fn(&SignInNotice),
) -> Result<()> {
    let flight = ctx.vault.single_flight(&RecordId::sign_in(instance));
    let (generation, deadline) = (flight.generation(), Instant::now() + wait);
    check_cooldown(instance, flight.last_outcome(), ctx.clock.now())?;
    let mut must_show = start_helper(ctx, instance, &flight, generation, &start).await?.is_some();
    let (mut has_shown, mut has_failed) = (false, false);
    let mut next_check = Instant::now() + HELPER_CHECK_INTERVAL;
    while Instant::now() < deadline {
        if flight.generation() != generation {
            return flight.last_outcome().unwrap_or(SharedOutcome::Ok).into_result();
        }
        if let Some(notice) = load_notice(ctx, instance) {
            if notice.problem.is_some() && !has_failed {
                // Without a terminal, the address would not be seen before the caller's own time is
                // over: the error contains it.
                if !tty::is_present() {
                    return Err(sign_in_pending(instance, Some(&notice)));
                }
                (has_failed, must_show) = (true, must_show || has_shown);
            }
            if must_show {
                show(&notice);
                (must_show, has_shown) = (false, true);
            }
        }
        if Instant::now() >= next_check {
            must_show |= start_helper(ctx, instance, &flight, generation, &start).await?
                == Some(HelperOwner::ThisProcess);
            next_check = Instant::now() + HELPER_CHECK_INTERVAL;
        }
        tokio::time::sleep(POLL_INTERVAL).await;
    }
    Err(sign_in_pending(instance, load_notice(ctx, instance).as_ref()))
}

/// The error of a caller that stops waiting. The sign-in stays open.
fn sign_in_pending(instance: &Instance, notice: Option<&SignInNotice>) -> Error {
    let name = &instance.name;
    let Some(notice) = notice.filter(|notice| !notice.opened || notice.problem.is_some()) else {
        return Error::new(
            ErrorKind::LoginNeeded,
            format!("the sign-in to {name} is open in your browser"),
        )
        .hint("approve it there, then try again");
    };
    let waits = format!("the sign-in to {name} waits for your approval");
    let message = notice
        .problem
        .as_ref()
        .map_or_else(|| waits.clone(), |problem| format!("{problem}; {waits}"));
    let place = match &notice.code {
        Some(code) => format!(
            "open {} in any browser, check that it shows the code {code}, and approve the sign-in",
            notice.url
        ),
        None => format!("open {} in a browser on this machine and approve the sign-in", notice.url),
    };
    Error::new(ErrorKind::LoginNeeded, message).hint(place).hint("then try again")
}

/// The owner of the sign-in in progress.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum HelperOwner {
    ThisProcess,
    /// A helper of another one.
    OtherProcess,
}

/// Starts a helper if none is running, and waits until it has started; `None` while another caller
/// does so.
async fn start_helper(
    ctx: &Ctx,
    instance: &Instance,
    flight: &SingleFlight,
    generation: Generation,
    start: impl Fn() -> Result<()>,
) -> Result<Option<HelperOwner>> {
    let Some(_starter) = Lock::try_acquire(&ctx.paths.state_dir.join("locks/sign-in"))? else {
        return Ok(None);
    };
    if flight.generation() != generation || !is_idle(flight)? {
        return Ok(Some(HelperOwner::OtherProcess));
    }
    // A helper that was killed leaves the address of a page that no process waits for.
    atomic_file::remove(&notice_path(ctx, instance))?;
    start()?;
    let up = Instant::now() + HELPER_START_TIMEOUT;
    while flight.generation() == generation && is_idle(flight)? && Instant::now() < up {
        tokio::time::sleep(POLL_INTERVAL / 5).await;
    }
    Ok(Some(HelperOwner::ThisProcess))
}

/// Whether no process holds the single flight. Only for the caller that starts a helper: the check
/// takes the lock for a moment.
fn is_idle(flight: &SingleFlight) -> Result<bool> {
    Ok(matches!(flight.poll(flight.generation())?, Some(Turn::Lead(_))))
}

fn check_cooldown(instance: &Instance, last: Option<SharedOutcome>, now: Timestamp) -> Result<()> {
    let Some(SharedOutcome::Failed { error, at }) = last else { return Ok(()) };
    // An unreachable AWS is not a refusal.
    let bar = if matches!(error.kind, ErrorKind::Unreachable | ErrorKind::Throttled) {
        UNREACHABLE_COOLDOWN_SECONDS
    } else {
        COOLDOWN_SECONDS
    };
    let left = bar - now.seconds_since(at);
    if !(0..=bar).contains(&left) {
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::LoginNeeded,
        format!(
            "no sign-in is started automatically for another {}: {}",
            format_duration_spaced(left),
            error.message
        ),
    )
    .hint(format!("run `rolecall login --sso {}`", instance.name)))
}

/// Runs the helper: signs in for all waiting callers, and reports the outcome to them.
///
/// # Errors
/// The error of the sign-in; waiting callers get it too.
pub async fn run_helper(ctx: &Arc<Ctx>, instance: &Instance) -> Result<()> {
    let flight = ctx.vault.single_flight(&RecordId::sign_in(instance));
    let generation = flight.generation();
    let deadline = std::time::Instant::now() + HELPER_START_TIMEOUT;
    let turn = run_blocking(move || flight.wait(generation, deadline)).await?;
    let Turn::Lead(leader) = turn else { return Ok(()) };
    let result = match access_token(ctx, instance, None).await {
        Ok(_) => Ok(()),
        Err(_) => {
            let file = NoticeFile { path: notice_path(ctx, instance), notice: Mutex::default() };
            let report = move |step: SignInStep| file.update(step);
            let options = SignInOptions::default();
            let work = async {
                tokio::select! {
                    biased;
                    result = sign_in(ctx, instance, options, &report) => result,
                    () = wait_for_other_sign_in(ctx, instance) => Ok(()),
                }
            };
            let outcome = tokio::time::timeout(HELPER_TIMEOUT, work).await;
            outcome.unwrap_or_else(|_| {
                Err(Error::new(
                    ErrorKind::LoginNeeded,
                    format!("the sign-in to {} was abandoned", instance.name),
                ))
            })
        }
    };
    let _ = atomic_file::remove(&notice_path(ctx, instance));
    complete_with(ctx, leader, &result).await?;
    result
}

/// Waits until another process stores a valid token: the user has signed in at a terminal while the
/// page was open.
async fn wait_for_other_sign_in(ctx: &Arc<Ctx>, instance: &Instance) {
    loop {
        tokio::time::sleep(TOKEN_CHECK_INTERVAL).await;
        let (vault, name, now) = (ctx.vault.clone(), RecordId::token(instance), ctx.clock.now());
        let token = run_blocking(move || vault.load::<SsoToken>(&name, now)).await;
        if matches!(token, Ok(Some(token)) if token.expires_at > now) {
            // A token request in progress here is completed first.
            drop(ctx.token_requests.write().await);
            return;
        }
    }
}

/// The file in which the helper leaves the address for callers with a terminal.
struct NoticeFile {
    path: PathBuf,
    notice: Mutex<Option<SignInNotice>>,
}

impl NoticeFile {
    fn update(&self, step: SignInStep) {
        let mut notice = lock(&self.notice);
        match step {
            SignInStep::Open { url, code, browser_opened: browser, .. } => {
                *notice = Some(SignInNotice { url, code, opened: browser, problem: None })
            }
            SignInStep::BrowserFailed(error) => {
                if let Some(notice) = &mut *notice {
                    notice.problem = Some(error.message);
                }
            }
            _ => return,
        }
        if let Ok(bytes) = serde_json::to_vec(&*notice) {
            let _ = atomic_file::save(&self.path, &bytes);
        }
    }
}

fn load_notice(ctx: &Ctx, instance: &Instance) -> Option<SignInNotice> {
    serde_json::from_slice(&atomic_file::load(&notice_path(ctx, instance)).ok()??).ok()
}

fn notice_path(ctx: &Ctx, instance: &Instance) -> PathBuf {
    ctx.paths
        .state_dir
        .join(format!("sign-in-{}.json", crate::domain::slug(instance.name.as_str())))
}

#[cfg(test)]
mod tests;
