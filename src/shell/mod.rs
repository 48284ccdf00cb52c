//! What a shell gets: which variables a role sets and removes, and how each shell is told so.

mod detect;
mod dialect;
mod exports;
mod plain;
mod quote;
mod render;

pub use detect::calling;
pub use dialect::Dialect;
pub use exports::{Changes, Form, Grant, Previous, Reach, changes, clear, foreign, replaced};
pub use plain::Format;
pub use render::render;
