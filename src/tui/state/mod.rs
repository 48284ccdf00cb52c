//! The state of the picker: plain values, no handles. The view draws it, `update` changes it.

mod account_roles;
pub(super) mod console_link;
pub(super) mod destructive;
pub(super) mod first_run;
pub(super) mod list;
mod log;
pub(super) mod overlay;
pub(super) mod paste;
mod prompts;
pub(super) mod query;
pub(super) mod refresh_progress;
pub(super) mod requested_refresh;
pub(super) mod retry_lookup;
mod search_state;
pub(super) mod select_list;
pub(super) mod sign_in_state;
mod task;
pub(super) mod text_input;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::domain::enums::{Keymap, Preview};
use crate::domain::{
    Error, ErrorKind, Height, InstanceName, ProgramName, RoleFlags, RoleId, Roster, RosterEntry,
    Timestamp, Usage, Usages,
};
use crate::ops::backend::messages::{
    InstanceSession, SessionList, TerminalConfirmations, UnlockPrompt,
};

use super::event::Key;
use super::keymap::{KeyBindings, ViMode};
use super::search::{self, SearchJob};
use super::{ActionLabel, Appearance, ListOptions, PickAction, PickerOptions};
use crate::os::terminal::tty::CursorShape;
use first_run::FirstRunForm;
use list::RoleList;
use log::{LogEntry, Note};
use overlay::Overlay;
use refresh_progress::SLOW_ANSWER_SECONDS;
use requested_refresh::RequestedRefresh;
use retry_lookup::RetryLookup;
pub(super) use search_state::{ActiveSearch, SearchOrigin, SearchState};
use sign_in_state::SignInState;
pub(super) use task::{PendingTask, RoleTask, WaitingFor};
use text_input::TextInput;

/// The state of the picker.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct State {
    /// The action of Enter.
    pub(super) action: PickAction,
    /// How the user calls this program.
    pub(super) program: ProgramName,
    /// What Enter does in the command that opened the picker.
    pub(super) action_label: Option<ActionLabel>,
    /// Whether roles can be marked.
    pub(super) multi: bool,
    /// Colours, glyphs, motion and mouse.
    pub(super) appearance: Appearance,
    /// Whether the picker uses only some rows below the prompt.
    pub(super) inline: bool,
    /// The key bindings.
    pub(super) key_bindings: Arc<KeyBindings>,
    /// The state of vi keys; unused with other key maps.
    pub(super) vi: ViState,
    /// The program version, for the help panel.
    pub(super) version: &'static str,
    /// Whether the roster is the incomplete one of the first frame.
    pub(super) is_preview: bool,
    /// The current time.
    pub(super) now: Timestamp,
    /// The seconds that local time is ahead of UTC, once they are known.
    pub(super) utc_offset_seconds: Option<i64>,
    /// The columns and rows of the screen.
    pub(super) size: (u16, u16),
    /// The newest roster; the list may show an older one.
    pub(super) roster: Arc<Roster>,
    /// The name of the shell's current role, if it has one.
    pub(super) shell_role_label: Option<String>,
    /// Past use of roles.
    pub(super) usages: Arc<Usages>,
    /// Favourites and hidden roles.
    pub(super) marks: Arc<RoleFlags>,
    /// Who is signed in, and which roles have credentials.
    pub(super) sessions: SessionList,
    /// The instances whose session is not known, because the vault has not answered.
    pub(super) unknown_sessions: BTreeSet<InstanceName>,
    /// The query.
    pub(super) query: TextInput,
    /// The first-run form, while no instance is configured.
    pub(super) first_run: Option<FirstRunForm>,
    /// The visible list.
    pub(super) list: RoleList,
    /// Open panels, the top one last.
    pub(super) overlays: Vec<Overlay>,
    /// The task in progress.
    pub(super) pending: Option<PendingTask>,
    /// A note in place of the footer, until a key is pressed or three seconds have passed.
    pub(super) note: Option<Note>,
    /// Messages since the start, the newest last.
    pub(super) log: Vec<LogEntry>,
    /// Recent confirmations in this terminal.
    pub(super) confirmations: TerminalConfirmations,
    /// How wrong the clock of this machine is.
    pub(super) clock: ClockState,
    /// What unlocks the vault, while it is locked.
    pub(super) unlock_prompt: Option<UnlockPrompt>,
    /// Whether the caller asked for the default action only.
    pub(super) single_action: bool,
    /// Refreshes of the lists.
    pub(super) refresh: RefreshState,
    /// Roles marked with Tab.
    pub(super) marked: BTreeSet<RoleId>,
    /// The roles that were unmarked together last, to be marked again.
    pub(super) unmarked: BTreeSet<RoleId>,
    /// The number of the last request.
    pub(super) last_number: u64,
    /// The search and what depends on its results.
    pub(super) search: SearchState,
    /// How the list is ranked, arranged and previewed.
    pub(super) list_options: Arc<ListOptions>,
    /// The cell of the last click, if it acted. More clicks there are part of a double click.
    pub(super) acted_click: Option<(u16, u16)>,
    /// The position of the preview, while the user has hidden it.
    pub(super) hidden_preview: Option<Preview>,
    /// Whether Enter was pressed before the list had rows. If a sign-in turns out to be needed, it
    /// may start at once.
    pub(super) sign_in_when_ready: bool,
}

