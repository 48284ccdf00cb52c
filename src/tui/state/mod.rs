//! All that the picker knows: plain values, no handles. The view draws it, `update` changes it.

pub(super) mod first_run;
pub(super) mod list;
mod log;
pub(super) mod overlay;
pub(super) mod paste;
mod prompts;
pub(super) mod query;
pub(super) mod refresh_progress;
pub(super) mod retry_lookup;
pub(super) mod select_list;
pub(super) mod text_input;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::domain::enums::Preview;
use crate::domain::{
    Error, ErrorKind, Height, InstanceName, RoleFlags, RoleId, Roster, RosterEntry, Timestamp,
    Usage, Usages,
};
use crate::ops::backend::messages::{
    InstanceSession, SecretKind, SessionList, TerminalConfirmations, UnlockPrompt,
};

use super::event::Key;
use super::keymap::{EditingMode, KeyBindings};
use super::search::{self, SearchJob, SearchPreferences, SortOrder};
use super::{Appearance, PickAction, PickerOptions};
use crate::os::terminal::tty::CursorShape;
use first_run::FirstRunForm;
use list::RoleList;
use log::LogEntry;
use overlay::Overlay;
use refresh_progress::SLOW_ANSWER_SECONDS;
use retry_lookup::RetryLookup;
use text_input::TextInput;

/// The picker at one moment.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct State {
    /// What Enter does.
    pub(super) action: PickAction,
    /// Whether roles can be marked.
    pub(super) multi: bool,
    /// Colours, marks, motion, mouse.
    pub(super) appearance: Appearance,
    /// Whether only some rows below the prompt are ours.
    pub(super) inline: bool,
    /// Which key does what.
    pub(super) key_bindings: Arc<KeyBindings>,
    /// Where vi's modes stand; of no meaning with other keys.
    pub(super) vi: ViState,
    /// For the help panel.
    pub(super) version: &'static str,
    /// Whether the roster is still the sketch of the first frame.
    pub(super) is_preview: bool,
    /// The present.
    pub(super) now: Timestamp,
    /// Columns and rows of the terminal.
    pub(super) size: (u16, u16),
    /// The newest list of roles; what is shown may lag behind it.
    pub(super) roster: Arc<Roster>,
    /// Past use.
    pub(super) usages: Arc<Usages>,
    /// Favourites and hidden roles.
    pub(super) marks: Arc<RoleFlags>,
    /// How much past use counts.
    pub(super) history_weight: f64,
    /// Who is signed in, which roles are ready.
    pub(super) sessions: SessionList,
    /// What is typed.
    pub(super) query: TextInput,
    /// The form in place of the list, while no instance is known.
    pub(super) first_run: Option<FirstRunForm>,
    /// What is shown.
    pub(super) list: RoleList,
    /// Panels, the top one last.
    pub(super) overlays: Vec<Overlay>,
    /// The role that Enter was pressed on.
    pub(super) pending: Option<PendingTask>,
    /// One line instead of the footer, until a key is pressed.
    pub(super) note: Option<String>,
    /// What was said since the start, the newest last.
    pub(super) log: Vec<LogEntry>,
    /// What the person has consented to in this terminal lately.
    pub(super) confirmations: TerminalConfirmations,
    /// Seconds that AWS's clock is ahead of this machine's, as far as is known.
    pub(super) clock_skew: i64,
    /// When AWS first told that.
    pub(super) clock_skew_since: Option<Timestamp>,
    /// The person knows that the clock is wrong, and goes on.
    pub(super) clock_skew_accepted: bool,
    /// What would open the vault, while it is closed.
    pub(super) unlock_prompt: Option<UnlockPrompt>,
    /// Since when AWS has been asking to slow down.
    pub(super) throttled_since: Option<Timestamp>,
    /// Whether the default action is the only one that was asked for.
    pub(super) single_action: bool,
    /// How reading the roles goes, by instance.
    pub(super) refreshes: BTreeMap<InstanceName, RefreshStatus>,
    /// Instances to refresh once the first frame stands.
    pub(super) stale_instances: Vec<InstanceName>,
    /// Roles marked with Tab.
    pub(super) marked: BTreeSet<RoleId>,
    /// The last number given to a request.
    pub(super) last_number: u64,
    /// The search that is waited for.
    pub(super) search: Option<ActiveSearch>,
    /// Keys that mean rows which are still being searched for.
    pub(super) queued_keys: Vec<Key>,
    /// What the list is sorted by.
    pub(super) sort_order: SortOrder,
    /// Where the preview stands.
    pub(super) preview: Preview,
    /// What is wanted of the list besides what is typed.
    pub(super) preferences: Arc<SearchPreferences>,
    /// Queries that nothing matched, and what AWS said of them.
    pub(super) retry: RetryLookup,
    /// Enter was pressed while there was nothing to show yet: a sign-in that turns out to be
    /// needed may begin at once.
    pub(super) sign_in_when_ready: bool,
}

