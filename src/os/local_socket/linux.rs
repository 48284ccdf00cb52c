//! The user of a server, as the kernel knows it.

use std::io;
use std::os::unix::net::UnixStream;

/// Whether the server is a program of this user.
pub(super) fn is_own_server(stream: &UnixStream) -> io::Result<bool> {
    let server = rustix::net::sockopt::socket_peercred(stream)?;
    Ok(server.uid == rustix::process::geteuid())
}
