//! `NO_PROXY`: hosts to connect to without the proxy. The rules combine those of curl and of the
//! AWS CLI.

use std::net::IpAddr;

/// Whether a `NO_PROXY` list covers an endpoint such as `https://oidc.eu-west-1.amazonaws.com`.
///
/// Entries are separated by commas or whitespace. `*` covers every host, including IP addresses. A
/// domain covers itself and its subdomains, with or without a leading dot or `*.`; case does not
/// matter. An IP address covers itself, `10.0.0.0/8` a network. An entry with a port covers only
/// that port.
pub fn bypasses_proxy(list: &str, endpoint: &str) -> bool {
    let Some((host, port)) = host_and_port(endpoint) else { return false };
    let entries = list.split(|letter: char| letter == ',' || letter.is_whitespace());
    entries.filter(|entry| !entry.is_empty()).any(|entry| matches_entry(entry, &host, port))
}

/// Returns the host, normalized, and the port or the default port of the scheme.
fn host_and_port(endpoint: &str) -> Option<(String, u16)> {
    let uri: http::Uri = endpoint.parse().ok()?;
    let default = if uri.scheme_str() == Some("http") { 80 } else { 443 };
    Some((normalize_host(uri.host()?), uri.port_u16().unwrap_or(default)))
}

/// Returns the host in lower case, without the brackets of IPv6 and without a trailing dot.
fn normalize_host(host: &str) -> String {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase()
}

fn matches_entry(entry: &str, host: &str, port: u16) -> bool {
    if entry == "*" {
        return true;
    }
    let (name, entry_port) = split_port(entry);
    if entry_port.is_some_and(|entry_port| entry_port != port) {
        return false;
    }
    let name = normalize_host(name);
    match host.parse::<IpAddr>() {
        Ok(address) => is_in_network(&name, address),
        Err(_) => {
            let domain = name.strip_prefix('*').unwrap_or(&name).trim_start_matches('.');
            let is_subdomain = || host.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.'));
            !domain.is_empty() && (host == domain || is_subdomain())
        }
    }
}

/// Splits an entry into host and port. An IPv6 address without brackets has colons but no port.
fn split_port(entry: &str) -> (&str, Option<u16>) {
    let bare_ipv6 = entry.matches(':').count() > 1 && !entry.starts_with('[');
    match entry.rsplit_once(':') {
        Some((host, port)) if !bare_ipv6 => {
            port.parse().map_or((entry, None), |port| (host, Some(port)))
        }
        _ => (entry, None),
    }
}

/// Whether an address equals this one or is in this network.
fn is_in_network(network: &str, address: IpAddr) -> bool {
    let (base, length) = match network.split_once('/') {
        Some((base, length)) => (base.trim_end_matches(']'), length.parse::<u32>().ok()),
        None => (network, Some(128)),
    };
    let (Ok(base), Some(length)) = (base.parse::<IpAddr>(), length) else { return false };
    match (base, address) {
        (IpAddr::V4(base), IpAddr::V4(address)) => {
            has_same_prefix(base.to_bits().into(), address.to_bits().into(), 32, length)
        }
        (IpAddr::V6(base), IpAddr::V6(address)) => {
            has_same_prefix(base.to_bits(), address.to_bits(), 128, length)
        }
        _ => false,
    }
}

/// Whether two addresses of `bits` bits share their first `length` bits.
fn has_same_prefix(one: u128, other: u128, bits: u32, length: u32) -> bool {
    (one ^ other).checked_shr(bits.saturating_sub(length)).unwrap_or(0) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    const PORTAL: &str = "https://portal.sso.eu-west-1.amazonaws.com";
    const LOCAL: &str = "http://127.0.0.1:8080/x";

    #[test]
    fn lists_are_read_as_curl_and_the_aws_cli_read_them() {
        for (list, endpoint, want) in [
            ("*", PORTAL, true),
            ("*", LOCAL, true),
            ("*", "http://[::1]:80", true),
            ("corp.example, *", LOCAL, true),
            ("", PORTAL, false),
            (" , ", PORTAL, false),
            ("amazonaws.com", PORTAL, true),
            (".amazonaws.com", PORTAL, true),
            ("*.amazonaws.com", PORTAL, true),
            ("AmazonAWS.com.", PORTAL, true),
            (".portal.sso.eu-west-1.amazonaws.com", PORTAL, true),
            ("azonaws.com", PORTAL, false),
            ("sso.eu-west-1", PORTAL, false),
            ("localhost .amazonaws.com", PORTAL, true),
            ("amazonaws.com:443", PORTAL, true),
            ("amazonaws.com:8443", PORTAL, false),
            ("127.0.0.1", LOCAL, true),
            ("127.0.0.1:8080", LOCAL, true),
            ("127.0.0.1:80", LOCAL, false),
            ("127.0.0.0/8", LOCAL, true),
            ("127.0.0.1/32", LOCAL, true),
            ("127.0.0.2/32", LOCAL, false),
            ("126.0.0.0/8", LOCAL, false),
            ("0.0.0.0/0", LOCAL, true),
            ("127.0.0.0/x", LOCAL, false),
            ("::1", "http://[::1]:80", true),
            ("[::1]", "http://[::1]:80", true),
            ("[::1]:80", "http://[::1]", true),
            ("[::1]:81", "http://[::1]", false),
            ("fe80::/10", "http://[fe80::1]", true),
            ("fc00::/7", "http://[fe80::1]", false),
            ("0.0.0.0/0", "http://[::1]", false),
            ("localhost", LOCAL, false),
            ("localhost", "http://localhost:4566", true),
            (".", PORTAL, false),
            ("*", "not an address at all", false),
        ] {
            assert_eq!(bypasses_proxy(list, endpoint), want, "{list:?} for {endpoint}");
        }
    }
}
