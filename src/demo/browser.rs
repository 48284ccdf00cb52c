//! A minimal browser that submits the sign-in page, for tests and for demonstrations without a
//! browser.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use crate::domain::{Error, ErrorKind, Result, ResultExt};

/// The most redirects to follow.
const MAX_REDIRECTS: usize = 5;

/// The read timeout of a connection.
const CONNECTION_TIMEOUT: Duration = Duration::from_secs(30);

/// Opens a sign-in URL (device or authorize page), clicks Allow, and follows redirects up to and
/// including the loopback URL of the program. Blocks.
///
/// # Errors
/// If the URL is not plain HTTP on this machine, the server does not respond, or the page has
/// nothing to allow.
pub fn approve(url: &str) -> Result<()> {
    submit_and_follow(url, "allow")
}

/// Opens a sign-in URL and clicks Deny; otherwise like [`approve`].
///
/// # Errors
/// As [`approve`].
pub fn deny(url: &str) -> Result<()> {
    submit_and_follow(url, "deny")
}

/// Opens an authorize URL like a browser on another machine, clicks Allow, and returns the redirect
/// URL, which such a browser can't open.
///
/// # Errors
/// As [`approve`], and if the page does not redirect.
pub fn approve_remotely(url: &str) -> Result<String> {
    let reply = submit_decision(url, "allow")?;
    reply
        .header("location")
        .map(str::to_owned)
        .ok_or_else(|| Error::internal(format!("{url} does not redirect")))
}

fn submit_and_follow(url: &str, decision: &str) -> Result<()> {
    let mut reply = submit_decision(url, decision)?;
    // From here on the program responds; any response is fine.
    for _ in 0..MAX_REDIRECTS {
        match reply
            .header("location")
            .filter(|_| matches!(reply.status, 301..=308))
            .map(str::to_owned)
        {
            Some(next) => reply = fetch("GET", &next, &[], "")?,
            None => return Ok(()),
        }
    }
    Err(Error::internal(format!("{url} leads to more than {MAX_REDIRECTS} redirects")))
}

/// Submits the form of the page with this decision, and follows no redirect.
fn submit_decision(url: &str, decision: &str) -> Result<FetchedResponse> {
    let page = fetch("GET", url, &[], "")?;
    let form = page.form().ok_or_else(|| {
        Error::new(ErrorKind::AccessDenied, format!("the sign-in page reports: {}", page.message()))
    })?;
    let (origin, _) = split_url(url)?;
    let fields =
        form.fields.iter().map(|(name, value)| format!("{name}={value}&")).collect::<String>();
    let content = [("content-type", "application/x-www-form-urlencoded")];
    let reply = fetch(
        "POST",
        &format!("http://{origin}{}", form.action),
        &content,
        &format!("{fields}decision={decision}"),
    )?;
    if reply.status >= 400 {
        return Err(Error::new(
            ErrorKind::AccessDenied,
            format!("the sign-in page reports: {}", reply.message()),
        ));
    }
    Ok(reply)
}

/// A response with its whole body.
#[derive(Debug, Clone)]
pub(super) struct FetchedResponse {
    pub(super) status: u16,
    headers: Vec<(String, String)>,
    pub(super) body: String,
}

/// A form on a page: its target and its hidden fields.
#[derive(Debug, PartialEq, Eq)]
struct HtmlForm {
    action: String,
    fields: Vec<(String, String)>,
}

impl FetchedResponse {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    fn form(&self) -> Option<HtmlForm> {
        let (_, form) = self.body.split_once("<form ")?;
        let (head, form) = form.split_once('>')?;
        if attribute(head, "method") != Some("post") {
            return None;
        }
        let form = form.split_once("</form>").map_or(form, |(inside, _)| inside);
        let inputs = form
            .split("<input ")
            .skip(1)
            .filter_map(|input| input.split_once('>'))
            .map(|(input, _)| input);
        let fields = inputs.filter_map(|input| {
            Some((attribute(input, "name")?.to_owned(), attribute(input, "value")?.to_owned()))
        });
        Some(HtmlForm { action: attribute(head, "action")?.to_owned(), fields: fields.collect() })
    }

