//! Real SDKs take credentials from `ecs run` over TLS, with the authority of `setup ecs --tls`.

use std::net::UdpSocket;
use std::process::Command;

use crate::ecs::{Client, EcsServer};
use crate::foreign::{assert_is_the_role, aws, json, node, python};
use crate::foreign_javascript::CALLER_IDENTITY;
use crate::foreign_sdks::programs;
use crate::sandbox::{CommandOutput, Sandbox};
use crate::wait::wait_for;

const SYSTEM_BUNDLE: &str = "/etc/ssl/certs/ca-certificates.crt";

/// An address of this machine that is not loopback.
fn own_address() -> String {
    let socket = UdpSocket::bind("0.0.0.0:0").unwrap();
    // Sends nothing.
    socket.connect("192.0.2.1:9").unwrap();
    socket.local_addr().unwrap().ip().to_string()
}

/// A server with TLS, what its client needs, and a bundle with its authority.
struct TlsServer<'a> {
    _server: EcsServer<'a>,
    client: Client,
    authority: String,
    bundle: String,
}

impl<'a> TlsServer<'a> {
    fn start(sandbox: &'a Sandbox) -> Self {
        let address = own_address();
        assert_eq!(sandbox.run(&["setup", "ecs", "--tls", &address]).code, 0);
        let listen = format!("{address}:0");
        let args = ["--listen", &listen, "--default", "payments-prod/ReadOnlyAccess"];
        let server = EcsServer::start_at(sandbox, &args);
        let client = server.client("default");
        assert!(client.url.starts_with("https://"), "{client:?}");
        let authority = sandbox.path("rolecall/state/ecs/authority.pem");
        let mut both = std::fs::read(SYSTEM_BUNDLE).unwrap_or_default();
        both.extend(std::fs::read(&authority).unwrap());
        sandbox.write("bundle.pem", std::str::from_utf8(&both).unwrap());
        let text = |path: std::path::PathBuf| path.to_string_lossy().into_owned();
        Self {
            _server: server,
            client,
            authority: text(authority),
            bundle: text(sandbox.path("bundle.pem")),
        }
    }

    fn with_endpoint<'c>(&self, command: &'c mut Command) -> &'c mut Command {
        command
            .env("AWS_CONTAINER_CREDENTIALS_FULL_URI", &self.client.url)
            .env("AWS_CONTAINER_AUTHORIZATION_TOKEN", &self.client.token)
            .env("AWS_DEFAULT_REGION", "eu-west-1")
            .env("AWS_REGION", "eu-west-1")
    }
}

