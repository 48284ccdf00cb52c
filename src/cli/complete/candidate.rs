//! A completion and its description.

/// A completion.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Candidate {
    /// The text to insert.
    pub(super) value: String,
    /// A short description; may be empty.
    pub(super) description: String,
    /// The candidate that names the same role; this one is left out if that one is offered.
    pub(super) alternative_to: Option<String>,
}

impl Candidate {
    pub(super) fn new(value: impl Into<String>, meaning: impl Into<String>) -> Self {
        Self { value: value.into(), description: meaning.into(), alternative_to: None }
    }
}

/// The description of a profile that is not one of a role.
pub(super) const OUTSIDE: &str = "outside of IAM Identity Center";
