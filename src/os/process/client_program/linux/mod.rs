//! The program at the other end of a connection, from the tables of sockets and the descriptors of
//! processes.

mod sock_diag;

use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use super::ClientProgram;
use crate::os::process::ProcStat;

/// The kernel's tables of TCP sockets. A socket for IPv6 can be connected to an address of IPv4.
const TABLES: [&str; 2] = ["/proc/net/tcp", "/proc/net/tcp6"];

/// Whether the kernel has found a socket by its addresses.
static HAS_SOCK_DIAG: AtomicBool = AtomicBool::new(false);

/// Returns the program that connected from `client` to `server`. `None` if the connection is
/// closed, if the program is another user's, or after the deadline. Reads the descriptors of all
/// processes, which takes milliseconds, unless it is the process `likely` or a new one.
pub(super) fn find(
    client: SocketAddr,
    server: SocketAddr,
    likely: Option<i32>,
    deadline: Instant,
) -> Option<ClientProgram> {
    // A server for IPv6 has mapped addresses of IPv4.
    let [client, server] =
        [client, server].map(|end| SocketAddr::new(end.ip().to_canonical(), end.port()));
    let inode = match sock_diag::find_inode(client, server) {
        Ok(inode) => {
            HAS_SOCK_DIAG.store(true, Ordering::Relaxed);
            inode?
        }
        // The connection is closed.
        Err(_) if HAS_SOCK_DIAG.load(Ordering::Relaxed) => return None,
        // The same error as from a kernel without the interface.
        Err(_) => find_in_tables(client, server, deadline)?,
    };
    let socket = format!("socket:[{inode}]");
    let pid = match likely.filter(|pid| has_descriptor(*pid, &socket)) {
        Some(pid) => pid,
        None => {
            let processes = fs::read_dir("/proc").ok()?.flatten();
            let pid = |entry: fs::DirEntry| entry.file_name().to_str()?.parse::<i32>().ok();
            let mut pids: Vec<i32> = processes.filter_map(pid).collect();
            // Programs that were started last have more often just asked.
            pids.sort_unstable_by(|a, b| b.cmp(a));
            let mut in_time = pids.into_iter().take_while(|_| Instant::now() < deadline);
            in_time.find(|pid| has_descriptor(*pid, &socket))?
        }
    };
    Some(ClientProgram { pid, name: ProcStat::load(pid)?.name })
}

/// Returns the inode from the tables. They are read line by line: a busy server has tens of
/// thousands of closed connections there.
fn find_in_tables(client: SocketAddr, server: SocketAddr, deadline: Instant) -> Option<u64> {
    TABLES.iter().find_map(|table| {
        find_inode(BufReader::new(File::open(table).ok()?), client, server, deadline)
    })
}

/// Whether a descriptor of a process is this socket.
fn has_descriptor(pid: i32, socket: &str) -> bool {
    let Ok(descriptors) = fs::read_dir(format!("/proc/{pid}/fd")) else { return false };
    descriptors
        .flatten()
        .any(|entry| fs::read_link(entry.path()).is_ok_and(|to| to == Path::new(socket)))
}

/// Returns the inode of the socket that is bound to `client` and connected to `server`.
fn find_inode(
    mut table: impl BufRead,
    client: SocketAddr,
    server: SocketAddr,
    deadline: Instant,
) -> Option<u64> {
    let inode = |line: &str| {
        let mut fields = line.split_ascii_whitespace().skip(1);
        let (local, remote) = (parse_address(fields.next()?)?, parse_address(fields.next()?)?);
        // An inode of 0 is a socket that its process has closed.
        let inode = fields.nth(6)?.parse().ok().filter(|inode| *inode > 0);
        inode.filter(|_| (local, remote) == (client, server))
    };
    let mut line = String::new();
    while Instant::now() < deadline && table.read_line(&mut line).is_ok_and(|read| read > 0) {
        if let Some(inode) = inode(&line) {
            return Some(inode);
        }
        line.clear();
    }
    None
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
    use std::time::Duration;

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
            let soon = Instant::now() + Duration::from_secs(20);
            for likely in [None, Some(1), Some(pid)] {
                let found = find(client, server, likely, soon);
                assert_eq!(found, Some(ClientProgram { pid, name: own.clone() }), "{address}");
            }
            let in_tables = find_in_tables(client, server, soon);
            assert!(in_tables.is_some());
            if let Ok(found) = sock_diag::find_inode(client, server) {
                assert_eq!(found, in_tables, "{address}");
            }
            assert_eq!(find(server, server, Some(pid), soon), None);
            assert_eq!(find(client, server, None, Instant::now()), None, "the time is over");
        }
    }

    #[test]
    fn a_connection_to_a_server_for_all_addresses_is_found() {
        let soon = Instant::now() + Duration::from_secs(20);
        for listens_at in ["0.0.0.0:0", "[::]:0"] {
            let Ok(listener) = TcpListener::bind(listens_at) else { continue };
            let port = listener.local_addr().unwrap().port();
            let _connection = TcpStream::connect(("127.0.0.1", port)).unwrap();
            let (accepted, client) = listener.accept().unwrap();
            let found = find(client, accepted.local_addr().unwrap(), None, soon);
            let pid = found.map(|program| program.pid);
            assert_eq!(pid, Some(std::process::id().cast_signed()), "{listens_at}");
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
