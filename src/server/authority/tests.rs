use std::time::Duration;

use tokio_rustls::rustls::pki_types::{ServerName, UnixTime};
use webpki::{EndEntityCert, KeyUsage, anchor_from_trusted_cert};

use super::*;

const NOW: Timestamp = Timestamp(1_800_000_000);

fn names(texts: &[&str]) -> Vec<ServedName> {
    texts.iter().map(|text| text.parse().unwrap()).collect()
}

/// Whether a client that trusts a root accepts a chain for a name. It applies the limits of the
/// root or, as Java, only those of intermediates.
fn accepts_chain(
    root: &str,
    ignores_root_limits: bool,
    chain: &[CertificateDer<'_>],
    name: &str,
    now: i64,
) -> bool {
    let body: String = root.lines().filter(|line| !line.starts_with('-')).collect();
    let trusted = CertificateDer::from(STANDARD.decode(body).unwrap());
    let mut anchor = anchor_from_trusted_cert(&trusted).unwrap();
    if ignores_root_limits {
        anchor.name_constraints = None;
    }
    let certificate = EndEntityCert::try_from(&chain[0]).unwrap();
    let time = UnixTime::since_unix_epoch(Duration::from_secs(now.unsigned_abs()));
    let algorithms = ring::default_provider().signature_verification_algorithms.all;
    let (usage, anchors) = (KeyUsage::server_auth(), [anchor]);
    let path =
        certificate.verify_for_usage(algorithms, &anchors, &chain[1..], time, usage, None, None);
    path.is_ok()
        && certificate
            .verify_is_valid_for_subject_name(&ServerName::try_from(name).unwrap())
            .is_ok()
}

fn accepts(authority: &Authority, issued: &IssuedCertificate, name: &str, now: i64) -> bool {
    accepts_chain(authority.root(), false, &issued.key.cert, name, now)
}

/// An authority as the first releases made it: clients trust the certificate of its key.
fn without_intermediate(texts: &[&str]) -> Authority {
    let (names, key) = (names(texts), generate_key(CREATING).unwrap());
    let params = signer_params(Signer::OnlyRoot, &names, NOW).unwrap();
    let root = to_pem("CERTIFICATE", params.self_signed(&*key).unwrap().der());
    Authority { names, created_at: NOW, key, root, intermediate: None }
}

fn restored(authority: &Authority) -> Authority {
    let (names, created) = (authority.names().to_vec(), authority.created_at());
    let intermediate = authority.intermediate();
    let root = authority.root().to_owned();
    Authority::from_stored(names, created, &authority.key(), root, intermediate.as_deref()).unwrap()
}

#[test]
fn a_certificate_is_accepted_for_its_names_while_it_is_valid() {
    let own = ["build.example.com", "10.0.0.5", "fd00::5"];
    for authority in [Authority::create(names(&own), NOW).unwrap(), without_intermediate(&own)] {
        let issued = authority.issue(NOW.plus_seconds(1_000 * DAY_SECS)).unwrap();
        let now = issued.issued_at.0;
        for name in own {
            assert!(accepts(&authority, &issued, name, now), "{name}");
            assert!(accepts(&authority, &issued, name, now - DAY_SECS / 2), "{name}, slow clock");
            assert!(accepts(&authority, &issued, name, issued.renew_at.0 + DAY_SECS), "{name}");
            assert!(!accepts(&authority, &issued, name, now + 8 * DAY_SECS), "{name}, expired");
        }
        for name in ["example.com", "10.0.0.6", "localhost"] {
            assert!(!accepts(&authority, &issued, name, now), "{name}");
        }
        let other = Authority::create(names(&["build.example.com"]), NOW).unwrap();
        assert!(!accepts(&other, &issued, "build.example.com", now));
    }
}

#[test]
fn an_authority_can_not_vouch_for_other_names_even_if_limits_of_the_root_are_ignored() {
    for (own, foreign) in [
        (&["10.0.0.5"][..], &["sts.amazonaws.com", "10.0.0.6", "fd00::5"][..]),
        (&["build.example.com"], &["example.com", "com", "10.0.0.5", "fd00::5"]),
        (&["fd00::5"], &["fd00::6", "10.0.0.5", "localhost"]),
    ] {
        let authority = Authority::create(names(own), NOW).unwrap();
        let old = without_intermediate(own);
        for ignores_root_limits in [false, true] {
            let accepts = |authority: &Authority, name: &str| {
                let (chain, _) = authority.issue_for(&names(&[name]), NOW).unwrap();
                accepts_chain(authority.root(), ignores_root_limits, &chain, name, NOW.0)
            };
            assert!(own.iter().all(|name| accepts(&authority, name) && accepts(&old, name)));
            for name in foreign {
                assert!(!accepts(&authority, name), "{own:?} for {name}");
                assert_eq!(accepts(&old, name), ignores_root_limits, "{own:?} for {name}");
            }
        }
    }
}

#[test]
fn the_key_can_not_sign_another_authority() {
    let authority = Authority::create(names(&["build.example.com"]), NOW).unwrap();
    let (name, second_key) = (names(&["build.example.com"]), generate_key(CREATING).unwrap());
    let issuer = signer_params(Signer::Intermediate, &name, NOW).unwrap();
    let second = signer_params(Signer::Intermediate, &name, NOW.plus_seconds(1)).unwrap();
    let signed =
        second.signed_by(&*second_key, &Issuer::from_params(&issuer, &*authority.key)).unwrap();
    let leaf_key = generate_key(CREATING).unwrap();
    let leaf = endpoint_params(&name, NOW).unwrap();
    let leaf = leaf.signed_by(&*leaf_key, &Issuer::from_params(&second, &*second_key)).unwrap();
    let first = authority.intermediate.clone().unwrap();
    let chain = [leaf.der().clone(), signed.der().clone(), first];
    assert!(!accepts_chain(authority.root(), false, &chain, "build.example.com", NOW.0));
}

#[test]
fn a_stored_authority_issues_the_same_certificates() {
    for authority in
        [Authority::create(names(&["10.0.0.5"]), NOW).unwrap(), without_intermediate(&["10.0.0.5"])]
    {
        let issued = restored(&authority).issue(NOW).unwrap();
        assert!(accepts(&authority, &issued, "10.0.0.5", NOW.0));
        assert_eq!(issued.key.cert.len(), 1 + usize::from(authority.intermediate().is_some()));
        assert!(!format!("{authority:?}").contains(authority.key().expose()));
        let stored = |key: &Secret<String>, intermediate| {
            Authority::from_stored(Vec::new(), NOW, key, String::new(), intermediate)
        };
        assert!(stored(&"AAAA".into(), None).is_err());
        assert!(stored(&authority.key(), Some("?")).is_err());
    }
    assert!(Authority::create(Vec::new(), NOW).is_err());
}
