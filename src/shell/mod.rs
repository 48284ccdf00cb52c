//! Shell integration: the variables that a role sets and removes, the code that each shell
//! evaluates, and shell hooks.

mod detect;
mod dialect;
mod endpoint_env;
mod env_changes;
mod env_format;
pub mod hooks;
mod previous_env;
mod quote;
mod render;

pub use detect::calling_shell;
pub use dialect::Dialect;
pub use endpoint_env::{ClientToken, endpoint_changes};
pub use env_changes::{
    ContainerSource, CredentialExport, EnvChanges, ProfileExport, Recipient, RoleExport,
    clear_changes, conflicting_variables, export_changes, profile_changes, replaced_variables,
};
pub use env_format::EnvFormat;
pub use previous_env::PreviousEnv;
pub use quote::shell_word;
pub use render::render;
