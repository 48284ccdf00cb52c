//! Processes: child processes and groups, signals, job control, and the parents of this one.

mod capture;
mod child;
mod current;
mod defer_signals;
pub mod detached;
pub mod group;
pub mod job_control;
pub mod parents;
mod path_search;
#[cfg(target_os = "linux")]
mod proc_stat;
pub mod signals;
#[cfg(target_os = "linux")]
mod socket_client;
mod split;
pub mod watch;

pub use capture::{CapturedOutput, TerminalAccess, capture, describe_exit};
pub use child::ChildCommand;
pub use current::{become_session_leader, make_undumpable, own_program, report_file_size_limit};
pub use defer_signals::DeferSignals;
pub use detached::spawn_detached;
pub use path_search::{find_in_path, is_executable};
#[cfg(target_os = "linux")]
pub(super) use proc_stat::ProcStat;
pub use split::split_words;

/// A program at the other end of a connection on this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientProgram {
    pub pid: i32,
    pub name: String,
}

impl ClientProgram {
    /// Returns the program that connected from `client` to `server`, if the system provides it. The
    /// process `likely` is tried first. Blocks.
    #[cfg(target_os = "linux")]
    pub fn find(
        client: std::net::SocketAddr,
        server: std::net::SocketAddr,
        likely: Option<i32>,
    ) -> Option<Self> {
        socket_client::find(client, server, likely)
    }

    /// Returns `None`: only Linux provides the program.
    #[cfg(not(target_os = "linux"))]
    pub fn find(_: std::net::SocketAddr, _: std::net::SocketAddr, _: Option<i32>) -> Option<Self> {
        None
    }
}
