//! Real TLS clients accept the certificate of an authority for its names, and refuse what a thief of
//! its key signs for others. They trust the root only, as `setup ecs --tls` says.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use rolecall::testing::domain::Timestamp;
use rolecall::testing::server::{Authority, ServedName};
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{ServerConfig, ServerConnection, StreamOwned, crypto};

use crate::foreign::program_from_env;
use crate::sandbox::{CommandOutput, Sandbox};

const ADDRESS: &str = "127.0.0.1";
const NAME: &str = "localhost";

/// Connects to a host and a port with the root in a file, and checks the certificate for the host.
const PYTHON: &str = "
import socket, ssl, sys
root, host, port = sys.argv[1:]
context = ssl.create_default_context(cafile=root)
context.wrap_socket(socket.create_connection((host, int(port))), server_hostname=host)
";

const NODE: &str = "
const [root, host, port] = process.argv.slice(1);
const fail = error => { console.error(error); process.exit(1); };
const socket = require('tls').connect({ host, port, ca: require('fs').readFileSync(root) }, () => process.exit(0));
socket.on('error', fail);
";

const GO: &str = r#"package main

import (
	"crypto/tls"
	"crypto/x509"
	"net"
	"os"
)

func main() {
	root, err := os.ReadFile(os.Args[1])
	if err != nil {
		panic(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(root)
	_, err = tls.Dial("tcp", net.JoinHostPort(os.Args[2], os.Args[3]), &tls.Config{RootCAs: roots})
	if err != nil {
		panic(err)
	}
}
"#;

const JAVA: &str = r#"
import java.io.FileInputStream;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import javax.net.ssl.*;

public final class Connect {
    public static void main(String[] args) throws Exception {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        try (FileInputStream root = new FileInputStream(args[0])) {
            store.setCertificateEntry("root", CertificateFactory.getInstance("X.509").generateCertificate(root));
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
        trust.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        try (SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(args[1], Integer.parseInt(args[2]))) {
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            socket.setSSLParameters(parameters);
            socket.startHandshake();
        }
    }
}
"#;

/// An authority, the name whose certificate it signs, and whether clients accept that.
struct Case {
    root: String,
    host: &'static str,
    port: u16,
    is_accepted: bool,
}

/// Serves a chain until the test ends, and returns the port.
fn serve(chain: &str, key: &str) -> u16 {
    let chain: Vec<CertificateDer<'static>> =
        CertificateDer::pem_slice_iter(chain.as_bytes()).map(Result::unwrap).collect();
    assert_eq!(chain.len(), 2, "the certificate and the intermediate");
    let provider = Arc::new(crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, PrivateKeyDer::from_pem_slice(key.as_bytes()).unwrap());
    let config = Arc::new(config.unwrap());
    let listener = TcpListener::bind((ADDRESS, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let connection = ServerConnection::new(config.clone()).unwrap();
            let mut stream = StreamOwned::new(connection, stream);
            // A client that refuses the certificate hangs up. Some send a request, others nothing.
            let _ = stream.sock.set_read_timeout(Some(Duration::from_secs(2)));
            let _ = stream.read(&mut [0; 4_096]);
            let _ = stream.write_all(b"HTTP/1.0 200 OK\r\n\r\n");
            stream.conn.send_close_notify();
            let _ = stream.flush();
        }
    });
    port
}

fn cases(sandbox: &Sandbox) -> Vec<Case> {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    let now = Timestamp(i64::try_from(now.as_secs()).unwrap());
    let name = |text: &str| text.parse::<ServedName>().unwrap();
    let mut cases = Vec::new();
    for own in [ADDRESS, NAME] {
        let authority = Authority::create(vec![name(own)], now).unwrap();
        sandbox.write(&format!("{own}.pem"), authority.root());
        for host in [ADDRESS, NAME] {
            let (chain, key) = authority.forge(&[name(host)], now).unwrap();
            cases.push(Case {
                root: sandbox.path(&format!("{own}.pem")).to_string_lossy().into_owned(),
                host,
                port: serve(&chain, &key),
                is_accepted: own == host,
            });
        }
    }
    cases
}

/// Runs a client that gets the root, the host and the port as its last arguments.
fn check(client: impl Fn(&Case) -> Command, sandbox: &Sandbox) {
    for case in cases(sandbox) {
        let ran = CommandOutput::from_output(client(&case).output().unwrap());
        let shown = format!("{} for {}: {ran:?}", case.root, case.host);
        assert_eq!(ran.code == 0, case.is_accepted, "{shown}");
        if !case.is_accepted {
            let text = format!("{}{}", ran.stdout, ran.stderr).to_lowercase();
            assert!(text.contains("subtree") || text.contains("constraint"), "{shown}");
        }
    }
}

fn with_arguments(mut command: Command, case: &Case) -> Command {
    command.args([&case.root, case.host, &case.port.to_string()]);
    command
}

#[test]
#[ignore = "needs curl and openssl"]
fn curl_and_openssl_refuse_other_names_than_those_of_the_authority() {
    let sandbox = Sandbox::new();
    let curl = |case: &Case| {
        let mut command = sandbox.command("curl");
        command.args(["-sS", "--noproxy", "*", "--cacert", &case.root]);
        command.arg(format!("https://{}:{}/", case.host, case.port));
        command
    };
    check(curl, &sandbox);
    let openssl = |case: &Case| {
        let mut command = sandbox.command("openssl");
        let kind = if case.host == NAME { "-verify_hostname" } else { "-verify_ip" };
        command.args(["s_client", "-verify_return_error", "-x509_strict", kind, case.host]);
        command.args(["-CAfile", &case.root, "-connect", &format!("{}:{}", case.host, case.port)]);
        command.stdin(std::process::Stdio::null());
        command
    };
    check(openssl, &sandbox);
}

#[test]
#[ignore = "needs Python"]
fn python_refuses_other_names_than_those_of_the_authority() {
    let sandbox = Sandbox::new();
    check(|case| with_arguments(crate::foreign::python(&sandbox, PYTHON, &[]), case), &sandbox);
}

#[test]
#[ignore = "needs Node.js"]
fn node_refuses_other_names_than_those_of_the_authority() {
    let sandbox = Sandbox::new();
    check(|case| with_arguments(crate::foreign::node(&sandbox, NODE), case), &sandbox);
}

#[test]
#[ignore = "needs Java"]
fn java_refuses_other_names_than_those_of_the_authority() {
    let sandbox = Sandbox::new();
    sandbox.write("Connect.java", JAVA);
    let java = |case: &Case| {
        let mut command = sandbox.command(program_from_env("ROLECALL_TEST_JAVA", "java"));
        command.arg(sandbox.path("Connect.java"));
        with_arguments(command, case)
    };
    check(java, &sandbox);
}

#[test]
#[ignore = "needs Go"]
fn go_refuses_other_names_than_those_of_the_authority() {
    let sandbox = Sandbox::new();
    sandbox.write("connect/main.go", GO);
    let go = program_from_env("ROLECALL_TEST_GO", "go");
    let cache = Command::new(&go).args(["env", "GOCACHE"]).output().unwrap().stdout;
    let mut build = sandbox.command(&go);
    build.args(["build", "-o"]).arg(sandbox.path("connect/connect"));
    build.arg(sandbox.path("connect/main.go")).env("GO111MODULE", "off");
    // The packages of Go take minutes to build.
    build.env("GOCACHE", String::from_utf8(cache).unwrap().trim());
    let built = CommandOutput::from_output(build.output().unwrap());
    assert_eq!(built.code, 0, "{built:?}");
    check(|case| with_arguments(sandbox.command(sandbox.path("connect/connect")), case), &sandbox);
}