/// The state of vi keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct ViState {
    /// The current mode.
    pub(super) mode: ViMode,
    /// The first key of a sequence of two.
    pub(super) pending_key: Option<Key>,
}

/// How wrong the clock of this machine is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct ClockState {
    /// The seconds by which the clock of AWS is ahead of this machine's, as far as it is known.
    pub(super) skew_seconds: i64,
    /// When AWS first reported a clock that is too wrong to use.
    pub(super) skewed_since: Option<Timestamp>,
    /// Whether the user decided to continue with the wrong clock.
    pub(super) accepted: bool,
}

/// Refreshes of the lists.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct RefreshState {
    /// Running and failed refreshes, by instance.
    pub(super) by_instance: BTreeMap<InstanceName, RefreshStatus>,
    /// Instances to refresh after the first frame.
    pub(super) stale_instances: Vec<InstanceName>,
    /// Since when AWS has been throttling.
    pub(super) throttled_since: Option<Timestamp>,
    /// Refreshes for queries without matches.
    pub(super) retry: RetryLookup,
    /// Refreshes that the user requested.
    pub(super) requested: RequestedRefresh,
}

/// The status of a refresh.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum RefreshStatus {
    /// The refresh is running.
    Running {
        /// The number of accounts read.
        done: usize,
        /// The number of all accounts; 0 while it is unknown.
        total: usize,
        /// Whether AWS is throttling.
        throttled: bool,
        /// Why the last request had no answer; it is sent again.
        failure: Option<Error>,
        /// When it first failed, if it failed the last time.
        failing_since: Option<Timestamp>,
        /// When it started.
        started_at: Timestamp,
    },
    /// The refresh failed.
    Failed {
        /// The last error.
        error: Error,
        /// When it first failed since the last success.
        since: Timestamp,
    },
}

impl State {
    /// The initial state, for a screen with this many rows.
    pub(super) fn new(options: PickerOptions, rows: u16) -> Self {
        let mut list = RoleList::new(options.roster.clone());
        let mut roster = options.roster;
        if options.query.trim().is_empty() {
            let (usages, marks, list_options) = (&options.usages, &options.marks, &options.list);
            if let Some(packed) = &options.packed_roster {
                let first =
                    search::initial_from_packed(packed, usages, marks, list_options, rows.into());
                roster = first.roster.clone();
                list.replace(&first);
            } else if !roster.entries.is_empty() {
                list.replace(&search::initial_from_roster(&roster, usages, marks, list_options));
            }
        }
        let mut query = TextInput::default();
        let pasted = query::insert(&mut query, &options.query);
        let displaced = Some(options.key_bindings.displaced_note()).filter(|lost| !lost.is_empty());
        let names = options.sessions.instances.iter().map(|session| session.instance.clone());
        let unknown_sessions = names.filter(|_| options.is_preview).collect();
        let mut state = Self {
            action: options.action,
            program: options.program,
            action_label: options.action_label,
            multi: options.multi,
            appearance: options.appearance,
            inline: options.height != Height::Full,
            note: None,
            key_bindings: Arc::new(options.key_bindings),
            vi: ViState::default(),
            is_preview: options.is_preview,
            version: options.version,
            now: options.clock.now(),
            utc_offset_seconds: None,
            size: (80, 24),
            first_run: options.first_run.map(FirstRunForm::new),
            list,
            shell_role_label: options.list.shell_role.as_ref().and_then(|role| role.label(&roster)),
            roster,
            usages: Arc::new(options.usages),
            marks: Arc::new(options.marks),
            unknown_sessions,
            sessions: options.sessions,
            query,
            overlays: Vec::new(),
            pending: None,
            log: Vec::new(),
            confirmations: TerminalConfirmations::default(),
            clock: ClockState::default(),
            unlock_prompt: None,
            single_action: options.single_action,
            refresh: RefreshState {
                stale_instances: options.stale_instances,
                ..RefreshState::default()
            },
            marked: BTreeSet::new(),
            unmarked: BTreeSet::new(),
            last_number: 0,
            search: SearchState::default(),
            list_options: Arc::new(options.list),
            acted_click: None,
            hidden_preview: None,
            sign_in_when_ready: false,
        };
        if let Some(note) = displaced.or_else(|| pasted.note()) {
            state.notify(note);
        }
        state
    }