/// What vi's keys remember between two of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct ViState {
    /// Letters are commands.
    pub(super) normal_mode: bool,
    /// The first of two letters.
    pub(super) pending_key: Option<Key>,
}

/// A search under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ActiveSearch {
    /// Its number.
    pub(super) number: u64,
    /// Whether it was started by roles that arrived, not by the person: then nothing shown may
    /// move.
    pub(super) is_background: bool,
}

/// A choice on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PendingTask {
    /// The role.
    pub(super) role: RoleId,
    /// What will be done with it.
    pub(super) task: RoleTask,
    /// The number of the last request made for it.
    pub(super) number: u64,
    /// What it waits for.
    pub(super) waiting_for: WaitingFor,
    /// Whether a sign-in was already tried for it: each action gets one.
    pub(super) tried_sign_in: bool,
    /// The same of a passphrase.
    pub(super) tried_unlock: bool,
}

/// What is done with roles once they may be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum RoleTask {
    /// Leave the screen and do this.
    Exit(PickAction),
    /// Leave the screen and run this command line in each.
    RunEach(String),
    /// Put a secret on the clipboard.
    CopySecret(SecretKind),
    /// Write profiles of them into the AWS config file.
    WriteProfiles,
    /// Nothing: new credentials are all that is wanted.
    Renew,
}

/// What a choice waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum WaitingFor {
    /// Credentials.
    Credentials,
    /// A sign-in with this number.
    SignIn(u64),
    /// The vault's passphrase.
    Passphrase,
}

/// How a refresh goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum RefreshStatus {
    /// It runs.
    Running {
        /// Accounts read.
        done: usize,
        /// Accounts in all, 0 while that is unknown.
        total: usize,
        /// AWS asks to slow down.
        throttled: bool,
        /// Since when it has failed, if it did the last time.
        failing_since: Option<Timestamp>,
        /// When it began.
        started_at: Timestamp,
    },
    /// It failed.
    Failed {
        /// Why, the last time.
        error: Error,
        /// When it first did; a success in between begins anew.
        since: Timestamp,
    },
}

