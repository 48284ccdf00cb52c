//! Panels above the list. Each is a file that owns what the panel knows, which keys it hears and
//! what it shows; `state::overlay` lists them, and the catalog says which commands open them.

pub(in crate::tui) mod about;
pub(in crate::tui) mod chooser;
pub(in crate::tui) mod clock;
pub(in crate::tui) mod confirm;
pub(in crate::tui) mod details;
pub(in crate::tui) mod each;
pub(in crate::tui) mod help;
pub(in crate::tui) mod hidden;
pub(in crate::tui) mod instances;
pub(in crate::tui) mod log;
pub(in crate::tui) mod login;
pub(in crate::tui) mod menu;
pub(in crate::tui) mod message;
pub(in crate::tui) mod passphrase;
pub(in crate::tui) mod qr;
pub(in crate::tui) mod services;
pub(in crate::tui) mod sessions;
pub(in crate::tui) mod sheet;

use super::catalog::{CATALOG, Command};
use super::effect::Effect;
use super::state::State;
use super::state::line::Line;
use super::view::words::grouped;
use crate::domain::RoleId;
use sheet::Sheet;

/// A key as panels hear it: text, or a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::tui) struct Pressed {
    /// A letter without Ctrl or Alt.
    pub(in crate::tui) letter: Option<char>,
    /// What the key map makes of it.
    pub(in crate::tui) command: Option<Command>,
}

/// What a panel makes of a key.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::tui) enum Heard {
    /// It was for the panel, which stays.
    Stay(Vec<Effect>),
    /// It was for the panel, which goes.
    Close(Vec<Effect>),
    /// It is for the list behind; the panel stays.
    Pass,
    /// It is for the list behind; the panel goes.
    Yield,
}

/// What a panel did with a pasted text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::tui) enum Pasted {
    /// It has no field: the text is for the list behind it.
    NotWanted,
    /// It took the text, or dropped it on purpose.
    Done,
    /// It took as many characters as its field holds, which is this many.
    Cut(usize),
    /// It took nothing: its field holds only this many characters.
    Refused(usize),
}

impl Pasted {
    /// Pasted into a line that searches: its beginning alone will do.
    pub(in crate::tui) fn cut(line: &mut Line, text: &str) -> Self {
        if line.insert(text) { Pasted::Done } else { Pasted::Cut(line.longest()) }
    }

    /// Pasted into a line of which a part would be something else.
    pub(in crate::tui) fn whole(line: &mut Line, text: &str) -> Self {
        if line.insert_whole(text) { Pasted::Done } else { Pasted::Refused(line.longest()) }
    }

    /// What the user is told about it.
    pub(in crate::tui) fn note(self) -> Option<String> {
        match self {
            Pasted::NotWanted | Pasted::Done => None,
            Pasted::Cut(longest) => {
                Some(format!("too long: only the first {} characters are used", grouped(longest)))
            }
            Pasted::Refused(longest) => {
                Some(format!("too long, nothing pasted: {} characters at most", grouped(longest)))
            }
        }
    }
}

/// Something above the list that hears keys first.
pub(in crate::tui) trait Panel {
    /// Takes a key. The panel is off the stack meanwhile: what it opens stands above it, or in its
    /// place when it closes.
    fn press(&mut self, state: &mut State, pressed: Pressed) -> Heard;

    /// Takes a pasted text, if there is a field for it.
    fn paste(&mut self, _text: &str) -> Pasted {
        Pasted::NotWanted
    }

    /// What it shows.
    fn sheet(&self, state: &State) -> Sheet;

    /// Commands for the footer with their names, the most useful first.
    fn hints(&self, state: &State) -> Vec<(Command, &'static str)>;

    /// Whether letters that it does not want go to the query, and it stays meanwhile.
    fn steps_aside(&self) -> bool {
        false
    }

    /// Whether it shows seconds.
    fn counts(&self) -> bool {
        false
    }
}

/// Panels that a command opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(in crate::tui) enum Opens {
    /// Who is signed in where.
    Instances,
    /// Roles with credentials.
    Sessions,
    /// Pages of the console.
    Services,
    /// What was said.
    Log,
    /// Roles that are not shown.
    Hidden,
}

/// Whether there is anything to open.
pub(in crate::tui) fn applies(opens: Opens, state: &State) -> bool {
    match opens {
        Opens::Instances => !state.roster.instances.is_empty(),
        Opens::Sessions => true,
        Opens::Services => state.selected().is_some() && menu::may(state, super::Action::Console),
        Opens::Log => !state.log.is_empty(),
        Opens::Hidden => !state.marks.hidden.is_empty(),
    }
}

/// Opens it.
pub(in crate::tui) fn open(state: &mut State, opens: Opens) {
    use super::state::overlay::Overlay;
    let overlay = match opens {
        Opens::Instances => Overlay::Instances(instances::Instances::default()),
        Opens::Sessions => Overlay::Sessions(sessions::Sessions::of(state)),
        Opens::Services => match state.list.selected.clone() {
            Some(role) => Overlay::Services(services::Services::of(role)),
            None => return,
        },
        Opens::Log => Overlay::Log(log::Log::default()),
        Opens::Hidden => Overlay::Hidden(hidden::Hidden::default()),
    };
    state.overlays.push(overlay);
}

/// The key of a command as it is shown, in the mode that letters are in.
pub(in crate::tui) fn key(state: &State, command: Command) -> String {
    let shown = state.keys.shown(command, state.vi.normal, state.looks.ascii);
    // The person took all its keys away: then its name has to do.
    shown
        .or_else(|| {
            CATALOG
                .iter()
                .find(|entry| entry.command == command)
                .map(|entry| format!("`{}`", entry.id))
        })
        .unwrap_or_default()
}

/// What a person calls a role: `payments-prod · ReadOnlyAccess`.
pub(in crate::tui) fn name(state: &State, role: &RoleId) -> String {
    let account = account(state, role);
    format!("{account} {} {}", super::view::signs(state.looks).dot, role.role)
}

/// What a person calls a role's account.
pub(in crate::tui) fn account(state: &State, role: &RoleId) -> String {
    state.roster.find(role).map_or(role.account.as_str(), |entry| entry.account_label()).to_owned()
}
