//! The query as a whole: the ranking as a table, and what holds for every query.

mod language;
mod organisation;
mod properties;
mod ranking;
mod screen;
