//! Use cases: sign in, refresh, resolve, assume. They never print and never exit.

pub mod access;
pub mod access_request;
pub mod assume;
pub mod backend;
pub mod confirmations;
pub mod console;
pub mod console_link;
pub mod copy;
pub mod ctx;
pub mod doctor;
pub mod each;
pub mod ecs;
pub mod endpoint;
#[cfg(test)]
mod fixture;
pub mod import;
pub mod instances;
pub mod interaction;
pub mod kube;
pub mod open_url;
pub mod profiles;
pub mod refresh;
pub mod role_env;
pub mod roles;
pub mod setup;
pub mod sign_in;
mod silence_deadline;
mod snapshot_inputs;
pub mod target;
pub mod yaml;
