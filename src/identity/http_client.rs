//! How AWS is reached: proxy, trusted certificates, time-outs, and the connections that all clients
//! share.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use aws_smithy_http_client::{Connector, ConnectorBuilder};
use aws_smithy_runtime_api::client::http::{
    HttpConnectorSettings, SharedHttpClient, SharedHttpConnector, http_client_fn,
};
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;

use crate::domain::{Error, ErrorKind, Result, Secret};

use super::ca_bundle;
use super::no_proxy::bypasses_proxy;
use super::resolver::SystemResolver;
use super::validate::{AwsService, ValidatingConnector};

/// Settings of the network. Clones share their connections.
#[derive(Debug, Clone)]
pub struct NetworkConfig {
    /// A file of PEM certificates to trust instead of the machine's own (`AWS_CA_BUNDLE`).
    pub ca_bundle: Option<PathBuf>,
    /// The proxies.
    pub proxy: Proxy,
    /// Use FIPS endpoints.
    pub fips: bool,
    /// Use dual-stack endpoints.
    pub dualstack: bool,
    /// What is added to the user agent; letters, digits and `-._` only.
    pub user_agent: String,
    /// How long one attempt may take. Connecting gets a third of it.
    pub timeout: Duration,
    /// How long one call may take, all attempts and pauses included.
    pub deadline: Duration,
    /// How often a call is tried, the first time included. Bulk reads are retried by whoever paces
    /// them.
    pub max_attempts: u32,
    /// The longest pause between two attempts.
    pub max_backoff: Duration,
    /// The open connections; start with the default.
    pub connections: Connections,
}

impl Default for NetworkConfig {
    fn default() -> Self {
        Self {
            ca_bundle: None,
            proxy: Proxy::default(),
            fips: false,
            dualstack: false,
            user_agent: concat!("rolecall-", env!("CARGO_PKG_VERSION")).to_owned(),
            timeout: Duration::from_secs(20),
            deadline: Duration::from_secs(30),
            max_attempts: 4,
            max_backoff: Duration::from_secs(5),
            connections: Connections::default(),
        }
    }
}

/// The values of the proxy variables, read by whoever reads the environment. A proxy's address can
/// carry a password.
#[derive(Debug, Clone, Default)]
pub struct Proxy {
    /// For `http://` endpoints (`HTTP_PROXY`, else `ALL_PROXY`).
    pub http: Option<Secret<String>>,
    /// For `https://` endpoints (`HTTPS_PROXY`, else `ALL_PROXY`).
    pub https: Option<Secret<String>>,
    /// Hosts that are reached directly (`NO_PROXY`), as [`bypasses_proxy`] reads them.
    pub no_proxy: Option<String>,
}

/// Open connections, shared by every client of a process. They belong to the runtime that made
/// them.
#[derive(Debug, Clone, Default)]
pub struct Connections(Arc<Pools>);

#[derive(Debug, Default)]
struct Pools {
    plain: Connectors,
    tls: Connectors,
}

/// The same scheme with and without the proxy.
#[derive(Debug, Default)]
struct Connectors {
    direct: OnceLock<SharedHttpConnector>,
    proxied: OnceLock<SharedHttpConnector>,
}

impl Connections {
    /// Connections that are all made by this connector.
    pub(super) fn from_connector(connector: &SharedHttpConnector) -> Self {
        let routes =
            || Connectors { direct: connector.clone().into(), proxied: connector.clone().into() };
        Self(Arc::new(Pools { plain: routes(), tls: routes() }))
    }
}

impl NetworkConfig {
    /// The connector for an endpoint. Certificates are read for `https` only, once, and not before
    /// the first client is made.
    pub(super) fn connector(&self, endpoint: &str) -> Result<SharedHttpConnector> {
        let https = !endpoint.starts_with("http://");
        let routes = if https { &self.connections.0.tls } else { &self.connections.0.plain };
        let proxy = self.proxy_for(endpoint, https);
        let pool = if proxy.is_some() { &routes.proxied } else { &routes.direct };
        if let Some(ready) = pool.get() {
            return Ok(ready.clone());
        }
        let made = self.build_connector(https, proxy)?;
        Ok(pool.get_or_init(|| made).clone())
    }

    /// The HTTP client of the SDK's client for one service. It passes on only answers that the
    /// service can have sent.
    pub(super) fn http_client(
        &self,
        endpoint: &str,
        service: AwsService,
    ) -> Result<SharedHttpClient> {
        let connector =
            SharedHttpConnector::new(ValidatingConnector::new(self.connector(endpoint)?, service));
        Ok(http_client_fn(move |_, _| connector.clone()))
    }

    /// The proxy for an endpoint, unless there is none or `NO_PROXY` covers it.
    fn proxy_for(&self, endpoint: &str, https: bool) -> Option<Secret<String>> {
        let proxy = if https { &self.proxy.https } else { &self.proxy.http };
        let proxy = proxy
            .as_ref()
            .map(|proxy| normalize_proxy_url(proxy.expose()))
            .filter(|proxy| !proxy.expose().is_empty())?;
        let direct =
            self.proxy.no_proxy.as_deref().is_some_and(|list| bypasses_proxy(list, endpoint));
        (!direct).then_some(proxy)
    }

