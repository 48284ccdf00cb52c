//! The one integration binary: the real program, the real library, and the shape of the source.

mod commands;
#[cfg(unix)]
mod console;
mod eks_token;
mod identity;
mod imports;
#[cfg(unix)]
mod reports;
mod sandbox;
mod vault_keyring;