    /// Returns the first paragraph of the page and the status.
    fn message(&self) -> String {
        let text = self.body.split_once("</h1>").map_or(self.body.as_str(), |(_, rest)| rest);
        let paragraph = text
            .split_once("<p>")
            .and_then(|(_, rest)| rest.split_once("</p>"))
            .map_or("nothing", |(inside, _)| inside);
        format!("{paragraph} (HTTP {})", self.status)
    }
}

/// Returns the value of `name="value"` in a tag. Values are base64, codes and paths, so nothing in
/// them is escaped.
fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    tag.split_once(&format!("{name}=\""))?.1.split_once('"').map(|(value, _)| value)
}

/// Sends one request on a new connection.
pub(super) fn fetch(
    method: &str,
    url: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> Result<FetchedResponse> {
    let (host, path) = split_url(url)?;
    let host_header = if headers.iter().any(|(name, _)| *name == "host") {
        String::new()
    } else {
        format!("host: {host}\r\n")
    };
    let headers: String =
        headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let length = body.len();
    let request = format!(
        "{method} {path} HTTP/1.1\r\n{host_header}connection: close\r\ncontent-length: {length}\r\n{headers}\r\n{body}"
    );
    let bytes = exchange(host, request.as_bytes())
        .context(ErrorKind::Unreachable, format_args!("{method} on this machine"))?;
    parse_response(&String::from_utf8_lossy(&bytes))
        .ok_or_else(|| Error::new(ErrorKind::Unreachable, format!("no HTTP response from {host}")))
}

/// Sends a request and reads until the server closes the connection.
fn exchange(host: &str, request: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut stream = TcpStream::connect(host)?;
    stream.set_read_timeout(Some(CONNECTION_TIMEOUT))?;
    stream.write_all(request)?;
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Splits a URL into host with port, and path with query. The fragment is dropped, as browsers do.
fn split_url(url: &str) -> Result<(&str, &str)> {
    let invalid = || {
        Error::new(
            ErrorKind::Usage,
            "the sign-in URL is not plain HTTP on this machine: only pages of the demo are supported",
        )
    };
    let rest = url.strip_prefix("http://").ok_or_else(invalid)?;
    let rest = rest.split('#').next().unwrap_or(rest);
    let (host, path) = rest.find('/').map_or((rest, "/"), |at| rest.split_at(at));
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    if matches!(name, "127.0.0.1" | "localhost" | "[::1]") {
        Ok((host, path))
    } else {
        Err(invalid())
    }
}

fn parse_response(text: &str) -> Option<FetchedResponse> {
    let (head, body) = text.split_once("\r\n\r\n")?;
    let mut lines = head.lines();
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let headers = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_owned(), value.trim().to_owned()));
    Some(FetchedResponse { status, headers: headers.collect(), body: body.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_urls_on_this_machine_are_opened() {
        assert_eq!(
            split_url("http://127.0.0.1:81/device?user_code=A#x").unwrap(),
            ("127.0.0.1:81", "/device?user_code=A")
        );
        assert!(split_url("https://127.0.0.1/").is_err());
        assert!(split_url("http://127.0.0.1.example.com/").is_err());
        assert!(approve("http://example.com/device").is_err());
    }

    #[test]
    fn forms_are_found() {
        let body = "<form action=\"/device\" method=\"post\">\n<input type=\"hidden\" name=\"csrf\" value=\"x-1\">\n<button></form>";
        let reply = FetchedResponse { status: 200, headers: Vec::new(), body: body.into() };
        assert_eq!(
            reply.form(),
            Some(HtmlForm {
                action: "/device".into(),
                fields: vec![("csrf".into(), "x-1".into())]
            })
        );
    }
}
