//! Systems that do not provide the program at the other end of a connection.

use std::net::SocketAddr;
use std::time::Instant;

use super::ClientProgram;

/// Returns `None`.
pub(super) const fn find(
    _: SocketAddr,
    _: SocketAddr,
    _: Option<i32>,
    _: Instant,
) -> Option<ClientProgram> {
    None
}
