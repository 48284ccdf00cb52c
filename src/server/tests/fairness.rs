//! Of many connections without a request, those of the client that has most of them are ended.

use std::net::Ipv4Addr;

use tokio::net::TcpSocket;

use super::*;

/// A connection of a client with this loopback address.
async fn connect_from(client: Ipv4Addr, port: u16) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind((client, 0).into()).unwrap();
    socket.connect((Ipv4Addr::LOCALHOST, port).into()).await.unwrap()
}

/// Whether the server has ended a connection, or ends it soon.
async fn ends_within(stream: &mut TcpStream, time: Duration) -> bool {
    tokio::time::timeout(time, stream.read(&mut [0])).await.is_ok()
}

async fn check_that_many_connections_end_first(port: u16, first_bytes: &[u8]) {
    let mut single = connect_from(Ipv4Addr::new(127, 0, 0, 2), port).await;
    single.write_all(first_bytes).await.unwrap();
    let mut many = Vec::new();
    for _ in 0..LIMITS.max_connections {
        let mut stream = connect_from(Ipv4Addr::LOCALHOST, port).await;
        stream.write_all(first_bytes).await.unwrap();
        many.push(stream);
    }
    assert!(ends_within(&mut many[0], Duration::from_secs(1)).await, "the oldest of many is open");
    assert!(!ends_within(&mut single, Duration::from_millis(50)).await, "the single one has ended");
}

#[test]
fn a_client_with_many_connections_without_a_request_loses_its_own_first() {
    block_on(async {
        let served = TestServer::with_source(one_hour_source());
        check_that_many_connections_end_first(served.port, b"GET / HTTP/1.1\r\n").await;
    });
}

#[test]
fn a_client_with_many_handshakes_that_it_does_not_finish_loses_its_own_first() {
    block_on(async {
        let (endpoint, listener) = (Endpoint::new(Clock::System, FAST), Listener::bind(0).unwrap());
        let port = listener.port();
        let names = vec!["127.0.0.1".parse().unwrap()];
        let authority = Arc::new(Authority::create(names, Clock::System.now()).unwrap());
        tokio::spawn(async move { endpoint.serve_tls(listener, authority).await });
        // The first bytes of a handshake: the head of a record, which does not arrive.
        check_that_many_connections_end_first(port, &[0x16, 3, 1, 2, 0, 1]).await;
    });
}
