//! Which commands can do something now, and what to tell the user about those that can't.

use super::suggestions;
use crate::tui::PickAction;
use crate::tui::commands::{PanelKind, PickerCommand};
use crate::tui::state::State;
use crate::tui::state::overlay::SignInPanel;

/// Whether a command can do something with the list as it is.
pub(in crate::tui) fn is_available(command: PickerCommand, state: &State) -> bool {
    match command {
        PickerCommand::Activate => {
            state.selected_entry().is_some()
                || suggestions::are_shown(state)
                || state.is_unlock_needed()
                || state.instance_to_sign_in().is_some()
        }
        PickerCommand::Console => {
            state.selected_entry().is_some() && is_action_allowed(state, PickAction::Console)
        }
        PickerCommand::Menu => state.selected_entry().is_some(),
        PickerCommand::Open(PanelKind::Instances) => !state.roster.sso_instances().is_empty(),
        PickerCommand::Open(PanelKind::Sessions) => true,
        PickerCommand::Open(PanelKind::Services) => {
            state.selected_entry().is_some() && is_action_allowed(state, PickAction::Console)
        }
        PickerCommand::Open(PanelKind::Log | PanelKind::HiddenRoles) => true,
        PickerCommand::Open(PanelKind::AccountRoles) | PickerCommand::Details => {
            state.selected_entry().is_some()
        }
        PickerCommand::Mark | PickerCommand::MarkAndMoveUp => {
            state.multi && state.selected_entry().is_some()
        }
        PickerCommand::Move(_) => state.list.len() > 0 || suggestions::are_shown(state),
        PickerCommand::Sort => state.list.len() > 0,
        PickerCommand::Refresh => !state.roster.sso_instances().is_empty(),
        PickerCommand::CopySignInUrl => state.sign_in_panel().is_some(),
        PickerCommand::PasteRedirect => {
            state.sign_in_panel().is_some_and(SignInPanel::accepts_redirect)
        }
        PickerCommand::Insert
        | PickerCommand::Append
        | PickerCommand::Edit(_)
        | PickerCommand::Help
        | PickerCommand::Back
        | PickerCommand::Quit
        | PickerCommand::Repaint
        | PickerCommand::Suspend => true,
    }
}

/// The note for a key that can do nothing. Without it, the key would seem to be broken.
pub(super) fn unavailable_reason(command: PickerCommand, state: &State) -> Option<&'static str> {
    match command {
        PickerCommand::Console if !is_action_allowed(state, PickAction::Console) => {
            Some("this picker was opened to choose a role; Enter chooses it")
        }
        PickerCommand::Activate
        | PickerCommand::Console
        | PickerCommand::Mark
        | PickerCommand::MarkAndMoveUp
        | PickerCommand::Open(PanelKind::AccountRoles)
            if state.selected_entry().is_none() =>
        {
            Some("no role is selected")
        }
        PickerCommand::Refresh => Some("no IAM Identity Center is configured"),
        PickerCommand::PasteRedirect if state.sign_in_panel().is_some() => {
            Some("this sign-in has no reply to paste")
        }
        PickerCommand::CopySignInUrl | PickerCommand::PasteRedirect => {
            Some("no sign-in is in progress")
        }
        _ => None,
    }
}

/// Whether the user may leave the screen with this action. A caller that asked for one action gets
/// no other.
pub(in crate::tui) fn is_action_allowed(state: &State, action: PickAction) -> bool {
    match (state.single_action || state.action == PickAction::Print, action) {
        (true, action) => action == state.action,
        // Exports are printed for a shell that evaluates them. On a screen they would only be seen.
        (false, PickAction::Exports) => state.action == PickAction::Exports,
        (false, PickAction::Print) => false,
        (false, _) => true,
    }
}
