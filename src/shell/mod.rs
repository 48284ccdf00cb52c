//! What a shell gets: which variables a role sets and removes, and how each shell is told so.

mod detect;
mod dialect;
mod exports;
pub mod hooks;
mod plain;
mod previous;
mod quote;
mod render;

pub use detect::calling;
pub use dialect::Dialect;
pub use exports::{Changes, Form, Grant, Reach, changes, clear, foreign, replaced};
pub use plain::Format;
pub use previous::Previous;
pub use render::render;
