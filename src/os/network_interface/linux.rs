//! Lists of links and addresses over a routing socket (rtnetlink(7)).
//!
//! Two requests without a filter and seven attributes are all that is read, with the sockets of
//! rustix. netlink-packet-route would replace the parsing of attributes, half of this file, by
//! conversions of its types, and add three crates and a second set of sockets (netlink-sys).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use rustix::net::netlink::SocketAddrNetlink;
use rustix::net::{AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType};

use crate::domain::{ErrorKind, Result, ResultExt};

use super::{NetworkInterface, Subnet};

const NLMSG_ERROR: u16 = 2;
const NLMSG_DONE: u16 = 3;
const RTM_NEWLINK: u16 = 16;
const RTM_GETLINK: u16 = 18;
const RTM_NEWADDR: u16 = 20;
const RTM_GETADDR: u16 = 22;
/// `NLM_F_REQUEST | NLM_F_DUMP`.
const DUMP_FLAGS: u16 = 0x301;
const IFF_LOOPBACK: u32 = 0x8;
const IFLA_IFNAME: u16 = 3;
const IFLA_LINK: u16 = 5;
const IFLA_MASTER: u16 = 10;
const IFLA_LINKINFO: u16 = 18;
const IFLA_LINK_NETNSID: u16 = 37;
const IFLA_INFO_KIND: u16 = 1;
const IFA_ADDRESS: u16 = 1;
const IFA_LOCAL: u16 = 2;
/// The bits of an attribute's type that are not flags.
const ATTRIBUTE_TYPE: u16 = 0x3fff;

/// The bytes before the body of a message: length, type, flags, number and sender.
const HEADER_LEN: usize = 16;
/// The bytes of a body before its attributes: `ifinfomsg` and `ifaddrmsg`.
const LINK_LEN: usize = 16;
const ADDRESS_LEN: usize = 8;

/// Asks the kernel for all links and their addresses.
pub(super) fn load_interfaces() -> Result<Vec<NetworkInterface>> {
    let links = dump(RTM_GETLINK, LINK_LEN)?;
    let mut all: Vec<NetworkInterface> =
        messages(&links).filter(|(kind, _)| *kind == RTM_NEWLINK).filter_map(parse_link).collect();
    let addresses = dump(RTM_GETADDR, ADDRESS_LEN)?;
    for message in messages(&addresses).filter(|(kind, _)| *kind == RTM_NEWADDR) {
        let Some((index, address)) = parse_address(message) else { continue };
        if let Some(interface) = all.iter_mut().find(|interface| interface.index == index) {
            interface.addresses.push(address);
        }
    }
    Ok(all)
}

/// Sends a request without a filter, and returns the messages of the reply.
fn dump(request: u16, body_len: usize) -> Result<Vec<u8>> {
    let exchange = || {
        let socket = rustix::net::socket_with(
            AddressFamily::NETLINK,
            SocketType::RAW,
            SocketFlags::CLOEXEC,
            None,
        )?;
        let len = (HEADER_LEN + body_len) as u32;
        let mut message = Vec::with_capacity(HEADER_LEN + body_len);
        message.extend_from_slice(&len.to_ne_bytes());
        message.extend_from_slice(&request.to_ne_bytes());
        message.extend_from_slice(&DUMP_FLAGS.to_ne_bytes());
        message.resize(HEADER_LEN + body_len, 0);
        let kernel = SocketAddrNetlink::new(0, 0);
        rustix::net::sendto(&socket, &message, SendFlags::empty(), &kernel)?;
        let (mut reply, mut part) = (Vec::new(), vec![0; 64 * 1_024]);
        loop {
            let (len, _) = rustix::net::recv(&socket, &mut part[..], RecvFlags::empty())?;
            let received = part.get(..len).unwrap_or_default();
            reply.extend_from_slice(received);
            let is_last = |(kind, _): (u16, _)| kind == NLMSG_DONE || kind == NLMSG_ERROR;
            if len == 0 || messages(received).any(is_last) {
                return Ok::<_, rustix::io::Errno>(reply);
            }
        }
    };
    exchange().context(ErrorKind::Os, "listing the network interfaces")
}

