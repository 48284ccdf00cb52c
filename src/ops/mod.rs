//! Use cases: sign in, refresh, resolve, assume. They never print and never exit.

pub mod assume;
pub mod background;
pub mod chain;
pub mod console;
pub mod ctx;
pub mod each;
pub mod exports;
pub mod fields;
pub mod index;
pub mod instances;
pub mod lent;
pub mod link;
mod names;
pub mod pace;
pub mod past;
pub mod profile;
pub mod refresh;
mod registration;
pub mod resolve;
pub mod roster;
pub mod rules;
pub mod sessions;
pub mod sign_in;
pub mod token;
pub mod update;
pub mod work;
pub mod worker;
