//! A certificate authority for one endpoint. It can only vouch for the names of that endpoint,
//! because clients have to trust it.

use std::fmt;
use std::net::IpAddr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rcgen::{
    BasicConstraints, CertificateParams, CidrSubnet, DistinguishedName, DnType,
    ExtendedKeyUsagePurpose, GeneralSubtree, IsCa, Issuer, KeyPair, KeyUsagePurpose,
    NameConstraints, PKCS_ECDSA_P256_SHA256, SanType,
};
use time::OffsetDateTime;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::rustls::{crypto::ring, sign::CertifiedKey};
use zeroize::Zeroizing;

use crate::domain::{Error, ErrorKind, Result, ResultExt, Secret, Timestamp};

use super::served_name::ServedName;

const DAY_SECS: i64 = 24 * 3_600;
/// How long clients can trust an authority.
const AUTHORITY_DAYS: i64 = 3_650;
/// How long a certificate of the endpoint is valid.
const CERTIFICATE_DAYS: i64 = 7;
/// How far back certificates are dated, for clients whose clock is slow.
const BACKDATED_DAYS: i64 = 1;
/// A name that does not exist (RFC 6761). An authority for addresses only must not vouch for names.
const NO_NAME: &str = "rolecall.invalid";
/// The characters of a line of PEM.
const PEM_LINE_LEN: usize = 64;

/// The authority with its key.
pub struct Authority {
    names: Vec<ServedName>,
    created_at: Timestamp,
    key: Zeroizing<KeyPair>,
    certificate_pem: String,
}

/// A certificate of the endpoint, and when the next one is due.
#[derive(Debug)]
pub(super) struct IssuedCertificate {
    pub(super) key: CertifiedKey,
    pub(super) issued_at: Timestamp,
    pub(super) renew_at: Timestamp,
}

impl Authority {
    /// Creates an authority for these names.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`] without a name; [`ErrorKind::Internal`] if it can't be created.
    pub fn create(mut names: Vec<ServedName>, now: Timestamp) -> Result<Self> {
        names.sort();
        names.dedup();
        if names.is_empty() {
            return Err(Error::new(ErrorKind::Usage, "an authority needs a name or an address"));
        }
        let key = Zeroizing::new(
            KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)
                .context(ErrorKind::Internal, "creating the key of the authority")?,
        );
        let params = authority_params(&names, now)?;
        let certificate = params
            .self_signed(&*key)
            .context(ErrorKind::Internal, "creating the certificate of the authority")?;
        Ok(Self { names, created_at: now, key, certificate_pem: to_pem(certificate.der()) })
    }

    /// Restores an authority from what it was stored as.
    ///
    /// # Errors
    /// [`ErrorKind::Vault`] if the key is damaged.
    pub fn from_stored(
        names: Vec<ServedName>,
        created_at: Timestamp,
        key: &Secret<String>,
        certificate_pem: String,
    ) -> Result<Self> {
        let damaged = || Error::new(ErrorKind::Vault, "the authority in the vault is damaged");
        let der = Zeroizing::new(STANDARD.decode(key.expose()).map_err(|_| damaged())?);
        let der = PrivatePkcs8KeyDer::from(der.as_slice());
        let key = KeyPair::from_pkcs8_der_and_sign_algo(&der, &PKCS_ECDSA_P256_SHA256);
        let key = Zeroizing::new(key.map_err(|_| damaged())?);
        Ok(Self { names, created_at, key, certificate_pem })
    }

    /// Returns the key as base64 of PKCS #8, for the vault.
    pub fn key(&self) -> Secret<String> {
        Secret::new(STANDARD.encode(self.key.serialized_der()))
    }

    /// Returns the certificate that clients have to trust. It is not secret.
    pub fn certificate_pem(&self) -> &str {
        &self.certificate_pem
    }

    /// Returns the names in order; addresses come first.
    pub fn names(&self) -> &[ServedName] {
        &self.names
    }

    pub fn created_at(&self) -> Timestamp {
        self.created_at
    }

    pub fn expires_at(&self) -> Timestamp {
        self.created_at.plus_seconds(AUTHORITY_DAYS * DAY_SECS)
    }

    /// Issues a certificate for all names, with a key of its own.
    pub(super) fn issue(&self, now: Timestamp) -> Result<IssuedCertificate> {
        let issuing = "issuing the certificate of the endpoint";
        let key = Zeroizing::new(
            KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).context(ErrorKind::Internal, issuing)?,
        );
        let mut params = CertificateParams::default();
        params.distinguished_name = named("rolecall credentials endpoint");
        (params.not_before, params.not_after) = validity(now, CERTIFICATE_DAYS)?;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.use_authority_key_identifier_extension = true;
        params.subject_alt_names =
            self.names.iter().map(alternative_name).collect::<Result<_>>()?;
        let authority = authority_params(&self.names, self.created_at)?;
        let certificate = params
            .signed_by(&*key, &Issuer::from_params(&authority, &*self.key))
            .context(ErrorKind::Internal, issuing)?;
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let key = ring::sign::any_ecdsa_type(&key).context(ErrorKind::Internal, issuing)?;
        Ok(IssuedCertificate {
            key: CertifiedKey::new(vec![certificate.der().clone()], key),
            issued_at: now,
            renew_at: now.plus_seconds(CERTIFICATE_DAYS * DAY_SECS / 2),
        })
    }
}

