//! The query as a whole: the ranking as a table, and what holds for every query.

mod language;
mod organisation;
mod properties;
mod ranking;
mod screen;

/// The made-up company's roster, and its entries by name.
pub(in crate::domain) fn company() -> (std::sync::Arc<crate::domain::Roster>, Vec<u32>) {
    let company = organisation::Company::new();
    (company.0.roster().clone(), company.0.order().to_vec())
}
