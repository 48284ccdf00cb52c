//! The one integration binary: the real program, the real library, and the shape of the source.

mod commands;
#[cfg(unix)]
mod eval;
#[cfg(unix)]
mod eval_screen;
#[cfg(unix)]
mod eval_shells;
mod identity;
mod imports;
mod sandbox;
#[cfg(unix)]
mod terminal;
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
mod time;
mod vault_keyring;