    /// Returns a new request number.
    pub(super) fn next_number(&mut self) -> u64 {
        self.last_number += 1;
        self.last_number
    }

    /// Creates a search for the query and awaits its results.
    pub(super) fn start_search(&mut self, origin: SearchOrigin) -> SearchJob {
        let number = self.next_number();
        self.search.active = Some(ActiveSearch { number, origin });
        self.search.is_from_suggestion = false;
        SearchJob {
            number,
            roster: self.roster.clone(),
            usages: self.usages.clone(),
            marks: self.marks.clone(),
            query: self.query.text().to_owned(),
            sort_order: self.search.sort_order,
            options: self.list_options.clone(),
        }
    }

    /// The number of all rows, roles and profiles, even if the list does not hold all of them yet.
    pub(super) fn row_count(&self) -> usize {
        self.list.total.unwrap_or(self.roster.entries.len())
    }

    /// The entry of the selected role.
    pub(super) fn selected_entry(&self) -> Option<&RosterEntry> {
        self.list.entry(self.list.selected_row())
    }

    /// When the stored credentials of a role expire, if there are any that have not.
    pub(super) fn expires_at(&self, role: &RoleId) -> Option<Timestamp> {
        let found = self.sessions.roles.iter().find(|(id, _)| id == role);
        found.map(|(_, at)| *at).filter(|at| at.seconds_since(self.now) > 0)
    }

    /// Names the current role of the shell as the newest roster does.
    pub(super) fn name_shell_role(&mut self) {
        let current = self.list_options.shell_role.as_ref();
        self.shell_role_label = current.and_then(|role| role.label(&self.roster));
    }

    /// Whether an entry is the current role of the shell.
    pub(super) fn is_shell_role(&self, roster: &Roster, entry: &RosterEntry) -> bool {
        let current = self.list_options.shell_role.as_ref();
        current.is_some_and(|current| current.is_entry(roster, entry))
    }

    /// The past use of a role.
    pub(super) fn usage(&self, role: &RoleId) -> Option<&Usage> {
        self.usages.get(role)
    }

    /// The session of an instance.
    pub(super) fn session(&self, instance: &InstanceName) -> Option<&InstanceSession> {
        self.sessions.instances.iter().find(|session| session.instance == *instance)
    }

    /// Roles whose credentials have not expired, and when they do; the first to expire comes first.
    pub(super) fn active_sessions(&self) -> Vec<(RoleId, Timestamp)> {
        let roles = self.sessions.roles.iter().filter(|(_, at)| at.seconds_since(self.now) > 0);
        let mut roles: Vec<_> = roles.cloned().collect();
        roles.sort_by(|left, right| (left.1, &left.0).cmp(&(right.1, &right.0)));
        roles
    }

