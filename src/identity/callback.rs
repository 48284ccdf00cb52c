//! The loopback server that receives the browser's redirect from the sign-in page.

use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::JoinSet;

use crate::domain::{Error, ErrorKind, Result, escape_unprintable};
use crate::os::http::{HttpRequest, HttpResponse, Listener, parse_form};

/// The path of the redirect URI.
const PATH: &str = "/oauth/callback";
/// How long the server keeps running after it received the code, so that the browser gets its page.
const LINGER: Duration = Duration::from_secs(5);

const DONE: &str = include_str!("pages/done.html");
const FAILED: &str = include_str!("pages/failed.html");
const UNEXPECTED: &str = include_str!("pages/stray.html");

/// A loopback server for one redirect. It listens from its construction on, which is before the
/// browser opens.
#[derive(Debug)]
pub struct Callback {
    listener: Listener,
    /// The name of the instance, for the page in the browser.
    instance: String,
}

impl Callback {
    /// Binds a free port of 127.0.0.1 for a sign-in to this instance.
    ///
    /// # Errors
    /// If no port can be bound. The hint names the device code flow, which needs none.
    pub fn bind(instance: &str) -> Result<Callback> {
        let listener = Listener::bind(0)
            .map_err(|error| error.hint("run `rolecall login --flow device-code`"))?;
        Ok(Callback { listener, instance: instance.to_owned() })
    }

    /// The redirect URI, with the port.
    pub fn redirect_uri(&self) -> String {
        format!("{}{PATH}", self.listener.url())
    }

