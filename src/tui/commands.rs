//! All commands of the picker: name, help and default keys. Footer, help and key map are made from
//! this list.

use super::state::text_input::TextEdit;

/// A command that a key can run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum PickerCommand {
    /// Run the default action on the selected or marked roles.
    Activate,
    /// Open the web console.
    Console,
    /// Open the action menu.
    Menu,
    /// Mark the role and move down.
    Mark,
    /// Mark the role and move up.
    MarkAndMoveUp,
    /// Show or hide the preview, or show its contents in a panel.
    Details,
    /// Move the selection.
    Move(Move),
    /// Edit the query.
    Edit(TextEdit),
    /// Vi: insert before the cursor.
    Insert,
    /// Vi: insert after the cursor.
    Append,
    /// Sort the list differently.
    Sort,
    /// Refresh the roles.
    Refresh,
    /// Copy the sign-in address.
    CopySignInUrl,
    /// Enter the redirect address that the browser ended on.
    PasteRedirect,
    /// Open a panel.
    Open(PanelKind),
    /// Open the help.
    Help,
    /// Close the top panel, or quit.
    Back,
    /// Quit.
    Quit,
    /// Redraw the screen.
    Repaint,
    /// Suspend the process until `fg`.
    Suspend,
}

/// A movement of the selection.
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

/// A key as panels receive it: text, or a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct KeyPress {
    /// A letter typed without Ctrl or Alt.
    pub(super) letter: Option<char>,
    /// The command that the key is bound to.
    pub(super) command: Option<PickerCommand>,
}

/// A panel that has a command of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum PanelKind {
    /// The instances and who is signed in to them.
    Instances,
    /// Roles with credentials.
    Sessions,
    /// Services of the web console.
    Services,
    /// Messages since the start.
    Log,
    /// Hidden roles.
    HiddenRoles,
    /// The other roles of the account.
    AccountRoles,
}

/// A section of the help.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum HelpSection {
    /// Using roles.
    Roles,
    /// The action menu.
    Actions,
    /// Moving in the list.
    Navigation,
    /// Editing the query.
    Query,
    /// Screen and program.
    Screen,
}

impl HelpSection {
    /// All sections, in the order of the help.
    pub(super) const ALL: [HelpSection; 5] = [
        HelpSection::Roles,
        HelpSection::Actions,
        HelpSection::Navigation,
        HelpSection::Query,
        HelpSection::Screen,
    ];

    /// The heading.
    pub(super) fn title(self) -> &'static str {
        match self {
            HelpSection::Roles => "roles",
            HelpSection::Actions => "action menu",
            HelpSection::Navigation => "navigation",
            HelpSection::Query => "query",
            HelpSection::Screen => "screen",
        }
    }
}

/// The description of a command.
#[derive(Debug)]
pub(super) struct CommandSpec {
    pub(super) command: PickerCommand,
    /// The name in the configuration file.
    pub(super) id: &'static str,
    /// One line for the help.
    pub(super) help: &'static str,
    /// The default keys, the preferred one first. The configuration may replace them.
    pub(super) keys: &'static [&'static str],
    /// The section of the help.
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

/// All commands, in the order of the help.
pub(super) static COMMANDS: &[CommandSpec] = {
    use HelpSection::{Navigation, Query, Roles, Screen};
    use PickerCommand::{
        Activate, Append, Back, Console, CopySignInUrl, Details, Help, Insert, Quit,
    };
    use PickerCommand::{Mark, MarkAndMoveUp, Menu, Refresh, Repaint, Sort, Suspend};
    &[
        spec(Activate, "act", Roles, &["enter"], "use the selected role"),
        spec(Console, "console", Roles, &["ctrl-o"], "open the web console"),
        spec(Menu, "menu", Roles, &["right", "alt-enter"], "all actions for the role"),
        spec(Mark, "mark", Roles, &["tab"], "mark the role and go down"),
        spec(MarkAndMoveUp, "mark-up", Roles, &["shift-tab"], "mark the role and go up"),
        spec(Details, "details", Roles, &["f2"], "show or hide the preview of the role"),
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
            "instances and who is signed in",
        ),
        spec(
            PickerCommand::Open(PanelKind::Services),
            "services",
            Roles,
            &["f6"],
            "open a service in the console",
        ),
        spec(
            PickerCommand::Open(PanelKind::AccountRoles),
            "account-roles",
            Roles,
            &["f7"],
            "the other roles of the account",
        ),
        spec(
            PickerCommand::Open(PanelKind::HiddenRoles),
            "hidden",
            Roles,
            &["f9"],
            "hidden roles, to show them again",
        ),
        spec(Refresh, "refresh", Roles, &["ctrl-r"], "refresh all roles (sign-in: QR code)"),
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
        spec(Insert, "insert", Query, &[], "insert into the query; Esc ends it"),
        spec(Append, "append", Query, &[], "insert after the cursor"),
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
            "cursor left",
        ),
        spec(PickerCommand::Edit(TextEdit::Right), "right", Query, &["ctrl-f"], "cursor right"),
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
            "delete before the cursor",
        ),
        spec(
            PickerCommand::Edit(TextEdit::Delete),
            "delete",
            Query,
            &["delete", "ctrl-d"],
            "delete under the cursor",
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
        spec(Help, "help", Screen, &["f1", "?"], "help (? on an empty query)"),
        spec(CopySignInUrl, "copy-address", Screen, &["ctrl-y"], "copy the sign-in address"),
        spec(
            PickerCommand::PasteRedirect,
            "paste-reply",
            Screen,
            &["ctrl-v"],
            "paste the redirect of a sign-in",
        ),
        spec(
            PickerCommand::Open(PanelKind::Log),
            "messages",
            Screen,
            &["f8"],
            "messages with their times",
        ),
        spec(Repaint, "repaint", Screen, &["ctrl-l"], "redraw the screen"),
        spec(Suspend, "suspend", Screen, &["ctrl-z"], "suspend until fg"),
        spec(Back, "back", Screen, &["esc"], "close the panel, or quit"),
        spec(Quit, "leave", Screen, &["ctrl-c"], "quit without picking"),
        spec(Quit, "give-up", Screen, &["ctrl-g"], "quit without picking"),
    ]
};
