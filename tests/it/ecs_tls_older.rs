//! An authority that an older release made: clients trust the certificate of its key, without an
//! intermediate. It works until it is rotated.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, GeneralSubtree, IsCa, KeyPair,
    KeyUsagePurpose, NameConstraints,
};
use rolecall::testing::domain::Timestamp;
use serde_json::Value;

use crate::ecs::EcsServer;
use crate::ecs_tls::{NAME, TlsClient, certificate_file};
use crate::sandbox::Sandbox;
use crate::wait::wait_for;

/// The certificate of an older authority, and its key, both as the vault stores them.
fn older_authority(created_at: Timestamp) -> (String, String) {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    let name = format!("rolecall credentials endpoint ({})", created_at.to_rfc3339());
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    params.name_constraints = Some(NameConstraints {
        permitted_subtrees: vec![GeneralSubtree::DnsName(NAME.to_owned())],
        excluded_subtrees: Vec::new(),
    });
    let der = params.self_signed(&key).unwrap();
    let body = STANDARD.encode(der.der());
    let pem = format!("-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n");
    (pem, STANDARD.encode(key.serialized_der()))
}

/// Replaces the authority in the vault, which is not encrypted, by an older one.
fn replace_by_older(sandbox: &Sandbox) -> String {
    let records = std::fs::read_dir(sandbox.path("rolecall/state/vault/records")).unwrap();
    let mut files = records.map(|entry| entry.unwrap().path());
    let read = |file: &std::path::PathBuf| {
        let text = std::fs::read_to_string(file).unwrap();
        let record: Value = serde_json::from_str(&text).unwrap();
        record["record"]["endpoint_authority"].is_object().then_some(record)
    };
    let (file, mut record) = files.find_map(|file| Some((file.clone(), read(&file)?))).unwrap();
    let stored = record["record"]["endpoint_authority"].as_object_mut().unwrap();
    let created_at = Timestamp(stored["issued_at"].as_i64().unwrap());
    let (certificate, key) = older_authority(created_at);
    stored.insert("certificate".into(), certificate.as_str().into());
    stored.insert("key".into(), key.into());
    assert!(stored.remove("intermediate").is_some(), "{stored:?}");
    std::fs::write(file, record.to_string()).unwrap();
    certificate
}

#[test]
fn an_older_authority_works_with_a_warning_until_it_is_rotated() {
    let sandbox = Sandbox::new();
    let config = sandbox.config().replace("secure_store = \"file\"", "secure_store = \"json\"");
    sandbox.write("rolecall/config.toml", &config);
    sandbox.login("corp");
    let set_up = |flags: &[&str]| {
        let ran = sandbox.run(&[&["setup", "ecs", "--tls", NAME], flags].concat());
        assert_eq!(ran.code, 0, "{ran:?}");
        ran.stderr
    };
    let rotate = format!("rolecall setup ecs --tls {NAME} --rotate");
    assert!(!set_up(&[]).contains(&rotate));
    let older = replace_by_older(&sandbox);
    let warning = set_up(&[]);
    assert!(warning.contains("Java") && warning.contains(&rotate), "{warning}");
    let read = || std::fs::read_to_string(certificate_file(&sandbox)).unwrap();
    assert_eq!(read(), older);

    let args = ["--listen", "0.0.0.0:0", "--default", "payments-prod/ReadOnlyAccess"];
    let check = |chain_length: usize| {
        let server = EcsServer::start_at(&sandbox, &args);
        let (client, token) = (TlsClient::new(&sandbox, &server), server.client("default").token);
        wait_for("credentials", || {
            Some(client.get(NAME, NAME, &token).unwrap().0).filter(|status| *status == 200)
        });
        assert_eq!(client.chain_length(NAME), chain_length);
    };
    check(1);
    assert!(!set_up(&["--rotate"]).contains(&rotate));
    assert_ne!(read(), older);
    check(2);
}