impl fmt::Debug for Authority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authority").field("names", &self.names).finish_non_exhaustive()
    }
}

/// The certificate of the authority without its key. The same names and time give the same.
fn authority_params(names: &[ServedName], created_at: Timestamp) -> Result<CertificateParams> {
    let mut params = CertificateParams::default();
    // Two authorities with the same name and different keys would confuse clients.
    let created = created_at.to_rfc3339();
    params.distinguished_name = named(&format!("rolecall credentials endpoint ({created})"));
    (params.not_before, params.not_after) = validity(created_at, AUTHORITY_DAYS)?;
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.name_constraints = Some(constraints(names));
    Ok(params)
}

/// Limits an authority to these names. A kind of name that is not limited would be unlimited.
fn constraints(names: &[ServedName]) -> NameConstraints {
    let (mut permitted, mut excluded) = (Vec::new(), Vec::new());
    for name in names {
        permitted.push(match name {
            ServedName::Ip(ip) => {
                let bits = if ip.is_ipv4() { 32 } else { 128 };
                GeneralSubtree::IpAddress(CidrSubnet::from_addr_prefix(*ip, bits))
            }
            ServedName::Dns(name) => GeneralSubtree::DnsName(name.clone()),
        });
    }
    if !names.iter().any(|name| matches!(name, ServedName::Dns(_))) {
        permitted.push(GeneralSubtree::DnsName(NO_NAME.to_owned()));
    }
    let has = |is_kind: fn(&IpAddr) -> bool| {
        names.iter().any(|name| matches!(name, ServedName::Ip(ip) if is_kind(ip)))
    };
    if !has(IpAddr::is_ipv4) {
        excluded.push(GeneralSubtree::IpAddress(CidrSubnet::V4([0; 4], [0; 4])));
    }
    if !has(IpAddr::is_ipv6) {
        excluded.push(GeneralSubtree::IpAddress(CidrSubnet::V6([0; 16], [0; 16])));
    }
    NameConstraints { permitted_subtrees: permitted, excluded_subtrees: excluded }
}

fn alternative_name(name: &ServedName) -> Result<SanType> {
    Ok(match name {
        ServedName::Ip(ip) => SanType::IpAddress(*ip),
        ServedName::Dns(name) => SanType::DnsName(
            name.clone().try_into().context(ErrorKind::Internal, format_args!("`{name}`"))?,
        ),
    })
}

fn named(common_name: &str) -> DistinguishedName {
    let mut name = DistinguishedName::new();
    name.push(DnType::CommonName, common_name);
    name
}

/// The time from the day before `now` to `days` after it.
fn validity(now: Timestamp, days: i64) -> Result<(OffsetDateTime, OffsetDateTime)> {
    let at = |days: i64| {
        OffsetDateTime::from_unix_timestamp(now.plus_seconds(days * DAY_SECS).0)
            .context(ErrorKind::Internal, "the validity of a certificate")
    };
    Ok((at(-BACKDATED_DAYS)?, at(days)?))
}

