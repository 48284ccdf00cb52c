//! Processes: child processes and groups, signals, job control, and the parents of this one.

mod capture;
mod child;
mod client_program;
pub mod console;
mod current;
mod defer_signals;
pub mod detached;
pub mod group;
pub mod job_control;
pub mod parents;
mod path_search;
#[cfg(target_os = "linux")]
mod proc_stat;
mod replace;
pub mod signals;
mod split;
pub mod watch;

pub use capture::{CapturedOutput, TerminalAccess, capture, describe_exit};
pub use child::ChildCommand;
pub use client_program::ClientProgram;
pub use current::{become_session_leader, make_undumpable, own_program, report_file_size_limit};
pub use defer_signals::DeferSignals;
pub use detached::spawn_detached;
pub use path_search::{find_in_path, is_executable};
#[cfg(target_os = "linux")]
pub(super) use proc_stat::ProcStat;
pub use replace::{replace, take_input};
pub use split::split_words;
