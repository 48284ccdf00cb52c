//! Use cases: sign in, refresh, resolve, assume. They never print and never exit.

pub mod access;
pub mod assume;
pub mod consent;
pub mod console;
pub mod ctx;
pub mod doctor;
pub mod each;
pub mod endpoint;
pub mod errands;
pub mod exports;
pub mod instances;
pub mod kube;
pub mod moving;
pub mod profiles;
pub mod refresh;
pub mod roles;
pub mod setup;
pub mod sign_in;
pub mod work;
pub mod worker;
pub mod yaml;
