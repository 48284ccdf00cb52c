//! Small HTTP servers on 127.0.0.1: the sign-in callback, the credentials endpoint, the demo.

use std::future::Future;
use std::net::{Ipv4Addr, SocketAddr};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::domain::{Error, ErrorKind, Result};

/// The largest request body that is read; a longer one is answered with 413.
const MAX_BODY: usize = 1 << 20;

/// A request, read whole.
#[derive(Debug, Clone)]
pub struct HttpRequest {
    /// `GET`, `POST`, …
    pub method: http::Method,
    /// The path as sent, not decoded.
    pub path: String,
    /// What stood behind `?`, not decoded; empty when nothing did.
    pub query: String,
    /// The headers.
    pub headers: http::HeaderMap,
    /// The body.
    pub body: Bytes,
}

impl HttpRequest {
    /// A header's text, or `None` when it is missing or not text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The query's keys and values in order, decoded as `application/x-www-form-urlencoded`.
    pub fn params(&self) -> Vec<(String, String)> {
        parse_form(&self.query)
    }

    /// The first value of a key in the query.
    pub fn param(&self, key: &str) -> Option<String> {
        self.params().into_iter().find(|(name, _)| name == key).map(|(_, value)| value)
    }
}

/// Decodes `a=b&c=d+e%21`.
pub fn parse_form(text: &str) -> Vec<(String, String)> {
    let decode = |part: &str| {
        percent_encoding::percent_decode_str(&part.replace('+', " "))
            .decode_utf8_lossy()
            .into_owned()
    };
    let pairs = text.split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(key, value)| (decode(key), decode(value)))
        .collect()
}

/// An answer, sent in one write.
#[derive(Debug, Clone)]
pub struct HttpResponse {
    /// The status code.
    pub status: u16,
    /// Headers besides `content-length`. No `date` is added.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: Bytes,
}

impl HttpResponse {
    /// An answer of this content type.
    pub fn new(status: u16, content_type: &str, body: impl Into<Bytes>) -> Self {
        Self { status, headers: vec![("content-type", content_type.to_owned())], body: body.into() }
    }

    /// `application/json`.
    pub fn json(status: u16, body: impl Into<Bytes>) -> Self {
        Self::new(status, "application/json", body)
    }

    /// `text/html; charset=utf-8`, not to be cached, framed, or to load anything from elsewhere.
    pub fn html(status: u16, body: impl Into<Bytes>) -> Self {
        Self::new(status, "text/html; charset=utf-8", body)
            .with_header("cache-control", "no-store")
            .with_header("referrer-policy", "no-referrer")
            .with_header("x-frame-options", "DENY")
    }

    /// `text/plain; charset=utf-8`.
    pub fn text(status: u16, body: impl Into<Bytes>) -> Self {
        Self::new(status, "text/plain; charset=utf-8", body)
    }

    /// 302 to another address.
    pub fn redirect(to: impl Into<String>) -> Self {
        Self {
            status: 302,
            headers: vec![("location", to.into()), ("cache-control", "no-store".into())],
            body: Bytes::new(),
        }
    }

    /// The same answer with one more header.
    #[must_use]
    pub fn with_header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

/// A task that owns a connection from here on.
pub type ConnectionTask =
    Box<dyn FnOnce(tokio::net::TcpStream) -> Pin<Box<dyn Future<Output = ()> + Send>> + Send>;

/// What a handler does with a request.
pub enum HandlerOutcome {
    /// An ordinary answer.
    Respond(HttpResponse),
    /// No answer in HTTP: the task gets the connection and does what it likes with it. The demo's
    /// broken answers are sent this way.
    TakeOver(ConnectionTask),
}

impl From<HttpResponse> for HandlerOutcome {
    fn from(response: HttpResponse) -> Self {
        Self::Respond(response)
    }
}

/// A bound port on 127.0.0.1, not yet serving.
#[derive(Debug)]
pub struct Listener {
    socket: std::net::TcpListener,
    address: SocketAddr,
}

impl Listener {
    /// Binds 127.0.0.1 and this port, 0 for any free one. Needs no runtime.
    ///
    /// # Errors
    /// When the port is taken.
    pub fn bind(port: u16) -> Result<Self> {
        let said = |error: std::io::Error| {
            Error::new(ErrorKind::Os, format!("listening on 127.0.0.1:{port}: {error}"))
        };
        let socket = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map_err(said)?;
        socket.set_nonblocking(true).map_err(said)?;
        let address = socket.local_addr().map_err(said)?;
        Ok(Self { socket, address })
    }

