//! The one integration binary: the real program, the real library, and the shape of the source.

mod commands;
mod commands_demo;
mod commands_exec;
mod commands_process;
mod commands_roles;
mod commands_secrets;
mod commands_sign_in;
mod commands_vault;
mod faults;
mod faults_refresh;
mod faults_vault;
mod identity;
mod imports;
mod many;
mod records;
mod sandbox;
mod vault_keyring;
