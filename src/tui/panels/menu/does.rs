//! Doing what a line of the action menu says.

use super::super::super::effect::Effect;
use super::super::super::state::overlay::Overlay;
use super::super::super::state::{State, Then};
use super::super::super::update::{choose, keys, marks, refresh};
use super::super::each::Each;
use super::items::Does;
use crate::domain::RoleId;
use crate::ops::work::Request;

impl Does {
    /// Does it with these roles.
    pub(super) fn run(self, state: &mut State, roles: Vec<RoleId>) -> Vec<Effect> {
        let instance = roles.first().map(|role| role.instance.clone());
        match (self, instance) {
            (Does::Act(action), _) => choose::begin(state, roles, Then::Leave(action)),
            (Does::Each, _) => {
                state.overlays.push(Overlay::Each(Each::over(roles)));
                Vec::new()
            }
            (Does::Copy(text), _) => {
                state.say(match text.lines().count() {
                    1 => format!("copied {text}"),
                    many => format!("copied {many} lines"),
                });
                vec![Effect::Request(Request::Copy { text })]
            }
            (Does::CopySecret(what), _) => choose::begin(state, roles, Then::Copy(what)),
            (Does::Profile, _) => choose::begin(state, roles, Then::Profile),
            (Does::Mark(mark, on), _) => marks::mark(state, roles, mark, on),
            (Does::Unmark, _) => {
                state.marked.clear();
                Vec::new()
            }
            (Does::Renew, _) => choose::begin(state, roles, Then::Renew),
            (Does::Drop, _) => roles
                .into_iter()
                .map(|role| Effect::Request(Request::ForgetCredentials { role }))
                .collect(),
            (Does::Run(command), _) => keys::run(state, command),
            (Does::SignIn, Some(instance)) => choose::sign_in(state, instance).1,
            (Does::SignOut, Some(instance)) => vec![Effect::Request(Request::SignOut { instance })],
            (Does::Refresh, Some(instance)) => vec![refresh(state, instance)],
            (Does::SignIn | Does::SignOut | Does::Refresh, None) => Vec::new(),
        }
    }
}
