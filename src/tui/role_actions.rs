//! All actions of the action menu: letter, name and help. The menu, the help and the documentation
//! are made from this list. Letters of destructive actions are capitals.

use super::commands::{PanelKind, PickerCommand};

/// An action on the selected or the marked roles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RoleAction {
    /// Start a shell.
    Shell,
    /// Print exports for the calling shell.
    Exports,
    /// Open the web console.
    Console,
    /// Open a service in the web console.
    Service,
    /// Run a command line.
    RunCommandLine,
    /// Write profiles into the AWS config file.
    WriteProfile,
    /// Copy the keys.
    CopyKeys,
    /// Copy a console link.
    CopyConsoleLink,
    /// Copy the ARN.
    CopyArn,
    /// Copy the account id.
    CopyAccountId,
    /// Copy the profile's name.
    CopyProfile,
    /// Pin on top of the list, or no longer.
    Favorite,
    /// Hide from the list.
    Hide,
    /// Unmark all marked roles, or mark them again.
    Unmark,
    /// Get new credentials.
    Renew,
    /// Remove stored credentials.
    DropCredentials,
    /// Sign in to the role's instance.
    SignIn,
    /// Sign out of the role's instance.
    SignOut,
    /// Refresh the roles of the instance.
    Refresh,
}

/// The description of an action.
#[derive(Debug)]
pub(super) struct RoleActionSpec {
    pub(super) action: RoleAction,
    /// The letter in the menu.
    pub(super) letter: char,
    /// The name, which the palette finds, too.
    pub(super) id: &'static str,
    /// One line for the help.
    pub(super) help: &'static str,
    /// Other words by which the palette finds it.
    pub(super) keywords: &'static str,
}

const fn spec(
    action: RoleAction,
    letter: char,
    id: &'static str,
    help: &'static str,
    keywords: &'static str,
) -> RoleActionSpec {
    RoleActionSpec { action, letter, id, help, keywords }
}

/// All actions, in the order of the help.
pub(super) static ROLE_ACTIONS: &[RoleActionSpec] = {
    use RoleAction::*;
    &[
        spec(Shell, 's', "shell", "start a shell; with `pick`, choose the marked roles", "exec"),
        spec(Exports, 'e', "exports", "use the role in the calling shell", "eval environment"),
        spec(Console, 'c', "web-console", "open the web console", "browser"),
        spec(Service, 'v', "service", "open a service in the console", "browser"),
        spec(RunCommandLine, 'x', "run", "run a command in the roles", "each exec"),
        spec(WriteProfile, 'w', "write-profile", "write a profile into the AWS config", "setup"),
        spec(CopyKeys, 'k', "copy-keys", "copy the keys", "clipboard credentials secret"),
        spec(CopyConsoleLink, 'u', "copy-link", "copy a console link", "clipboard url browser"),
        spec(CopyArn, 'a', "copy-arn", "copy the ARN", "clipboard"),
        spec(CopyAccountId, 'i', "copy-id", "copy the account id", "clipboard number"),
        spec(CopyProfile, 'p', "copy-profile", "copy the profile's name", "clipboard"),
        spec(Favorite, 'f', "favourite", "make it a favourite, or no longer", "favorite star pin"),
        spec(Unmark, 'm', "unmark", "unmark the marked roles, or mark them again", "select"),
        spec(Renew, 'n', "renew", "renew the credentials", "session new"),
        spec(SignIn, 'l', "sign-in", "sign in to the role's instance", "login log in"),
        spec(Refresh, 'r', "refresh-instance", "refresh the roles of the instance", "reload"),
        spec(Hide, 'H', "hide", "hide from the list; asks first", "remove"),
        spec(
            DropCredentials,
            'D',
            "drop",
            "drop the stored credentials; asks first",
            "delete forget session",
        ),
        spec(SignOut, 'O', "sign-out", "sign out of the instance; asks first", "logout log out"),
    ]
};

impl RoleActionSpec {
    /// The command that does the same without the menu.
    pub(super) fn command(&self) -> Option<PickerCommand> {
        match self.action {
            RoleAction::Console => Some(PickerCommand::Console),
            RoleAction::Service => Some(PickerCommand::Open(PanelKind::Services)),
            _ => None,
        }
    }
}

impl RoleAction {
    /// The description.
    pub(super) fn spec(self) -> &'static RoleActionSpec {
        // The list has every action; a test checks it.
        ROLE_ACTIONS.iter().find(|spec| spec.action == self).unwrap_or(&ROLE_ACTIONS[0])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_action_has_one_letter_of_its_own_and_destructive_ones_have_capitals() {
        for (at, spec) in ROLE_ACTIONS.iter().enumerate() {
            assert_eq!(spec.action.spec().id, spec.id);
            let others = ROLE_ACTIONS.iter().skip(at + 1);
            assert!(others.clone().all(|other| other.letter != spec.letter
                && other.id != spec.id
                && other.help != spec.help));
            let destructive = matches!(
                spec.action,
                RoleAction::Hide | RoleAction::DropCredentials | RoleAction::SignOut
            );
            assert_eq!(spec.letter.is_ascii_uppercase(), destructive, "{spec:?}");
            assert_eq!(spec.help.contains("asks first"), destructive, "{spec:?}");
        }
    }
}