    /// The port.
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// `http://127.0.0.1:PORT`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Answers requests until dropped; connections then end too.
    ///
    /// # Errors
    /// When the socket can't be handed to the runtime.
    pub async fn serve<H, F>(self, handler: H) -> Result<()>
    where
        H: Fn(HttpRequest) -> F + Clone + Send + Sync + 'static,
        F: Future<Output: Into<HandlerOutcome>> + Send + 'static,
    {
        let listener =
            TcpListener::from_std(self.socket).map_err(|error| Error::os(error.to_string()))?;
        let mut connections = JoinSet::new();
        loop {
            tokio::select! {
                accepted = listener.accept() => match accepted {
                    Ok((stream, _)) => {
                        let _ = stream.set_nodelay(true);
                        connections.spawn(serve_connection(stream, handler.clone()));
                    }
                    // Out of descriptors: let some go before trying again.
                    Err(_) => tokio::time::sleep(std::time::Duration::from_millis(20)).await,
                },
                Some(_) = connections.join_next() => {}
            }
        }
    }
}

async fn serve_connection<H, F>(stream: tokio::net::TcpStream, handler: H)
where
    H: Fn(HttpRequest) -> F + Clone + Send + Sync + 'static,
    F: Future<Output: Into<HandlerOutcome>> + Send + 'static,
{
    if let Some((stream, task)) = serve_stream(stream, handler).await {
        task(stream).await;
    }
}

/// Answers requests over a connection until it ends, or until a handler takes it over.
async fn serve_stream<S, H, F>(stream: S, handler: H) -> Option<(S, ConnectionTask)>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    H: Fn(HttpRequest) -> F + Clone + Send + Sync + 'static,
    F: Future<Output: Into<HandlerOutcome>> + Send + 'static,
{
    let taken: Arc<Mutex<Option<ConnectionTask>>> = Arc::default();
    let slot = taken.clone();
    let service = service_fn(move |request: hyper::Request<Incoming>| {
        let (handler, slot) = (handler.clone(), slot.clone());
        async move {
            let outcome = match read_request(request).await {
                Some(request) => handler(request).await.into(),
                None => HttpResponse::text(413, "too large").into(),
            };
            match outcome {
                HandlerOutcome::Respond(response) => Ok(into_hyper_response(response)),
                HandlerOutcome::TakeOver(task) => {
                    *slot.lock().unwrap_or_else(PoisonError::into_inner) = Some(task);
                    // An error makes hyper let go of the connection without writing to it or
                    // closing it.
                    Err(std::io::Error::other("the connection was taken over"))
                }
            }
        }
    });
    // A peer that hangs up is not our failure.
    // The date is the handler's to say: the demo has servers whose clock is wrong, or that say
    // none.
    let mut builder = hyper::server::conn::http1::Builder::new();
    let mut connection = builder
        .timer(TokioTimer::new())
        .auto_date_header(false)
        .serve_connection(TokioIo::new(stream), service);
    let _ = (&mut connection).await;
    let task = taken.lock().unwrap_or_else(PoisonError::into_inner).take()?;
    Some((connection.into_parts().io.into_inner(), task))
}

/// Answers what a client sends before it stops sending, as over a connection but in memory. Returns
/// the bytes that come back. For fuzzing.
#[doc(hidden)]
pub async fn serve_bytes<H, F>(bytes: &[u8], handler: H) -> Vec<u8>
where
    H: Fn(HttpRequest) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = HttpResponse> + Send + 'static,
{
    let (client, server) = tokio::io::duplex(1 << 20);
    let (mut from, mut to) = tokio::io::split(client);
    let mut back = Vec::new();
    let talk = async {
        // A server that refuses hangs up before it has read all.
        let _ = to.write_all(bytes).await;
        let _ = to.shutdown().await;
        let _ = from.read_to_end(&mut back).await;
    };
    tokio::join!(serve_stream(server, handler), talk);
    back
}

async fn read_request(request: hyper::Request<Incoming>) -> Option<HttpRequest> {
    let (parts, body) = request.into_parts();
    let body = Limited::new(body, MAX_BODY).collect().await.ok()?.to_bytes();
    let query = parts.uri.query().unwrap_or_default().to_owned();
    Some(HttpRequest {
        method: parts.method,
        path: parts.uri.path().to_owned(),
        query,
        headers: parts.headers,
        body,
    })
}

fn into_hyper_response(response: HttpResponse) -> hyper::Response<Full<Bytes>> {
    let mut out = hyper::Response::builder().status(response.status);
    for (name, value) in response.headers {
        out = out.header(name, value);
    }
    out.body(Full::new(response.body))
        .unwrap_or_else(|_| hyper::Response::new(Full::new(Bytes::from_static(b"bad header"))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_decoded() {
        assert_eq!(
            parse_form("a=b+c&d=%2F&e"),
            [("a".into(), "b c".into()), ("d".into(), "/".into()), ("e".into(), String::new())]
        );
    }
}