impl State {
    /// The state before anything happened, on a screen of so many rows.
    pub(super) fn new(options: PickerOptions, rows: u16) -> Self {
        let wishes = SearchPreferences {
            shell_role: options.shell_role,
            prefer_roles: options.prefer_roles,
            columns: options.columns,
        };
        let mut list = RoleList::new(options.roster.clone());
        let mut roster = options.roster;
        if options.query.trim().is_empty() {
            let (usages, marks, weight, columns) = (
                &options.usages,
                &options.marks,
                options.history_weight,
                wishes.columns.as_deref(),
            );
            if let Some(sheet) = &options.packed_roster {
                let first =
                    search::initial_from_packed(sheet, usages, marks, weight, rows.into(), columns);
                roster = first.roster.clone();
                list.replace(&first);
            } else if !roster.entries.is_empty() {
                list.replace(&search::initial_from_roster(&roster, usages, marks, weight, columns));
            }
        }
        let mut query = TextInput::default();
        let pasted = query::insert(&mut query, &options.query);
        Self {
            action: options.action,
            multi: options.multi,
            appearance: options.appearance,
            inline: options.height != Height::Full,
            note: Some(options.key_bindings.displaced_note())
                .filter(|lost| !lost.is_empty())
                .or_else(|| pasted.note()),
            key_bindings: Arc::new(options.key_bindings),
            vi: ViState::default(),
            is_preview: options.is_preview,
            version: options.version,
            now: options.clock.now(),
            size: (80, 24),
            first_run: options.first_run.map(FirstRunForm::new),
            list,
            roster,
            usages: Arc::new(options.usages),
            marks: Arc::new(options.marks),
            history_weight: options.history_weight,
            sessions: options.sessions,
            query,
            overlays: Vec::new(),
            pending: None,
            log: Vec::new(),
            confirmations: TerminalConfirmations::default(),
            clock_skew: 0,
            clock_skew_since: None,
            clock_skew_accepted: false,
            unlock_prompt: None,
            throttled_since: None,
            single_action: options.single_action,
            refreshes: BTreeMap::new(),
            stale_instances: options.stale_instances,
            marked: BTreeSet::new(),
            last_number: 0,
            search: None,
            queued_keys: Vec::new(),
            sort_order: SortOrder::default(),
            preview: options.preview,
            preferences: Arc::new(wishes),
            retry: RetryLookup::default(),
            sign_in_when_ready: false,
        }
    }

    /// A number that no request has had.
    pub(super) fn next_number(&mut self) -> u64 {
        self.last_number += 1;
        self.last_number
    }

    /// A search for what is typed, from now on the one that is waited for.
    pub(super) fn start_search(&mut self, arrival: bool) -> SearchJob {
        let number = self.next_number();
        self.search = Some(ActiveSearch { number, is_background: arrival });
        SearchJob {
            number,
            roster: self.roster.clone(),
            usages: self.usages.clone(),
            marks: self.marks.clone(),
            history_weight: self.history_weight,
            query: self.query.text().to_owned(),
            sort_order: self.sort_order,
            preferences: self.preferences.clone(),
        }
    }

    /// How many roles there are, whether or not all of them are here yet.
    pub(super) fn role_count(&self) -> usize {
        self.list.total.unwrap_or(self.roster.entries.len())
    }

    /// The entry under the bar.
    pub(super) fn selected_entry(&self) -> Option<&RosterEntry> {
        self.list.entry(self.list.selected_row)
    }

    /// When the credentials of a role in the vault expire, if there are any that have not.
    pub(super) fn expires_at(&self, role: &RoleId) -> Option<Timestamp> {
        let found = self.sessions.roles.iter().find(|(id, _)| id == role);
        found.map(|(_, at)| *at).filter(|at| at.since(self.now) > 0)
    }

    /// How a role was used.
    pub(super) fn usage(&self, role: &RoleId) -> Option<&Usage> {
        self.usages.get(role)
    }

    /// The session of an instance.
    pub(super) fn session(&self, instance: &InstanceName) -> Option<&InstanceSession> {
        self.sessions.instances.iter().find(|session| session.instance == *instance)
    }

    /// Roles whose credentials have not expired, and when they do; the first to expire comes first.
    pub(super) fn active_sessions(&self) -> Vec<(RoleId, Timestamp)> {
        let roles = self.sessions.roles.iter().filter(|(_, at)| at.since(self.now) > 0);
        let mut roles: Vec<_> = roles.cloned().collect();
        roles.sort_by(|left, right| (left.1, &left.0).cmp(&(right.1, &right.0)));
        roles
    }

