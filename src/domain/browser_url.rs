//! Validation of URLs before they are passed to a browser.

use super::{Error, ErrorKind, Result, escape_unprintable};

/// Characters of a rejected URL that an error message quotes at most.
const MAX_QUOTED_CHARS: usize = 120;

/// Checks that a URL may be opened in a browser: `https`, or `http` to a loopback host, without
/// anything that a browser, a launcher or a reader could misinterpret.
///
/// # Errors
/// Returns [`ErrorKind::Unreachable`] for another scheme, user information before the host
/// (`https://aws.amazon.com@evil.example`), a host with characters other than letters, digits,
/// dots, hyphens and underscores, and control, bidi, line-separator, white-space, quote or
/// backslash characters anywhere.
pub fn check_browser_url(address: &str) -> Result<()> {
    let refused = |why: &str| {
        let quoted: String = escape_unprintable(address).chars().take(MAX_QUOTED_CHARS).collect();
        Err(Error::new(ErrorKind::Unreachable, format!("`{quoted}` is not opened: {why}")))
    };
    let (secure, rest) = match address.split_once("://") {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("https") => (true, rest),
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("http") => (false, rest),
        _ => return refused("only https addresses are"),
    };
    if escape_unprintable(address) != address
        || address.contains(|letter: char| letter.is_whitespace() || "\\\"'<>`".contains(letter))
    {
        return refused("it contains characters that do not belong in an address");
    }
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if authority.contains('@') {
        return refused("it names a user before the host");
    }
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !authority.ends_with(']') => (host, port),
        _ => (authority, "443"),
    };
    let bracketed = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    let plain = match bracketed {
        Some(inside) => inside.parse::<std::net::Ipv6Addr>().is_ok(),
        None => {
            !host.is_empty()
                && host
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_'))
        }
    };
    if !plain || port.parse::<u16>().is_err() {
        return refused("its host name is not valid");
    }
    if !secure && !is_loopback(bracketed.unwrap_or(host)) {
        return refused("only https addresses are, and http on this machine");
    }
    Ok(())
}

/// Whether a host name or IP address is a loopback address.
fn is_loopback(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost")
        || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn https_and_loopback_http_are_opened() {
        for address in [
            "https://d-1234567890.awsapps.com/start/#/?tab=accounts",
            "HTTPS://device.sso.eu-west-1.amazonaws.com/?user_code=ABCD-EFGH",
            "https://oidc.us-east-1.amazonaws.com:443/authorize?a=b%20c&redirect_uri=http%3A%2F%2F127.0.0.1%3A4711%2Foauth%2Fcallback",
            "http://127.0.0.1:4711/x",
            "http://localhost/",
            "http://[::1]:80",
            "http://[::1]/",
            "https://[2001:db8::1]",
            "https://example.com/@me?mail=a@b",
        ] {
            assert_eq!(check_browser_url(address), Ok(()), "{address}");
        }
    }

    #[test]
    fn everything_else_is_refused() {
        for address in [
            "",
            "-https://example.com",
            "--new-window",
            "javascript:alert(1)",
            "file:///etc/passwd",
            "ftp://example.com",
            "ftp://localhost/",
            "file://localhost/etc/passwd",
            "http://example.com/",
            "http://127.0.0.1.example.com/",
            "http://localhost@example.com/",
            "https://aws.amazon.com@evil.example/",
            "https://user:word@example.com/",
            "https:///path",
            "https://",
            "https://exa mple.com/",
            "https://example.com\\@evil.example/",
            "https://example.com/\u{202e}gpj",
            "https://example.com/\u{2028}x",
            "https://example.com/\u{85}",
            "https://example.com/\r\nx",
            "https://exämple.com/",
            "https://example.com:99999/",
            "https://example.com:/",
            "https://[::1/",
            "https://a/\"$(id)\"",
            " https://example.com/",
        ] {
            let error = check_browser_url(address).unwrap_err();
            assert!(escape_unprintable(&error.message) == error.message, "{address:?}");
        }
    }
}
