//! Every command of the picker once: its name, what it does, its keys, when it can be done. Footer,
//! help and key map are made of it.

use super::PickAction;
use super::layout;
use super::panels::{self, PanelKind};
use super::state::State;
use super::state::text_input::TextEdit;

/// Something a key can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum PickerCommand {
    /// The default action on the selected or the marked roles.
    Activate,
    /// The web console.
    Console,
    /// The other actions.
    Menu,
    /// Mark, and go down.
    Mark,
    /// Mark, and go up.
    MarkAndMoveUp,
    /// What the preview shows, as a panel.
    Details,
    /// Move the bar.
    Move(Move),
    /// Edit the query.
    Edit(TextEdit),
    /// Vi: write before the cursor.
    Insert,
    /// Vi: write behind the cursor.
    Append,
    /// Another order of the list.
    Sort,
    /// Read the roles anew.
    Refresh,
    /// Copy the sign-in address.
    CopySignInUrl,
    /// Give a sign-in the address that the browser ended on.
    PasteRedirect,
    /// A panel.
    Open(PanelKind),
    /// Help.
    Help,
    /// Close the top panel, or leave.
    Back,
    /// Leave.
    Quit,
    /// Draw the screen anew.
    Repaint,
    /// Stop until `fg`.
    Suspend,
}

/// Where the bar goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Move {
    /// One row up.
    Up,
    /// One row down.
    Down,
    /// One screen up.
    PageUp,
    /// One screen down.
    PageDown,
    /// Half a screen up.
    HalfPageUp,
    /// Half a screen down.
    HalfPageDown,
    /// To the first row.
    First,
    /// To the last row.
    Last,
}

/// A chapter of the help.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum HelpSection {
    /// What can be done with a role.
    Roles,
    /// Moving in the list.
    Navigation,
    /// Editing the query.
    Query,
    /// Screen and program.
    Screen,
}

impl HelpSection {
    /// All, in the order of the help.
    pub(super) const ALL: [HelpSection; 4] =
        [HelpSection::Roles, HelpSection::Navigation, HelpSection::Query, HelpSection::Screen];

    /// Its heading.
    pub(super) fn title(self) -> &'static str {
        match self {
            HelpSection::Roles => "roles",
            HelpSection::Navigation => "moving",
            HelpSection::Query => "query",
            HelpSection::Screen => "screen",
        }
    }
}

/// One command in full.
#[derive(Debug)]
pub(super) struct CommandSpec {
    /// The command.
    pub(super) command: PickerCommand,
    /// Its name in a configuration file.
    pub(super) id: &'static str,
    /// One line for the help.
    pub(super) help: &'static str,
    /// Its own keys, the one to show first; the person's may stand in their place.
    pub(super) keys: &'static [&'static str],
    /// Where the help lists it.
    pub(super) section: HelpSection,
}

const fn spec(
    command: PickerCommand,
    id: &'static str,
    chapter: HelpSection,
    keys: &'static [&'static str],
    help: &'static str,
) -> CommandSpec {
    CommandSpec { command, id, help, keys, section: chapter }
}

