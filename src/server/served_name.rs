//! A name or an address that a certificate is for.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use crate::domain::{Error, ErrorKind, Result};

/// The most bytes of a DNS name.
const MAX_NAME_LEN: usize = 253;
/// The most bytes of a label of a DNS name.
const MAX_LABEL_LEN: usize = 63;

/// A DNS name in lower case, or an IP address.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum ServedName {
    Ip(IpAddr),
    Dns(String),
}

impl ServedName {
    /// Returns the name as it is written in a URL.
    pub fn to_url_host(&self) -> String {
        match self {
            Self::Ip(IpAddr::V6(address)) => format!("[{address}]"),
            other => other.to_string(),
        }
    }
}

impl FromStr for ServedName {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        if let Ok(address) = text.parse::<IpAddr>() {
            return match address {
                _ if address.is_unspecified() || address.is_multicast() => Err(Error::new(
                    ErrorKind::Usage,
                    format!("`{text}` is not the address of a machine"),
                )),
                _ => Ok(Self::Ip(address.to_canonical())),
            };
        }
        let is_label = |label: &str| {
            let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
            (1..=MAX_LABEL_LEN).contains(&label.len())
                && label.bytes().all(is_plain)
                && !label.starts_with('-')
                && !label.ends_with('-')
        };
        // The last label of a name is not a number, but that of an address is, also in the forms of
        // inet_aton(3), which some clients understand.
        let is_number = |last: &str| match last.strip_prefix("0x").or(last.strip_prefix("0X")) {
            Some(digits) => digits.bytes().all(|byte| byte.is_ascii_hexdigit()),
            None => last.bytes().all(|byte| byte.is_ascii_digit()),
        };
        let is_address = text.rsplit('.').next().is_some_and(is_number);
        if text.len() > MAX_NAME_LEN || is_address || !text.split('.').all(is_label) {
            let message = format!("`{text}` is neither a host name nor an IP address");
            return Err(Error::new(ErrorKind::Usage, message));
        }
        Ok(Self::Dns(text.to_ascii_lowercase()))
    }
}

impl fmt::Display for ServedName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ip(address) => address.fmt(f),
            Self::Dns(name) => f.write_str(name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_addresses_are_parsed_and_written_as_in_urls() {
        for (text, host) in [
            ("10.0.0.5", "10.0.0.5"),
            ("FD00::5", "[fd00::5]"),
            ("Build.Example.com", "build.example.com"),
            ("devbox", "devbox"),
        ] {
            assert_eq!(text.parse::<ServedName>().unwrap().to_url_host(), host);
        }
        let long = format!("{}.com", "x".repeat(64));
        for text in [
            "",
            "a b",
            "*.example.com",
            "example.com.",
            "10.0.0",
            "10.0x5",
            "0xA000005",
            "99999999999999999999",
            "0.0.0.0",
            "a:1",
            "-a",
            "é",
            &long,
        ] {
            assert!(text.parse::<ServedName>().is_err(), "{text}");
        }
    }
}
