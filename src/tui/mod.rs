//! The picker: one list of all roles of all instances, filtered while the user types.
//!
//! A pure state machine with a thin edge. `update` turns events into effects, `view` draws the
//! state into cells, and `layout` computes the areas for both the view and the mouse. `runner`,
//! `terminal`, `input` and `search_thread` touch the outside world. `commands` defines every
//! command once; footer, help and key map are made from it. `state` is plain values, including the
//! data of open panels; `panels` holds what each panel does with keys and what it shows. `search`
//! is the only module that uses `domain::query`. No module here depends on one that depends on it.
//!
//! # Walk: from a key to a frame
//!
//! 1. [`TtyReader`](crate::os::terminal::tty_reader::TtyReader) reads bytes, and the thread of
//!    [`input`] decodes them into an [`Event`](event::Event).
//! 2. The loop of [`runner`] drains all events and passes each to [`update::update`], which changes
//!    the [`State`](state::State) and returns [`Effect`](effect::Effect)s. A key is looked up in the
//!    [`KeyBindings`].
//! 3. A changed query becomes an effect for the [`SearchThread`](search_thread::SearchThread), whose
//!    results come back as an event. A [`Request`] goes to the
//!    backend, whose [`Update`]s come back as events.
//! 4. [`view::draw`] draws the state into cells at the places that [`layout::areas`] computes, and
//!    the runner writes one frame.

mod action_label;
mod background;
mod column_stats;
mod columns;
mod commands;
mod effect;
mod event;
mod footer_hints;
mod format;
mod glyphs;
mod inline_backend;
mod input;
mod key_notation;
mod keymap;
mod labels;
mod layout;
mod panels;
mod role_actions;
mod runner;
mod search;
mod search_thread;
mod state;
mod status_line;
mod terminal;
#[cfg(test)]
mod tests;
mod text;
mod update;
mod view;

use std::sync::Arc;
use std::sync::mpsc::Receiver;

use crate::domain::enums::{Keymap, Preview};
use crate::domain::{
    AccountId, Height, InstanceName, PackedRoster, ProgramName, Result, RoleFlags, RoleId,
    RoleName, Roster, RosterEntry, Timestamp, Usages, profile_label,
};
use crate::ops::backend::messages::{Request, SessionList, Update};
use crate::os::clock::Clock;

pub use action_label::{ActionLabel, EnterAction};
pub use background::Background;
pub use input::ctrl_c_works_after;
pub use keymap::{BindingError, KeyBindings};

/// Everything the first frame needs. None of it comes from the network or the vault.
#[derive(Debug, Clone)]
pub struct PickerOptions {
    /// The last known roles.
    pub roster: Arc<Roster>,
    /// Past use of roles, for ranking and the "recent" section.
    pub usages: Usages,
    /// Favourites and hidden roles.
    pub marks: RoleFlags,
    /// Who is signed in, as far as it is known at the start.
    pub sessions: SessionList,
    /// The initial query.
    pub query: String,
    /// The action of Enter.
    pub action: PickAction,
    /// How the user calls this program.
    pub program: ProgramName,
    /// What Enter does in the command that opened the picker.
    pub action_label: Option<ActionLabel>,
    /// Colours, glyphs, motion and mouse.
    pub appearance: Appearance,
    /// The whole screen, or some rows below the prompt.
    pub height: Height,
    /// The key bindings.
    pub key_bindings: KeyBindings,
    /// The clock.
    pub clock: Clock,
    /// How the list is ranked, arranged and previewed.
    pub list: ListOptions,
    /// Whether the caller asked for the default action only. The menu then offers no other way to
    /// leave.
    pub single_action: bool,
    /// Whether Tab can mark several roles.
    pub multi: bool,
    /// Instances to refresh after the first frame.
    pub stale_instances: Vec<InstanceName>,
    /// A packed list for the first frame, if one is stored and the query is empty. The roster is
    /// then empty, and the complete one arrives after the first frame.
    pub packed_roster: Option<Arc<PackedRoster>>,
    /// Whether the roster is incomplete and lacks protection and profiles. Keys that use a role
    /// then wait for the complete one.
    pub is_preview: bool,
    /// The configuration file to write, as it is shown to the user, if no instance is configured.
    /// The picker then starts with a form that sets one up.
    pub first_run: Option<String>,
    /// The program version, for the help panel.
    pub version: &'static str,
}

/// How the list is ranked, arranged and previewed.
#[derive(Debug, Clone, PartialEq)]
pub struct ListOptions {
    /// The weight of past use between equal matches; 0 turns it off.
    pub history_weight: f64,
    /// The current role of this shell, which is marked and selected at the start.
    pub shell_role: Option<ShellRole>,
    /// When its credentials expire, if the environment says so.
    pub shell_role_expires_at: Option<Timestamp>,
    /// Globs of role names, best first, to order the roles if a pasted page names only an account.
    pub prefer_roles: Vec<String>,
    /// The columns: `instance` and tag keys. `None` chooses them by width.
    pub columns: Option<Vec<String>>,
    /// The position of the preview.
    pub preview: Preview,
}

/// The appearance of the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Appearance {
    /// The colour scheme.
    pub theme: ColorScheme,
    /// Whether glyphs and lines are ASCII only. Names are not changed.
    pub ascii: bool,
    /// Whether progress and countdowns are updated every second.
    pub motion: bool,
    /// Whether the mouse is enabled.
    pub mouse: bool,
    /// Whether only bold, dim, underline and reverse are used (`NO_COLOR`).
    pub no_color: bool,
    /// The number of colours that the terminal supports.
    pub color_depth: ColorDepth,
    /// Whether the terminal may be asked for its background. Some would show the question.
    pub asks_background: bool,
}

