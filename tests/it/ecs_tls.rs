//! `ecs run` for other machines: the authority, TLS, and who is refused.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned, crypto};

use crate::commands::{ROLE, assert_refused};
use crate::ecs::{Client, EcsServer};
use crate::ecs_detached::Stop;
use crate::ecs_restart::files_with;
use crate::sandbox::Sandbox;
use crate::wait::wait_for;

pub(crate) const NAME: &str = "build.example.com";

pub(crate) fn certificate_file(sandbox: &Sandbox) -> PathBuf {
    sandbox.path("rolecall/state/ecs/authority.pem")
}

/// Runs `setup ecs --tls`, and returns what it prints.
fn set_up(sandbox: &Sandbox, names: &[&str]) -> String {
    let ran = sandbox.run(&[&["setup", "ecs", "--tls"], names].concat());
    assert_eq!(ran.code, 0, "{ran:?}");
    ran.stdout
}

/// A request over TLS to a server at 0.0.0.0, as a machine that knows it by a name.
pub(crate) struct TlsClient {
    config: Arc<ClientConfig>,
    port: u16,
}

impl TlsClient {
    pub(crate) fn new(sandbox: &Sandbox, server: &EcsServer) -> Self {
        let pem = std::fs::read_to_string(certificate_file(sandbox)).unwrap();
        let body: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from(STANDARD.decode(body).unwrap())).unwrap();
        let provider = Arc::new(crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let port = server.url.rsplit(':').next().unwrap().parse().unwrap();
        Self { config: Arc::new(config), port }
    }

    /// How many certificates the server sends.
    pub(crate) fn chain_length(&self, name: &str) -> usize {
        let name = ServerName::try_from(name.to_owned()).unwrap();
        let mut connection = ClientConnection::new(self.config.clone(), name).unwrap();
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        while connection.is_handshaking() {
            connection.complete_io(&mut stream).unwrap();
        }
        connection.peer_certificates().unwrap().len()
    }

    /// Returns status and body; the error if the certificate is refused.
    pub(crate) fn get(&self, name: &str, host: &str, token: &str) -> std::io::Result<(u16, Value)> {
        let name = ServerName::try_from(name.to_owned()).unwrap();
        let connection = ClientConnection::new(self.config.clone(), name).unwrap();
        let mut stream =
            StreamOwned::new(connection, TcpStream::connect(("127.0.0.1", self.port))?);
        let port = self.port;
        write!(stream, "GET / HTTP/1.1\r\nHost: {host}:{port}\r\nAuthorization: {token}\r\n\r\n")?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        let body = answer.split_once("\r\n\r\n").unwrap().1;
        Ok((answer[9..12].parse().unwrap(), serde_json::from_str(body).unwrap()))
    }
}

#[test]
fn other_machines_are_served_with_tls_only() {
    let sandbox = Sandbox::signed_in();
    let run = ["ecs", "run", "--listen", "0.0.0.0:0"];
    assert_refused(&sandbox.run(&run), 2, &["plain text", "rolecall setup ecs --tls NAME"]);
    let printed = set_up(&sandbox, &[NAME, "192.0.2.7"]);
    let file = certificate_file(&sandbox);
    for text in [&*file.to_string_lossy(), NAME, "192.0.2.7", "NODE_EXTRA_CA_CERTS", "keytool"] {
        assert!(printed.contains(text), "{text}: {printed}");
    }
    let other = ["ecs", "run", "--listen", "192.0.2.8:0"];
    assert_refused(&sandbox.run(&other), 74, &["192.0.2.8", "an address of this machine"]);

    let args = ["--listen", "0.0.0.0:0", "--default", "payments-prod/ReadOnlyAccess"];
    let server = EcsServer::start_at(&sandbox, &args);
    let Client { url, token } = server.client("default");
    let client = TlsClient::new(&sandbox, &server);
    assert_eq!(url, format!("https://{NAME}:{}/", client.port));
    let get = || client.get(NAME, NAME, &token).unwrap();
    let (_, document) = wait_for("credentials", || Some(get()).filter(|answer| answer.0 == 200));
    assert_eq!(document["AccountId"], "012345678901");
    assert_eq!(client.get("192.0.2.7", "192.0.2.7", &token).unwrap().0, 200);
    assert_eq!(client.get(NAME, NAME, "other").unwrap().0, 401);
    assert_eq!(client.get(NAME, "127.0.0.1", &token).unwrap().0, 403);
    assert_eq!(client.get(NAME, "rebound.example.com", &token).unwrap().0, 403);
    for name in ["localhost", "example.com", "192.0.2.8"] {
        let refused = client.get(name, NAME, &token).unwrap_err().to_string();
        assert!(refused.contains("certificate"), "{name}: {refused}");
    }
    // Without TLS there is nothing to read.
    let mut plain = TcpStream::connect(("127.0.0.1", client.port)).unwrap();
    let request = format!("GET / HTTP/1.1\r\nHost: {NAME}\r\nAuthorization: {token}\r\n\r\n");
    plain.write_all(request.as_bytes()).unwrap();
    let mut answer = Vec::new();
    let _ = plain.read_to_end(&mut answer);
    assert!(!answer.starts_with(b"HTTP"), "{}", String::from_utf8_lossy(&answer));
}

