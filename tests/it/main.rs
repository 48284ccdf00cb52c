//! The one integration binary: the real program, the real library, and the shape of the source.

mod commands;
mod imports;
mod sandbox;
#[cfg(unix)]
mod terminal;
#[cfg(unix)]
mod terminal_picker;
mod vault_keyring;
