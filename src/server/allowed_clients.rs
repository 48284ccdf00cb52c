//! The clients whose requests are answered, by their address.

use std::net::IpAddr;

use crate::os::network_interface::Subnet;

/// The clients of an endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AllowedClients {
    /// All that can reach it: programs on this machine, or clients over TLS.
    All,
    /// Those in these networks. The system accepts packets for an address of a network of
    /// containers from other machines, too.
    In(Vec<Subnet>),
}

impl AllowedClients {
    pub(super) fn contains(&self, client: IpAddr) -> bool {
        match self {
            Self::All => true,
            Self::In(networks) => networks.iter().any(|network| network.contains(client)),
        }
    }
}
