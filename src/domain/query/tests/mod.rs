//! The query as a whole: the ranking as a table, and what holds for every query.

mod literal;
mod organization;
mod properties;
mod ranking;
mod screen;

/// The made-up company's roster, and its entries by name.
pub(in crate::domain) fn company() -> (std::sync::Arc<crate::domain::Roster>, Vec<u32>) {
    let company = organization::Company::new();
    (company.0.roster().clone(), company.0.order_by_name().to_vec())
}
