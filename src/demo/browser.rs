//! The person in front of the sign-in page, for tests and for demonstrations without a browser:
//! opens the page, presses a button.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use crate::domain::{Error, ErrorKind, Result};

/// How many redirects are followed.
const MAX_REDIRECTS: usize = 5;

/// How long each connection may take.
const CONNECTION_TIMEOUT: Duration = Duration::from_secs(30);

/// Opens a sign-in address (device or authorize page) and presses Allow; follows redirects up to
/// and including the program's own loopback address. Blocks.
///
/// # Errors
/// When the address is not plain HTTP on this machine, nobody answers, or the page has nothing to
/// allow.
pub fn approve(url: &str) -> Result<()> {
    submit_and_follow(url, "allow")
}

/// Opens a sign-in address and presses Deny; otherwise as [`approve`].
///
/// # Errors
/// As [`approve`].
pub fn deny(url: &str) -> Result<()> {
    submit_and_follow(url, "deny")
}

/// Opens an authorize address in a browser on another machine and presses Allow: the address that
/// this browser ends on, with a page behind it that it can't open.
///
/// # Errors
/// As [`approve`], and when the page leads nowhere.
pub fn approve_remotely(url: &str) -> Result<String> {
    let reply = submit_decision(url, "allow")?;
    reply
        .header("location")
        .map(str::to_owned)
        .ok_or_else(|| Error::internal(format!("{url} leads nowhere")))
}

fn submit_and_follow(url: &str, decision: &str) -> Result<()> {
    let mut reply = submit_decision(url, decision)?;
    // From here on it is the program that answers; whatever it says to the browser is its own
    // affair.
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

/// Presses a button of the page, and follows nothing.
fn submit_decision(url: &str, decision: &str) -> Result<FetchedResponse> {
    let page = fetch("GET", url, &[], "")?;
    let form = page.form().ok_or_else(|| {
        Error::new(ErrorKind::AccessDenied, format!("the sign-in page says: {}", page.message()))
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
            format!("the sign-in page says: {}", reply.message()),
        ));
    }
    Ok(reply)
}

/// An answer, read whole.
#[derive(Debug, Clone)]
pub(super) struct FetchedResponse {
    pub(super) status: u16,
    headers: Vec<(String, String)>,
    pub(super) body: String,
}

/// The form on a page: where it goes, and its hidden fields.
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

    /// The page's own sentence, without tags.
    fn message(&self) -> String {
        let text = self.body.split_once("</h1>").map_or(self.body.as_str(), |(_, rest)| rest);
        let paragraph = text
            .split_once("<p>")
            .and_then(|(_, rest)| rest.split_once("</p>"))
            .map_or("nothing", |(inside, _)| inside);
        format!("{paragraph} (HTTP {})", self.status)
    }
}

/// The value of `name="value"` in a tag. Values are base64, codes and paths here: nothing in them
/// is escaped.
fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    tag.split_once(&format!("{name}=\""))?.1.split_once('"').map(|(value, _)| value)
}

/// One request on a connection of its own.
pub(super) fn fetch(
    method: &str,
    url: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> Result<FetchedResponse> {
    let said = |error: std::io::Error| {
        Error::new(ErrorKind::Unreachable, format!("{method} on this machine: {error}"))
    };
    let (host, path) = split_url(url)?;
    let mut stream = TcpStream::connect(host).map_err(said)?;
    stream.set_read_timeout(Some(CONNECTION_TIMEOUT)).map_err(said)?;
    let own_host = if headers.iter().any(|(name, _)| *name == "host") {
        String::new()
    } else {
        format!("host: {host}\r\n")
    };
    let headers: String =
        headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let length = body.len();
    let request = format!(
        "{method} {path} HTTP/1.1\r\n{own_host}connection: close\r\ncontent-length: {length}\r\n{headers}\r\n{body}"
    );
    stream.write_all(request.as_bytes()).map_err(said)?;
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).map_err(said)?;
    parse_response(&String::from_utf8_lossy(&bytes))
        .ok_or_else(|| Error::new(ErrorKind::Unreachable, format!("no HTTP answer from {host}")))
}

/// Host with port, and path with query. The fragment stays at home.
fn split_url(url: &str) -> Result<(&str, &str)> {
    let wrong = || {
        Error::new(
            ErrorKind::Usage,
            "the sign-in address is not plain HTTP on this machine: only the demo's pages can be answered",
        )
    };
    let rest = url.strip_prefix("http://").ok_or_else(wrong)?;
    let rest = rest.split('#').next().unwrap_or(rest);
    let (host, path) = rest.find('/').map_or((rest, "/"), |at| rest.split_at(at));
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    if matches!(name, "127.0.0.1" | "localhost" | "[::1]") {
        Ok((host, path))
    } else {
        Err(wrong())
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
    fn only_this_machine_is_asked() {
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
