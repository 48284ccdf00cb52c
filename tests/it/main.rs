//! The one integration binary: the real program, the real library, and the shape of the source.

mod commands;
mod eks_token;
mod identity;
mod imports;
mod sandbox;
mod vault_keyring;