#[test]
#[ignore = "needs curl and openssl"]
fn curl_and_openssl_accept_the_certificate_and_its_limits() {
    let sandbox = Sandbox::signed_in();
    let server = TlsServer::start(&sandbox);
    let curl = || {
        let mut command = sandbox.command("curl");
        let token = format!("Authorization: {}", server.client.token);
        command.args(["-sS", "--cacert", &server.authority, "-H", &token, &server.client.url]);
        let ran = CommandOutput::from_output(command.output().unwrap());
        assert_eq!(ran.code, 0, "{ran:?}");
        serde_json::from_str::<serde_json::Value>(&ran.stdout).unwrap()
    };
    let document = wait_for("credentials", || Some(curl()).filter(|d| d["Token"].is_string()));
    assert_eq!(document["AccountId"], "012345678901");
    let mut openssl = sandbox.command("openssl");
    openssl.args(["x509", "-noout", "-text", "-in", &server.authority]);
    let text = CommandOutput::from_output(openssl.output().unwrap()).stdout;
    for part in ["CA:TRUE, pathlen:1", "Name Constraints: critical", "rolecall.invalid"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let mut strict = sandbox.command("openssl");
    strict.args(["verify", "-x509_strict", "-CAfile", &server.authority, &server.authority]);
    let ran = CommandOutput::from_output(strict.output().unwrap());
    assert_eq!(ran.code, 0, "{ran:?}");
}

#[test]
#[ignore = "needs the programs of .ci/sdk"]
fn go_and_rust_trust_the_authority_by_ssl_cert_file() {
    let sandbox = Sandbox::signed_in();
    let server = TlsServer::start(&sandbox);
    for program in programs("go").into_iter().chain(programs("rust")) {
        let mut command = sandbox.command(&program);
        server.with_endpoint(&mut command).env("SSL_CERT_FILE", &server.bundle);
        let who = json(&mut command);
        let arn = who["Arn"].as_str().unwrap_or_default();
        assert!(arn.contains(":assumed-role/AWSReservedSSO_ReadOnlyAccess_"), "{program}: {who}");
        let mut stranger = sandbox.command(&program);
        let ran = server.with_endpoint(&mut stranger).output().unwrap();
        assert!(!ran.status.success(), "{program} does not check the certificate");
    }
}

#[test]
#[ignore = "needs Java and the programs of .ci/sdk"]
fn java_trusts_the_authority_in_the_trust_store_of_its_program() {
    let sandbox = Sandbox::signed_in();
    let server = TlsServer::start(&sandbox);
    let store = sandbox.path("truststore").to_string_lossy().into_owned();
    let mut import = sandbox.command("keytool");
    import.args(["-importcert", "-noprompt", "-keystore", &store, "-storepass", "changeit"]);
    import.args(["-alias", "rolecall", "-file", &server.authority]);
    let ran = CommandOutput::from_output(import.output().unwrap());
    assert_eq!(ran.code, 0, "{ran:?}");
    for program in programs("java") {
        let mut command = sandbox.command(&program);
        let option = format!(
            "-Djavax.net.ssl.trustStore={store} -Djavax.net.ssl.trustStorePassword=changeit"
        );
        let who = json(server.with_endpoint(&mut command).env("JAVA_TOOL_OPTIONS", option));
        let role = who["roles"][0].as_str().unwrap_or_default();
        assert!(role.starts_with("AWSReservedSSO_ReadOnlyAccess_"), "{who}");
        let mut stranger = sandbox.command(&program);
        let ran = server.with_endpoint(&mut stranger).output().unwrap();
        assert!(!ran.status.success(), "{program} does not check the certificate");
    }
}

#[test]
#[ignore = "needs the AWS SDK for JavaScript"]
fn javascript_trusts_the_authority_by_node_extra_ca_certs() {
    let sandbox = Sandbox::signed_in();
    let server = TlsServer::start(&sandbox);
    let mut command = node(&sandbox, CALLER_IDENTITY);
    server.with_endpoint(&mut command).env("NODE_EXTRA_CA_CERTS", &server.authority);
    assert_is_the_role(&json(&mut command));
}

/// A module in the place of certifi, with the bundle that its user has extended.
const CERTIFI: &str = "import os\ndef where():\n    return os.environ['EXTENDED_BUNDLE']\n";
const WHO: &str = "
import boto3, json
who = boto3.client('sts').get_caller_identity()
print(json.dumps({'Arn': who['Arn'], 'Account': who['Account']}))
";

#[test]
#[ignore = "needs boto3"]
fn boto3_trusts_the_authority_in_the_bundle_of_certifi_only() {
    let sandbox = Sandbox::signed_in();
    let server = TlsServer::start(&sandbox);
    sandbox.write("modules/certifi/__init__.py", CERTIFI);
    let mut command = python(&sandbox, WHO, &[]);
    server.with_endpoint(&mut command).env("PYTHONPATH", sandbox.path("modules"));
    assert_is_the_role(&json(command.env("EXTENDED_BUNDLE", &server.bundle)));
    let mut by_variable = python(&sandbox, WHO, &[]);
    server.with_endpoint(&mut by_variable).env("AWS_CA_BUNDLE", &server.bundle);
    assert!(!by_variable.output().unwrap().status.success(), "update docs/ecs.md");
}

#[test]
#[ignore = "needs the AWS CLI v2"]
fn the_cli_ignores_aws_ca_bundle_for_the_endpoint() {
    let sandbox = Sandbox::signed_in();
    let server = TlsServer::start(&sandbox);
    let mut command = aws(&sandbox, &["sts", "get-caller-identity"]);
    let ran = server.with_endpoint(&mut command).env("AWS_CA_BUNDLE", &server.bundle).output();
    let ran = CommandOutput::from_output(ran.unwrap());
    // Version 2.9 of Debian 12 refuses other machines.
    let is_refused = ["SSL", "Unsupported host"].iter().any(|text| ran.stderr.contains(text));
    assert!(ran.code != 0 && is_refused, "update docs/ecs.md: {ran:?}");
}
