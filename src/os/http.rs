//! Small HTTP servers on this machine: the sign-in callback, the credentials endpoint, the demo.

mod limits;

use std::future::Future;
use std::net::{Ipv4Addr, SocketAddr};
use std::pin::Pin;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::domain::{ErrorKind, Result, ResultExt};
use crate::os::mutex::lock;

pub use limits::{ConnectionAddresses, ServeLimits, serve_limited_bytes};

/// The pause after too many open files, in which some connections may end.
const ACCEPT_RETRY_DELAY: std::time::Duration = std::time::Duration::from_millis(20);

/// The most bytes of a request body. The response to a longer one is 413.
const MAX_BODY_LEN: usize = 1 << 20;

#[derive(Debug, Clone)]
pub struct HttpRequest {
    /// `GET`, `POST`, …
    pub method: http::Method,
    /// The path as sent, not decoded.
    pub path: String,
    /// The query string without its `?`, not decoded; empty if there is none.
    pub query: String,
    pub headers: http::HeaderMap,
    pub body: Bytes,
}

impl HttpRequest {
    /// Returns the value of a header; `None` if it is missing or not text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// Returns the query's keys and values in order, decoded as
    /// `application/x-www-form-urlencoded`.
    pub fn params(&self) -> Vec<(String, String)> {
        parse_form(&self.query)
    }

    /// Returns the first value of a key in the query.
    pub fn param(&self, key: &str) -> Option<String> {
        self.params().into_iter().find(|(name, _)| name == key).map(|(_, value)| value)
    }
}

/// Decodes `application/x-www-form-urlencoded`, for example `a=b&c=d+e%21`.
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

/// A response, sent in one write.
#[derive(Debug, Clone)]
pub struct HttpResponse {
    pub status: u16,
    /// The headers except `content-length`. No `date` is added.
    pub headers: Vec<(&'static str, String)>,
    pub body: Bytes,
}

impl HttpResponse {
    /// Creates a response with this content type.
    pub fn new(status: u16, content_type: &str, body: impl Into<Bytes>) -> Self {
        Self { status, headers: vec![("content-type", content_type.to_owned())], body: body.into() }
    }

    /// Creates a response of `application/json`.
    pub fn json(status: u16, body: impl Into<Bytes>) -> Self {
        Self::new(status, "application/json", body)
    }

    /// Creates a response of `text/html; charset=utf-8` that must not be cached or framed, and
    /// whose links send no referrer.
    pub fn html(status: u16, body: impl Into<Bytes>) -> Self {
        Self::new(status, "text/html; charset=utf-8", body)
            .with_header("cache-control", "no-store")
            .with_header("referrer-policy", "no-referrer")
            .with_header("x-frame-options", "DENY")
    }

    /// Creates a response of `text/plain; charset=utf-8`.
    pub fn text(status: u16, body: impl Into<Bytes>) -> Self {
        Self::new(status, "text/plain; charset=utf-8", body)
    }

    /// Creates a redirect (302) to another URL.
    pub fn redirect(to: impl Into<String>) -> Self {
        Self {
            status: 302,
            headers: vec![("location", to.into()), ("cache-control", "no-store".into())],
            body: Bytes::new(),
        }
    }

    #[must_use]
    pub fn with_header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

/// A task that takes over a connection.
pub type ConnectionTask =
    Box<dyn FnOnce(tokio::net::TcpStream) -> Pin<Box<dyn Future<Output = ()> + Send>> + Send>;

pub enum HandlerOutcome {
    Respond(HttpResponse),
    /// No HTTP response. The task gets the connection and may send anything; the demo sends its
    /// broken responses in this way.
    TakeOver(ConnectionTask),
}

impl From<HttpResponse> for HandlerOutcome {
    fn from(response: HttpResponse) -> Self {
        Self::Respond(response)
    }
}

/// A bound port on this machine that does not serve yet.
#[derive(Debug)]
pub struct Listener {
    socket: std::net::TcpListener,
    address: SocketAddr,
}

impl Listener {
    /// Binds this port of 127.0.0.1; 0 binds any free port. Needs no runtime.
    ///
    /// # Errors
    /// [`ErrorKind::Os`] if the port is in use.
    pub fn bind(port: u16) -> Result<Self> {
        Self::bind_address((Ipv4Addr::LOCALHOST, port).into())
    }

