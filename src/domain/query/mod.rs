//! The query language: parsing, matching against the roster, and ranking.
//!
//! Rows hold ids into tables of distinct values (`column`). A word is scored once per distinct
//! value (`score`), and rows only combine these scores (`search`), so the cost of a key press grows
//! with the number of distinct names, not of roles.

mod abbreviation;
mod column;
mod cost;
mod default_order;
mod glob;
mod highlight;
mod index;
mod joined;
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
pub use recognize::{recognize, recognize_url};