/// The types and bodies of messages.
fn messages(bytes: &[u8]) -> impl Iterator<Item = (u16, &[u8])> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        let len = u32_at(rest, 0)? as usize;
        let (kind, body) = (u16_at(rest, 4)?, rest.get(HEADER_LEN..len)?);
        rest = rest.get(len.next_multiple_of(4)..).unwrap_or_default();
        Some((kind, body))
    })
}

/// The types and values of attributes.
fn attributes(bytes: &[u8]) -> impl Iterator<Item = (u16, &[u8])> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        let len = usize::from(u16_at(rest, 0)?);
        let (kind, value) = (u16_at(rest, 2)? & ATTRIBUTE_TYPE, rest.get(4..len)?);
        rest = rest.get(len.next_multiple_of(4)..).unwrap_or_default();
        Some((kind, value))
    })
}

fn parse_link((_, body): (u16, &[u8])) -> Option<NetworkInterface> {
    let find = |wanted: u16| {
        attributes(body.get(LINK_LEN..)?).find(|(kind, _)| *kind == wanted).map(|(_, value)| value)
    };
    let info = find(IFLA_LINKINFO).unwrap_or_default();
    let kind = attributes(info).find(|(kind, _)| *kind == IFLA_INFO_KIND);
    let kind = kind.map(|(_, value)| text(value));
    // The kernel adds the second attribute if the link is in another namespace.
    let has_peer = kind.as_deref() == Some("veth") && find(IFLA_LINK_NETNSID).is_none();
    let peer = if has_peer { find(IFLA_LINK).and_then(|value| u32_at(value, 0)) } else { None };
    Some(NetworkInterface {
        index: u32_at(body, 4)?,
        name: text(find(IFLA_IFNAME)?),
        kind,
        peer,
        is_loopback: u32_at(body, 8)? & IFF_LOOPBACK != 0,
        master: find(IFLA_MASTER).and_then(|value| u32_at(value, 0)),
        addresses: Vec::new(),
    })
}

fn parse_address((_, body): (u16, &[u8])) -> Option<(u32, Subnet)> {
    let find = |wanted: u16| -> Option<IpAddr> {
        let mut all = attributes(body.get(ADDRESS_LEN..)?);
        let value = all.find(|(kind, _)| *kind == wanted)?.1;
        match value.len() {
            4 => <[u8; 4]>::try_from(value).ok().map(|octets| Ipv4Addr::from(octets).into()),
            _ => <[u8; 16]>::try_from(value).ok().map(|octets| Ipv6Addr::from(octets).into()),
        }
    };
    // Of a point-to-point interface, the other attribute is the peer's.
    let ip = find(IFA_LOCAL).or_else(|| find(IFA_ADDRESS))?;
    Some((u32_at(body, 4)?, Subnet { ip, prefix_len: *body.get(1)? }))
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).trim_end_matches('\0').to_owned()
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_ne_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_ne_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn truncated_messages_are_skipped() {
        let links = dump(RTM_GETLINK, LINK_LEN).unwrap();
        for len in 0..links.len().min(600) {
            let part = links.get(..len).unwrap();
            let _ = messages(part).filter_map(parse_link).chain(parse_link((0, part))).count();
            let _ = parse_address((0, part));
        }
        let endless = [0; 64];
        assert_eq!(messages(&endless).count() + attributes(&endless).count(), 0);
    }

    #[test]
    fn the_loopback_interface_of_this_machine_is_listed_with_its_address() {
        let all = NetworkInterface::load_all().unwrap();
        let address = Subnet { ip: "127.0.0.1".parse().unwrap(), prefix_len: 8 };
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
