//! Opens a URL, copies it, passes it to a program, or returns it to be shown.

use std::sync::Arc;
use std::time::{Duration, Instant};

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use tokio::sync::Notify;

use crate::config::UrlAction;
use crate::config::env;
use crate::domain::{Error, ErrorKind, Result, Secret};
use crate::os::browser;
use crate::os::http::{HttpRequest, HttpResponse, Listener};
use crate::os::process;
use crate::os::random;
use crate::os::terminal::clipboard::{self, Desktop};

use crate::ops::ctx::Ctx;

/// How long a program has to fetch a secret link.
const FETCH_TIMEOUT: Duration = Duration::from_secs(30);
/// How long a program is watched whose link a helper serves: a launcher without a browser fails
/// within it.
const LAUNCH_TIMEOUT: Duration = Duration::from_millis(500);
/// How often a started program is checked for failure.
const POLL_INTERVAL: Duration = Duration::from_millis(50);
/// Variables that browsers and helpers must not inherit.
pub const SECRET_VARIABLES: [&str; 3] =
    ["AWS_SSO_FILE_PASSWORD", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"];

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
    /// The action.
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
    /// Its name.
    pub name: String,
    /// One of Firefox's eight colours.
    pub color: String,
    /// One of Firefox's icons.
    pub icon: String,
}

/// The outcome of opening a URL.
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
    let started = opener.open(&start_helper(&link)?)?;
    let deadline = Instant::now() + LAUNCH_TIMEOUT;
    while Instant::now() < deadline {
        match started.try_wait() {
            Some(outcome) => return outcome.map(|()| OpenOutcome::Opened),
            None => tokio::time::sleep(POLL_INTERVAL / 5).await,
        }
    }
    Ok(OpenOutcome::Opened)
}

/// Opens a URL and returns once the program has it.
///
/// # Errors
/// [`ErrorKind::Usage`] if there is no browser, clipboard or terminal; [`ErrorKind::Config`]
/// without a `url_exec_command`; [`ErrorKind::Unreachable`] if the program does not fetch a secret
/// link.
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
                Link::Public(link) => drop(opener.open(&link)?),
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

/// Whether this machine has a browser.
pub fn has_browser(ctx: &Ctx) -> bool {
    let display =
        ctx.env.get(env::DISPLAY).is_some() || ctx.env.get(env::WAYLAND_DISPLAY).is_some();
    cfg!(target_os = "macos") || cfg!(windows) || display
}

/// Whether a URL can be delivered as the options say: `false` if that takes a browser and this
/// machine has none.
pub fn can_open(ctx: &Ctx, options: &OpenOptions) -> bool {
    !options.starts_program() || Opener::new(ctx, options).is_ok()
}

/// A program with arguments, and the scheme that wraps the URL.
#[derive(Debug, PartialEq, Eq)]
struct Opener {
    command: Option<Vec<String>>,
    scheme: Option<(&'static str, BrowserContainer)>,
}

impl Opener {
    fn new(ctx: &Ctx, options: &OpenOptions) -> Result<Self> {
        let named = options.browser.as_deref().map(process::split_words);
        let in_container = |scheme| (scheme, options.container.clone());
        let opener = match options.action {
            UrlAction::Exec => Self { command: Some(exec_command(options)?), scheme: None },
            UrlAction::OpenUrlInContainer => Self {
                command: named.or_else(firefox_command),
                scheme: Some(in_container("ext+container")),
            },
            UrlAction::GrantedContainers => Self {
                command: named.or_else(firefox_command),
                scheme: Some(in_container("ext+granted-containers")),
            },
            _ => Self { command: named, scheme: None },
        };
        if opener.command.is_none() && !has_browser(ctx) {
            return Err(Error::new(ErrorKind::Usage, "there is no browser on this machine to open the link in")
                .hint("set `browser` in the configuration, or AWS_SSO_BROWSER, to a program, or use `--url-action print`"));
        }
        Ok(opener)
    }

    fn open(&self, address: &str) -> Result<browser::BrowserProcess> {
        let encode = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
        let program = self.command.as_deref();
        match &self.scheme {
            Some((scheme, BrowserContainer { name, color, icon })) => {
                let wrap = |address: &str| {
                    format!(
                        "{scheme}:name={}&url={}&color={}&icon={}",
                        encode(name),
                        encode(address),
                        encode(color),
                        encode(icon)
                    )
                };
                browser::open_wrapped(address, wrap, program, &SECRET_VARIABLES)
            }
            None => browser::open(address, program, &SECRET_VARIABLES),
        }
    }
}

fn firefox_command() -> Option<Vec<String>> {
    Some(vec!["firefox".to_owned()])
}

/// Returns `url_exec_command` with everything but the URL filled in.
fn exec_command(options: &OpenOptions) -> Result<Vec<String>> {
    if options.command.is_empty() {
        return Err(Error::new(
            ErrorKind::Config,
            "`url_action = \"exec\"` needs `url_exec_command`",
        )
        .hint("set it to a list, for example [\"firefox\", \"--new-window\", \"%s\"]"));
    }
    let BrowserContainer { name, color, icon } = &options.container;
    let filled = |word: &String| {
        word.replace("{url}", "%s")
            .replace("{name}", name)
            .replace("{color}", color)
            .replace("{icon}", icon)
    };
    Ok(options.command.iter().map(filled).collect())
}

/// Opens a redirect to the link, and serves it until it is fetched or the program fails.
async fn open_and_serve(
    link: Secret<String>,
    open: impl FnOnce(&str) -> Result<browser::BrowserProcess>,
) -> Result<()> {
    let redirect = OneTimeRedirect::new(link)?;
    let started = open(redirect.url())?;
    tokio::select! {
        served = redirect.serve() => served,
        error = wait_for_failure(started) => Err(error),
    }
}

/// A loopback URL that can't be guessed and redirects to a secret link once. A program gets this
/// URL, because every user of the machine can read its arguments.
#[derive(Debug)]
pub struct OneTimeRedirect {
    listener: Listener,
    path: String,
    url: String,
    link: Secret<String>,
}

impl OneTimeRedirect {
    /// Binds the address; requests are answered once it is served.
    ///
    /// # Errors
    /// If no port is free.
    pub fn new(link: Secret<String>) -> Result<Self> {
        let listener = Listener::bind(0)?;
        let path = format!("/{}", random::token::<16>()?);
        let address = format!("{}{path}", listener.url());
        Ok(Self { listener, path, url: address, link })
    }

