//! Use cases: sign in, refresh, resolve, assume. They never print and never exit.

pub mod pace;
pub mod refresh;
pub mod work;
