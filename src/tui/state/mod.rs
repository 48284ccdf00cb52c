//! All that the picker knows: plain values, no handles. The view draws it, `update` changes it.

pub(super) mod first_run;
pub(super) mod line;
pub(super) mod list;
pub(super) mod look_again;
pub(super) mod overlay;
pub(super) mod query;
mod reading;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::domain::enums::Preview;
use crate::domain::{
    Error, ErrorKind, Height, InstanceName, RoleFlags, RoleId, Roster, RosterEntry, Timestamp,
    Usage, Usages,
};
use crate::ops::work::{
    InstanceSession, SecretKind, SessionList, TerminalConfirmations, UnlockPrompt,
};

use super::bindings::{Keys, Style};
use super::event::Key;
use super::matching::{self, Job, Order, Wishes};
use super::notice;
use super::panels::log::Said;
use super::{Action, Looks, Options};
use crate::os::tty::CursorShape;
use first_run::FirstRun;
use line::Line;
use list::List;
use look_again::LookAgain;
use overlay::Overlay;

/// The picker at one moment.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct State {
    /// What Enter does.
    pub(super) action: Action,
    /// Whether roles can be marked.
    pub(super) multi: bool,
    /// Colours, marks, motion, mouse.
    pub(super) looks: Looks,
    /// Whether only some rows below the prompt are ours.
    pub(super) inline: bool,
    /// Which key does what.
    pub(super) keys: Arc<Keys>,
    /// Where vi's modes stand; of no meaning with other keys.
    pub(super) vi: Vi,
    /// For the help panel.
    pub(super) version: &'static str,
    /// Whether the roster is still the sketch of the first frame.
    pub(super) sketch: bool,
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
    pub(super) weight: f64,
    /// Who is signed in, which roles are ready.
    pub(super) sessions: SessionList,
    /// What is typed.
    pub(super) query: Line,
    /// The form in place of the list, while no instance is known.
    pub(super) first_run: Option<FirstRun>,
    /// What is shown.
    pub(super) list: List,
    /// Panels, the top one last.
    pub(super) overlays: Vec<Overlay>,
    /// The role that Enter was pressed on.
    pub(super) pending: Option<Pending>,
    /// One line instead of the footer, until a key is pressed.
    pub(super) note: Option<String>,
    /// What was said since the start, the newest last.
    pub(super) log: Vec<Said>,
    /// What the person has consented to in this terminal lately.
    pub(super) consents: TerminalConfirmations,
    /// Seconds that AWS's clock is ahead of this machine's, as far as is known.
    pub(super) clock_ahead: i64,
    /// When AWS first told that.
    pub(super) clock_told: Option<Timestamp>,
    /// The person knows that the clock is wrong, and goes on.
    pub(super) clock_accepted: bool,
    /// What would open the vault, while it is closed.
    pub(super) locked: Option<UnlockPrompt>,
    /// Since when AWS has been asking to slow down.
    pub(super) throttled: Option<Timestamp>,
    /// Whether the default action is the only one that was asked for.
    pub(super) only: bool,
    /// How reading the roles goes, by instance.
    pub(super) refreshes: BTreeMap<InstanceName, Refresh>,
    /// Instances to refresh once the first frame stands.
    pub(super) stale: Vec<InstanceName>,
    /// Roles marked with Tab.
    pub(super) marked: BTreeSet<RoleId>,
    /// The last number given to a request.
    pub(super) numbers: u64,
    /// The search that is waited for.
    pub(super) search: Option<Search>,
    /// Keys that mean rows which are still being searched for.
    pub(super) ahead: Vec<Key>,
    /// What the list is sorted by.
    pub(super) order: Order,
    /// Where the preview stands.
    pub(super) preview: Preview,
    /// What is wanted of the list besides what is typed.
    pub(super) wishes: Arc<Wishes>,
    /// Queries that nothing matched, and what AWS said of them.
    pub(super) again: LookAgain,
    /// Enter was pressed while there was nothing to show yet: a sign-in that turns out to be
    /// needed may begin at once.
    pub(super) eager: bool,
}

/// What vi's keys remember between two of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Vi {
    /// Letters are commands.
    pub(super) normal: bool,
    /// The first of two letters.
    pub(super) begun: Option<Key>,
}

/// A search under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Search {
    /// Its number.
    pub(super) number: u64,
    /// Whether it was started by roles that arrived, not by the person: then nothing shown may
    /// move.
    pub(super) arrival: bool,
}

