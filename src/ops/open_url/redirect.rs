//! A loopback URL that redirects to a secret link once.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::Notify;

use crate::domain::{Error, ErrorKind, Result, Secret};
use crate::os::browser;
use crate::os::http::{HttpRequest, HttpResponse, Listener};
use crate::os::mutex::lock;
use crate::os::random;

use super::POLL_INTERVAL;

/// How long a program has to fetch a secret link.
const FETCH_TIMEOUT: Duration = Duration::from_secs(30);

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
        let (left, fetched) = (Arc::new(Mutex::new(Some(self.link))), Arc::new(Notify::new()));
        let (path, done) = (self.path, fetched.clone());
        let host = self.listener.address().to_string();
        let answer = move |request: HttpRequest| {
            let (path, left, fetched) = (path.clone(), left.clone(), fetched.clone());
            let is_own_host = request.header("host") == Some(&host);
            async move {
                if !is_own_host || request.path != path || request.method != http::Method::GET {
                    return HttpResponse::text(404, "nothing here");
                }
                match lock(&left).take() {
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

fn link_not_fetched() -> Error {
    Error::new(
        ErrorKind::Unreachable,
        format!("no browser fetched the link within {} s", FETCH_TIMEOUT.as_secs()),
    )
    .hint("try again once the browser is running, or use `--url-action print`")
}

/// Opens a redirect to the link, and serves it until it is fetched or the program fails.
pub(super) async fn open_and_serve(
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

/// Waits until the started program fails.
async fn wait_for_failure(started: browser::BrowserProcess) -> Error {
    loop {
        if let Some(error) = started.failure() {
            return error;
        }
        tokio::time::sleep(POLL_INTERVAL).await;
    }
}

#[cfg(all(test, unix))]
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
}