    /// The sum of all refreshes under way: accounts read, accounts in all, whether AWS slows us
    /// down.
    pub(super) fn refresh_totals(&self) -> Option<(usize, usize, bool)> {
        // What is about to be read counts as being read: the first frame offers nothing that the
        // next one takes back.
        let about_to = (!self.stale_instances.is_empty()).then_some((0, 0, false));
        self.refreshes.values().fold(about_to, |sum, refresh| match refresh {
            RefreshStatus::Running { done, total, throttled, .. } => {
                let (d, t, slow) = sum.unwrap_or((0, 0, false));
                Some((d + done, t + total, slow || *throttled))
            }
            RefreshStatus::Failed { .. } => sum,
        })
    }

    /// When the oldest of the shown inventories was read.
    pub(super) fn fetched_at(&self) -> Option<Timestamp> {
        self.sessions.instances.iter().filter_map(|session| session.fetched_at).min()
    }

    /// Whether AWS could not be reached lately.
    pub(super) fn is_offline(&self) -> bool {
        let unreachable = |refresh: &RefreshStatus| matches!(refresh, RefreshStatus::Failed { error, .. } if error.kind == ErrorKind::Unreachable);
        self.refreshes.values().any(unreachable)
    }

    /// What the cursor looks like: with vi's keys it tells the mode. A terminal that is given ASCII
    /// alone may print what it does not know.
    pub(super) fn cursor_shape(&self) -> CursorShape {
        if self.key_bindings.editing_mode() != EditingMode::Vi || self.appearance.ascii {
            return CursorShape::Default;
        }
        // Letters are commands on the list alone, not in a panel's field.
        let on_list =
            self.first_run.is_none() && self.overlays.last().is_none_or(|top| top.is_modeless());
        if self.vi.normal_mode && on_list { CursorShape::Block } else { CursorShape::Bar }
    }

    /// Seconds after which the screen says something else by itself; `None` when nothing on it
    /// counts.
    pub(super) fn next_tick(&self) -> Option<u64> {
        if self.retry.is_scheduled() {
            return Some(1);
        }
        if let Some(left) = self
            .unanswered_since()
            .map(|began| SLOW_ANSWER_SECONDS - self.now.since(began))
            .filter(|left| *left > 0)
        {
            return Some(left.unsigned_abs());
        }
        if !self.appearance.motion {
            return None;
        }
        let soon = |at: Timestamp| (0..=90).contains(&at.since(self.now));
        let seconds = self.unanswered_since().is_some()
            || self.overlays.iter().any(|overlay| overlay.has_countdown())
            || self.sessions.roles.iter().any(|(_, at)| soon(*at));
        let minutes = !self.sessions.roles.is_empty()
            || self.sessions.instances.iter().any(|session| session.signed_in);
        if seconds { Some(1) } else { minutes.then_some(30) }
    }
}

impl State {
    /// The instance to sign in to, when there is nothing to show and nothing else to wait for.
    pub(super) fn instance_to_sign_in(&self) -> Option<&InstanceName> {
        let failed = |refresh: &RefreshStatus| matches!(refresh, RefreshStatus::Failed { error, .. } if error.kind != ErrorKind::LoginNeeded);
        let idle =
            self.list.loaded && self.roster.entries.is_empty() && self.refresh_totals().is_none();
        if idle && !self.refreshes.values().any(failed) { self.first_signed_out() } else { None }
    }

    /// Whether there is nothing to show because the vault is closed.
    pub(super) fn is_unlock_needed(&self) -> bool {
        self.unlock_prompt.is_some_and(UnlockPrompt::is_locked)
            && self.list.loaded
            && self.roster.entries.is_empty()
            && self.refresh_totals().is_none()
    }

    /// The first instance that nobody is signed in to.
    fn first_signed_out(&self) -> Option<&InstanceName> {
        let names = self.roster.instances.iter().map(|instance| &instance.name);
        names.into_iter().find(|name| !self.session(name).is_some_and(|session| session.signed_in))
    }
}
