//! Waits on loopback for the browser to come back from the sign-in page.

use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::JoinSet;

use crate::domain::{Error, ErrorKind, Result, escape_unprintable};
use crate::os::http::{HttpRequest, HttpResponse, Listener, parse_form};

/// The path of the redirect address.
const PATH: &str = "/oauth/callback";
/// How long the page may take to reach the browser once the code is here.
const LINGER: Duration = Duration::from_secs(5);

const DONE: &str = include_str!("pages/done.html");
const FAILED: &str = include_str!("pages/failed.html");
const UNEXPECTED: &str = include_str!("pages/stray.html");

/// A loopback address that the browser is sent back to. Bound when made, so before any browser
/// opens.
#[derive(Debug)]
pub struct Callback {
    listener: Listener,
}

impl Callback {
    /// Binds any free port of 127.0.0.1.
    ///
    /// # Errors
    /// When no port can be bound; the device code flow needs none.
    pub fn bind() -> Result<Callback> {
        let listener = Listener::bind(0)
            .map_err(|error| error.hint("run `rolecall login --flow device-code`"))?;
        Ok(Callback { listener })
    }

    /// Where the browser is sent back to.
    pub fn redirect_uri(&self) -> String {
        format!("{}{PATH}", self.listener.url())
    }

    /// The code that comes back with this state. Anything else that knocks is answered and ignored.
    /// Waits for ever: the caller sets the limit, and dropping the future closes the port.
    ///
    /// # Errors
    /// [`Kind::LoginNeeded`] when the sign-in page says that it failed or was declined.
    pub async fn wait(self, state: &str) -> Result<String> {
        let (send, mut receive) = mpsc::channel(1);
        let state = state.to_owned();
        let mut server = JoinSet::new();
        server.spawn(self.listener.serve(move |request| {
            let (send, verdict) = (send.clone(), handle_callback(&request, &state));
            async move {
                let (outcome, page) = verdict;
                if let Some(outcome) = outcome {
                    // A second answer finds the channel full or closed, and that is fine.
                    let _ = send.try_send(outcome);
                }
                page
            }
        }));
        let outcome = tokio::select! {
            outcome = receive.recv() => outcome,
            ended = server.join_next() => return Err(listener_error(ended)),
        };
        // The browser gets its page while the code is being exchanged.
        tokio::spawn(async move { tokio::time::timeout(LINGER, server.join_next()).await });
        outcome.unwrap_or_else(|| Err(Error::internal("the sign-in listener closed")))
    }
}

fn listener_error(ended: Option<std::result::Result<Result<()>, tokio::task::JoinError>>) -> Error {
    match ended {
        Some(Ok(Err(error))) => error,
        _ => Error::internal("the sign-in listener stopped"),
    }
}

/// The code in a redirect address that a person pasted back: from a remote host the browser can't
/// reach the listener.
///
/// # Errors
/// [`Kind::Usage`] when the text is no such address or belongs to another sign-in;
/// [`Kind::LoginNeeded`] when it tells of an error.
pub fn parse_redirect_url(url: &str, state: &str) -> Result<String> {
    let again = |why: &str| {
        Error::new(ErrorKind::Usage, why)
            .hint("paste the whole address from the browser's address bar")
    };
    let text = url.trim().trim_matches(['"', '\'', '<', '>']);
    let (_, query) =
        text.split_once('?').ok_or_else(|| again("that is not the address of the sign-in page"))?;
    match parse_params(&parse_form(query.split('#').next().unwrap_or_default()), state) {
        Some(outcome) => outcome,
        None => Err(again("that address does not belong to this sign-in")),
    }
}

/// What a request means for the sign-in with this state, and the page to answer it with. Public for
/// fuzzing.
#[doc(hidden)]
pub fn handle_callback(
    request: &HttpRequest,
    state: &str,
) -> (Option<Result<String>>, HttpResponse) {
    // A name that resolves to 127.0.0.1 would let a web page of its owner talk to us.
    if !request.header("host").is_some_and(is_loopback) {
        return (None, HttpResponse::text(421, "not here"));
    }
    if request.method != http::Method::GET {
        return (None, HttpResponse::text(405, "only GET").with_header("allow", "GET"));
    }
    if request.path != PATH {
        return (None, HttpResponse::text(404, "nothing here"));
    }
    match parse_params(&request.params(), state) {
        Some(Ok(code)) => (Some(Ok(code)), HttpResponse::html(200, DONE)),
        Some(Err(error)) => (Some(Err(error)), HttpResponse::html(200, FAILED)),
        None => (None, HttpResponse::html(400, UNEXPECTED)),
    }
}

