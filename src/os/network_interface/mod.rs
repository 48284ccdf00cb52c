//! The network interfaces of this machine, how they are connected, and their addresses. Only Linux
//! provides which of them are virtual.

#[cfg(target_os = "linux")]
mod linux;
#[cfg(not(target_os = "linux"))]
mod not_linux;
mod subnet;

#[cfg(test)]
use std::net::IpAddr;

use crate::domain::Result;

#[cfg(target_os = "linux")]
use linux::load_interfaces;
#[cfg(not(target_os = "linux"))]
use not_linux::load_interfaces;
pub use subnet::Subnet;

/// The kinds of interfaces that reach no further than this machine: containers are connected to
/// them. Others lead to hardware (`vlan`, `macvlan`, `bond`), through a tunnel (`wireguard`, `vxlan`),
/// or to a program that may be a VPN (`tun`, which includes tap devices).
const LOCAL_KINDS: [&str; 3] = ["bridge", "dummy", "veth"];

/// A network interface.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NetworkInterface {
    index: u32,
    pub name: String,
    /// The kind of a virtual interface, such as `bridge`; `None` for hardware and loopback.
    kind: Option<String>,
    is_loopback: bool,
    /// The bridge or bond whose port it is.
    master: Option<u32>,
    /// The other end of a `veth` that is not in another network namespace, such as that of a
    /// container.
    peer: Option<u32>,
    /// Its addresses with their networks.
    pub addresses: Vec<Subnet>,
}

impl NetworkInterface {
    /// Loads all interfaces.
    ///
    /// # Errors
    /// [`ErrorKind::Os`](crate::domain::ErrorKind::Os) if the system does not list them, or
    /// not their kinds.
    pub fn load_all() -> Result<Vec<Self>> {
        load_interfaces()
    }

    /// Returns the interface by which packets to this one can leave or enter the machine: itself
    /// unless it is a local one, or one that it is connected to by bridges and pairs of `veth`.
    /// `None` if there is none.
    pub fn outward<'a>(&'a self, all: &'a [Self]) -> Option<&'a Self> {
        let mut connected = vec![self];
        let mut next = 0;
        while let Some(&interface) = connected.get(next) {
            if !interface.is_local() {
                return Some(interface);
            }
            next += 1;
            for other in all.iter().filter(|other| interface.is_connected_to(other)) {
                if !connected.contains(&other) {
                    connected.push(other);
                }
            }
        }
        None
    }

    /// Returns interfaces of a made-up machine, which all have this address.
    #[cfg(test)]
    pub fn examples(address: IpAddr) -> Vec<Self> {
        let interface = |index, name: &str, kind: Option<&str>, master| Self {
            index,
            name: name.to_owned(),
            kind: kind.map(str::to_owned),
            is_loopback: name == "lo",
            master,
            peer: None,
            addresses: vec![Subnet { ip: address, prefix_len: 24 }],
        };
        vec![
            interface(1, "lo", None, None),
            interface(2, "eth0", None, None),
            interface(3, "dummy0", Some("dummy"), None),
            interface(4, "docker0", Some("bridge"), None),
            interface(5, "veth0", Some("veth"), Some(4)),
            interface(7, "br0", Some("bridge"), None),
            interface(8, "eth1", None, Some(7)),
            interface(9, "eth0.7", Some("vlan"), None),
            interface(10, "macvlan0", Some("macvlan"), None),
            interface(11, "wg0", Some("wireguard"), None),
            interface(12, "tun0", Some("tun"), None),
            interface(13, "virbr0", Some("bridge"), None),
            interface(14, "tap0", Some("tun"), Some(13)),
            // Its ends are ports of two bridges, one of which has hardware.
            interface(15, "br1", Some("bridge"), None),
            Self { peer: Some(17), ..interface(16, "veth1", Some("veth"), Some(15)) },
            Self { peer: Some(16), ..interface(17, "veth2", Some("veth"), Some(7)) },
            interface(18, "bond0", Some("bond"), None),
            interface(19, "dummy1", Some("dummy"), Some(18)),
        ]
    }

    fn is_local(&self) -> bool {
        match self.kind.as_deref() {
            None => self.is_loopback,
            Some(kind) => LOCAL_KINDS.contains(&kind),
        }
    }

    /// Whether packets pass between two interfaces without being routed.
    fn is_connected_to(&self, other: &Self) -> bool {
        let links = |from: &Self, to: &Self| [from.master, from.peer].contains(&Some(to.index));
        links(self, other) || links(other, self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hardware_and_what_is_connected_to_it_leads_out_of_the_machine() {
        let all = NetworkInterface::examples("169.254.170.2".parse().unwrap());
        let outward = |name: &str| {
            let found = all.iter().find(|interface| interface.name == name).unwrap();
            found.outward(&all).map(|interface| interface.name.as_str())
        };
        for name in ["lo", "dummy0", "docker0", "veth0"] {
            assert_eq!(outward(name), None, "{name}");
        }
        for name in ["eth0", "eth0.7", "macvlan0", "wg0", "tun0", "tap0", "bond0"] {
            assert_eq!(outward(name), Some(name));
        }
        for (name, through) in [
            ("br0", "eth1"),
            ("virbr0", "tap0"),
            ("veth2", "eth1"),
            ("veth1", "eth1"),
            ("br1", "eth1"),
            ("dummy1", "bond0"),
        ] {
            assert_eq!(outward(name), Some(through), "{name}");
        }
    }
}