/// All commands. The order is that of the help.
pub(super) static COMMANDS: &[CommandSpec] = {
    use HelpSection::{Navigation, Query, Roles, Screen};
    use PickerCommand::{
        Activate, Append, Back, Console, CopySignInUrl, Details, Help, Insert, Quit,
    };
    use PickerCommand::{Mark, MarkAndMoveUp, Menu, Refresh, Repaint, Sort, Suspend};
    &[
        spec(Activate, "act", Roles, &["enter"], "use the selected role"),
        spec(Console, "console", Roles, &["ctrl-o"], "open the web console"),
        spec(Menu, "menu", Roles, &["right", "alt-enter"], "all that can be done with it"),
        spec(Mark, "mark", Roles, &["tab"], "mark the role and go down"),
        spec(MarkAndMoveUp, "mark-up", Roles, &["shift-tab"], "mark the role and go up"),
        spec(Details, "details", Roles, &["f2"], "show everything about the role"),
        spec(
            PickerCommand::Open(PanelKind::Sessions),
            "sessions",
            Roles,
            &["f3"],
            "roles with credentials: renew, drop",
        ),
        spec(
            PickerCommand::Open(PanelKind::Instances),
            "instances",
            Roles,
            &["f4"],
            "who is signed in where",
        ),
        spec(
            PickerCommand::Open(PanelKind::Services),
            "services",
            Roles,
            &["f6"],
            "open a service in the console",
        ),
        spec(
            PickerCommand::Open(PanelKind::HiddenRoles),
            "hidden",
            Roles,
            &["f9"],
            "hidden roles, to show them again",
        ),
        spec(Refresh, "refresh", Roles, &["ctrl-r"], "read the roles anew (sign-in: QR)"),
        spec(PickerCommand::Move(Move::Up), "up", Navigation, &["up", "ctrl-p"], "one row up"),
        spec(
            PickerCommand::Move(Move::Down),
            "down",
            Navigation,
            &["down", "ctrl-n", "ctrl-j"],
            "one row down",
        ),
        spec(
            PickerCommand::Move(Move::PageUp),
            "page-up",
            Navigation,
            &["pageup"],
            "one screen up",
        ),
        spec(
            PickerCommand::Move(Move::PageDown),
            "page-down",
            Navigation,
            &["pagedown"],
            "one screen down",
        ),
        spec(
            PickerCommand::Move(Move::HalfPageUp),
            "half-page-up",
            Navigation,
            &[],
            "half a screen up",
        ),
        spec(
            PickerCommand::Move(Move::HalfPageDown),
            "half-page-down",
            Navigation,
            &[],
            "half a screen down",
        ),
        spec(
            PickerCommand::Move(Move::First),
            "first",
            Navigation,
            &["alt-home", "ctrl-home"],
            "to the first row",
        ),
        spec(
            PickerCommand::Move(Move::Last),
            "last",
            Navigation,
            &["alt-end", "ctrl-end"],
            "to the last row",
        ),
        spec(Sort, "sort", Navigation, &["ctrl-s"], "sort by account, role, id, last use"),
        spec(Insert, "insert", Query, &[], "write in the query; Esc ends it"),
        spec(Append, "append", Query, &[], "the same, behind the cursor"),
        spec(
            PickerCommand::Edit(TextEdit::Start),
            "line-start",
            Query,
            &["ctrl-a", "home"],
            "to the start of the query",
        ),
        spec(
            PickerCommand::Edit(TextEdit::End),
            "line-end",
            Query,
            &["ctrl-e", "end"],
            "to the end of the query",
        ),
        spec(
            PickerCommand::Edit(TextEdit::Left),
            "left",
            Query,
            &["left", "ctrl-b"],
            "one letter left",
        ),
        spec(PickerCommand::Edit(TextEdit::Right), "right", Query, &["ctrl-f"], "one letter right"),
        spec(
            PickerCommand::Edit(TextEdit::WordLeft),
            "word-left",
            Query,
            &["alt-b", "ctrl-left"],
            "one word left",
        ),
        spec(
            PickerCommand::Edit(TextEdit::WordRight),
            "word-right",
            Query,
            &["alt-f", "ctrl-right"],
            "one word right",
        ),
        spec(
            PickerCommand::Edit(TextEdit::Backspace),
            "backspace",
            Query,
            &["backspace", "ctrl-h"],
            "delete the letter before the cursor",
        ),
        spec(
            PickerCommand::Edit(TextEdit::Delete),
            "delete",
            Query,
            &["delete", "ctrl-d"],
            "delete the letter under the cursor",
        ),
        spec(
            PickerCommand::Edit(TextEdit::CutWord),
            "cut-word",
            Query,
            &["ctrl-w", "alt-backspace"],
            "delete the word before the cursor",
        ),
        spec(
            PickerCommand::Edit(TextEdit::CutToStart),
            "cut-to-start",
            Query,
            &["ctrl-u"],
            "clear to the start",
        ),
        spec(
            PickerCommand::Edit(TextEdit::CutToEnd),
            "cut-to-end",
            Query,
            &["ctrl-k"],
            "clear to the end",
        ),
        spec(Help, "help", Screen, &["f1", "?"], "this help (? on an empty query)"),
        spec(CopySignInUrl, "copy-address", Screen, &["ctrl-y"], "copy the sign-in address"),
        spec(
            PickerCommand::PasteRedirect,
            "paste-reply",
            Screen,
            &["ctrl-v"],
            "give a sign-in its reply by hand",
        ),
        spec(
            PickerCommand::Open(PanelKind::Log),
            "messages",
            Screen,
            &["f8"],
            "what was said, with its time",
        ),
        spec(Repaint, "repaint", Screen, &["ctrl-l"], "draw the screen anew"),
        spec(Suspend, "suspend", Screen, &["ctrl-z"], "back to the shell until fg"),
        spec(Back, "back", Screen, &["esc"], "close the panel, or leave"),
        spec(Quit, "leave", Screen, &["ctrl-c"], "leave without a choice"),
        spec(Quit, "give-up", Screen, &["ctrl-g"], "the same"),
    ]
};

impl PickAction {
    /// The action as a short name for the footer.
    pub(super) fn label(self) -> &'static str {
        match self {
            PickAction::Shell => "shell",
            PickAction::Exports => "use here",
            PickAction::Console => "console",
            PickAction::Service(_) => "open",
            PickAction::Profile => "write profile",
            PickAction::Print => "pick",
        }
    }
}

/// Whether a command can do anything on the list as it is.
pub(super) fn is_available(command: PickerCommand, state: &State) -> bool {
    match command {
        PickerCommand::Activate => {
            state.selected_entry().is_some()
                || state.is_unlock_needed()
                || state.instance_to_sign_in().is_some()
        }
        PickerCommand::Console => {
            state.selected_entry().is_some()
                && panels::menu::is_action_allowed(state, PickAction::Console)
        }
        PickerCommand::Menu => state.selected_entry().is_some(),
        PickerCommand::Open(opens) => panels::is_available(opens, state),
        PickerCommand::Details => {
            state.selected_entry().is_some() && layout::current(state).preview.is_none()
        }
        PickerCommand::Mark | PickerCommand::MarkAndMoveUp => {
            state.multi && state.selected_entry().is_some()
        }
        PickerCommand::Move(_) | PickerCommand::Sort => state.list.len() > 0,
        PickerCommand::Refresh => !state.roster.instances.is_empty(),
        PickerCommand::CopySignInUrl | PickerCommand::PasteRedirect => {
            state.sign_in_panel().is_some()
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

/// What to say to somebody who asks for a panel with nothing in it; silence would look like a key
/// that does not work.
pub(super) fn unavailable_reason(command: PickerCommand, state: &State) -> Option<&'static str> {
    match command {
        PickerCommand::Details if layout::current(state).preview.is_some() => {
            Some("the details stand beside the list already")
        }
        PickerCommand::Open(PanelKind::Log) => Some("nothing has been said yet"),
        PickerCommand::Open(PanelKind::HiddenRoles) => Some("no role is hidden"),
        _ => None,
    }
}
