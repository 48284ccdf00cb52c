//! What a shell gets: which variables a role sets and removes.

mod exports;

pub use exports::{Changes, Grant, Previous, changes};
