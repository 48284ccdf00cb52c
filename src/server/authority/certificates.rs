//! What the certificates of an authority contain, without their keys.

use std::net::{IpAddr, Ipv4Addr};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rcgen::{
    BasicConstraints, CertificateParams, CidrSubnet, DistinguishedName, DnType,
    ExtendedKeyUsagePurpose, GeneralSubtree, IsCa, KeyUsagePurpose, NameConstraints, SanType,
};
use time::OffsetDateTime;

use crate::domain::{ErrorKind, Result, ResultExt, Timestamp};
use crate::server::served_name::ServedName;

pub(super) const DAY_SECS: i64 = 24 * 3_600;
/// How long clients can trust an authority.
pub(super) const AUTHORITY_DAYS: i64 = 3_650;
/// How long a certificate of the endpoint is valid.
pub(super) const CERTIFICATE_DAYS: i64 = 7;
/// How far back certificates are dated, for clients whose clock is slow.
const BACKDATED_DAYS: i64 = 1;
/// A name that does not exist (RFC 6761). An authority for addresses only must not vouch for names.
const NO_NAME: &str = "rolecall.invalid";
/// An address of no machine, for an authority for names only (RFC 919).
const NO_ADDRESS: Ipv4Addr = Ipv4Addr::BROADCAST;
/// The characters of a line of PEM.
const PEM_LINE_LEN: usize = 64;

/// A certificate that signs others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Signer {
    /// The root that clients trust, of an authority without an intermediate: it signs certificates
    /// of the endpoint.
    OnlyRoot,
    /// The root that clients trust. It signs the intermediate.
    Root,
    /// Signs certificates of the endpoint.
    Intermediate,
}

/// Returns the certificate of a signer. The same names and time give the same.
pub(super) fn signer_params(
    signer: Signer,
    names: &[ServedName],
    created_at: Timestamp,
) -> Result<CertificateParams> {
    let mut params = CertificateParams::default();
    // Two authorities with the same name and different keys would confuse clients.
    let created = created_at.to_rfc3339();
    params.distinguished_name = named(&match signer {
        Signer::OnlyRoot | Signer::Root => format!("rolecall credentials endpoint ({created})"),
        Signer::Intermediate => format!("rolecall credentials endpoint, issuer ({created})"),
    });
    (params.not_before, params.not_after) = validity(created_at, AUTHORITY_DAYS)?;
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(match signer {
        Signer::Root => 1,
        Signer::OnlyRoot | Signer::Intermediate => 0,
    }));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    // Of the root, too: some clients read no further, and its user can see what it is for.
    params.name_constraints = Some(constraints(names));
    params.use_authority_key_identifier_extension = signer == Signer::Intermediate;
    Ok(params)
}

/// Returns the certificate of the endpoint.
pub(super) fn endpoint_params(names: &[ServedName], now: Timestamp) -> Result<CertificateParams> {
    let mut params = CertificateParams::default();
    params.distinguished_name = named("rolecall credentials endpoint");
    (params.not_before, params.not_after) = validity(now, CERTIFICATE_DAYS)?;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.use_authority_key_identifier_extension = true;
    params.subject_alt_names = names.iter().map(alternative_name).collect::<Result<_>>()?;
    Ok(params)
}

/// Limits an authority to these names. A kind of name that is not limited would be unlimited. Java
/// compares addresses of both families, and fails for `::/0`: nothing is excluded.
fn constraints(names: &[ServedName]) -> NameConstraints {
    let range = |ip: IpAddr| {
        let bits = if ip.is_ipv4() { 32 } else { 128 };
        GeneralSubtree::IpAddress(CidrSubnet::from_addr_prefix(ip, bits))
    };
    let mut permitted: Vec<GeneralSubtree> = names
        .iter()
        .map(|name| match name {
            ServedName::Ip(ip) => range(*ip),
            ServedName::Dns(name) => GeneralSubtree::DnsName(name.clone()),
        })
        .collect();
    if !names.iter().any(|name| matches!(name, ServedName::Dns(_))) {
        permitted.push(GeneralSubtree::DnsName(NO_NAME.to_owned()));
    }
    if !names.iter().any(|name| matches!(name, ServedName::Ip(_))) {
        permitted.push(range(NO_ADDRESS.into()));
    }
    NameConstraints { permitted_subtrees: permitted, excluded_subtrees: Vec::new() }
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

pub(super) fn to_pem(label: &str, der: &[u8]) -> String {
    let encoded = STANDARD.encode(der);
    let lines = encoded.as_bytes().chunks(PEM_LINE_LEN).map(String::from_utf8_lossy);
    let body: String = lines.map(|line| format!("{line}\n")).collect();
    format!("-----BEGIN {label}-----\n{body}-----END {label}-----\n")
}
