//! The addresses at which the endpoint may be served.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use crate::domain::{Error, ErrorKind, Result};
use crate::os::network_interface::NetworkInterface;
use crate::server::{AllowedClients, is_instance_metadata};

/// The default address.
pub const DEFAULT_LISTEN_ADDRESS: &str = "127.0.0.1:4144";

/// The addresses at which containers of ECS and EKS get credentials, without TLS.
const CONTAINER_CREDENTIALS: [IpAddr; 3] = [
    IpAddr::V4(Ipv4Addr::new(169, 254, 170, 2)),
    IpAddr::V4(Ipv4Addr::new(169, 254, 170, 23)),
    IpAddr::V6(Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x23)),
];

/// Who can reach an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AddressScope {
    /// Programs on this machine.
    Loopback,
    /// Containers on this machine, if the address belongs to a network of theirs. SDKs accept plain
    /// HTTP from it.
    Container,
    /// Other machines.
    Network,
}

impl AddressScope {
    pub fn of(ip: IpAddr) -> Self {
        match ip.to_canonical() {
            ip if ip.is_loopback() => Self::Loopback,
            ip if CONTAINER_CREDENTIALS.contains(&ip) => Self::Container,
            _ => Self::Network,
        }
    }
}

/// Parses `ADDR:PORT` or `localhost:PORT`. Port 0 is any free port.
///
/// # Errors
/// [`ErrorKind::Usage`] for other texts and for the address of the instance metadata service.
pub fn parse_listen_address(text: &str) -> Result<SocketAddr> {
    let by_name = text.strip_prefix("localhost:").map(|port| format!("127.0.0.1:{port}"));
    let Ok(address) = by_name.as_deref().unwrap_or(text).parse::<SocketAddr>() else {
        return Err(Error::new(
            ErrorKind::Usage,
            format!("`{text}` is not an address with a port"),
        )
        .hint(format!("for example {DEFAULT_LISTEN_ADDRESS}")));
    };
    if is_instance_metadata(address.ip()) {
        let message = format!("`{text}` is the address of the instance metadata service");
        return Err(Error::new(ErrorKind::Usage, message).hint(format!(
            "use a loopback address, for example --listen {DEFAULT_LISTEN_ADDRESS}, or \
             169.254.170.2:80 for containers"
        )));
    }
    Ok(address)
}

/// Checks that plain HTTP does not leave the machine, and returns whom to answer.
///
/// # Errors
/// [`ErrorKind::Usage`] for other addresses, with the reason.
pub fn check_plain_http(address: SocketAddr) -> Result<AllowedClients> {
    match AddressScope::of(address.ip()) {
        AddressScope::Loopback => Ok(AllowedClients::All),
        AddressScope::Container => {
            check_container_address(address.ip(), &NetworkInterface::load_all()?)
        }
        AddressScope::Network => Err(Error::new(
            ErrorKind::Usage,
            format!(
                "`{address}` is not a loopback address: credentials would cross the network in \
                 plain text, and SDKs refuse plain HTTP from there"
            ),
        )
        .hint(format!("use a loopback address, for example --listen {DEFAULT_LISTEN_ADDRESS}"))
        .hint(match address.ip().is_unspecified() {
            true => "or run `rolecall setup ecs --tls NAME` with the name of this machine, \
                     and the server uses TLS"
                .to_owned(),
            false => {
                format!(
                    "or run `rolecall setup ecs --tls {}`, and the server uses TLS",
                    address.ip()
                )
            }
        })),
    }
}

