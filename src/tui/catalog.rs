//! Every command of the picker once: its name, what it does, its keys, when it can be done. Footer,
//! help and key map are made of it.

use super::Action;
use super::layout;
use super::panels::{self, Opens};
use super::state::State;
use super::state::line::Edit;

/// Something a key can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Command {
    /// The default action on the selected or the marked roles.
    Act,
    /// The web console.
    Console,
    /// The other actions.
    Menu,
    /// Mark, and go down.
    Mark,
    /// Mark, and go up.
    MarkUp,
    /// What the preview shows, as a panel.
    Details,
    /// Move the bar.
    Move(Move),
    /// Edit the query.
    Edit(Edit),
    /// Vi: write before the cursor.
    Insert,
    /// Vi: write behind the cursor.
    Append,
    /// Another order of the list.
    Sort,
    /// Read the roles anew.
    Refresh,
    /// Copy the sign-in address.
    CopyAddress,
    /// Give a sign-in the address that the browser ended on.
    PasteReply,
    /// A panel.
    Open(Opens),
    /// Help.
    Help,
    /// Close the top panel, or leave.
    Back,
    /// Leave.
    Leave,
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
    HalfUp,
    /// Half a screen down.
    HalfDown,
    /// To the first row.
    First,
    /// To the last row.
    Last,
}

/// A chapter of the help.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Chapter {
    /// What can be done with a role.
    Roles,
    /// Moving in the list.
    Moving,
    /// Editing the query.
    Query,
    /// Screen and program.
    Screen,
}

impl Chapter {
    /// All, in the order of the help.
    pub(super) const ALL: [Chapter; 4] =
        [Chapter::Roles, Chapter::Moving, Chapter::Query, Chapter::Screen];

    /// Its heading.
    pub(super) fn title(self) -> &'static str {
        match self {
            Chapter::Roles => "roles",
            Chapter::Moving => "moving",
            Chapter::Query => "query",
            Chapter::Screen => "screen",
        }
    }
}

/// One command in full.
#[derive(Debug)]
pub(super) struct Entry {
    /// The command.
    pub(super) command: Command,
    /// Its name in a configuration file.
    pub(super) id: &'static str,
    /// One line for the help.
    pub(super) help: &'static str,
    /// Its own keys, the one to show first; the person's may stand in their place.
    pub(super) keys: &'static [&'static str],
    /// Where the help lists it.
    pub(super) chapter: Chapter,
}

const fn entry(
    command: Command,
    id: &'static str,
    chapter: Chapter,
    keys: &'static [&'static str],
    help: &'static str,
) -> Entry {
    Entry { command, id, help, keys, chapter }
}

