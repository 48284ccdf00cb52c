//! The program at the other end of a TCP connection on this machine. Only Linux provides it.

#[cfg(target_os = "linux")]
mod linux;
#[cfg(not(target_os = "linux"))]
mod not_linux;

use std::net::SocketAddr;
use std::time::Instant;

#[cfg(target_os = "linux")]
use linux as platform;
#[cfg(not(target_os = "linux"))]
use not_linux as platform;

/// A program at the other end of a connection on this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientProgram {
    pub pid: i32,
    pub name: String,
}

impl ClientProgram {
    /// Returns the program that connected from `client` to `server`, if the system provides it. The
    /// process `likely` is tried first. Blocks, at most until the deadline.
    pub fn find(
        client: SocketAddr,
        server: SocketAddr,
        likely: Option<i32>,
        deadline: Instant,
    ) -> Option<Self> {
        platform::find(client, server, likely, deadline)
    }
}
