//! The network interfaces of this machine and their addresses. Only Linux provides which of them are
//! virtual.

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
/// them.
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
    /// unless it is a local one, or a port of a bridge. `None` if there is none.
    pub fn outward<'a>(&'a self, all: &'a [Self]) -> Option<&'a Self> {
        match self.kind.as_deref() {
            None if self.is_loopback => None,
            Some("bridge") => {
                let mut ports = all.iter().filter(|port| port.master == Some(self.index));
                // A tap device is the port of a virtual machine.
                ports.find(|port| port.kind.as_deref() != Some("tun") && !port.is_local())
            }
            _ if self.is_local() => None,
            _ => Some(self),
        }
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
            addresses: vec![Subnet { ip: address, prefix_len: 24 }],
        };
        vec![
            interface(1, "lo", None, None),
            interface(2, "eth0", None, None),
            interface(3, "dummy0", Some("dummy"), None),
            interface(4, "docker0", Some("bridge"), None),
            interface(5, "veth0", Some("veth"), Some(4)),
            interface(6, "tap0", Some("tun"), Some(4)),
            interface(7, "br0", Some("bridge"), None),
            interface(8, "eth1", None, Some(7)),
            interface(9, "eth0.7", Some("vlan"), None),
            interface(10, "macvlan0", Some("macvlan"), None),
            interface(11, "wg0", Some("wireguard"), None),
            interface(12, "tun0", Some("tun"), None),
        ]
    }

    fn is_local(&self) -> bool {
        self.kind.as_deref().is_some_and(|kind| LOCAL_KINDS.contains(&kind))
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
        for name in ["eth0", "eth0.7", "macvlan0", "wg0", "tun0"] {
            assert_eq!(outward(name), Some(name));
        }
        assert_eq!(outward("br0"), Some("eth1"));
    }
}
