//! A certificate authority for one endpoint. It can only vouch for the names of that endpoint,
//! because clients have to trust it.
//!
//! Clients trust a root, whose key is discarded as soon as it has signed the one intermediate. The
//! intermediate is limited to the names and signs the certificates of the endpoint, which sends both.
//! A limit in the root alone would not do: RFC 5280 (section 6.2) leaves it to clients whether they
//! apply the limits of what they trust, and Java does not. All of them apply those of an
//! intermediate.

mod certificates;
#[cfg(test)]
mod tests;

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rcgen::{Issuer, KeyPair, PKCS_ECDSA_P256_SHA256};
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::rustls::{crypto::ring, sign::CertifiedKey};
use zeroize::Zeroizing;

use crate::domain::{Error, ErrorKind, Result, ResultExt, Secret, Timestamp};

use super::served_name::ServedName;
use certificates::{
    AUTHORITY_DAYS, CERTIFICATE_DAYS, DAY_SECS, Signer, endpoint_params, signer_params, to_pem,
};

/// What failed, in errors of this module.
const CREATING: &str = "creating the certificate authority";
const ISSUING: &str = "issuing the certificate of the endpoint";

/// The authority with the key that signs certificates of the endpoint.
pub struct Authority {
    names: Vec<ServedName>,
    created_at: Timestamp,
    key: Zeroizing<KeyPair>,
    /// What clients trust, as PEM.
    root: String,
    /// The certificate of the key; `None` if it is that of the root.
    intermediate: Option<CertificateDer<'static>>,
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
        // Discarded at the end of this function: there is never a second intermediate.
        let root_key = generate_key(CREATING)?;
        let root = signer_params(Signer::Root, &names, now)?;
        let certificate = root.self_signed(&*root_key).context(ErrorKind::Internal, CREATING)?;
        let key = generate_key(CREATING)?;
        let intermediate = signer_params(Signer::Intermediate, &names, now)?
            .signed_by(&*key, &Issuer::from_params(&root, &*root_key))
            .context(ErrorKind::Internal, CREATING)?;
        Ok(Self {
            names,
            created_at: now,
            key,
            root: to_pem("CERTIFICATE", certificate.der()),
            intermediate: Some(intermediate.der().clone()),
        })
    }

    /// Restores an authority from what it was stored as. Those of the first releases have no
    /// intermediate.
    ///
    /// # Errors
    /// [`ErrorKind::Vault`] if the key or the intermediate is damaged.
    pub fn from_stored(
        names: Vec<ServedName>,
        created_at: Timestamp,
        key: &Secret<String>,
        root: String,
        intermediate: Option<&str>,
    ) -> Result<Self> {
        let damaged = || Error::new(ErrorKind::Vault, "the authority in the vault is damaged");
        let der = Zeroizing::new(STANDARD.decode(key.expose()).map_err(|_| damaged())?);
        let der = PrivatePkcs8KeyDer::from(der.as_slice());
        let key = KeyPair::from_pkcs8_der_and_sign_algo(&der, &PKCS_ECDSA_P256_SHA256);
        let key = Zeroizing::new(key.map_err(|_| damaged())?);
        let intermediate = intermediate.map(|text| STANDARD.decode(text)).transpose();
        let intermediate = intermediate.map_err(|_| damaged())?.map(CertificateDer::from);
        Ok(Self { names, created_at, key, root, intermediate })
    }

    /// Returns the key as base64 of PKCS #8, for the vault.
    pub fn key(&self) -> Secret<String> {
        Secret::new(STANDARD.encode(self.key.serialized_der()))
    }

    /// Returns the certificate that clients have to trust, as PEM. It is not secret.
    pub fn root(&self) -> &str {
        &self.root
    }

    /// Returns the certificate of the key as base64 of DER, for the vault; `None` if it is that of
    /// the root, whose limits Java ignores.
    pub fn intermediate(&self) -> Option<String> {
        self.intermediate.as_ref().map(|der| STANDARD.encode(der))
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
        let (chain, key) = self.issue_for(&self.names, now)?;
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let key = ring::sign::any_ecdsa_type(&key).context(ErrorKind::Internal, ISSUING)?;
        Ok(IssuedCertificate {
            key: CertifiedKey::new(chain, key),
            issued_at: now,
            renew_at: now.plus_seconds(CERTIFICATE_DAYS * DAY_SECS / 2),
        })
    }

    /// Signs a certificate for these names, and returns what a server sends, with the key of the
    /// certificate. Clients refuse it for other names than those of the authority.
    fn issue_for(
        &self,
        names: &[ServedName],
        now: Timestamp,
    ) -> Result<(Vec<CertificateDer<'static>>, Zeroizing<KeyPair>)> {
        let key = generate_key(ISSUING)?;
        let signer = self.intermediate.as_ref().map_or(Signer::OnlyRoot, |_| Signer::Intermediate);
        let signer = signer_params(signer, &self.names, self.created_at)?;
        let certificate = endpoint_params(names, now)?
            .signed_by(&*key, &Issuer::from_params(&signer, &*self.key))
            .context(ErrorKind::Internal, ISSUING)?;
        let chain = std::iter::once(certificate.der().clone()).chain(self.intermediate.clone());
        Ok((chain.collect(), key))
    }

    /// Returns a chain as PEM that a thief of the key could serve at these names, and its key. For
    /// tests of clients, which have to refuse it.
    ///
    /// # Errors
    /// As for a certificate of the endpoint.
    #[doc(hidden)]
    pub fn forge(&self, names: &[ServedName], now: Timestamp) -> Result<(String, String)> {
        let (chain, key) = self.issue_for(names, now)?;
        let chain = chain.iter().map(|der| to_pem("CERTIFICATE", der)).collect();
        Ok((chain, to_pem("PRIVATE KEY", key.serialized_der())))
    }
}

impl fmt::Debug for Authority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authority").field("names", &self.names).finish_non_exhaustive()
    }
}

fn generate_key(context: &'static str) -> Result<Zeroizing<KeyPair>> {
    KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)
        .map(Zeroizing::new)
        .context(ErrorKind::Internal, context)
}
