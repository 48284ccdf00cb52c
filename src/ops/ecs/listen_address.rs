//! The addresses at which the endpoint may be served.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use crate::domain::{Error, ErrorKind, Result};

/// The default address.
pub const DEFAULT_LISTEN_ADDRESS: &str = "127.0.0.1:4144";

/// The address of the instance-metadata service of EC2.
const INSTANCE_METADATA: IpAddr = IpAddr::V4(Ipv4Addr::new(169, 254, 169, 254));

/// Parses `ADDR:PORT`, a loopback address or `localhost` with a port. Port 0 is any free port.
///
/// # Errors
/// [`ErrorKind::Usage`] for other addresses, with the reason.
pub fn parse_listen_address(text: &str) -> Result<SocketAddr> {
    let by_name = text.strip_prefix("localhost:").map(|port| format!("127.0.0.1:{port}"));
    let Ok(address) = by_name.as_deref().unwrap_or(text).parse::<SocketAddr>() else {
        return Err(Error::new(
            ErrorKind::Usage,
            format!("`{text}` is not an address with a port"),
        )
        .hint(format!("for example {DEFAULT_LISTEN_ADDRESS}")));
    };
    if address.ip().is_loopback() {
        return Ok(address);
    }
    let reason = match address.ip() {
        INSTANCE_METADATA => "is the address of the instance-metadata service, which this is not",
        _ => {
            "is not a loopback address: credentials would cross the network in plain text, and \
             SDKs refuse plain HTTP from there"
        }
    };
    Err(Error::new(ErrorKind::Usage, format!("`{text}` {reason}"))
        .hint(format!("use a loopback address, for example --listen {DEFAULT_LISTEN_ADDRESS}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_loopback_addresses_with_a_port_are_served() {
        for text in ["127.0.0.1:4144", "127.8.9.1:1", "[::1]:0", "localhost:4144"] {
            assert!(parse_listen_address(text).is_ok_and(|address| address.ip().is_loopback()));
        }
        for (text, reason) in [
            ("127.0.0.1", "with a port"),
            ("localhost", "with a port"),
            ("example.com:80", "with a port"),
            ("0.0.0.0:4144", "plain text"),
            ("[::]:4144", "plain text"),
            ("10.0.0.1:4144", "plain text"),
            ("169.254.170.2:80", "plain text"),
            ("169.254.169.254:80", "instance-metadata"),
        ] {
            let error = parse_listen_address(text).unwrap_err();
            assert!(error.message.contains(reason), "{text}: {}", error.message);
            assert_eq!(error.kind, ErrorKind::Usage);
        }
    }
}
