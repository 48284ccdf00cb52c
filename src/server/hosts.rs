//! The names by which clients may address an endpoint. A web page whose name was rebound to this
//! machine sends its own name in `Host`.

use std::fmt;
use std::net::SocketAddr;

use super::served_name::ServedName;

/// The default port of `http`.
const HTTP_PORT: u16 = 80;
/// The default port of `https`.
const HTTPS_PORT: u16 = 443;

/// The values of `Host` that are accepted, each with its port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ServedHosts(Vec<String>);

impl ServedHosts {
    /// The names of an address: the address itself and, on loopback, `localhost`.
    pub(super) fn new(address: SocketAddr) -> Self {
        let (name, port) = match address {
            SocketAddr::V4(address) => (address.ip().to_string(), address.port()),
            SocketAddr::V6(address) => (format!("[{}]", address.ip()), address.port()),
        };
        let localhost = address.ip().to_canonical().is_loopback().then(|| "localhost".to_owned());
        let names = std::iter::once(name).chain(localhost);
        Self(names.flat_map(|name| Self::with_port(name, port, HTTP_PORT)).collect())
    }

    /// Returns the forms of a name. Clients leave out the default port.
    fn with_port(name: String, port: u16, default_port: u16) -> Vec<String> {
        let with_port = format!("{name}:{port}");
        if port == default_port { vec![with_port, name] } else { vec![with_port] }
    }

    /// The names of a certificate, for `https`.
    pub(super) fn of_certificate(names: &[ServedName], port: u16) -> Self {
        let hosts = names.iter().map(ServedName::to_url_host);
        Self(hosts.flat_map(|name| Self::with_port(name, port, HTTPS_PORT)).collect())
    }

    pub(super) fn contains(&self, host: &str) -> bool {
        self.0.iter().any(|known| known.eq_ignore_ascii_case(host))
    }
}

impl fmt::Display for ServedHosts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join(" or "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_of_a_certificate_are_served_with_the_port() {
        let names = ["10.0.0.5", "fd00::5", "build.example.com"].map(|name| name.parse().unwrap());
        let hosts = ServedHosts::of_certificate(&names, 4144);
        for (host, is_served) in [
            ("10.0.0.5:4144", true),
            ("[fd00::5]:4144", true),
            ("BUILD.example.com:4144", true),
            ("10.0.0.5", false),
            ("localhost:4144", false),
            ("build.example.com.evil.com:4144", false),
        ] {
            assert_eq!(hosts.contains(host), is_served, "{host}");
        }
        assert!(ServedHosts::of_certificate(&names, 443).contains("build.example.com"));
        assert!(!ServedHosts::of_certificate(&names, 80).contains("build.example.com"));
    }

    #[test]
    fn only_the_address_and_localhost_on_loopback_with_the_port_are_served() {
        let hosts = |address: &str| ServedHosts::new(address.parse().unwrap());
        for (address, host, is_served) in [
            ("127.0.0.1:4144", "127.0.0.1:4144", true),
            ("127.0.0.1:4144", "LocalHost:4144", true),
            ("127.0.0.1:4144", "127.0.0.1", false),
            ("127.0.0.1:4144", "127.0.0.1:41440", false),
            ("127.0.0.1:4144", "127.8.9.1:4144", false),
            ("127.0.0.1:4144", "127.0.0.1.example.com:4144", false),
            ("127.0.0.1:4144", "[::1]:4144", false),
            ("127.0.0.1:80", "127.0.0.1", true),
            ("127.0.0.1:80", "localhost", true),
            ("169.254.170.2:80", "169.254.170.2", true),
            ("169.254.170.2:80", "169.254.170.2:80", true),
            ("169.254.170.2:80", "localhost", false),
            ("[fd00:ec2::23]:80", "[fd00:ec2::23]", true),
            ("[::1]:4144", "[::1]:4144", true),
            ("[::1]:4144", "[::1]x:4144", false),
            ("[::1]:80", "[::1]x", false),
        ] {
            assert_eq!(hosts(address).contains(host), is_served, "{host} at {address}");
        }
    }
}