impl Appearance {
    /// Whether the answer to a question for the background would change anything.
    fn needs_background(&self) -> bool {
        self.asks_background && !self.no_color && self.theme.depends_on_background()
    }
}

/// The number of colours that a terminal supports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColorDepth {
    /// The 16 colours of its own theme.
    Sixteen,
    /// The 256 indexed colours.
    Indexed,
    /// 24-bit colours.
    TrueColor,
}

/// The current role or profile of a shell, according to its environment and the AWS files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ShellRole {
    /// A role that rolecall exported.
    Role {
        /// The instance, if the environment names it.
        instance: Option<InstanceName>,
        /// The account.
        account: AccountId,
        /// The role name.
        role: RoleName,
    },
    /// The role that has this profile name.
    Profile(String),
    /// A profile outside of IAM Identity Center.
    OtherProfile(String),
}

impl ShellRole {
    /// `account/role`; `None` for a profile that is not in the roster.
    fn label(&self, roster: &Roster) -> Option<String> {
        let entry = roster.entries.iter().find(|entry| self.is_entry(roster, entry));
        match (entry, self) {
            (Some(entry), _) => Some(format!("{}/{}", entry.account_label(), entry.role)),
            (None, ShellRole::Role { account, role, .. }) => Some(format!("{account}/{role}")),
            (None, ShellRole::Profile(_)) => None,
            (None, ShellRole::OtherProfile(name)) => Some(profile_label(name)),
        }
    }

    /// Whether it is this entry of the roster.
    fn is_entry(&self, roster: &Roster, entry: &RosterEntry) -> bool {
        match self {
            ShellRole::Role { instance, account, role } => {
                entry.account == *account
                    && *entry.role == *role.as_str()
                    && instance.as_ref().is_none_or(|name| roster.instance(entry).name == *name)
            }
            ShellRole::Profile(name) | ShellRole::OtherProfile(name) => {
                entry.profile.as_deref() == Some(name)
            }
        }
    }
}

/// A colour scheme.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColorScheme {
    /// [`ColorScheme::Dark`] or [`ColorScheme::Light`]; text in the terminal's own foreground if the
    /// background is unknown.
    Auto(Option<Background>),
    /// For a dark background.
    Dark,
    /// For a light background.
    Light,
    /// Nothing dim or pale. Without colours if the background is unknown.
    HighContrast(Option<Background>),
    /// The 16 colours of the terminal, with an accent that is readable on the background.
    Sixteen(Option<Background>),
    /// No colours.
    None,
}

impl ColorScheme {
    /// Whether it differs between dark and light backgrounds.
    fn depends_on_background(self) -> bool {
        self.on_background(Some(Background::Dark)) != self.on_background(None)
    }

    /// The same scheme on this background; `None` if it is neither dark nor light.
    fn on_background(self, background: Option<Background>) -> Self {
        match self {
            ColorScheme::Auto(_) => ColorScheme::Auto(background),
            ColorScheme::HighContrast(_) => ColorScheme::HighContrast(background),
            ColorScheme::Sixteen(_) => ColorScheme::Sixteen(background),
            ColorScheme::Dark | ColorScheme::Light | ColorScheme::None => self,
        }
    }
}

/// The action with a picked role after the picker has closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PickAction {
    /// A subshell with the role.
    Shell,
    /// Exports for the calling shell to evaluate.
    Exports,
    /// The web console.
    Console,
    /// A service of the web console, by its short name.
    Service(&'static str),
    /// A profile in the AWS config file; needs no credentials.
    Profile,
    /// The role's name on stdout; needs no credentials.
    Print,
}

/// Picked roles and the action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picked {
    /// At least one role; several only with [`PickerOptions::multi`], in the order of the list.
    pub roles: Vec<RoleId>,
    /// The action.
    pub action: PickAction,
}

/// How the picker ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Exit {
    /// The user picked roles. The credentials of a single role are in the vault, unless the action
    /// is [`PickAction::Print`] or [`PickAction::Profile`].
    Picked(Picked),
    /// The user wants to run a command line in each of these roles.
    RunEach {
        /// At least one role, in the order of the list.
        roles: Vec<RoleId>,
        /// The command line as typed, for a shell to parse.
        command_line: String,
    },
    /// The user cancelled with Esc, Ctrl-C or Ctrl-G.
    Cancelled,
}

/// Every command of the picker: its name in the configuration file, its help, and its default keys.
pub fn default_bindings(
    keymap: Keymap,
) -> impl Iterator<Item = (&'static str, &'static str, Vec<&'static str>)> {
    commands::COMMANDS
        .iter()
        .map(move |entry| (entry.id, entry.help, self::keymap::default_keys(keymap, entry)))
}

/// Every action of the action menu: its letter, name and help.
pub fn menu_actions() -> impl Iterator<Item = (char, &'static str, &'static str)> {
    role_actions::ROLE_ACTIONS.iter().map(|spec| (spec.letter, spec.id, spec.help))
}

/// The result of the picker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PickerOutcome {
    /// How it ended.
    pub exit: Exit,
    /// The final query. If a console address was pasted, this is the page to open.
    pub query: String,
}

/// Takes the picker's requests. Is called after the first frame for the first time.
pub type RequestHandler = Box<dyn FnMut(Request)>;

/// Runs the picker on the terminal until the user picks or cancels. Stdin and stdout are not used.
///
/// # Errors
/// [`crate::domain::ErrorKind::Usage`] if there is no terminal, [`crate::domain::ErrorKind::Os`] if
/// reading or writing it fails.
pub fn run(
    options: PickerOptions,
    requests: RequestHandler,
    updates: Receiver<Update>,
) -> Result<PickerOutcome> {
    runner::run(options, requests, updates)
}
