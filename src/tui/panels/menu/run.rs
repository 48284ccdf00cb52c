//! Runs an item of the action menu.

use super::items::MenuAction;
use crate::domain::RoleId;
use crate::ops::backend::messages::Request;
use crate::tui::commands::PickerCommand;
use crate::tui::effect::Effect;
use crate::tui::format;
use crate::tui::labels::key_label;
use crate::tui::panels::EventResult;
use crate::tui::role_actions::RoleAction;
use crate::tui::state::overlay::{EachPanel, Overlay};
use crate::tui::state::{RoleTask, State};
use crate::tui::update::refresh::request_refresh;
use crate::tui::update::{activate, destructive, favorites};

impl MenuAction {
    /// Runs the action with these roles; the menu closes.
    pub(super) fn run(self, state: &mut State, roles: Vec<RoleId>) -> EventResult {
        let instance = roles.first().map(|role| role.instance.clone());
        let effects = match (self, instance) {
            (MenuAction::RunCommand(command), _) => return EventResult::CloseAndRun(command),
            (MenuAction::Exit(action), _) => activate::start(state, roles, RoleTask::Exit(action)),
            (MenuAction::RunEach, _) => {
                state.overlays.push(Overlay::Each(EachPanel::new(roles)));
                Vec::new()
            }
            (MenuAction::Copy(text), _) => {
                state.notify(match text.lines().count() {
                    1 => format!("copied {text}"),
                    many => format!("copied {many} lines"),
                });
                vec![Effect::Request(Request::Copy { text })]
            }
            (MenuAction::CopySecret(secret), _) => {
                activate::start(state, roles, RoleTask::CopySecret(secret))
            }
            (MenuAction::WriteProfiles, _) => {
                activate::start(state, roles, RoleTask::WriteProfiles)
            }
            (MenuAction::ChangeFlag(flag, change), _) => {
                favorites::change_flag(state, roles, flag, change)
            }
            (MenuAction::ClearMarked, _) => {
                state.unmarked = std::mem::take(&mut state.marked);
                let count = format::pluralize(state.unmarked.len(), "role");
                let menu = key_label(state, PickerCommand::Menu);
                let letter = RoleAction::Unmark.spec().letter;
                state.notify(format!("{count} unmarked; {menu} {letter} marks them again"));
                Vec::new()
            }
            (MenuAction::MarkAgain, _) => {
                state.marked = std::mem::take(&mut state.unmarked);
                Vec::new()
            }
            (MenuAction::Ask(action), _) => {
                destructive::ask(state, action);
                Vec::new()
            }
            (MenuAction::Renew, _) => activate::start(state, roles, RoleTask::Renew),
            (MenuAction::SignIn, Some(instance)) => activate::sign_in(state, instance).1,
            (MenuAction::Refresh, Some(instance)) => vec![request_refresh(state, instance)],
            (MenuAction::SignIn | MenuAction::Refresh, None) => Vec::new(),
        };
        EventResult::Close(effects)
    }
}
