//! What is done with a link: opened, copied, handed to a program, or given back to be shown.

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

/// How long a program has to come and fetch a secret link.
const FETCH_TIMEOUT: Duration = Duration::from_secs(30);
/// How long a program is watched that somebody else serves: a launcher without a browser says so
/// within it.
const LAUNCH_TIMEOUT: Duration = Duration::from_millis(500);
/// How often a program that was started is asked whether it has failed.
const POLL_INTERVAL: Duration = Duration::from_millis(50);
/// Variables that no browser or helper may inherit.
pub const SECRET_VARIABLES: [&str; 3] =
    ["AWS_SSO_FILE_PASSWORD", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"];

/// A link, and whether others may see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Link {
    /// Whoever has it is signed in: no argument of a program, no log.
    Secret(Secret<String>),
    /// Whoever has it has still to sign in.
    Public(String),
}

/// How a link is to be treated; what flags, rules, the instance and the general settings come to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OpenOptions {
    /// What to do.
    pub action: UrlAction,
    /// The program for `open` and the container actions; the system's when none is named.
    pub browser: Option<String>,
    /// Program and arguments for `exec`, with `%s` for the link.
    pub command: Vec<String>,
    /// The browser container, or whatever else a program makes of these.
    pub container: BrowserContainer,
}

/// A container of the browser: sessions in different ones don't mix.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BrowserContainer {
    /// Its name.
    pub name: String,
    /// One of the eight colours that Firefox has.
    pub color: String,
    /// One of the icons that Firefox has.
    pub icon: String,
}

/// What became of a link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OpenOutcome {
    /// A program has it.
    Opened,
    /// It is on a clipboard.
    Copied,
    /// It is to be shown, as the action says.
    ToShow(Secret<String>),
}

/// As [`deliver`], where a secret link's address is served by a helper that `leave` leaves behind:
/// returns once the program runs, or has failed to. The helper answers with the address.
///
/// # Errors
/// As [`deliver`]; what `leave` says. That nobody fetches the link is not told.
pub async fn open_detached(
    ctx: &Ctx,
    link: Secret<String>,
    manner: &OpenOptions,
    leave: impl FnOnce(&Secret<String>) -> Result<String>,
) -> Result<OpenOutcome> {
    if !manner.starts_program() {
        return open(ctx, Link::Secret(link), manner).await;
    }
    let opener = Opener::new(ctx, manner)?;
    let started = opener.open(&leave(&link)?)?;
    let patience = Instant::now() + LAUNCH_TIMEOUT;
    while Instant::now() < patience {
        match started.try_wait() {
            Some(how) => return how.map(|()| OpenOutcome::Opened),
            None => tokio::time::sleep(POLL_INTERVAL / 5).await,
        }
    }
    Ok(OpenOutcome::Opened)
}

/// Does with a link what the manner says. Returns once the program has it.
///
/// # Errors
/// [`Kind::Usage`] when there is no browser, clipboard or terminal, [`Kind::Config`] without a
/// `url_exec_command`, [`Kind::Unreachable`] when the program does not fetch a secret link.
pub async fn open(ctx: &Ctx, link: Link, manner: &OpenOptions) -> Result<OpenOutcome> {
    match manner.action {
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
            let opener = Opener::new(ctx, manner)?;
            match link {
                Link::Secret(link) => open_and_serve(link, |address| opener.open(address)).await?,
                Link::Public(link) => drop(opener.open(&link)?),
            }
            return Ok(OpenOutcome::Opened);
        }
    }
    Ok(OpenOutcome::Copied)
}

impl OpenOptions {
    /// Whether the link goes to a program, whose arguments everybody can read.
    fn starts_program(&self) -> bool {
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

/// Whether this machine has a browser of its own to open things in.
pub fn has_browser(ctx: &Ctx) -> bool {
    let display =
        ctx.env.get(env::DISPLAY).is_some() || ctx.env.get(env::WAYLAND_DISPLAY).is_some();
    cfg!(target_os = "macos") || cfg!(windows) || display
}

/// Program and arguments, and what the address is wrapped in.
#[derive(Debug, PartialEq, Eq)]
struct Opener {
    command: Option<Vec<String>>,
    scheme: Option<(&'static str, BrowserContainer)>,
}

impl Opener {
    fn new(ctx: &Ctx, manner: &OpenOptions) -> Result<Self> {
        let named = manner.browser.as_deref().map(process::split_words);
        let in_container = |scheme| (scheme, manner.container.clone());
        let opener = match manner.action {
            UrlAction::Exec => Self { command: Some(exec_command(manner)?), scheme: None },
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

/// `url_exec_command` with everything but the address filled in.
fn exec_command(manner: &OpenOptions) -> Result<Vec<String>> {
    if manner.command.is_empty() {
        return Err(Error::new(
            ErrorKind::Config,
            "`url_action = \"exec\"` needs `url_exec_command`",
        )
        .hint("set it to a list, for example [\"firefox\", \"--new-window\", \"%s\"]"));
    }
    let BrowserContainer { name, color, icon } = &manner.container;
    let filled = |word: &String| {
        word.replace("{url}", "%s")
            .replace("{name}", name)
            .replace("{color}", color)
            .replace("{icon}", icon)
    };
    Ok(manner.command.iter().map(filled).collect())
}

/// Opens the address that leads to a link, and serves it until somebody came or the program failed.
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

/// Arguments are readable by everybody on the machine: a program gets a loopback address that
/// nobody can guess, which leads to the link once.
#[derive(Debug)]
pub struct OneTimeRedirect {
    listener: Listener,
    path: String,
    url: String,
    link: Secret<String>,
}

impl OneTimeRedirect {
    /// Binds the address, which answers once it is served.
    ///
    /// # Errors
    /// When no port is free.
    pub fn new(link: Secret<String>) -> Result<Self> {
        let listener = Listener::bind(0)?;
        let path = format!("/{}", random::token::<16>()?);
        let address = format!("{}{path}", listener.url());
        Ok(Self { listener, path, url: address, link })
    }

    /// What to open.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Leads the first visitor to the link, within half a minute.
    ///
    /// # Errors
    /// [`Kind::Unreachable`] when nobody came.
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
            // The answer is on its way once the notice comes: let it arrive.
            () = async { done.notified().await; tokio::time::sleep(Duration::from_millis(200)).await } => Ok(()),
            () = tokio::time::sleep(FETCH_TIMEOUT) => Err(link_not_fetched()),
        }
    }
}

/// Ends when the program that was started does so badly.
async fn wait_for_failure(started: browser::BrowserProcess) -> Error {
    loop {
        if let Some(error) = started.failure() {
            return error;
        }
        tokio::time::sleep(POLL_INTERVAL).await;
    }
}

/// Opens the page of a sign-in with the program that the manner names; `None` if the manner names
/// no program.
///
/// # Errors
/// [`Kind::Usage`] when there is no browser or it can't be started, [`Kind::Config`] without a
/// `url_exec_command`, [`Kind::Unreachable`] when the address is not one for a browser.
pub(in crate::ops) fn launch_browser(
    ctx: &Ctx,
    address: &str,
    manner: &OpenOptions,
) -> Result<Option<browser::BrowserProcess>> {
    if manner.starts_program() {
        Opener::new(ctx, manner)?.open(address).map(Some)
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