/// All commands. The order is that of the help.
pub(super) static CATALOG: &[Entry] = {
    use Chapter::{Moving, Query, Roles, Screen};
    use Command::{Act, Append, Back, Console, CopyAddress, Details, Help, Insert, Leave};
    use Command::{Mark, MarkUp, Menu, Refresh, Repaint, Sort, Suspend};
    &[
        entry(Act, "act", Roles, &["enter"], "use the selected role"),
        entry(Console, "console", Roles, &["ctrl-o"], "open the web console"),
        entry(Menu, "menu", Roles, &["right", "alt-enter"], "all that can be done with it"),
        entry(Mark, "mark", Roles, &["tab"], "mark the role and go down"),
        entry(MarkUp, "mark-up", Roles, &["shift-tab"], "mark the role and go up"),
        entry(Details, "details", Roles, &["f2"], "show everything about the role"),
        entry(
            Command::Open(Opens::Sessions),
            "sessions",
            Roles,
            &["f3"],
            "roles with credentials: renew, drop",
        ),
        entry(
            Command::Open(Opens::Instances),
            "instances",
            Roles,
            &["f4"],
            "who is signed in where",
        ),
        entry(
            Command::Open(Opens::Services),
            "services",
            Roles,
            &["f6"],
            "open a service in the console",
        ),
        entry(
            Command::Open(Opens::Hidden),
            "hidden",
            Roles,
            &["f9"],
            "hidden roles, to show them again",
        ),
        entry(Refresh, "refresh", Roles, &["ctrl-r"], "read the roles anew (sign-in: QR)"),
        entry(Command::Move(Move::Up), "up", Moving, &["up", "ctrl-p"], "one row up"),
        entry(
            Command::Move(Move::Down),
            "down",
            Moving,
            &["down", "ctrl-n", "ctrl-j"],
            "one row down",
        ),
        entry(Command::Move(Move::PageUp), "page-up", Moving, &["pageup"], "one screen up"),
        entry(Command::Move(Move::PageDown), "page-down", Moving, &["pagedown"], "one screen down"),
        entry(Command::Move(Move::HalfUp), "half-page-up", Moving, &[], "half a screen up"),
        entry(Command::Move(Move::HalfDown), "half-page-down", Moving, &[], "half a screen down"),
        entry(
            Command::Move(Move::First),
            "first",
            Moving,
            &["alt-home", "ctrl-home"],
            "to the first row",
        ),
        entry(
            Command::Move(Move::Last),
            "last",
            Moving,
            &["alt-end", "ctrl-end"],
            "to the last row",
        ),
        entry(Sort, "sort", Moving, &["ctrl-s"], "sort by account, role, id, last use"),
        entry(Insert, "insert", Query, &[], "write in the query; Esc ends it"),
        entry(Append, "append", Query, &[], "the same, behind the cursor"),
        entry(
            Command::Edit(Edit::Start),
            "line-start",
            Query,
            &["ctrl-a", "home"],
            "to the start of the query",
        ),
        entry(
            Command::Edit(Edit::End),
            "line-end",
            Query,
            &["ctrl-e", "end"],
            "to the end of the query",
        ),
        entry(Command::Edit(Edit::Left), "left", Query, &["left", "ctrl-b"], "one letter left"),
        entry(Command::Edit(Edit::Right), "right", Query, &["ctrl-f"], "one letter right"),
        entry(
            Command::Edit(Edit::WordLeft),
            "word-left",
            Query,
            &["alt-b", "ctrl-left"],
            "one word left",
        ),
        entry(
            Command::Edit(Edit::WordRight),
            "word-right",
            Query,
            &["alt-f", "ctrl-right"],
            "one word right",
        ),
        entry(
            Command::Edit(Edit::Backspace),
            "backspace",
            Query,
            &["backspace", "ctrl-h"],
            "delete the letter before the cursor",
        ),
        entry(
            Command::Edit(Edit::Delete),
            "delete",
            Query,
            &["delete", "ctrl-d"],
            "delete the letter under the cursor",
        ),
        entry(
            Command::Edit(Edit::CutWord),
            "cut-word",
            Query,
            &["ctrl-w", "alt-backspace"],
            "delete the word before the cursor",
        ),
        entry(
            Command::Edit(Edit::CutToStart),
            "cut-to-start",
            Query,
            &["ctrl-u"],
            "clear to the start",
        ),
        entry(Command::Edit(Edit::CutToEnd), "cut-to-end", Query, &["ctrl-k"], "clear to the end"),
        entry(Help, "help", Screen, &["f1", "?"], "this help (? on an empty query)"),
        entry(CopyAddress, "copy-address", Screen, &["ctrl-y"], "copy the sign-in address"),
        entry(
            Command::PasteReply,
            "paste-reply",
            Screen,
            &["ctrl-v"],
            "give a sign-in its reply by hand",
        ),
        entry(
            Command::Open(Opens::Log),
            "messages",
            Screen,
            &["f8"],
            "what was said, with its time",
        ),
        entry(Repaint, "repaint", Screen, &["ctrl-l"], "draw the screen anew"),
        entry(Suspend, "suspend", Screen, &["ctrl-z"], "back to the shell until fg"),
        entry(Back, "back", Screen, &["esc"], "close the panel, or leave"),
        entry(Leave, "leave", Screen, &["ctrl-c"], "leave without a choice"),
        entry(Leave, "give-up", Screen, &["ctrl-g"], "the same"),
    ]
};

impl Action {
    /// The action as a short name for the footer.
    pub(super) fn name(self) -> &'static str {
        match self {
            Action::Shell => "shell",
            Action::Exports => "use here",
            Action::Console => "console",
            Action::Service(_) => "open",
            Action::Profile => "write profile",
            Action::Print => "pick",
        }
    }
}

/// Whether a command can do anything on the list as it is.
pub(super) fn applies(command: Command, state: &State) -> bool {
    match command {
        Command::Act => {
            state.selected().is_some()
                || state.unlocking_is_next()
                || state.sign_in_is_next().is_some()
        }
        Command::Console => state.selected().is_some() && panels::menu::may(state, Action::Console),
        Command::Menu => state.selected().is_some(),
        Command::Open(opens) => panels::applies(opens, state),
        Command::Details => state.selected().is_some() && layout::of(state).preview.is_none(),
        Command::Mark | Command::MarkUp => state.multi && state.selected().is_some(),
        Command::Move(_) | Command::Sort => state.list.len() > 0,
        Command::Refresh => !state.roster.instances.is_empty(),
        Command::CopyAddress | Command::PasteReply => state.login().is_some(),
        Command::Insert
        | Command::Append
        | Command::Edit(_)
        | Command::Help
        | Command::Back
        | Command::Leave
        | Command::Repaint
        | Command::Suspend => true,
    }
}

/// What to say to somebody who asks for a panel with nothing in it; silence would look like a key
/// that does not work.
pub(super) fn why_not(command: Command, state: &State) -> Option<&'static str> {
    match command {
        Command::Details if layout::of(state).preview.is_some() => {
            Some("the details stand beside the list already")
        }
        Command::Open(Opens::Log) => Some("nothing has been said yet"),
        Command::Open(Opens::Hidden) => Some("no role is hidden"),
        _ => None,
    }
}
