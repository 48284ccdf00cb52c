//! Panels above the list. Each is a file that owns what the panel knows, which keys it hears and
//! what it shows; `state::overlay` lists them, and the catalog says which commands open them.

pub(in crate::tui) mod clock_skew;
pub(in crate::tui) mod confirm;
pub(in crate::tui) mod content;
pub(in crate::tui) mod details;
pub(in crate::tui) mod each;
pub(in crate::tui) mod error;
pub(in crate::tui) mod help;
pub(in crate::tui) mod hidden_roles;
pub(in crate::tui) mod instances;
pub(in crate::tui) mod log;
pub(in crate::tui) mod menu;
pub(in crate::tui) mod overlay;
pub(in crate::tui) mod passphrase;
pub(in crate::tui) mod qr;
pub(in crate::tui) mod role_details;
pub(in crate::tui) mod select;
pub(in crate::tui) mod services;
pub(in crate::tui) mod sessions;
pub(in crate::tui) mod sign_in;

use super::commands::{COMMANDS, PickerCommand};
use super::effect::Effect;
use super::state::State;
use super::state::text_input::TextInput;
use crate::domain::RoleId;
use crate::tui::format::group_digits;
use content::PanelContent;

/// A key as panels hear it: text, or a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::tui) struct KeyPress {
    /// A letter without Ctrl or Alt.
    pub(in crate::tui) letter: Option<char>,
    /// What the key map makes of it.
    pub(in crate::tui) command: Option<PickerCommand>,
}

/// What a panel makes of a key.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::tui) enum EventResult {
    /// It was for the panel, which stays.
    Consumed(Vec<Effect>),
    /// It was for the panel, which goes.
    Close(Vec<Effect>),
    /// It is for the list behind; the panel stays.
    Forward,
    /// It is for the list behind; the panel goes.
    CloseAndForward,
}

/// What a panel did with a pasted text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::tui) enum PasteResult {
    /// It has no field: the text is for the list behind it.
    Ignored,
    /// It took the text, or dropped it on purpose.
    Done,
    /// It took as many characters as its field holds, which is this many.
    Truncated(usize),
    /// It took nothing: its field holds only this many characters.
    Refused(usize),
}

impl PasteResult {
    /// Pasted into a line that searches: its beginning alone will do.
    pub(in crate::tui) fn insert_truncated(line: &mut TextInput, text: &str) -> Self {
        if line.insert(text) { PasteResult::Done } else { PasteResult::Truncated(line.max_chars()) }
    }

    /// Pasted into a line of which a part would be something else.
    pub(in crate::tui) fn insert_whole(line: &mut TextInput, text: &str) -> Self {
        if line.insert_whole(text) {
            PasteResult::Done
        } else {
            PasteResult::Refused(line.max_chars())
        }
    }

    /// What the user is told about it.
    pub(in crate::tui) fn note(self) -> Option<String> {
        match self {
            PasteResult::Ignored | PasteResult::Done => None,
            PasteResult::Truncated(longest) => Some(format!(
                "too long: only the first {} characters are used",
                group_digits(longest)
            )),
            PasteResult::Refused(longest) => Some(format!(
                "too long, nothing pasted: {} characters at most",
                group_digits(longest)
            )),
        }
    }
}

/// Something above the list that hears keys first.
pub(in crate::tui) trait Panel {
    /// Takes a key. The panel is off the stack meanwhile: what it opens stands above it, or in its
    /// place when it closes.
    fn handle_key(&mut self, state: &mut State, pressed: KeyPress) -> EventResult;

    /// Takes a pasted text, if there is a field for it.
    fn handle_paste(&mut self, _text: &str) -> PasteResult {
        PasteResult::Ignored
    }

    /// What it shows.
    fn content(&self, state: &State) -> PanelContent;

    /// Commands for the footer with their names, the most useful first.
    fn hints(&self, state: &State) -> Vec<(PickerCommand, &'static str)>;

    /// Whether letters that it does not want go to the query, and it stays meanwhile.
    fn is_modeless(&self) -> bool {
        false
    }

    /// Whether it shows seconds.
    fn has_countdown(&self) -> bool {
        false
    }
}

/// Panels that a command opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(in crate::tui) enum PanelKind {
    /// Who is signed in where.
    Instances,
    /// Roles with credentials.
    Sessions,
    /// Pages of the console.
    Services,
    /// What was said.
    Log,
    /// Roles that are not shown.
    HiddenRoles,
}

/// Whether there is anything to open.
pub(in crate::tui) fn is_available(opens: PanelKind, state: &State) -> bool {
    match opens {
        PanelKind::Instances => !state.roster.instances.is_empty(),
        PanelKind::Sessions => true,
        PanelKind::Services => {
            state.selected_entry().is_some()
                && menu::is_action_allowed(state, super::PickAction::Console)
        }
        PanelKind::Log => !state.log.is_empty(),
        PanelKind::HiddenRoles => !state.marks.hidden.is_empty(),
    }
}

/// Opens it.
pub(in crate::tui) fn open(state: &mut State, opens: PanelKind) {
    use crate::tui::panels::overlay::Overlay;
    let overlay = match opens {
        PanelKind::Instances => Overlay::Instances(instances::InstancesPanel::default()),
        PanelKind::Sessions => Overlay::Sessions(sessions::SessionsPanel::new(state)),
        PanelKind::Services => match state.list.selected.clone() {
            Some(role) => Overlay::Services(services::ServicesPanel::new(role)),
            None => return,
        },
        PanelKind::Log => Overlay::Log(log::LogPanel::default()),
        PanelKind::HiddenRoles => Overlay::HiddenRoles(hidden_roles::HiddenRolesPanel::default()),
    };
    state.overlays.push(overlay);
}

/// The key of a command as it is shown, in the mode that letters are in.
pub(in crate::tui) fn key_label(state: &State, command: PickerCommand) -> String {
    let shown = state.key_bindings.label_of(command, state.vi.normal_mode, state.appearance.ascii);
    // The person took all its keys away: then its name has to do.
    shown
        .or_else(|| {
            COMMANDS
                .iter()
                .find(|entry| entry.command == command)
                .map(|entry| format!("`{}`", entry.id))
        })
        .unwrap_or_default()
}

/// What a person calls a role: `payments-prod · ReadOnlyAccess`.
pub(in crate::tui) fn role_label(state: &State, role: &RoleId) -> String {
    let account = account_label(state, role);
    format!("{account} {} {}", super::view::panel_glyphs(state.appearance).separator, role.role)
}

/// What a person calls a role's account.
pub(in crate::tui) fn account_label(state: &State, role: &RoleId) -> String {
    state.roster.find(role).map_or(role.account.as_str(), |entry| entry.account_label()).to_owned()
}