/// Checks that the interface of an address leads to containers only, and returns its network.
fn check_container_address(ip: IpAddr, interfaces: &[NetworkInterface]) -> Result<AllowedClients> {
    let ip = ip.to_canonical();
    let mut networks = Vec::new();
    for owner in interfaces {
        let own = owner.addresses.iter().filter(|network| network.ip == ip);
        if own.clone().next().is_none() {
            continue;
        }
        networks.extend(own);
        if let Some(outward) = owner.outward(interfaces) {
            let reason = match owner == outward {
                true => format!("`{}`", owner.name),
                false => format!("`{}`, which is connected to `{}`", owner.name, outward.name),
            };
            return Err(Error::new(
                ErrorKind::Usage,
                format!(
                    "{ip} belongs to the network interface {reason}: other machines on its \
                     network could get credentials in plain text"
                ),
            )
            .hint(
                "use the address for a network of containers: remove it from that interface, \
                 then run `docker network create --subnet 169.254.170.0/24 --gateway \
                 169.254.170.2 rolecall`",
            ));
        }
    }
    Ok(AllowedClients::In(networks))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_need_a_port_and_are_never_the_metadata_service() {
        for (text, scope) in [
            ("127.0.0.1:4144", AddressScope::Loopback),
            ("127.8.9.1:1", AddressScope::Loopback),
            ("[::1]:0", AddressScope::Loopback),
            ("[::ffff:127.0.0.1]:0", AddressScope::Loopback),
            ("localhost:4144", AddressScope::Loopback),
            ("169.254.170.2:80", AddressScope::Container),
            ("169.254.170.23:80", AddressScope::Container),
            ("[fd00:ec2::23]:80", AddressScope::Container),
            ("169.254.170.3:80", AddressScope::Network),
            ("0.0.0.0:4144", AddressScope::Network),
            ("[::]:4144", AddressScope::Network),
            ("10.0.0.1:4144", AddressScope::Network),
        ] {
            let address = parse_listen_address(text).unwrap();
            assert_eq!(AddressScope::of(address.ip()), scope, "{text}");
            let plain = check_plain_http(address);
            match scope {
                AddressScope::Loopback => assert_eq!(plain, Ok(AllowedClients::All)),
                AddressScope::Container => {}
                AddressScope::Network => {
                    let error = plain.unwrap_err();
                    assert!(error.message.contains("plain text"), "{text}: {}", error.message);
                    assert_eq!(error.kind, ErrorKind::Usage);
                }
            }
        }
        for (text, reason) in [
            ("127.0.0.1", "with a port"),
            ("localhost", "with a port"),
            ("example.com:80", "with a port"),
            ("169.254.169.254:80", "instance metadata"),
            ("[::ffff:169.254.169.254]:80", "instance metadata"),
            ("[fd00:ec2::254]:80", "instance metadata"),
            ("[FD00:0EC2::0254]:80", "instance metadata"),
            ("[fd00:ec2::254%1]:80", "instance metadata"),
            ("[::a9fe:a9fe]:80", "instance metadata"),
            ("[64:ff9b::a9fe:a9fe]:443", "instance metadata"),
            ("2852039166:80", "with a port"),
            ("0xa9fea9fe:80", "with a port"),
            ("0251.0376.0251.0376:80", "with a port"),
        ] {
            let error = parse_listen_address(text).unwrap_err();
            assert!(error.message.contains(reason), "{text}: {}", error.message);
            assert_eq!(error.kind, ErrorKind::Usage);
        }
    }

    #[test]
    fn an_address_of_hardware_is_refused_with_its_name() {
        let all = NetworkInterface::examples("169.254.170.2".parse().unwrap());
        for (name, reason) in [
            ("eth0", Some("the network interface `eth0`: other machines")),
            ("br0", Some("`br0`, which is connected to `eth1`: other machines")),
            ("docker0", None),
            ("lo", None),
        ] {
            let mut interfaces = all.clone();
            for interface in interfaces.iter_mut().filter(|interface| interface.name != name) {
                interface.addresses.clear();
            }
            let network = interfaces.iter().flat_map(|interface| interface.addresses.clone());
            let network = AllowedClients::In(network.collect());
            for address in ["169.254.170.2", "::ffff:169.254.170.2"] {
                let checked = check_container_address(address.parse().unwrap(), &interfaces);
                match reason {
                    None => assert_eq!(checked, Ok(network.clone()), "{name} {address}"),
                    Some(reason) => {
                        let error = checked.unwrap_err();
                        assert!(error.message.contains(reason), "{error}");
                    }
                }
            }
        }
    }
}
