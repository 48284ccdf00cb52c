//! The program at the other end of a connection, from the tables of sockets and the descriptors of
//! processes.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::Path;

use super::ClientProgram;
use crate::os::process::ProcStat;

/// The kernel's tables of TCP sockets. A socket for IPv6 can be connected to an address of IPv4.
const TABLES: [&str; 2] = ["/proc/net/tcp", "/proc/net/tcp6"];

/// Returns the program that connected from `client` to `server`. `None` if the connection is
/// closed, or if the program is another user's. Reads the descriptors of all processes, which takes
/// milliseconds, unless it is the process `likely`.
pub(super) fn find(
    client: SocketAddr,
    server: SocketAddr,
    likely: Option<i32>,
) -> Option<ClientProgram> {
    let inode = TABLES.iter().find_map(|table| {
        find_inode(&std::fs::read_to_string(table).unwrap_or_default(), client, server)
    })?;
    let socket = format!("socket:[{inode}]");
    let pid = match likely.filter(|pid| has_descriptor(*pid, &socket)) {
        Some(pid) => pid,
        None => {
            let processes = std::fs::read_dir("/proc").ok()?.flatten();
            let mut pids =
                processes.filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok());
            pids.find(|pid| has_descriptor(*pid, &socket))?
        }
    };
    Some(ClientProgram { pid, name: ProcStat::load(pid)?.name })
}

/// Whether a descriptor of a process is this socket.
fn has_descriptor(pid: i32, socket: &str) -> bool {
    let Ok(descriptors) = std::fs::read_dir(format!("/proc/{pid}/fd")) else { return false };
    descriptors
        .flatten()
        .any(|entry| std::fs::read_link(entry.path()).is_ok_and(|to| to == Path::new(socket)))
}

/// Returns the inode of the socket that is bound to `client` and connected to `server`.
fn find_inode(table: &str, client: SocketAddr, server: SocketAddr) -> Option<u64> {
    let inode = |line: &str| {
        let mut fields = line.split_ascii_whitespace().skip(1);
        let (local, remote) = (parse_address(fields.next()?)?, parse_address(fields.next()?)?);
        // An inode of 0 is a socket that its process has closed.
        let inode = fields.nth(6)?.parse().ok().filter(|inode| *inode > 0);
        inode.filter(|_| (local, remote) == (client, server))
    };
    table.lines().find_map(inode)
}

/// Parses `0100007F:1030`: words of an address in this machine's byte order, and the port.
fn parse_address(text: &str) -> Option<SocketAddr> {
    let (address, port) = text.split_once(':')?;
    let word = |at: usize| {
        let digits = address.get(at * 8..at * 8 + 8)?;
        u32::from_str_radix(digits, 16).ok().map(u32::to_ne_bytes)
    };
    let address = match address.len() {
        8 => IpAddr::V4(Ipv4Addr::from(word(0)?)),
        32 => {
            let words = [word(0)?, word(1)?, word(2)?, word(3)?].concat();
            IpAddr::V6(Ipv6Addr::from(<[u8; 16]>::try_from(words).ok()?))
        }
        _ => return None,
    };
    Some(SocketAddr::new(address.to_canonical(), u16::from_str_radix(port, 16).ok()?))
}

#[cfg(test)]
mod tests {
    use std::net::{TcpListener, TcpStream};

    use super::*;

    #[test]
    fn the_program_of_an_open_connection_is_found() {
        let own = ProcStat::current().unwrap().name;
        for address in ["127.0.0.1:0", "[::1]:0"] {
            // A machine may have no IPv6.
            let Ok(listener) = TcpListener::bind(address) else { continue };
            let server = listener.local_addr().unwrap();
            let connection = TcpStream::connect(server).unwrap();
            let client = connection.local_addr().unwrap();
            let pid = std::process::id().cast_signed();
            for likely in [None, Some(1), Some(pid)] {
                let found = find(client, server, likely);
                assert_eq!(found, Some(ClientProgram { pid, name: own.clone() }), "{address}");
            }
            assert_eq!(find(server, server, Some(pid)), None);
        }
    }

    #[test]
    fn addresses_of_both_tables_are_read() {
        let local = u32::from_ne_bytes([127, 0, 0, 1]);
        let mapped = u32::from_ne_bytes([0, 0, 255, 255]);
        let want = Some("127.0.0.1:4144".parse().unwrap());
        assert_eq!(parse_address(&format!("{local:08X}:1030")), want);
        assert_eq!(parse_address(&format!("{:016X}{mapped:08X}{local:08X}:1030", 0)), want);
        for other in ["", "0100007F", "0100007F:x", "01:1030", "local_address"] {
            assert_eq!(parse_address(other), None, "{other}");
        }
    }
}
