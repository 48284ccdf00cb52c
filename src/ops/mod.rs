//! Use cases: sign in, refresh, resolve, assume. They never print and never exit.

pub mod index;
pub mod instances;

pub mod work;
