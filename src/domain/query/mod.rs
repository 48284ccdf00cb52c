//! What a person typed, matched against the roster and ranked.
//!
//! Rows are ids into tables of distinct values (`column`). A word is classed once for every
//! distinct value (`class`); rows only combine (`search`): the cost of a key grows with the number
//! of distinct names, not of roles.

mod column;
mod default_order;
mod highlight;
mod index;
mod literal;
mod normalized;
mod parse;
mod preference;
mod recognize;
mod score;
mod search;
#[cfg(test)]
pub(in crate::domain) mod tests;
mod word_prefix;

pub use default_order::DefaultOrder;
pub use highlight::Highlights;
pub use index::SearchIndex;
pub use parse::Query;
pub use preference::preference;
pub use recognize::{PastedRole, recognize};