    /// The URL to open.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Redirects the first request to the link, within 30 seconds.
    ///
    /// # Errors
    /// [`ErrorKind::Unreachable`] if there is no request.
    pub async fn serve(self) -> Result<()> {
        let (left, fetched) =
            (Arc::new(std::sync::Mutex::new(Some(self.link))), Arc::new(Notify::new()));
        let (path, done) = (self.path, fetched.clone());
        let answer = move |request: HttpRequest| {
            let (path, left, fetched) = (path.clone(), left.clone(), fetched.clone());
            async move {
                if request.path != path || request.method != http::Method::GET {
                    return HttpResponse::text(404, "nothing here");
                }
                match left.lock().ok().and_then(|mut left| left.take()) {
                    Some(link) => {
                        fetched.notify_one();
                        HttpResponse::redirect(link.expose().clone())
                            .with_header("referrer-policy", "no-referrer")
                    }
                    None => HttpResponse::text(410, "this link was used already"),
                }
            }
        };
        tokio::select! {
            served = self.listener.serve(answer) => served,
            // The notification comes before the response is sent: let it arrive.
            () = async { done.notified().await; tokio::time::sleep(Duration::from_millis(200)).await } => Ok(()),
            () = tokio::time::sleep(FETCH_TIMEOUT) => Err(link_not_fetched()),
        }
    }
}

/// Waits until the started program fails.
async fn wait_for_failure(started: browser::BrowserProcess) -> Error {
    loop {
        if let Some(error) = started.failure() {
            return error;
        }
        tokio::time::sleep(POLL_INTERVAL).await;
    }
}

/// Opens the page of a sign-in with the program of the options; `None` if their action starts no
/// program.
///
/// # Errors
/// [`ErrorKind::Usage`] if there is no browser or it can't be started; [`ErrorKind::Config`]
/// without a `url_exec_command`; [`ErrorKind::Unreachable`] if a browser can't open the URL.
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

fn link_not_fetched() -> Error {
    Error::new(
        ErrorKind::Unreachable,
        format!("no browser fetched the link within {} s", FETCH_TIMEOUT.as_secs()),
    )
    .hint("try again once the browser runs, or use `--url-action print`")
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpStream;
    use std::sync::mpsc::channel;

    use super::*;

    fn http_get(address: &str) -> String {
        let (host, path) =
            address.strip_prefix("http://").and_then(|rest| rest.split_once('/')).unwrap();
        let mut stream = TcpStream::connect(host).unwrap();
        write!(stream, "GET /{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n")
            .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    fn block_on<T>(work: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
    }

    fn launch_program(program: &str) -> Result<browser::BrowserProcess> {
        browser::open("http://127.0.0.1/", Some(&[program.to_owned()]), &[])
    }

    #[test]
    fn the_link_is_given_once_and_only_to_who_knows_the_address() {
        let (told, heard) = channel();
        let visitor = std::thread::spawn(move || {
            let address: String = heard.recv().unwrap();
            (http_get(&format!("{address}x")), http_get(&address))
        });
        let open = |address: &str| {
            assert!(!address.contains("hidden"));
            told.send(address.to_owned()).unwrap();
            launch_program("true")
        };
        block_on(open_and_serve("https://console/?hidden".into(), open)).unwrap();
        let (wrong, right) = visitor.join().unwrap();
        assert!(wrong.starts_with("HTTP/1.1 404"), "{wrong}");
        assert!(right.contains("location: https://console/?hidden"), "{right}");
    }

    #[test]
    fn a_launcher_that_finds_no_browser_is_not_waited_for() {
        let error =
            block_on(open_and_serve("https://console/?hidden".into(), |_| launch_program("false")))
                .unwrap_err();
        assert!(error.message.contains("false exited with 1"), "{error}");
    }

    #[test]
    fn a_command_is_filled_in_word_by_word() {
        let container = BrowserContainer {
            name: "pay prod/Admin".into(),
            color: "red".into(),
            icon: "fence".into(),
        };
        let words = |command: &[&str]| {
            let command = command.iter().map(ToString::to_string).collect();
            exec_command(&OpenOptions {
                command,
                container: container.clone(),
                ..OpenOptions::default()
            })
        };
        assert_eq!(
            words(&["b", "--name={name}", "{color} {icon}", "{url}"]).unwrap(),
            ["b", "--name=pay prod/Admin", "red fence", "%s"]
        );
        assert_eq!(words(&[]).unwrap_err().kind, ErrorKind::Config);
    }
}
