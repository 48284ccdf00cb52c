//! The integration tests, in one binary.

mod vault_keyring;
