//! The picker: one list of every role of every instance, filtered by what is typed.
//!
//! A pure machine with a thin edge. `update` makes effects of events, `view` makes cells of the
//! state, `layout` says where everything is, for the view and the mouse alike. `runner`,
//! `terminal`, `input` and `worker` touch the world. `catalog` names every command once; footer,
//! help and key map are made of it. `panels` holds what stands above the list, a file each.
//! `matching` alone talks to `domain::query`.

mod column_stats;
mod columns;
mod commands;
mod effect;
mod event;
mod format;
mod glyphs;
mod inline_backend;
mod input;
mod key_notation;
mod keymap;
mod layout;
mod panels;
mod runner;
mod search;
mod search_thread;
mod state;
mod status_line;
mod terminal;
#[cfg(test)]
mod tests;
mod update;
mod view;

use std::sync::Arc;
use std::sync::mpsc::Receiver;

use crate::domain::enums::Preview;
use crate::domain::{
    AccountId, Height, InstanceName, PackedRoster, Result, RoleFlags, RoleId, RoleName, Roster,
    Usages,
};
use crate::ops::backend::RequestSender;
use crate::ops::backend::messages::{SessionList, Update};
use crate::os::clock::Clock;

pub use input::ctrl_c_works_after;
pub use keymap::{BindingError, EditingMode, KeyBindings};

/// Everything the first frame needs. Nothing in it asks the network or the vault.
#[derive(Debug, Clone)]
pub struct PickerOptions {
    /// The roles as they were last known.
    pub roster: Arc<Roster>,
    /// What the person used, for ranking and the "recent" section.
    pub usages: Usages,
    /// Favourites and hidden roles.
    pub marks: RoleFlags,
    /// Who is signed in, as far as it is known at the start.
    pub sessions: SessionList,
    /// What stands in the query at the start.
    pub query: String,
    /// What Enter does.
    pub action: PickAction,
    /// Colours, marks, motion, mouse.
    pub appearance: Appearance,
    /// The whole screen, or some rows below the prompt.
    pub height: Height,
    /// Which key does what.
    pub key_bindings: KeyBindings,
    /// Tells the time.
    pub clock: Clock,
    /// How much past use counts between equal matches; 0 turns it off.
    pub history_weight: f64,
    /// Whether the default action is the only one that was asked for: the menu offers no other way
    /// to leave.
    pub single_action: bool,
    /// Whether several roles can be marked with Tab.
    pub multi: bool,
    /// Instances to refresh behind the first frame.
    pub stale_instances: Vec<InstanceName>,
    /// The list that the first frame is made of, packed, where one is remembered and nothing is
    /// typed; the roster is then empty, and the whole one comes after the first frame.
    pub packed_roster: Option<Arc<PackedRoster>>,
    /// The role that this shell is in: offered first where a pasted page names no account.
    pub shell_role: Option<ShellRole>,
    /// Globs of roles, best first: which one is offered first where only an account is named.
    pub prefer_roles: Vec<String>,
    /// The columns, by `instance` and the names of tags; by width where none are named.
    pub columns: Option<Vec<String>>,
    /// Where the preview stands.
    pub preview: Preview,
    /// Whether the roster is a sketch that says nothing yet of protection and profiles: keys that
    /// use a role wait for the whole one.
    pub is_preview: bool,
    /// The configuration file to write, as people write it, where no instance is known: then a
    /// form comes first that finds one.
    pub first_run: Option<String>,
    /// The program's version, for the help panel.
    pub version: &'static str,
}

/// How the screen looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Appearance {
    /// Which colours.
    pub theme: ColorScheme,
    /// Only ASCII in marks and lines; names stay as they are.
    pub ascii: bool,
    /// Whether gauge and countdown move.
    pub motion: bool,
    /// Whether the mouse is listened to.
    pub mouse: bool,
    /// `NO_COLOR`: bold, dim, underline and reverse only.
    pub no_color: bool,
    /// How many colours the terminal shows.
    pub color_depth: ColorDepth,
}

/// How many colours a terminal shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColorDepth {
    /// Its own sixteen, whatever they look like.
    Sixteen,
    /// 256 known ones.
    Indexed,
    /// All that 24 bits can say.
    TrueColor,
}

/// The role that a shell is in, as its environment tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ShellRole {
    /// One that rolecall put there.
    Role {
        /// Its instance, if that is told too.
        instance: Option<InstanceName>,
        /// Its account.
        account: AccountId,
        /// Its name.
        role: RoleName,
    },
    /// The one behind a profile.
    Profile(String),
}

/// A set of colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColorScheme {
    /// Colours that read on dark and on light grounds.
    Auto,
    /// For a dark ground.
    Dark,
    /// For a light ground.
    Light,
    /// Nothing dim or pale; on a ground that is not known to be dark or light, without colours.
    HighContrast(Option<Background>),
    /// The terminal's own sixteen, with an accent that reads on the ground.
    Sixteen(Option<Background>),
    /// None at all.
    None,
}

/// What the text stands on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Background {
    /// Black, or nearly.
    Dark,
    /// White, or nearly.
    Light,
}

/// What is done with a picked role once the screen is back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PickAction {
    /// A shell with the role.
    Shell,
    /// Lines for the calling shell to evaluate.
    Exports,
    /// The web console.
    Console,
    /// A service in the web console, by its short name.
    Service(&'static str),
    /// A profile in the AWS config file; needs no credentials.
    Profile,
    /// The role's name on stdout; needs no credentials.
    Print,
}

/// Roles and what to do with them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picked {
    /// At least one; more only with [`Options::multi`], in the order of the list.
    pub roles: Vec<RoleId>,
    /// What to do.
    pub action: PickAction,
}

/// How the picker ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Exit {
    /// With a choice. Credentials of a single role are in the vault by then, unless the action is
    /// [`Action::Print`] or [`Action::Profile`].
    Picked(Picked),
    /// With a command line to run in each of these roles.
    RunEach {
        /// At least one, in the order of the list.
        roles: Vec<RoleId>,
        /// As it was typed, for a shell to read.
        command_line: String,
    },
    /// Without one: Esc, Ctrl-C, Ctrl-G.
    Cancelled,
}

/// Every command of the picker: its name in a configuration file, what it does, the keys that it
/// has unless it is given others.
pub fn default_bindings(
    style: EditingMode,
) -> impl Iterator<Item = (&'static str, &'static str, Vec<&'static str>)> {
    commands::COMMANDS
        .iter()
        .map(move |entry| (entry.id, entry.help, keymap::default_keys(style, entry)))
}

/// How the picker was left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PickerOutcome {
    /// By what.
    pub exit: Exit,
    /// What stood in its query: an address of the console that was pasted there is the page to
    /// open.
    pub query: String,
}

/// Shows the picker on the terminal until the person has chosen or given up. Stdin and stdout are
/// not touched.
///
/// # Errors
/// [`crate::domain::Kind::Usage`] when there is no terminal, [`crate::domain::Kind::Os`] when it
/// fails underneath.
pub fn run(
    options: PickerOptions,
    requests: RequestSender,
    news: Receiver<Update>,
) -> Result<PickerOutcome> {
    runner::run(options, requests, news)
}
