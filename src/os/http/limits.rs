//! Serving with limits, for ports that every program on the machine can connect to.

use std::collections::VecDeque;
use std::future::Future;
use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use hyper::body::{Body, Incoming};
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpStream;
use tokio::task::{AbortHandle, JoinSet};

use crate::domain::Result;

use super::{ACCEPT_RETRY_DELAY, HttpRequest, HttpResponse, Listener};
use super::{into_hyper_response, with_body};

/// What clients may take from a server. A connection serves one request, which has no body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ServeLimits {
    /// The most bytes of the request line and the headers; at least 8,192. The response to more is
    /// 431.
    pub max_head_len: usize,
    /// The longest time from accepting a connection to the end of its response. Then the connection
    /// is closed.
    pub connection_timeout: Duration,
    /// The most connections at a time. The oldest one makes room for a new one, so that clients
    /// that send nothing can't keep others out.
    pub max_connections: usize,
}

impl Listener {
    /// Serves requests until dropped, which also ends the connections. The handler gets the address
    /// of the client.
    ///
    /// # Errors
    /// [`ErrorKind::Os`](crate::domain::ErrorKind::Os) if the socket can't be registered with the
    /// runtime.
    pub async fn serve_limited<H, F>(self, limits: ServeLimits, handler: H) -> Result<()>
    where
        H: Fn(HttpRequest, SocketAddr) -> F + Clone + Send + Sync + 'static,
        F: Future<Output = HttpResponse> + Send + 'static,
    {
        let listener = self.into_tokio()?;
        let (mut connections, mut open) = (JoinSet::new(), VecDeque::<AbortHandle>::new());
        loop {
            tokio::select! {
                accepted = listener.accept() => match accepted {
                    Ok((stream, client)) => {
                        make_room(&mut open, limits.max_connections);
                        let serving = serve_one(stream, client, limits, handler.clone());
                        let serving = tokio::time::timeout(limits.connection_timeout, serving);
                        open.push_back(connections.spawn(async { drop(serving.await) }));
                    }
                    Err(_) => tokio::time::sleep(ACCEPT_RETRY_DELAY).await,
                },
                Some(_) = connections.join_next() => {}
            }
        }
    }
}

/// Ends the oldest connections until there is room for another one.
fn make_room(open: &mut VecDeque<AbortHandle>, max: usize) {
    if open.len() >= max {
        open.retain(|connection| !connection.is_finished());
    }
    while open.len() >= max.max(1) {
        if let Some(oldest) = open.pop_front() {
            oldest.abort();
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

/// Serves the one request of a connection.
async fn serve_one<H, F>(stream: TcpStream, client: SocketAddr, limits: ServeLimits, handler: H)
where
    H: Fn(HttpRequest, SocketAddr) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = HttpResponse> + Send + 'static,
{
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request: hyper::Request<Incoming>| {
        let handler = handler.clone();
        async move {
            let response = match check_form(&request) {
                // The body is not read: its client is not known yet.
                Ok(()) => {
                    let (head, _) = request.into_parts();
                    handler(with_body(head, Bytes::new()), client).await
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