/// The code or the error in an answer to our own question; `None` when it answers somebody else's,
/// or nothing.
fn parse_params(params: &[(String, String)], state: &str) -> Option<Result<String>> {
    let first =
        |key: &str| params.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str());
    if state.is_empty() || first("state") != Some(state) {
        return None;
    }
    match (first("error"), first("code")) {
        (Some(error), _) => {
            Some(Err(authorization_error(error, first("error_description").unwrap_or_default())))
        }
        (None, Some(code)) if !code.is_empty() => Some(Ok(code.to_owned())),
        _ => None,
    }
}

/// The errors that an authorization page sends back, in words.
fn authorization_error(error: &str, description: &str) -> Error {
    let why = match error {
        "access_denied" => "the sign-in was declined in the browser",
        "invalid_scope" => "AWS does not know one of the scopes",
        "unauthorized_client" => "AWS does not let this program sign in that way",
        "server_error" | "temporarily_unavailable" => "the sign-in page failed",
        _ => "the sign-in failed in the browser",
    };
    let detail = if description.is_empty() { error } else { description };
    let detail: String = escape_unprintable(detail).chars().take(200).collect();
    Error::new(ErrorKind::LoginNeeded, format!("{why} ({detail})"))
        .hint("run `rolecall login`, or `rolecall login --flow device-code`")
}

fn is_loopback(host: &str) -> bool {
    let name = host.rsplit_once(':').map_or(host, |(name, port)| {
        if port.bytes().all(|b| b.is_ascii_digit()) { name } else { host }
    });
    matches!(name, "127.0.0.1" | "localhost" | "[::1]")
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    fn request(method: http::Method, host: &str, path: &str, query: &str) -> HttpRequest {
        let mut headers = http::HeaderMap::new();
        headers.insert("host", host.parse().unwrap());
        HttpRequest { method, path: path.into(), query: query.into(), headers, body: Bytes::new() }
    }

    fn status(host: &str, path: &str, query: &str) -> (bool, u16) {
        let (outcome, page) =
            handle_callback(&request(http::Method::GET, host, path, query), "right");
        (outcome.is_some(), page.status)
    }

    #[test]
    fn only_the_right_state_ends_the_wait() {
        assert_eq!(status("127.0.0.1:80", PATH, "code=c&state=right"), (true, 200));
        assert_eq!(status("localhost:80", PATH, "error=access_denied&state=right"), (true, 200));
        for query in [
            "",
            "code=c",
            "code=c&state=wrong",
            "error=access_denied",
            "error=x&state=wrong",
            "state=right",
            "code=&state=right",
        ] {
            assert_eq!(status("127.0.0.1:80", PATH, query), (false, 400), "{query}");
        }
    }

    #[test]
    fn other_hosts_paths_and_methods_are_turned_away() {
        assert_eq!(status("evil.example:80", PATH, "code=c&state=right"), (false, 421));
        assert_eq!(status("127.0.0.1.evil.example", PATH, "code=c&state=right"), (false, 421));
        assert_eq!(status("127.0.0.1:80", "/favicon.ico", ""), (false, 404));
        let post = request(http::Method::POST, "127.0.0.1", PATH, "code=c&state=right");
        assert_eq!(handle_callback(&post, "right").1.status, 405);
    }

    #[test]
    fn a_pasted_address_gives_its_code() {
        let url = " http://127.0.0.1:4711/oauth/callback?code=a%2Fb&state=right ";
        assert_eq!(parse_redirect_url(url, "right").unwrap(), "a/b");
        assert_eq!(parse_redirect_url(url, "other").unwrap_err().kind, ErrorKind::Usage);
        assert_eq!(parse_redirect_url("hello", "right").unwrap_err().kind, ErrorKind::Usage);
        let error = parse_redirect_url(
            "http://127.0.0.1:1/oauth/callback?error=access_denied&state=right",
            "right",
        )
        .unwrap_err();
        assert_eq!(error.kind, ErrorKind::LoginNeeded);
    }

    #[test]
    fn an_empty_state_matches_nothing() {
        assert!(parse_params(&parse_form("code=c&state="), "").is_none());
    }

    async fn get(uri: &str, query: &str) -> String {
        let authority = uri.trim_start_matches("http://").split('/').next().unwrap().to_owned();
        let mut stream = tokio::net::TcpStream::connect(&authority).await.unwrap();
        let text = format!(
            "GET {PATH}?{query} HTTP/1.1\r\nhost: {authority}\r\nconnection: close\r\n\r\n"
        );
        stream.write_all(text.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        answer
    }

    #[tokio::test]
    async fn unrelated_requests_are_ignored_and_the_browser_gets_its_page() {
        let callback = Callback::bind().unwrap();
        let uri = callback.redirect_uri();
        let browser = tokio::spawn(async move {
            assert!(get(&uri, "error=access_denied&state=guess").await.starts_with("HTTP/1.1 400"));
            get(&uri, "code=the-code&state=right").await
        });
        assert_eq!(callback.wait("right").await.unwrap(), "the-code");
        let page = browser.await.unwrap();
        assert!(page.contains("You are signed in. You can close this tab."), "{page}");
    }
}