fn to_pem(der: &[u8]) -> String {
    let encoded = STANDARD.encode(der);
    let lines = encoded.as_bytes().chunks(PEM_LINE_LEN).map(String::from_utf8_lossy);
    let body: String = lines.map(|line| format!("{line}\n")).collect();
    format!("-----BEGIN CERTIFICATE-----\n{body}-----END CERTIFICATE-----\n")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName, UnixTime};
    use webpki::{EndEntityCert, KeyUsage, anchor_from_trusted_cert};

    use super::*;

    const NOW: Timestamp = Timestamp(1_800_000_000);

    fn names(texts: &[&str]) -> Vec<ServedName> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    /// Whether a client that trusts `authority` accepts a certificate for a name.
    fn accepts(authority: &Authority, issued: &IssuedCertificate, name: &str, now: i64) -> bool {
        let body: String =
            authority.certificate_pem().lines().filter(|l| !l.starts_with('-')).collect();
        let trusted = CertificateDer::from(STANDARD.decode(body).unwrap());
        let anchors = [anchor_from_trusted_cert(&trusted).unwrap()];
        let certificate = EndEntityCert::try_from(&issued.key.cert[0]).unwrap();
        let time = UnixTime::since_unix_epoch(Duration::from_secs(now.unsigned_abs()));
        let algorithms = ring::default_provider().signature_verification_algorithms.all;
        let usage = KeyUsage::server_auth();
        let path = certificate.verify_for_usage(algorithms, &anchors, &[], time, usage, None, None);
        path.is_ok()
            && certificate
                .verify_is_valid_for_subject_name(&ServerName::try_from(name).unwrap())
                .is_ok()
    }

    #[test]
    fn a_certificate_is_accepted_for_its_names_while_it_is_valid() {
        let authority =
            Authority::create(names(&["build.example.com", "10.0.0.5", "fd00::5"]), NOW).unwrap();
        let issued = authority.issue(NOW.plus_seconds(1_000 * DAY_SECS)).unwrap();
        let now = issued.issued_at.0;
        for name in ["build.example.com", "10.0.0.5", "fd00::5"] {
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

    #[test]
    fn an_authority_can_not_vouch_for_other_names() {
        for (own, foreign) in [
            (&["10.0.0.5"][..], &["sts.amazonaws.com", "10.0.0.6", "fd00::5"][..]),
            (&["build.example.com"], &["example.com", "com", "10.0.0.5", "fd00::5"]),
            (&["fd00::5"], &["fd00::6", "10.0.0.5", "localhost"]),
        ] {
            let authority = Authority::create(names(own), NOW).unwrap();
            let issued = authority.issue(NOW).unwrap();
            assert!(own.iter().all(|name| accepts(&authority, &issued, name, NOW.0)));
            for name in foreign {
                let forged = Authority { names: names(&[name]), ..restored(&authority) };
                // The certificate of the authority stays the one that clients trust.
                let params = authority_params(&names(own), NOW).unwrap();
                assert_eq!(
                    params.distinguished_name,
                    authority_params(&forged.names, NOW).unwrap().distinguished_name
                );
                let issued = forged.issue(NOW).unwrap();
                assert!(!accepts(&authority, &issued, name, NOW.0), "{own:?} for {name}");
            }
        }
    }

    fn restored(authority: &Authority) -> Authority {
        let (names, created) = (authority.names().to_vec(), authority.created_at());
        let pem = authority.certificate_pem().to_owned();
        Authority::from_stored(names, created, &authority.key(), pem).unwrap()
    }

    #[test]
    fn a_stored_authority_issues_the_same_certificates() {
        let authority = Authority::create(names(&["10.0.0.5"]), NOW).unwrap();
        let issued = restored(&authority).issue(NOW).unwrap();
        assert!(accepts(&authority, &issued, "10.0.0.5", NOW.0));
        assert!(!format!("{authority:?}").contains(authority.key().expose()));
        assert!(Authority::from_stored(Vec::new(), NOW, &"AAAA".into(), String::new()).is_err());
        assert!(Authority::create(Vec::new(), NOW).is_err());
    }
}
