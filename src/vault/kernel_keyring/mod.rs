//! The data key in the keyring of the kernel, which all processes of a user share.

#[cfg(target_os = "linux")]
mod linux;
#[cfg(not(target_os = "linux"))]
mod not_linux;

#[cfg(target_os = "linux")]
pub(super) use linux::{load, remove, save};
#[cfg(not(target_os = "linux"))]
pub(super) use not_linux::{load, remove, save};