    /// Binds this address; port 0 binds any free port. Needs no runtime.
    ///
    /// # Errors
    /// [`ErrorKind::Os`] if the port is in use or the machine does not have the address.
    pub fn bind_address(address: SocketAddr) -> Result<Self> {
        let bind = || {
            let socket = std::net::TcpListener::bind(address)?;
            socket.set_nonblocking(true)?;
            let address = socket.local_addr()?;
            Ok::<_, std::io::Error>(Self { socket, address })
        };
        bind().context(ErrorKind::Os, format_args!("listening on {address}"))
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// Returns `http://ADDRESS:PORT`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Serves requests until dropped, which also ends the connections.
    ///
    /// # Errors
    /// [`ErrorKind::Os`] if the socket can't be registered with the runtime.
    pub async fn serve<H, F>(self, handler: H) -> Result<()>
    where
        H: Fn(HttpRequest) -> F + Clone + Send + Sync + 'static,
        F: Future<Output: Into<HandlerOutcome>> + Send + 'static,
    {
        let listener = self.into_tokio()?;
        let mut connections = JoinSet::new();
        loop {
            tokio::select! {
                accepted = listener.accept() => match accepted {
                    Ok((stream, _)) => {
                        let _ = stream.set_nodelay(true);
                        connections.spawn(serve_connection(stream, handler.clone()));
                    }
                    Err(_) => tokio::time::sleep(ACCEPT_RETRY_DELAY).await,
                },
                Some(_) = connections.join_next() => {}
            }
        }
    }

    /// Registers the socket with the runtime.
    fn into_tokio(self) -> Result<TcpListener> {
        TcpListener::from_std(self.socket)
            .context(ErrorKind::Os, format_args!("listening on {}", self.address))
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

/// Serves the requests of a connection until it ends, or until a handler takes it over.
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
                    *lock(&slot) = Some(task);
                    // An error makes hyper return the connection without writing to it or closing
                    // it.
                    Err(std::io::Error::other("the connection was taken over"))
                }
            }
        }
    });
    // The handler sets the date: the demo has servers whose clock is wrong, or that send none.
    let mut builder = hyper::server::conn::http1::Builder::new();
    let mut connection = builder
        .timer(TokioTimer::new())
        .auto_date_header(false)
        .serve_connection(TokioIo::new(stream), service);
    // The client may hang up at any time; ignore errors.
    let _ = (&mut connection).await;
    let task = lock(&taken).take()?;
    Some((connection.into_parts().io.into_inner(), task))
}

/// Serves the bytes that a client sends, as over a connection but in memory, and returns the bytes
/// of the responses. For fuzzing.
#[doc(hidden)]
pub async fn serve_bytes<H, F>(bytes: &[u8], handler: H) -> Vec<u8>
where
    H: Fn(HttpRequest) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = HttpResponse> + Send + 'static,
{
    exchange_bytes(bytes, |server| serve_stream(server, handler)).await
}

/// Sends bytes to a server in memory, and returns those that it sends.
async fn exchange_bytes<F: Future>(
    bytes: &[u8],
    serve: impl FnOnce(tokio::io::DuplexStream) -> F,
) -> Vec<u8> {
    let (client, server) = tokio::io::duplex(1 << 20);
    let (mut reader, mut writer) = tokio::io::split(client);
    let mut responses = Vec::new();
    let exchange = async {
        // A server that rejects a request hangs up before it has read everything.
        let _ = writer.write_all(bytes).await;
        let _ = writer.shutdown().await;
        let _ = reader.read_to_end(&mut responses).await;
    };
    tokio::join!(serve(server), exchange);
    responses
}

async fn read_request(request: hyper::Request<Incoming>) -> Option<HttpRequest> {
    let (parts, body) = request.into_parts();
    let body = Limited::new(body, MAX_BODY_LEN).collect().await.ok()?.to_bytes();
    Some(with_body(parts, body))
}

fn with_body(head: http::request::Parts, body: Bytes) -> HttpRequest {
    HttpRequest {
        method: head.method,
        path: head.uri.path().to_owned(),
        query: head.uri.query().unwrap_or_default().to_owned(),
        headers: head.headers,
        body,
    }
}

fn into_hyper_response(response: HttpResponse) -> hyper::Response<Full<Bytes>> {
    let mut builder = hyper::Response::builder().status(response.status);
    for (name, value) in response.headers {
        builder = builder.header(name, value);
    }
    builder
        .body(Full::new(response.body))
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
