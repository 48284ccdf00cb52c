//! The network interfaces of this machine and their addresses, as the kernel lists them
//! (rtnetlink(7)).

#[cfg(target_os = "linux")]
mod netlink;

use std::net::IpAddr;

use crate::domain::Result;

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
    pub addresses: Vec<IpAddr>,
}

impl NetworkInterface {
    /// Loads all interfaces.
    ///
    /// # Errors
    /// [`ErrorKind::Os`](crate::domain::ErrorKind::Os) if the system does not list them.
    #[cfg(target_os = "linux")]
    pub fn load_all() -> Result<Vec<Self>> {
        netlink::load_interfaces()
    }

    /// Loads all interfaces.
    ///
    /// # Errors
    /// Always: only Linux tells which interfaces are virtual.
    #[cfg(not(target_os = "linux"))]
    pub fn load_all() -> Result<Vec<Self>> {
        Err(crate::domain::Error::os("the kinds of network interfaces are known on Linux only"))
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
            addresses: vec![address],
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

    #[test]
    #[cfg(target_os = "linux")]
    fn the_loopback_interface_of_this_machine_is_listed_with_its_address() {
        let all = NetworkInterface::load_all().unwrap();
        let address: IpAddr = "127.0.0.1".parse().unwrap();
        let found = all.iter().find(|interface| interface.addresses.contains(&address)).unwrap();
        assert!(found.is_loopback && found.name == "lo", "{all:?}");
        assert_eq!(found.outward(&all), None);
        let is_virtual = |name: &str| {
            let device = std::fs::canonicalize(format!("/sys/class/net/{name}")).unwrap();
            device.starts_with("/sys/devices/virtual")
        };
        // What has a driver for hardware is not local.
        for interface in all.iter().filter(|interface| !is_virtual(&interface.name)) {
            assert_eq!(interface.outward(&all), Some(interface), "{all:?}");
        }
    }
}
