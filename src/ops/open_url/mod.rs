//! Opens a URL, copies it, passes it to a program, or returns it to be shown.

mod opener;
mod redirect;

use std::time::{Duration, Instant};

use crate::config::UrlAction;
use crate::config::env;
use crate::domain::{Result, Secret};
use crate::os::browser;
use crate::os::terminal::clipboard::{self, Desktop};

use crate::ops::ctx::Ctx;

use opener::Opener;
use redirect::open_and_serve;

pub use opener::{can_open, has_browser};
pub use redirect::OneTimeRedirect;

/// How long a program is watched that gets a link: a launcher without a browser fails within it.
const LAUNCH_TIMEOUT: Duration = Duration::from_millis(500);
/// How often a started program is checked for failure.
const POLL_INTERVAL: Duration = Duration::from_millis(50);
/// Variables that browsers and helpers must not inherit.
pub const SECRET_VARIABLES: [&str; 4] = [
    "AWS_SSO_FILE_PASSWORD",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN",
];

/// A URL, and whether others may see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Link {
    /// Anyone who has it is signed in: never put it into a program's arguments or a log.
    Secret(Secret<String>),
    /// Anyone who has it still has to sign in.
    Public(String),
}

/// How to open a URL, from flags, rules, the instance and general settings.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OpenOptions {
    pub action: UrlAction,
    /// The program for `open` and the container actions; `None` is the system's browser.
    pub browser: Option<String>,
    /// Program and arguments for `exec`, with `%s` for the link.
    pub command: Vec<String>,
    /// The browser container, for the container actions and `exec`.
    pub container: BrowserContainer,
}

/// A browser container; sessions in different containers are separate.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BrowserContainer {
    pub name: String,
    /// One of Firefox's eight colours.
    pub color: String,
    /// One of Firefox's icons.
    pub icon: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OpenOutcome {
    /// A program has opened it.
    Opened,
    /// It is on the clipboard.
    Copied,
    /// The caller has to show it, as the action says.
    ToShow(Secret<String>),
}

/// Like [`open()`], for a secret link that a detached helper serves: `start_helper` starts it and
/// returns the URL to open. Returns once the program runs or has failed to start.
///
/// # Errors
/// As [`open()`] and `start_helper`, except that a link that is not fetched is not noticed.
pub async fn open_detached(
    ctx: &Ctx,
    link: Secret<String>,
    options: &OpenOptions,
    start_helper: impl FnOnce(&Secret<String>) -> Result<String>,
) -> Result<OpenOutcome> {
    if !options.starts_program() {
        return open(ctx, Link::Secret(link), options).await;
    }
    let opener = Opener::new(ctx, options)?;
    check_launch(opener.open(&start_helper(&link)?)?).await?;
    Ok(OpenOutcome::Opened)
}

/// Waits a moment for a program that fails to open a link.
///
/// # Errors
/// As [`BrowserProcess::try_wait`](browser::BrowserProcess::try_wait); none if the program still
/// runs.
async fn check_launch(started: browser::BrowserProcess) -> Result<()> {
    let deadline = Instant::now() + LAUNCH_TIMEOUT;
    while Instant::now() < deadline {
        match started.try_wait() {
            Some(outcome) => return outcome,
            None => tokio::time::sleep(POLL_INTERVAL / 5).await,
        }
    }
    Ok(())
}

/// Opens a URL and returns once the program has it.
///
/// # Errors
/// `ErrorKind::Usage` if there is no browser, clipboard or terminal, or the program fails at once;
/// `ErrorKind::Config` without a `url_exec_command`; `ErrorKind::Unreachable` if the program does
/// not fetch a secret link.
pub async fn open(ctx: &Ctx, link: Link, options: &OpenOptions) -> Result<OpenOutcome> {
    match options.action {
        UrlAction::Print | UrlAction::PrintUrl | UrlAction::Qr => {
            return Ok(OpenOutcome::ToShow(link.into_url()));
        }
        UrlAction::Clipboard => clipboard::copy(link.into_url().expose(), clipboard_desktop(ctx))?,
        UrlAction::Osc52 => {
            clipboard::copy_osc52(link.into_url().expose(), ctx.env.get(env::TMUX).is_some())?
        }
        UrlAction::Open
        | UrlAction::Exec
        | UrlAction::OpenUrlInContainer
        | UrlAction::GrantedContainers => {
            let opener = Opener::new(ctx, options)?;
            match link {
                Link::Secret(link) => open_and_serve(link, |url| opener.open(url)).await?,
                Link::Public(link) => check_launch(opener.open(&link)?).await?,
            }
            return Ok(OpenOutcome::Opened);
        }
    }
    Ok(OpenOutcome::Copied)
}

impl OpenOptions {
    /// Whether a program is started, whose arguments every user of the machine can read.
    pub fn starts_program(&self) -> bool {
        matches!(
            self.action,
            UrlAction::Open
                | UrlAction::Exec
                | UrlAction::OpenUrlInContainer
                | UrlAction::GrantedContainers
        )
    }
}

impl Link {
    fn into_url(self) -> Secret<String> {
        match self {
            Link::Secret(link) => link,
            Link::Public(link) => link.into(),
        }
    }
}

fn clipboard_desktop(ctx: &Ctx) -> Desktop {
    let has = |var| ctx.env.get(var).is_some();
    Desktop {
        wayland: has(env::WAYLAND_DISPLAY),
        x11: has(env::DISPLAY),
        wsl: has(env::WSL_DISTRO_NAME),
    }
}

/// Opens the page of a sign-in with the program of the options; `None` if their action starts no
/// program.
///
/// # Errors
/// `ErrorKind::Usage` if there is no browser or it can't be started; `ErrorKind::Config`
/// without a `url_exec_command`; `ErrorKind::Unreachable` if a browser can't open the URL.
pub(in crate::ops) fn launch_browser(
    ctx: &Ctx,
    address: &str,
    options: &OpenOptions,
) -> Result<Option<browser::BrowserProcess>> {
    if options.starts_program() {
        Opener::new(ctx, options)?.open(address).map(Some)
    } else {
        Ok(None)
    }
}
