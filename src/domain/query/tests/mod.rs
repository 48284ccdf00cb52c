//! Tests of whole queries: a table of rankings, properties, and what the picker displays.

mod agreement;
mod labels;
mod literal;
mod order;
mod organization;
mod properties;
mod ranking;
mod screen;

/// Returns the roster of a fictional company, and the indexes of its entries ordered by name.
pub(in crate::domain) fn company() -> (std::sync::Arc<crate::domain::Roster>, Vec<u32>) {
    let company = organization::Company::new();
    (company.0.roster().clone(), company.0.order_by_name().to_vec())
}
