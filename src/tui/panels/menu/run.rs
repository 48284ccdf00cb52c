//! Doing what a line of the action menu says.

use super::items::MenuAction;
use crate::domain::RoleId;
use crate::ops::backend::messages::Request;
use crate::tui::effect::Effect;
use crate::tui::panels::each::EachPanel;
use crate::tui::panels::overlay::Overlay;
use crate::tui::state::{RoleTask, State};
use crate::tui::update::{activate, favorites, keys, start_refresh};

impl MenuAction {
    /// Does it with these roles.
    pub(super) fn run(self, state: &mut State, roles: Vec<RoleId>) -> Vec<Effect> {
        let instance = roles.first().map(|role| role.instance.clone());
        match (self, instance) {
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
            (MenuAction::CopySecret(what), _) => {
                activate::start(state, roles, RoleTask::CopySecret(what))
            }
            (MenuAction::WriteProfiles, _) => {
                activate::start(state, roles, RoleTask::WriteProfiles)
            }
            (MenuAction::Mark(mark, on), _) => favorites::set_mark(state, roles, mark, on),
            (MenuAction::ClearMarked, _) => {
                state.marked.clear();
                Vec::new()
            }
            (MenuAction::Renew, _) => activate::start(state, roles, RoleTask::Renew),
            (MenuAction::DropCredentials, _) => roles
                .into_iter()
                .map(|role| Effect::Request(Request::ForgetCredentials { role }))
                .collect(),
            (MenuAction::RunCommand(command), _) => keys::run_command(state, command),
            (MenuAction::SignIn, Some(instance)) => activate::sign_in(state, instance).1,
            (MenuAction::SignOut, Some(instance)) => {
                vec![Effect::Request(Request::SignOut { instance })]
            }
            (MenuAction::Refresh, Some(instance)) => vec![start_refresh(state, instance)],
            (MenuAction::SignIn | MenuAction::SignOut | MenuAction::Refresh, None) => Vec::new(),
        }
    }
}