    /// Waits for the redirect with this state and returns its authorization code. Other requests
    /// get a response and are ignored. There is no timeout: the caller sets one, and dropping the
    /// future closes the port.
    ///
    /// # Errors
    /// [`ErrorKind::LoginNeeded`] if the redirect reports that the sign-in failed or was declined.
    pub async fn wait(self, state: &str) -> Result<String> {
        let (send, mut receive) = mpsc::channel(1);
        let (state, instance) = (state.to_owned(), self.instance);
        let mut server = JoinSet::new();
        server.spawn(self.listener.serve(move |request| {
            let send = send.clone();
            let (outcome, page) = handle_callback(&request, &state, &instance);
            async move {
                if let Some(outcome) = outcome {
                    // After the first outcome the channel is full or closed; ignore the others.
                    let _ = send.try_send(outcome);
                }
                page
            }
        }));
        let outcome = tokio::select! {
            outcome = receive.recv() => outcome,
            ended = server.join_next() => return Err(listener_error(ended)),
        };
        // The browser gets its page while the caller exchanges the code.
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

/// Returns the authorization code in a redirect URL that the user pasted. That is how a sign-in
/// completes if the browser runs on another machine and can't reach the listener.
///
/// # Errors
/// [`ErrorKind::Usage`] if the text is not a redirect URL or belongs to another sign-in;
/// [`ErrorKind::LoginNeeded`] if it reports an error.
pub fn parse_redirect_url(url: &str, state: &str) -> Result<String> {
    let invalid = |message: &str| {
        Error::new(ErrorKind::Usage, message)
            .hint("paste the whole address from the browser's address bar")
    };
    let text = url.trim().trim_matches(['"', '\'', '<', '>']);
    let (_, query) = text
        .split_once('?')
        .ok_or_else(|| invalid("that is not the address of the sign-in page"))?;
    match parse_params(&parse_form(query.split('#').next().unwrap_or_default()), state) {
        Some(outcome) => outcome,
        None => Err(invalid("that address does not belong to this sign-in")),
    }
}

/// Returns the outcome of the sign-in with this state, if the request decides it, and the response
/// to send, which names the instance. Public for fuzzing.
#[doc(hidden)]
pub fn handle_callback(
    request: &HttpRequest,
    state: &str,
    instance: &str,
) -> (Option<Result<String>>, HttpResponse) {
    // Prevents DNS rebinding: a web page could send requests to a name that resolves to 127.0.0.1.
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
        Some(Ok(code)) => (Some(Ok(code)), HttpResponse::html(200, render_page(DONE, instance))),
        Some(Err(error)) => {
            (Some(Err(error)), HttpResponse::html(200, render_page(FAILED, instance)))
        }
        // The sender may be any web page, so it gets no name.
        None => (None, HttpResponse::html(400, UNEXPECTED)),
    }
}

/// Fills in the name of the instance, escaped for HTML.
fn render_page(page: &str, instance: &str) -> String {
    let name: String = escape_unprintable(instance)
        .chars()
        .map(|letter| match letter {
            '&' => "&amp;".to_owned(),
            '<' => "&lt;".to_owned(),
            '>' => "&gt;".to_owned(),
            '"' => "&quot;".to_owned(),
            '\'' => "&#39;".to_owned(),
            letter => letter.to_string(),
        })
        .collect();
    page.replace("{instance}", &name)
}

/// Returns the code or the error of a redirect with this state; `None` if the state differs or both
/// are missing.
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

/// Describes an `error` parameter of the redirect (RFC 6749, 4.1.2.1).
fn authorization_error(error: &str, description: &str) -> Error {
    let message = match error {
        "access_denied" => "the sign-in was declined in the browser",
        "invalid_scope" => "AWS does not know one of the scopes",
        "unauthorized_client" => "AWS does not let this program sign in that way",
        "server_error" | "temporarily_unavailable" => "the sign-in page failed",
        _ => "the sign-in failed in the browser",
    };
    let detail = if description.is_empty() { error } else { description };
    let detail: String = escape_unprintable(detail).chars().take(200).collect();
    Error::new(ErrorKind::LoginNeeded, format!("{message} ({detail})"))
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
            handle_callback(&request(http::Method::GET, host, path, query), "right", "corp");
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
    fn the_page_names_rolecall_and_the_instance_and_cannot_be_changed_by_its_name() {
        let page = |query: &str, instance: &str| {
            let request = request(http::Method::GET, "127.0.0.1:80", PATH, query);
            let (_, page) = handle_callback(&request, "right", instance);
            String::from_utf8(page.body.to_vec()).unwrap()
        };
        let hostile = "<script>alert('&\")</script>\u{202e}";
        for query in ["code=c&state=right", "error=access_denied&state=right"] {
            let text = page(query, "corp");
            assert!(text.contains("igned in to corp</h1>") && text.contains("rolecall"), "{text}");
            assert!(text.contains("in your terminal") && !text.contains("{instance}"), "{text}");
            let text = page(query, hostile);
            assert!(!text.contains("<script>") && !text.contains('\u{202e}'), "{text}");
            assert!(text.contains("&lt;script&gt;alert(&#39;&amp;&quot;)"), "{text}");
        }
        let stray = page("code=c&state=wrong", "corp");
        assert!(stray.contains("rolecall") && !stray.contains("corp"), "{stray}");
    }

    #[test]
    fn other_hosts_paths_and_methods_are_rejected() {
        assert_eq!(status("evil.example:80", PATH, "code=c&state=right"), (false, 421));
        assert_eq!(status("127.0.0.1.evil.example", PATH, "code=c&state=right"), (false, 421));
        assert_eq!(status("127.0.0.1:80", "/favicon.ico", ""), (false, 404));
        let post = request(http::Method::POST, "127.0.0.1", PATH, "code=c&state=right");
        assert_eq!(handle_callback(&post, "right", "corp").1.status, 405);
    }

    #[test]
    fn a_pasted_redirect_url_contains_the_code() {
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
    fn a_failed_sign_in_is_explained_with_the_words_of_aws() {
        for (error, message) in [
            ("access_denied", "the sign-in was declined in the browser"),
            ("invalid_scope", "AWS does not know one of the scopes"),
            ("unauthorized_client", "AWS does not let this program sign in that way"),
            ("server_error", "the sign-in page failed"),
            ("temporarily_unavailable", "the sign-in page failed"),
            ("strange", "the sign-in failed in the browser"),
        ] {
            let plain = authorization_error(error, "");
            assert_eq!(plain.message, format!("{message} ({error})"));
            assert_eq!(authorization_error(error, "no").message, format!("{message} (no)"));
        }
        let stopped = Error::new(ErrorKind::Os, "too many open files");
        assert_eq!(listener_error(Some(Ok(Err(stopped.clone())))), stopped);
        assert_eq!(listener_error(None).kind, ErrorKind::Internal);
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
        let mut response = String::new();
        stream.read_to_string(&mut response).await.unwrap();
        response
    }

    #[tokio::test]
    async fn unrelated_requests_are_ignored_and_the_browser_gets_its_page() {
        let callback = Callback::bind("corp").unwrap();
        let uri = callback.redirect_uri();
        let browser = tokio::spawn(async move {
            assert!(get(&uri, "error=access_denied&state=guess").await.starts_with("HTTP/1.1 400"));
            get(&uri, "code=the-code&state=right").await
        });
        assert_eq!(callback.wait("right").await.unwrap(), "the-code");
        let page = browser.await.unwrap();
        assert!(page.contains("Signed in to corp"), "{page}");
        assert!(
            page.contains("rolecall has your sign-in and continues in your terminal"),
            "{page}"
        );
    }
}
