//! The HTTP connections to AWS: proxies, trusted certificates, timeouts and retries. All clients of
//! a process share them.

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

use crate::domain::{Error, ErrorKind, Result, ResultExt, Secret};

use super::ca_bundle;
use super::no_proxy::bypasses_proxy;
use super::resolver::SystemResolver;
use super::validate::{AwsService, ValidatingConnector};

/// Network settings. Clones share their connections.
#[derive(Debug, Clone)]
pub struct NetworkConfig {
    /// A file of PEM certificates to trust instead of the machine's own (`AWS_CA_BUNDLE`).
    pub ca_bundle: Option<PathBuf>,
    pub proxy: Proxy,
    /// Whether to use FIPS endpoints.
    pub fips: bool,
    /// Whether to use dual-stack endpoints.
    pub dualstack: bool,
    /// A suffix of the user agent; letters, digits and `-._` only.
    pub user_agent: String,
    /// The timeout of one attempt. Connecting may take a third of it.
    pub timeout: Duration,
    /// The timeout of one call, including all attempts and pauses.
    pub deadline: Duration,
    /// The number of attempts of one call, including the first. Callers that page through lists
    /// retry on their own.
    pub max_attempts: u32,
    /// The longest pause between two attempts.
    pub max_backoff: Duration,
    /// The open connections; none in the default.
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

/// The values of the proxy variables. A proxy URL can contain a password.
#[derive(Debug, Clone, Default)]
pub struct Proxy {
    /// For `http://` endpoints (`HTTP_PROXY`, else `ALL_PROXY`).
    pub http: Option<Secret<String>>,
    /// For `https://` endpoints (`HTTPS_PROXY`, else `ALL_PROXY`).
    pub https: Option<Secret<String>>,
    /// Hosts to connect to without a proxy (`NO_PROXY`), in the format of [`bypasses_proxy`].
    pub no_proxy: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scheme {
    Http,
    Https,
}

impl Scheme {
    fn from_url(url: &str) -> Self {
        if url.starts_with("http://") { Self::Http } else { Self::Https }
    }
}

/// Open connections, shared by all clients of a process. They belong to the runtime that opened
/// them.
#[derive(Debug, Clone, Default)]
pub struct Connections(Arc<Pools>);

#[derive(Debug, Default)]
struct Pools {
    plain: Connectors,
    tls: Connectors,
}

/// The connectors of one scheme, without and with the proxy.
#[derive(Debug, Default)]
struct Connectors {
    direct: OnceLock<SharedHttpConnector>,
    proxied: OnceLock<SharedHttpConnector>,
}

impl Connections {
    /// Connections that all use this connector.
    pub(super) fn from_connector(connector: &SharedHttpConnector) -> Self {
        let connectors =
            || Connectors { direct: connector.clone().into(), proxied: connector.clone().into() };
        Self(Arc::new(Pools { plain: connectors(), tls: connectors() }))
    }
}

impl NetworkConfig {
    /// Returns the connector for an endpoint. Certificates are loaded only for `https`, once, when
    /// the first client needs them.
    pub(super) fn connector(&self, endpoint: &str) -> Result<SharedHttpConnector> {
        let (scheme, proxy) = self.route(endpoint);
        let shared = self.shared_connector(scheme, proxy.as_ref());
        if let Some(connector) = shared.get() {
            return Ok(connector.clone());
        }
        let connector = self.build_connector(scheme, proxy)?;
        Ok(shared.get_or_init(|| connector).clone())
    }

    /// Whether the connector for an endpoint exists, so that no certificates will be loaded for it.
    pub(super) fn has_connector(&self, endpoint: &str) -> bool {
        let (scheme, proxy) = self.route(endpoint);
        self.shared_connector(scheme, proxy.as_ref()).get().is_some()
    }

    fn route(&self, endpoint: &str) -> (Scheme, Option<Secret<String>>) {
        let scheme = Scheme::from_url(endpoint);
        (scheme, self.proxy_for(endpoint, scheme))
    }

