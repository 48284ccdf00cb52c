//! One socket by its addresses (sock_diag(7)): the kernel looks it up in its hash table.

use std::net::{IpAddr, SocketAddr};

use rustix::io::Errno;
use rustix::net::netlink::{self, SocketAddrNetlink};
use rustix::net::{AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType};

const SOCK_DIAG_BY_FAMILY: u16 = 20;
const NLM_F_REQUEST: u16 = 1;
const AF_INET: u8 = 2;
const AF_INET6: u8 = 10;
const IPPROTO_TCP: u8 = 6;
/// The bytes of `nlmsghdr` and of `inet_diag_req_v2` after it.
const REQUEST_LEN: u32 = 16 + 56;
/// Where `inet_diag_msg` has the remote port and the inode, behind `nlmsghdr`.
const REMOTE_PORT_AT: usize = 16 + 6;
const INODE_AT: usize = 16 + 68;

/// Returns the inode of the socket that is bound to `local` and connected to `remote`; `None` if
/// its process has closed it.
///
/// # Errors
/// `ENOENT` if there is none or the kernel has no such interface; others if it does not let this
/// process use it.
pub(super) fn find_inode(local: SocketAddr, remote: SocketAddr) -> Result<Option<u64>, Errno> {
    let kind = SocketType::DGRAM;
    let protocol = Some(netlink::SOCK_DIAG);
    let socket =
        rustix::net::socket_with(AddressFamily::NETLINK, kind, SocketFlags::CLOEXEC, protocol)?;
    let kernel = SocketAddrNetlink::new(0, 0);
    rustix::net::sendto(&socket, &request(local, remote), SendFlags::empty(), &kernel)?;
    let mut reply = [0; 512];
    let (len, _) = rustix::net::recv(&socket, &mut reply[..], RecvFlags::empty())?;
    let reply = reply.get(..len).unwrap_or_default();
    let word = |at: usize| -> Option<[u8; 4]> { reply.get(at..at + 4)?.try_into().ok() };
    let kind = reply.get(4..6).and_then(|bytes| bytes.try_into().ok()).map(u16::from_ne_bytes);
    if kind == Some(SOCK_DIAG_BY_FAMILY) {
        let port = reply.get(REMOTE_PORT_AT..REMOTE_PORT_AT + 2);
        // A socket that listens at the address is found instead of one that does not exist.
        if port != Some(&remote.port().to_be_bytes()[..]) {
            return Err(Errno::NOENT);
        }
        let inode = word(INODE_AT).map(u32::from_ne_bytes).unwrap_or_default();
        return Ok(Some(u64::from(inode)).filter(|inode| *inode > 0));
    }
    // An error message: a negative number after its header.
    match word(16).map(i32::from_ne_bytes).map(|code| Errno::from_raw_os_error(-code)) {
        Some(error) => Err(error),
        None => Err(Errno::BADMSG),
    }
}

fn request(local: SocketAddr, remote: SocketAddr) -> Vec<u8> {
    let family = if local.is_ipv4() { AF_INET } else { AF_INET6 };
    let mut bytes = Vec::new();
    bytes.extend(REQUEST_LEN.to_ne_bytes());
    bytes.extend(SOCK_DIAG_BY_FAMILY.to_ne_bytes());
    bytes.extend(NLM_F_REQUEST.to_ne_bytes());
    // Number and sender of the message.
    bytes.extend([0; 8]);
    bytes.extend([family, IPPROTO_TCP, 0, 0]);
    // All states.
    bytes.extend(u32::MAX.to_ne_bytes());
    bytes.extend(local.port().to_be_bytes());
    bytes.extend(remote.port().to_be_bytes());
    bytes.extend(octets(local.ip()));
    bytes.extend(octets(remote.ip()));
    // Any interface, and no cookie.
    bytes.extend([0; 4]);
    bytes.extend([u8::MAX; 8]);
    bytes
}

/// An address in 16 bytes.
fn octets(ip: IpAddr) -> [u8; 16] {
    match ip {
        IpAddr::V4(ip) => {
            let [a, b, c, d] = ip.octets();
            [a, b, c, d, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
        }
        IpAddr::V6(ip) => ip.octets(),
    }
}

#[cfg(test)]
mod tests {
    use std::net::{TcpListener, TcpStream};

    use super::*;

    #[test]
    fn a_request_has_the_length_that_it_claims() {
        let [local, remote] = ["127.0.0.1:1", "[::1]:2"].map(|text| text.parse().unwrap());
        for request in [request(local, remote), request(remote, local)] {
            assert_eq!(request.len(), REQUEST_LEN as usize);
        }
    }

    #[test]
    fn a_socket_that_does_not_exist_is_not_found() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let server = listener.local_addr().unwrap();
        let connection = TcpStream::connect(server).unwrap();
        let client = connection.local_addr().unwrap();
        // Not every kernel has the interface.
        if let Ok(found) = find_inode(client, server) {
            assert!(found.is_some());
            assert!(!matches!(find_inode(server, server), Ok(Some(_))));
            drop(connection);
            assert!(!matches!(find_inode(client, server), Ok(Some(_))));
        }
    }
}
