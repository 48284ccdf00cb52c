//! The one integration binary: the real program, the real library, and the shape of the source.

mod commands;
mod imports;
mod sandbox;
mod vault_keyring;