/// A choice on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pending {
    /// The role.
    pub(super) role: RoleId,
    /// What will be done with it.
    pub(super) then: Then,
    /// The number of the last request made for it.
    pub(super) number: u64,
    /// What it waits for.
    pub(super) waits: Waits,
    /// Whether a sign-in was already tried for it: each action gets one.
    pub(super) signed_in: bool,
    /// The same of a passphrase.
    pub(super) unlocked: bool,
}

/// What is done with roles once they may be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Then {
    /// Leave the screen and do this.
    Leave(Action),
    /// Leave the screen and run this command line in each.
    Each(String),
    /// Put a secret on the clipboard.
    Copy(SecretKind),
    /// Write profiles of them into the AWS config file.
    Profile,
    /// Nothing: new credentials are all that is wanted.
    Renew,
}

/// What a choice waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Waits {
    /// Credentials.
    Credentials,
    /// A sign-in with this number.
    SignIn(u64),
    /// The vault's passphrase.
    Passphrase,
}

/// How a refresh goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Refresh {
    /// It runs.
    Running {
        /// Accounts read.
        done: usize,
        /// Accounts in all, 0 while that is unknown.
        total: usize,
        /// AWS asks to slow down.
        throttled: bool,
        /// Since when it has failed, if it did the last time.
        failing: Option<Timestamp>,
        /// When it began.
        began: Timestamp,
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
    pub(super) fn new(options: Options, rows: u16) -> Self {
        let wishes = Wishes {
            current: options.current,
            prefer_roles: options.prefer_roles,
            columns: options.columns,
        };
        let mut list = List::new(options.roster.clone());
        let mut roster = options.roster;
        if options.query.trim().is_empty() {
            let (usages, marks, weight, columns) = (
                &options.usages,
                &options.marks,
                options.history_weight,
                wishes.columns.as_deref(),
            );
            if let Some(sheet) = &options.sheet {
                let first = matching::first(sheet, usages, marks, weight, rows.into(), columns);
                roster = first.roster.clone();
                list.take(&first);
            } else if !roster.entries.is_empty() {
                list.take(&matching::all(&roster, usages, marks, weight, columns));
            }
        }
        let mut query = Line::default();
        let pasted = query::insert(&mut query, &options.query);
        Self {
            action: options.action,
            multi: options.multi,
            looks: options.looks,
            inline: options.height != Height::Full,
            note: Some(options.keys.lost())
                .filter(|lost| !lost.is_empty())
                .or_else(|| pasted.note()),
            keys: Arc::new(options.keys),
            vi: Vi::default(),
            sketch: options.sketch,
            version: options.version,
            now: options.now.now(),
            size: (80, 24),
            first_run: options.first_run.map(FirstRun::new),
            list,
            roster,
            usages: Arc::new(options.usages),
            marks: Arc::new(options.marks),
            weight: options.history_weight,
            sessions: options.sessions,
            query,
            overlays: Vec::new(),
            pending: None,
            log: Vec::new(),
            consents: TerminalConfirmations::default(),
            clock_ahead: 0,
            clock_told: None,
            clock_accepted: false,
            locked: None,
            throttled: None,
            only: options.only,
            refreshes: BTreeMap::new(),
            stale: options.stale,
            marked: BTreeSet::new(),
            numbers: 0,
            search: None,
            ahead: Vec::new(),
            order: Order::default(),
            preview: options.preview,
            wishes: Arc::new(wishes),
            again: LookAgain::default(),
            eager: false,
        }
    }

    /// A number that no request has had.
    pub(super) fn number(&mut self) -> u64 {
        self.numbers += 1;
        self.numbers
    }

    /// A search for what is typed, from now on the one that is waited for.
    pub(super) fn start_search(&mut self, arrival: bool) -> Job {
        let number = self.number();
        self.search = Some(Search { number, arrival });
        Job {
            number,
            roster: self.roster.clone(),
            usages: self.usages.clone(),
            marks: self.marks.clone(),
            weight: self.weight,
            text: self.query.text().to_owned(),
            order: self.order,
            wishes: self.wishes.clone(),
        }
    }

    /// How many roles there are, whether or not all of them are here yet.
    pub(super) fn count(&self) -> usize {
        self.list.total.unwrap_or(self.roster.entries.len())
    }

    /// The entry under the bar.
    pub(super) fn selected(&self) -> Option<&RosterEntry> {
        self.list.entry(self.list.at)
    }

    /// When the credentials of a role in the vault expire, if there are any that have not.
    pub(super) fn expiry(&self, role: &RoleId) -> Option<Timestamp> {
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

    /// The sign-in panel, if it is open.
    pub(super) fn login(&self) -> Option<&overlay::Login> {
        self.overlays.iter().find_map(|overlay| {
            if let Overlay::Login(login) = overlay { Some(login) } else { None }
        })
    }

    /// The sum of all refreshes under way: accounts read, accounts in all, whether AWS slows us
    /// down.
    pub(super) fn gauge(&self) -> Option<(usize, usize, bool)> {
        // What is about to be read counts as being read: the first frame offers nothing that the
        // next one takes back.
        let about_to = (!self.stale.is_empty()).then_some((0, 0, false));
        self.refreshes.values().fold(about_to, |sum, refresh| match refresh {
            Refresh::Running { done, total, throttled, .. } => {
                let (d, t, slow) = sum.unwrap_or((0, 0, false));
                Some((d + done, t + total, slow || *throttled))
            }
            Refresh::Failed { .. } => sum,
        })
    }

    /// When the oldest of the shown inventories was read.
    pub(super) fn fetched_at(&self) -> Option<Timestamp> {
        self.sessions.instances.iter().filter_map(|session| session.fetched_at).min()
    }

    /// Whether AWS could not be reached lately.
    pub(super) fn offline(&self) -> bool {
        let unreachable = |refresh: &Refresh| matches!(refresh, Refresh::Failed { error, .. } if error.kind == ErrorKind::Unreachable);
        self.refreshes.values().any(unreachable)
    }

    /// What the cursor looks like: with vi's keys it tells the mode. A terminal that is given ASCII
    /// alone may print what it does not know.
    pub(super) fn cursor(&self) -> CursorShape {
        if self.keys.style() != Style::Vi || self.looks.ascii {
            return CursorShape::Default;
        }
        // Letters are commands on the list alone, not in a panel's field.
        let on_list = self.first_run.is_none()
            && self.overlays.last().is_none_or(|top| top.panel().steps_aside());
        if self.vi.normal && on_list { CursorShape::Block } else { CursorShape::Bar }
    }

    /// Seconds after which the screen says something else by itself; `None` when nothing on it
    /// counts.
    pub(super) fn next_tick(&self) -> Option<u64> {
        if self.again.is_due_later() {
            return Some(1);
        }
        if let Some(left) = self
            .unanswered()
            .map(|began| notice::PATIENCE - self.now.since(began))
            .filter(|left| *left > 0)
        {
            return Some(left.unsigned_abs());
        }
        if !self.looks.motion {
            return None;
        }
        let soon = |at: Timestamp| (0..=90).contains(&at.since(self.now));
        let seconds = self.unanswered().is_some()
            || self.overlays.iter().any(|overlay| overlay.panel().counts())
            || self.sessions.roles.iter().any(|(_, at)| soon(*at));
        let minutes = !self.sessions.roles.is_empty()
            || self.sessions.instances.iter().any(|session| session.signed_in);
        if seconds { Some(1) } else { minutes.then_some(30) }
    }
}

impl State {
    /// The instance to sign in to, when there is nothing to show and nothing else to wait for.
    pub(super) fn sign_in_is_next(&self) -> Option<&InstanceName> {
        let failed = |refresh: &Refresh| matches!(refresh, Refresh::Failed { error, .. } if error.kind != ErrorKind::LoginNeeded);
        let idle = self.list.loaded && self.roster.entries.is_empty() && self.gauge().is_none();
        if idle && !self.refreshes.values().any(failed) { self.signed_out() } else { None }
    }

    /// Whether there is nothing to show because the vault is closed.
    pub(super) fn unlocking_is_next(&self) -> bool {
        self.locked.is_some_and(UnlockPrompt::is_locked)
            && self.list.loaded
            && self.roster.entries.is_empty()
            && self.gauge().is_none()
    }

    /// The first instance that nobody is signed in to.
    fn signed_out(&self) -> Option<&InstanceName> {
        let names = self.roster.instances.iter().map(|instance| &instance.name);
        names.into_iter().find(|name| !self.session(name).is_some_and(|session| session.signed_in))
    }
}