    fn build_connector(
        &self,
        https: bool,
        proxy: Option<Secret<String>>,
    ) -> Result<SharedHttpConnector> {
        let proxied_over_tls =
            proxy.as_ref().is_some_and(|proxy| proxy.expose().starts_with("https://"));
        let trust =
            if https || proxied_over_tls { self.trust_store()? } else { TrustStore::empty() };
        let tls = TlsContext::builder().with_trust_store(trust).build();
        let tls = tls.map_err(|error| Error::internal(format!("preparing TLS: {error}")))?;
        let settings = HttpConnectorSettings::builder()
            .connect_timeout(self.timeout / 3)
            .read_timeout(self.timeout)
            .build();
        let mut builder: ConnectorBuilder<_> = Connector::builder()
            .tls_provider(Provider::Rustls(CryptoMode::Ring))
            .tls_context(tls)
            .sleep_impl(TokioSleep::new())
            .connector_settings(settings);
        if let Some(proxy) = proxy {
            builder = builder.proxy_config(proxy_config(https, &proxy)?);
        }
        Ok(SharedHttpConnector::new(builder.build_with_resolver(SystemResolver)))
    }

    fn trust_store(&self) -> Result<TrustStore> {
        match &self.ca_bundle {
            None => Ok(TrustStore::default()),
            Some(path) => Ok(TrustStore::empty().with_pem_certificate(ca_bundle::load(path)?)),
        }
    }

    /// Standard retries with these attempts and pauses.
    pub(super) fn retry_config(&self) -> RetryConfig {
        RetryConfig::standard()
            .with_max_attempts(self.max_attempts.max(1))
            .with_initial_backoff(Duration::from_millis(300))
            .with_max_backoff(self.max_backoff)
    }

    /// What one attempt and one call may take.
    pub(super) fn timeout_config(&self) -> TimeoutConfig {
        TimeoutConfig::builder()
            .operation_attempt_timeout(self.timeout)
            .operation_timeout(self.deadline)
            .build()
    }
}

/// Everything that goes through this connector goes through the proxy: which endpoints do is
/// decided before.
fn proxy_config(https: bool, proxy: &Secret<String>) -> Result<ProxyConfig> {
    let (variable, made) = match https {
        true => ("HTTPS_PROXY", ProxyConfig::https(proxy.expose().as_str())),
        false => ("HTTP_PROXY", ProxyConfig::http(proxy.expose().as_str())),
    };
    // The address itself stays out of the message: it can carry a password.
    made.map_err(|_| {
        Error::new(ErrorKind::Config, format!("{variable} is not a proxy that can be used"))
            .hint(format!("set {variable} to an address such as http://proxy.example.com:3128"))
    })
}

/// A proxy's address with a scheme: `proxy:3128` is what curl takes too.
fn normalize_proxy_url(proxy: &str) -> Secret<String> {
    let proxy = proxy.trim();
    Secret::new(if proxy.is_empty() || proxy.contains("://") {
        proxy.to_owned()
    } else {
        format!("http://{proxy}")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_of_a_proxy_is_in_no_message() {
        let proxy = Proxy { https: Some("socks5://me:hunter2@proxy:1".into()), ..Proxy::default() };
        let network = NetworkConfig { proxy, ca_bundle: None, ..NetworkConfig::default() };
        assert!(!format!("{network:?}").contains("hunter2"));
        let error = network.connector("https://127.0.0.1:1").unwrap_err();
        assert_eq!(error.kind, ErrorKind::Config);
        assert!(!format!("{error:?}").contains("hunter2"));
    }

    #[test]
    fn endpoints_in_no_proxy_share_no_connection_with_the_others() {
        let proxy = Proxy {
            http: Some("http://proxy:3128".into()),
            no_proxy: Some("*".into()),
            ..Proxy::default()
        };
        let network = NetworkConfig { proxy, ..NetworkConfig::default() };
        assert!(network.proxy_for("http://127.0.0.1:1", false).is_none());
        let proxy = Proxy { no_proxy: Some("127.0.0.0/8".into()), ..network.proxy.clone() };
        let network = NetworkConfig { proxy, ..network };
        assert!(
            network.proxy_for("http://127.0.0.1:1", false).is_none()
                && network.proxy_for("http://10.0.0.1", false).is_some()
        );
        network.connector("http://127.0.0.1:1").unwrap();
        assert!(
            network.connections.0.plain.direct.get().is_some()
                && network.connections.0.plain.proxied.get().is_none()
        );
        network.connector("http://10.0.0.1").unwrap();
        assert!(network.connections.0.plain.proxied.get().is_some());
    }

    #[test]
    fn a_proxy_needs_no_scheme() {
        assert_eq!(normalize_proxy_url(" proxy:3128 ").expose(), "http://proxy:3128");
        assert_eq!(normalize_proxy_url("https://proxy").expose(), "https://proxy");
    }

    #[test]
    fn a_missing_bundle_is_an_error_for_https_only() {
        let network = NetworkConfig {
            ca_bundle: Some("/nonexistent/ca.pem".into()),
            ..NetworkConfig::default()
        };
        assert!(network.connector("http://127.0.0.1:1").is_ok());
        let error = network.connector("https://127.0.0.1:1").unwrap_err();
        assert_eq!(error.kind, ErrorKind::Config);
        assert!(error.message.contains("/nonexistent/ca.pem"), "{error}");
    }
}