    fn shared_connector(
        &self,
        scheme: Scheme,
        proxy: Option<&Secret<String>>,
    ) -> &OnceLock<SharedHttpConnector> {
        let connectors = match scheme {
            Scheme::Http => &self.connections.0.plain,
            Scheme::Https => &self.connections.0.tls,
        };
        if proxy.is_some() { &connectors.proxied } else { &connectors.direct }
    }

    /// Returns the HTTP client for an SDK client of one service. It rejects responses that the
    /// service can't have sent.
    pub(super) fn http_client(
        &self,
        endpoint: &str,
        service: AwsService,
    ) -> Result<SharedHttpClient> {
        let connector =
            SharedHttpConnector::new(ValidatingConnector::new(self.connector(endpoint)?, service));
        Ok(http_client_fn(move |_, _| connector.clone()))
    }

    /// Returns the proxy for an endpoint; `None` if none is configured or `NO_PROXY` covers the
    /// endpoint.
    fn proxy_for(&self, endpoint: &str, scheme: Scheme) -> Option<Secret<String>> {
        let proxy = match scheme {
            Scheme::Http => &self.proxy.http,
            Scheme::Https => &self.proxy.https,
        };
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
        scheme: Scheme,
        proxy: Option<Secret<String>>,
    ) -> Result<SharedHttpConnector> {
        let proxied_over_tls =
            proxy.as_ref().is_some_and(|proxy| proxy.expose().starts_with("https://"));
        let trust = match scheme {
            Scheme::Http if !proxied_over_tls => TrustStore::empty(),
            _ => self.trust_store()?,
        };
        let tls = TlsContext::builder().with_trust_store(trust).build();
        let tls = tls.context(ErrorKind::Internal, "preparing TLS")?;
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
            builder = builder.proxy_config(proxy_config(scheme, &proxy)?);
        }
        Ok(SharedHttpConnector::new(builder.build_with_resolver(SystemResolver)))
    }

    fn trust_store(&self) -> Result<TrustStore> {
        match &self.ca_bundle {
            None => Ok(TrustStore::default()),
            Some(path) => Ok(TrustStore::empty().with_pem_certificate(ca_bundle::load(path)?)),
        }
    }

    /// The SDK's standard retries, with the attempts and pauses of these settings.
    pub(super) fn retry_config(&self) -> RetryConfig {
        RetryConfig::standard()
            .with_max_attempts(self.max_attempts.max(1))
            .with_initial_backoff(Duration::from_millis(300))
            .with_max_backoff(self.max_backoff)
    }

    /// The timeouts of an attempt and of a call.
    pub(super) fn timeout_config(&self) -> TimeoutConfig {
        TimeoutConfig::builder()
            .operation_attempt_timeout(self.timeout)
            .operation_timeout(self.deadline)
            .build()
    }
}

/// Builds a configuration that sends every request through the proxy. The caller has checked
/// `NO_PROXY`.
fn proxy_config(scheme: Scheme, proxy: &Secret<String>) -> Result<ProxyConfig> {
    let (variable, config) = match scheme {
        Scheme::Https => ("HTTPS_PROXY", ProxyConfig::https(proxy.expose().as_str())),
        Scheme::Http => ("HTTP_PROXY", ProxyConfig::http(proxy.expose().as_str())),
    };
    // The message does not quote the URL, because it can contain a password.
    config.map_err(|_| {
        Error::new(ErrorKind::Config, format!("{variable} is not a usable proxy"))
            .hint(format!("set {variable} to an address such as http://proxy.example.com:3128"))
    })
}

/// Adds the scheme to a proxy URL without one: like curl, rolecall accepts `proxy:3128`.
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
    fn messages_do_not_contain_the_password_of_a_proxy() {
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
        assert!(network.proxy_for("http://127.0.0.1:1", Scheme::Http).is_none());
        let proxy = Proxy { no_proxy: Some("127.0.0.0/8".into()), ..network.proxy.clone() };
        let network = NetworkConfig { proxy, ..network };
        assert!(
            network.proxy_for("http://127.0.0.1:1", Scheme::Http).is_none()
                && network.proxy_for("http://10.0.0.1", Scheme::Http).is_some()
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
