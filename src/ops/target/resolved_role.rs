//! What a role query resolves to.

use std::sync::Arc;

use crate::awsconfig::render::command_line;
use crate::domain::{Error, ErrorKind, Result, Roster, RosterEntry, profile_label};

/// One role of a roster.
pub struct ResolvedRole {
    /// The roster; newer than the stored one if AWS was asked again.
    pub roster: Arc<Roster>,
    /// The role's position in it.
    pub position: usize,
}

impl ResolvedRole {
    /// The role.
    pub fn entry(&self) -> &RosterEntry {
        &self.roster.entries[self.position]
    }

    /// Returns itself, for a command that needs credentials of a role.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`] if it is a profile outside of IAM Identity Center.
    pub fn require_role(self) -> Result<Self> {
        match self.roster.profile(self.entry()) {
            Some(name) => Err(not_a_role(&name)),
            None => Ok(self),
        }
    }
}

/// The error for a profile outside of IAM Identity Center where a role is needed.
pub fn not_a_role(name: &str) -> Error {
    let message = format!("profile `{name}` is not a role of IAM Identity Center");
    let word = command_line([profile_label(name).as_str()]);
    Error::new(ErrorKind::Usage, message)
        .hint(format!("only `exec`, `eval` and `console` can use it: `rolecall exec {word}`"))
}
