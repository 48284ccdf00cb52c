//! What Enter does, in words: those of the action, or of the command that opened the picker.

use super::PickAction;

/// What Enter does in the command that opened the picker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ActionLabel {
    /// For the footer: `print credentials`.
    pub short: &'static str,
    /// Before the name of a role: `print credentials of`.
    pub with_role: &'static str,
}

/// An action, and what the command that opened the picker does with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EnterAction {
    /// The action.
    pub action: PickAction,
    /// Its words, if they are not those of the action.
    pub label: Option<ActionLabel>,
}

impl From<PickAction> for EnterAction {
    fn from(action: PickAction) -> Self {
        Self { action, label: None }
    }
}

impl PickAction {
    /// The action with the words of the command that opened the picker.
    pub fn labelled(self, short: &'static str, with_role: &'static str) -> EnterAction {
        EnterAction { action: self, label: Some(ActionLabel { short, with_role }) }
    }

    /// The short label for the footer.
    pub(super) fn label(self) -> &'static str {
        match self {
            PickAction::Shell => "shell",
            PickAction::Exports => "use here",
            PickAction::Console => "open console",
            PickAction::Service(_) => "open",
            PickAction::Profile => "write profile",
            PickAction::Print => "pick",
        }
    }
}
