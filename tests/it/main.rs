//! The one integration binary: the real program, the real library, and the shape of the source.

mod commands;
mod foreign;
mod foreign_browser;
mod foreign_process;
mod foreign_shells;
mod foreign_simulator;
mod identity;
mod imports;
mod sandbox;
mod terminal;
mod terminal_picker;
mod terminal_shell;
mod terminal_sign_in;
mod terminal_signals;
mod terminal_tmux;
mod vault_keyring;
