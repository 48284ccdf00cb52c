//! Serving with limits, for ports that every program on the machine can connect to.

use std::collections::{BTreeMap, VecDeque};
use std::future::Future;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bytes::Bytes;
use hyper::body::{Body, Incoming};
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::task::{AbortHandle, JoinSet};
use tokio_rustls::TlsAcceptor;

use crate::domain::Result;

use super::{ACCEPT_RETRY_DELAY, HttpRequest, HttpResponse, Listener};
use super::{exchange_bytes, into_hyper_response, with_body};

/// What clients may take from a server. A connection serves one request, which has no body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ServeLimits {
    /// The most bytes of the request line and the headers; at least 8,192. The response to more is
    /// 431.
    pub max_head_len: usize,
    /// The longest time from accepting a connection to the end of its response. Then the connection
    /// is closed.
    pub connection_timeout: Duration,
    /// The most connections at a time. Of the client that has most of those without a request, the
    /// oldest makes room for a new one, so that clients that send nothing, or that do not finish the
    /// handshake of TLS, can't keep others out.
    pub max_connections: usize,
}

/// The addresses of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConnectionAddresses {
    pub client: SocketAddr,
    /// The address that the client has connected to, also if the server listens at all addresses.
    pub server: SocketAddr,
}

impl Listener {
    /// Serves requests until dropped, which also ends the connections; over TLS with an acceptor.
    /// The handler gets the addresses of the connection.
    ///
    /// # Errors
    /// [`ErrorKind::Os`](crate::domain::ErrorKind::Os) if the socket can't be registered with the
    /// runtime.
    pub async fn serve_limited<H, F>(
        self,
        limits: ServeLimits,
        tls: Option<TlsAcceptor>,
        handler: H,
    ) -> Result<()>
    where
        H: Fn(HttpRequest, ConnectionAddresses) -> F + Clone + Send + Sync + 'static,
        F: Future<Output = HttpResponse> + Send + 'static,
    {
        let bound = self.address();
        let listener = self.into_tokio()?;
        let (mut connections, mut open) = (JoinSet::new(), VecDeque::new());
        loop {
            tokio::select! {
                accepted = listener.accept() => match accepted {
                    Ok((stream, client)) => {
                        make_room(&mut open, limits.max_connections);
                        let is_answering = Arc::new(AtomicBool::new(false));
                        let answering = is_answering.clone();
                        let handler = handler.clone();
                        let server = stream.local_addr().unwrap_or(bound);
                        let addresses = ConnectionAddresses { client, server };
                        let answer = move |request| {
                            answering.store(true, Ordering::Relaxed);
                            handler(request, addresses)
                        };
                        let _ = stream.set_nodelay(true);
                        let serving = serve_one(stream, tls.clone(), limits, answer);
                        let serving = tokio::time::timeout(limits.connection_timeout, serving);
                        let task = connections.spawn(async { drop(serving.await) });
                        let client = client_network(client.ip());
                        open.push_back(OpenConnection { task, client, is_answering });
                    }
                    Err(_) => tokio::time::sleep(ACCEPT_RETRY_DELAY).await,
                },
                Some(_) = connections.join_next() => {}
            }
        }
    }
}

/// Serves the bytes of a connection as [`Listener::serve_limited`] does, but in memory, and returns
/// the bytes of the response. For fuzzing.
#[doc(hidden)]
pub async fn serve_limited_bytes<H, F>(bytes: &[u8], limits: ServeLimits, handler: H) -> Vec<u8>
where
    H: Fn(HttpRequest) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = HttpResponse> + Send + 'static,
{
    exchange_bytes(bytes, |server| serve_stream(server, limits, handler)).await
}

/// A connection that may have ended.
struct OpenConnection {
    task: AbortHandle,
    client: IpAddr,
    /// Whether its request has arrived.
    is_answering: Arc<AtomicBool>,
}

impl OpenConnection {
    fn is_silent(&self) -> bool {
        !self.is_answering.load(Ordering::Relaxed)
    }
}

