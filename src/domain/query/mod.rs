//! What a person typed, matched against the roster and ranked.
//!
//! Rows are ids into tables of distinct values (`column`). A word is classed once for every
//! distinct value (`class`); rows only combine (`search`): the cost of a key grows with the number
//! of distinct names, not of roles.

mod browse;
mod class;
mod column;
mod folded;
mod highlight;
mod humps;
mod index;
mod literal;
mod parse;
mod pasted;
mod prefer;
mod search;
#[cfg(test)]
pub(in crate::domain) mod tests;

pub use browse::Browse;
pub use highlight::Highlights;
pub use index::Index;
pub use parse::Query;
pub use pasted::{Pasted, recognise};
pub use prefer::preference;
