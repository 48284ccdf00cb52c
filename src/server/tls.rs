//! The endpoint's side of TLS, with a certificate that renews itself.

use std::fmt;
use std::sync::{Arc, Mutex};

use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::server::{ClientHello, NoServerSessionStorage, ResolvesServerCert};
use tokio_rustls::rustls::sign::CertifiedKey;

use crate::domain::{ErrorKind, Result, ResultExt, Timestamp};
use crate::os::clock::Clock;
use crate::os::mutex::lock;

use super::authority::{Authority, IssuedCertificate};

/// Returns what accepts connections with certificates of this authority.
pub(super) fn acceptor(authority: Arc<Authority>, clock: Clock) -> Result<TlsAcceptor> {
    let certificate = RenewedCertificate::new(authority, clock)?;
    let provider = Arc::new(ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .context(ErrorKind::Internal, "preparing TLS")?
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(certificate));
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    // A client asks a few times an hour: there is nothing to resume.
    config.session_storage = Arc::new(NoServerSessionStorage {});
    config.send_tls13_tickets = 0;
    Ok(TlsAcceptor::from(Arc::new(config)))
}

/// The certificate of an endpoint. The first connection after half of its life issues the next one.
struct RenewedCertificate {
    authority: Arc<Authority>,
    clock: Clock,
    current: Mutex<CurrentCertificate>,
}

struct CurrentCertificate {
    key: Arc<CertifiedKey>,
    issued_at: Timestamp,
    renew_at: Timestamp,
}

impl From<IssuedCertificate> for CurrentCertificate {
    fn from(issued: IssuedCertificate) -> Self {
        let IssuedCertificate { key, issued_at, renew_at } = issued;
        Self { key: Arc::new(key), issued_at, renew_at }
    }
}

impl RenewedCertificate {
    fn new(authority: Arc<Authority>, clock: Clock) -> Result<Self> {
        let current = Mutex::new(authority.issue(clock.now())?.into());
        Ok(Self { authority, clock, current })
    }

    /// Returns the certificate, and replaces it first if its half-life is over or the clock was set
    /// back.
    fn current(&self) -> Arc<CertifiedKey> {
        let (mut current, now) = (lock(&self.current), self.clock.now());
        if (now < current.issued_at || now >= current.renew_at)
            // The old one is better than none.
            && let Ok(issued) = self.authority.issue(now)
        {
            *current = issued.into();
        }
        current.key.clone()
    }
}

impl ResolvesServerCert for RenewedCertificate {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.current())
    }
}

impl fmt::Debug for RenewedCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RenewedCertificate").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_is_replaced_after_half_of_its_life_and_if_the_clock_is_set_back() {
        const DAY_SECS: i64 = 24 * 3_600;
        let start = Timestamp(1_800_000_000);
        let authority = Authority::create(vec!["10.0.0.5".parse().unwrap()], start).unwrap();
        let mut certificate =
            RenewedCertificate::new(Arc::new(authority), Clock::Fixed(start)).unwrap();
        let first = certificate.current();
        let mut current_at = |seconds: i64| {
            certificate.clock = Clock::Fixed(start.plus_seconds(seconds));
            certificate.current()
        };
        assert!(Arc::ptr_eq(&first, &current_at(3 * DAY_SECS)));
        let second = current_at(4 * DAY_SECS);
        assert!(!Arc::ptr_eq(&first, &second) && Arc::ptr_eq(&second, &current_at(7 * DAY_SECS)));
        assert!(!Arc::ptr_eq(&second, &current_at(3 * DAY_SECS)));
    }
}