#[test]
fn the_authority_is_kept_until_its_names_change_and_its_key_is_in_no_file() {
    let sandbox = Sandbox::signed_in();
    let file = certificate_file(&sandbox);
    let read = || std::fs::read_to_string(&file).unwrap();
    set_up(&sandbox, &[NAME]);
    let first = read();
    assert!(first.starts_with("-----BEGIN CERTIFICATE-----\n"), "{first}");
    assert_eq!(files_with(sandbox.home(), "PRIVATE KEY"), Vec::<String>::new());
    std::fs::remove_file(&file).unwrap();
    set_up(&sandbox, &["BUILD.example.com", NAME]);
    assert_eq!(read(), first);
    set_up(&sandbox, &["10.0.0.5"]);
    assert_ne!(read(), first);
    // The certificate does not cover the address.
    let ran = sandbox.run(&["ecs", "run", "--listen", "10.0.0.6:0"]);
    let hint = "rolecall setup ecs --tls 10.0.0.5 10.0.0.6";
    assert_refused(&ran, 2, &["the certificate is for 10.0.0.5, not for 10.0.0.6", hint]);
    for (name, reason) in [
        ("a b", "neither a host name nor an IP address"),
        ("*.example.com", "neither a host name nor an IP address"),
        ("0.0.0.0", "not the address of a machine"),
        ("com", "too short a name"),
        ("co.uk", "too short a name"),
        ("::ffff:169.254.169.254", "instance metadata service"),
    ] {
        assert_refused(&sandbox.run(&["setup", "ecs", "--tls", NAME, name]), 2, &[name, reason]);
    }
    let second = read();
    set_up(&sandbox, &["10.0.0.5"]);
    assert_eq!(read(), second);
    set_up(&sandbox, &["10.0.0.5", "--rotate"]);
    assert_ne!(read(), second, "it is replaced on request");
    let deleted = sandbox.run(&["setup", "ecs", "--delete"]);
    assert!(deleted.stderr.contains("the certificate authority is deleted"), "{deleted:?}");
    assert!(!file.exists());
    let ran = sandbox.run(&["ecs", "run", "--listen", "10.0.0.5:0"]);
    assert_refused(&ran, 2, &["plain text", "rolecall setup ecs --tls 10.0.0.5"]);
}

#[test]
fn a_detached_server_has_the_authority_and_a_new_one_warns_about_it() {
    let sandbox = Sandbox::signed_in();
    let _stop = Stop(&sandbox);
    set_up(&sandbox, &[NAME]);
    let started = sandbox.run(&["ecs", "run", "--detach", "--listen", "0.0.0.0:0"]);
    assert!(started.stderr.contains(&format!("at https://{NAME}:")), "{started:?}");
    assert_eq!(sandbox.run(&["ecs", "load", "-S", "corp", "--arn", ROLE]).code, 0);
    let again = sandbox.run(&["setup", "ecs", "--tls", NAME]);
    assert!(!again.stderr.contains("old certificate"), "{again:?}");
    let changed = sandbox.run(&["setup", "ecs", "--tls", "10.0.0.5"]);
    assert!(changed.stderr.contains("old certificate"), "{changed:?}");
    assert_eq!(sandbox.run(&["ecs", "stop"]).code, 0);
}
