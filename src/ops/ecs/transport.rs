//! Plain HTTP or TLS, by the address of the endpoint.

use std::net::SocketAddr;
use std::sync::Arc;

use crate::domain::{Error, ErrorKind, Result};
use crate::ops::ctx::Ctx;
use crate::server::{AllowedClients, Authority, ServedName};

use super::authority;
use super::listen_address::{AddressScope, check_plain_http};

/// How programs connect to an endpoint.
#[derive(Debug, Clone)]
pub enum Transport {
    Http(AllowedClients),
    /// With certificates of this authority.
    Https(Arc<Authority>),
}

impl Transport {
    /// Returns the transport for an address: TLS if the address can be reached from other machines.
    /// Blocks.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`] if the address needs TLS and the authority does not exist or is for
    /// other names; as [`check_plain_http`] and [`authority::load`].
    pub fn for_address(ctx: &Ctx, address: SocketAddr) -> Result<Self> {
        if AddressScope::of(address.ip()) != AddressScope::Network {
            return check_plain_http(address).map(Self::Http);
        }
        let Some(authority) = authority::load(ctx)? else {
            let reason = check_plain_http(address).err();
            return Err(reason.unwrap_or_else(|| Error::internal("the address needs TLS")));
        };
        let is_covered = address.ip().is_unspecified()
            || authority.names().iter().any(|name| match name {
                ServedName::Ip(ip) => *ip == address.ip().to_canonical(),
                ServedName::Dns(_) => true,
            });
        if !is_covered {
            let names: Vec<String> = authority.names().iter().map(ToString::to_string).collect();
            let message =
                format!("the certificate is for {}, not for {}", names.join(", "), address.ip());
            return Err(Error::new(ErrorKind::Usage, message).hint(format!(
                "run `rolecall setup ecs --tls {} {}`, and give the new authority to clients",
                names.join(" "),
                address.ip()
            )));
        }
        Ok(Self::Https(Arc::new(authority)))
    }

    /// Returns the URL of an endpoint, without a path.
    pub fn url(&self, address: SocketAddr) -> String {
        let Self::Https(authority) = self else { return format!("http://{address}") };
        let own = ServedName::Ip(address.ip().to_canonical());
        let names = authority.names();
        let name = names
            .iter()
            .find(|name| **name == own)
            .or_else(|| names.iter().find(|name| matches!(name, ServedName::Dns(_))))
            .or(names.first())
            .unwrap_or(&own);
        format!("https://{}:{}", name.to_url_host(), address.port())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Timestamp;

    #[test]
    fn the_url_has_a_name_of_the_certificate() {
        let url = |names: &[&str], address: &str| {
            let names = names.iter().map(|name| name.parse().unwrap()).collect();
            let authority = Authority::create(names, Timestamp(1_800_000_000)).unwrap();
            Transport::Https(Arc::new(authority)).url(address.parse().unwrap())
        };
        assert_eq!(url(&["10.0.0.5", "a.example"], "10.0.0.5:4144"), "https://10.0.0.5:4144");
        assert_eq!(url(&["10.0.0.5", "a.example"], "0.0.0.0:4144"), "https://a.example:4144");
        assert_eq!(url(&["10.0.0.5"], "0.0.0.0:4144"), "https://10.0.0.5:4144");
        assert_eq!(url(&["fd00::5"], "[fd00::5]:443"), "https://[fd00::5]:443");
        let plain = Transport::Http(AllowedClients::All).url("127.0.0.1:4144".parse().unwrap());
        assert_eq!(plain, "http://127.0.0.1:4144");
    }
}
