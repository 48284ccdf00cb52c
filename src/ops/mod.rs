//! Use cases: sign in, refresh, resolve, assume. They never print and never exit.

pub mod index;
pub mod instances;
mod names;
pub mod roster;
pub mod rules;
pub mod work;