    /// The sum of all running refreshes: accounts read, all accounts, and whether AWS is
    /// throttling.
    pub(super) fn refresh_totals(&self) -> Option<(usize, usize, bool)> {
        // Instances that are about to be refreshed count, so that the first frame offers nothing
        // that the next one removes.
        let about_to = (!self.refresh.stale_instances.is_empty()).then_some((0, 0, false));
        self.refresh.by_instance.values().fold(about_to, |sum, refresh| match refresh {
            RefreshStatus::Running { done, total, throttled, .. } => {
                let (d, t, slow) = sum.unwrap_or((0, 0, false));
                Some((d + done, t + total, slow || *throttled))
            }
            RefreshStatus::Failed { .. } => sum,
        })
    }

    /// When the oldest of the lists was read.
    pub(super) fn fetched_at(&self) -> Option<Timestamp> {
        self.sessions.instances.iter().filter_map(|session| session.fetched_at).min()
    }

    /// Whether AWS can't be reached.
    pub(super) fn is_offline(&self) -> bool {
        let unreachable = |refresh: &RefreshStatus| matches!(refresh, RefreshStatus::Failed { error, .. } if error.kind == ErrorKind::Unreachable);
        self.refresh.by_instance.values().any(unreachable)
    }

    /// The shape of the cursor: with vi keys it shows the mode. A terminal that is limited to ASCII
    /// might print the sequence that sets it.
    pub(super) fn cursor_shape(&self) -> CursorShape {
        if self.key_bindings.keymap() != Keymap::Vi || self.appearance.ascii {
            return CursorShape::Default;
        }
        // Letters are commands on the list only, not in the field of a panel.
        let on_list =
            self.first_run.is_none() && self.overlays.last().is_none_or(|top| top.is_modeless());
        if self.vi.mode == ViMode::Normal && on_list {
            CursorShape::Block
        } else {
            CursorShape::Bar
        }
    }

    /// The seconds until the screen changes by itself; `None` if it shows nothing that depends on
    /// the time.
    pub(super) fn next_tick(&self) -> Option<u64> {
        if self.refresh.retry.is_scheduled() {
            return Some(1);
        }
        if let Some(left) = self.note_seconds_left() {
            return Some(left);
        }
        if let Some(left) = self
            .unanswered_since()
            .map(|began| SLOW_ANSWER_SECONDS - self.now.seconds_since(began))
            .filter(|left| *left > 0)
        {
            return Some(left.unsigned_abs());
        }
        if !self.appearance.motion {
            return None;
        }
        let soon = |at: Timestamp| (0..=90).contains(&at.seconds_since(self.now));
        let seconds = self.unanswered_since().is_some()
            || self.overlays.iter().any(|overlay| overlay.has_countdown())
            || self.sessions.roles.iter().any(|(_, at)| soon(*at))
            || self.list_options.shell_role_expires_at.is_some_and(soon);
        let minutes = !self.sessions.roles.is_empty()
            || self.list_options.shell_role_expires_at.is_some()
            || self.sessions.instances.iter().any(|session| session.signed_in);
        if seconds { Some(1) } else { minutes.then_some(30) }
    }
}

impl State {
    /// The instance to sign in to, if there are no roles and nothing else to wait for.
    pub(super) fn instance_to_sign_in(&self) -> Option<&InstanceName> {
        let failed = |refresh: &RefreshStatus| matches!(refresh, RefreshStatus::Failed { error, .. } if error.kind != ErrorKind::LoginNeeded);
        let idle =
            self.list.loaded && self.roster.entries.is_empty() && self.refresh_totals().is_none();
        if idle && !self.refresh.by_instance.values().any(failed) {
            self.first_signed_out()
        } else {
            None
        }
    }

    /// Whether there is a vault, and it is locked.
    pub(super) fn is_vault_locked(&self) -> bool {
        self.unlock_prompt.is_some_and(UnlockPrompt::is_locked)
    }

    /// Whether there are no roles because the vault is locked.
    pub(super) fn is_unlock_needed(&self) -> bool {
        self.is_vault_locked()
            && self.list.loaded
            && self.roster.entries.is_empty()
            && self.refresh_totals().is_none()
    }

    /// The first instance without a sign-in.
    fn first_signed_out(&self) -> Option<&InstanceName> {
        let names = self.roster.sso_instances().iter().map(|instance| &instance.name);
        names.into_iter().find(|name| self.sign_in_state(name) == SignInState::SignedOut)
    }
}
