//! The one integration binary: the real program, the real library, and the shape of the source.

mod commands;
#[cfg(unix)]
mod foreign;
#[cfg(unix)]
mod foreign_browser;
#[cfg(unix)]
mod foreign_process;
#[cfg(unix)]
mod foreign_shells;
#[cfg(unix)]
mod foreign_simulator;
mod imports;
mod sandbox;
#[cfg(unix)]
mod terminal;
#[cfg(unix)]
mod terminal_demo;
#[cfg(unix)]
mod terminal_picker;
#[cfg(unix)]
mod terminal_shell;
#[cfg(unix)]
mod terminal_sign_in;
#[cfg(unix)]
mod terminal_signals;
#[cfg(unix)]
mod terminal_tmux;
mod vault_keyring;