/// Returns the address that stands for a client: a machine with IPv6 has all addresses with the same
/// 64 leading bits.
fn client_network(ip: IpAddr) -> IpAddr {
    match ip.to_canonical() {
        IpAddr::V4(ip) => ip.into(),
        IpAddr::V6(ip) => Ipv6Addr::from_bits(ip.to_bits() >> 64 << 64).into(),
    }
}

/// Returns the position of the connection that makes room: the oldest of the client that has most
/// of those without a request, or most of all if each has sent its request.
fn next_to_end(open: &VecDeque<OpenConnection>) -> Option<usize> {
    let has_silent = open.iter().any(OpenConnection::is_silent);
    let is_candidate = |connection: &OpenConnection| !has_silent || connection.is_silent();
    let mut counts = BTreeMap::<IpAddr, usize>::new();
    for connection in open.iter().filter(|connection| is_candidate(connection)) {
        *counts.entry(connection.client).or_default() += 1;
    }
    let most = counts.values().max();
    open.iter().position(|c| is_candidate(c) && counts.get(&c.client) == most)
}

/// Ends connections until there is room for another one.
fn make_room(open: &mut VecDeque<OpenConnection>, max: usize) {
    if open.len() >= max {
        open.retain(|connection| !connection.task.is_finished());
    }
    while open.len() >= max.max(1) {
        if let Some(ended) = open.remove(next_to_end(open).unwrap_or(0)) {
            ended.task.abort();
        }
    }
}

/// Rejects requests with a body, and requests for a proxy: the address in their first line would
/// take precedence over `Host`.
fn check_form(request: &hyper::Request<Incoming>) -> std::result::Result<(), HttpResponse> {
    if !request.body().is_end_stream() {
        return Err(HttpResponse::text(413, "a request must not have a body"));
    }
    if request.uri().authority().is_some() {
        return Err(HttpResponse::text(400, "a request must start with a path"));
    }
    Ok(())
}

/// Serves the one request of a connection. The handshake is part of it: it has the same time limit.
async fn serve_one<H, F>(
    stream: TcpStream,
    tls: Option<TlsAcceptor>,
    limits: ServeLimits,
    handler: H,
) where
    H: Fn(HttpRequest) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = HttpResponse> + Send + 'static,
{
    match tls {
        None => serve_stream(stream, limits, handler).await,
        Some(tls) => {
            // The client may not trust the certificate.
            if let Ok(stream) = tls.accept(stream).await {
                serve_stream(stream, limits, handler).await;
            }
        }
    }
}

async fn serve_stream<S, H, F>(stream: S, limits: ServeLimits, handler: H)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    H: Fn(HttpRequest) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = HttpResponse> + Send + 'static,
{
    let service = service_fn(move |request: hyper::Request<Incoming>| {
        let handler = handler.clone();
        async move {
            let response = match check_form(&request) {
                // The body is not read: its client is not known yet.
                Ok(()) => {
                    let (head, _) = request.into_parts();
                    handler(with_body(head, Bytes::new())).await
                }
                Err(refusal) => refusal,
            };
            Ok::<_, std::io::Error>(into_hyper_response(response))
        }
    });
    // The client may hang up at any time; ignore errors.
    let _ = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .auto_date_header(false)
        .keep_alive(false)
        .max_buf_size(limits.max_head_len)
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    const LIMITS: ServeLimits = ServeLimits {
        max_head_len: 8 * 1_024,
        connection_timeout: Duration::from_secs(5),
        max_connections: 4,
    };

    #[tokio::test]
    async fn the_handler_gets_the_address_that_a_client_has_connected_to() {
        let listener = Listener::bind_address("0.0.0.0:0".parse().unwrap()).unwrap();
        let port = listener.port();
        let show = |_, addresses: ConnectionAddresses| async move {
            HttpResponse::text(200, format!("{} {}", addresses.client, addresses.server))
        };
        tokio::spawn(listener.serve_limited(LIMITS, None, show));
        let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
        stream.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
        let mut response = String::new();
        stream.read_to_string(&mut response).await.unwrap();
        let client = stream.local_addr().unwrap();
        assert!(response.ends_with(&format!("\r\n\r\n{client} 127.0.0.1:{port}")), "{response}");
    }
}
