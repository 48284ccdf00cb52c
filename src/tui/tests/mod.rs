//! Tests of the picker without a terminal: keys in, effects and screens out.

mod account_roles;
mod choosing;
mod console_link;
mod current_role;
mod destructive;
mod first_run;
mod inline;
mod keys;
mod keys_over_panels;
mod layouts;
mod listing;
mod long_input;
mod mouse;
mod notes;
mod palette;
mod panel_keys;
mod panel_screens;
mod panels;
mod profiles;
mod random;
mod screens;
mod sign_in_state;
mod snapshots;
mod states;
mod suggestions;
#[cfg(unix)]
mod terminal;
mod updates;

use std::collections::BTreeMap;
use std::sync::Arc;

use ratatui::Terminal;
use ratatui::backend::TestBackend;

use super::effect::Effect;
use super::event::{Event, Key};
use super::key_notation;
use super::search::Matcher;
use super::state::{SearchOrigin, State};
use super::update::update;
use super::{
    Appearance, ColorDepth, ColorScheme, KeyBindings, ListOptions, PickAction, PickerOptions, view,
};
use crate::domain::enums::Preview;
use crate::domain::*;
use crate::ops::backend::messages::{InstanceSession, SessionList, Update};
use crate::os::clock::Clock;

const NOW: Timestamp = Timestamp(1_795_000_000);

/// A picker whose searches finish at once.
struct TestPicker {
    state: State,
    matcher: Matcher,
    /// Its effects, except searches.
    effects: Vec<Effect>,
}

impl TestPicker {
    fn new(options: PickerOptions) -> Self {
        let mut rig = Self {
            state: State::new(options, 40),
            matcher: Matcher::default(),
            effects: Vec::new(),
        };
        let job = rig.state.start_search(SearchOrigin::User);
        rig.run_searches(vec![Effect::Search(job)]);
        rig
    }

    fn with_size(mut self, width: u16, height: u16) -> Self {
        self.event(Event::Resize(width, height));
        self
    }

    fn event(&mut self, event: Event) -> &mut Self {
        let effects = update(&mut self.state, event);
        self.run_searches(effects);
        self
    }

    fn update(&mut self, news: Update) -> &mut Self {
        self.event(Event::Backend(news))
    }

    fn run_searches(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Search(job) => {
                    let found = Event::SearchFinished(Arc::new(self.matcher.run(&job)));
                    let more = update(&mut self.state, found);
                    self.run_searches(more);
                }
                other => self.effects.push(other),
            }
        }
    }

    /// Presses keys by name; text that is not the name of a key is typed letter by letter.
    fn keys(&mut self, keys: &[&str]) -> &mut Self {
        for name in keys {
            match key_notation::parse(name) {
                Some(key) => drop(self.event(Event::Key(key))),
                None => {
                    for letter in name.chars() {
                        self.event(Event::Key(Key::new(
                            crossterm::event::KeyCode::Char(letter),
                            crossterm::event::KeyModifiers::NONE,
                        )));
                    }
                }
            }
        }
        self
    }

    /// Takes the effects since the last call.
    fn take_effects(&mut self) -> Vec<Effect> {
        std::mem::take(&mut self.effects)
    }

    fn selected(&self) -> String {
        self.state.list.selected().map_or_else(String::new, |role| {
            let account = self
                .state
                .roster
                .find(role)
                .map_or(role.account.as_str(), |entry| entry.account_label());
            format!("{account} {}", role.role)
        })
    }

    fn rows(&self) -> Vec<String> {
        let name = |row| {
            self.state
                .list
                .entry(row)
                .map(|entry| format!("{} {}", entry.account_label(), entry.role))
        };
        (0..self.state.list.len()).filter_map(name).collect()
    }

    /// The screen as text, followed by the position of the cursor.
    fn screen(&self) -> String {
        let (width, height) = self.state.size;
        let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
        terminal
            .draw(|frame| {
                let cursor = view::draw(&self.state, frame.area(), frame.buffer_mut());
                frame.set_cursor_position(cursor);
            })
            .unwrap();
        let cursor = terminal.get_cursor_position().unwrap();
        format!("{}cursor at {},{}", terminal.backend(), cursor.x, cursor.y)
    }
}

fn instance(name: &str) -> Instance {
    Instance { default_region: Some(Region::new("eu-west-1")), ..Instance::example(name) }
}

/// Roles of these `(instance, account id, account name, role)`.
fn roster(rows: &[(&str, &str, &str, &str)]) -> Roster {
    let mut names: Vec<&str> = rows.iter().map(|row| row.0).collect();
    names.dedup();
    let inventory = |name: &&str| {
        let account = |row: &(&str, &str, &str, &str)| Account {
            id: row.1.parse().unwrap(),
            name: (!row.2.is_empty()).then(|| row.2.to_owned()),
            email: Some(format!("aws+{}@example.com", slug(row.2))),
            roles: vec![RoleName::new(row.3)],
            roles_fetched_at: Some(NOW),
        };
        let accounts = rows.iter().filter(|row| row.0 == *name).map(account).collect();
        Some(Inventory { fetched_at: NOW, complete: true, accounts, ..Inventory::default() })
    };
    let inventories: Vec<_> = names.iter().map(inventory).collect();
    Roster::new(names.iter().map(|name| instance(name)).collect(), &inventories)
}

/// Two instances, some teams in three environments; administrators of production are protected.
fn sample_roster() -> Roster {
    const TEAMS: [&str; 6] = ["payments", "checkout", "ledger", "data-lake", "edge", "identity"];
    const ROLES: [&str; 3] = ["AdministratorAccess", "DatabaseAdministrator", "ReadOnlyAccess"];
    let mut rows = Vec::new();
    for (t, team) in TEAMS.iter().enumerate() {
        for (e, env) in ["prod", "staging", "dev"].iter().enumerate() {
            for role in ROLES.iter().skip(e) {
                rows.push((
                    format!(
                        "{:012}",
                        12_345_678_901_u64 + 97_001_003 * t as u64 + 7_345_345_345 * e as u64
                    ),
                    format!("{team}-{env}"),
                    *role,
                ));
            }
        }
    }
    rows.push(("000000000042".to_owned(), "sandbox".to_owned(), "PowerUserAccess"));
    let rows: Vec<_> = rows
        .iter()
        .map(|(id, name, role)| {
            (if name == "sandbox" { "lab" } else { "corp" }, id.as_str(), name.as_str(), *role)
        })
        .collect();
    let mut roster = roster(&rows);
    for entry in &mut roster.entries {
        if let Some((team, env)) = entry.account_name.clone().rsplit_once('-') {
            entry.tags = Arc::new(BTreeMap::from([
                ("env".to_owned(), env.to_owned()),
                ("team".to_owned(), team.to_owned()),
            ]));
            if env == "prod" && &*entry.role == "AdministratorAccess" {
                entry.confirm = crate::domain::ConfirmLevel::Ask;
            }
        }
        entry.profile = Some(format!("{}-{}", entry.account_name, entry.role).into());
    }
    roster
}

fn sample_options() -> PickerOptions {
    let roster = sample_roster();
    let id = |row: usize| roster.id(&roster.entries[row]);
    let usage = |hours: i64, times, score| Usage {
        last_used: NOW.plus_seconds(-hours * 3_600),
        count: times,
        score,
    };
    let session = |name: &str, signed_in: bool, ends: Option<i64>| InstanceSession {
        instance: InstanceName::new(name),
        signed_in,
        signed_in_at: signed_in.then(|| NOW.plus_seconds(-8_000)),
        ends_at: ends.map(|seconds| NOW.plus_seconds(seconds)),
        is_cli_token: false,
        fetched_at: Some(NOW.plus_seconds(-200)),
        unconfirmed: 0,
    };
    PickerOptions {
        usages: [(id(8), usage(2, 31, 9.0)), (id(14), usage(30, 2, 1.0))].into(),
        marks: RoleFlags { favorites: [id(0)].into(), ..RoleFlags::default() },
        sessions: SessionList {
            instances: vec![session("corp", true, Some(24_100)), session("lab", false, None)],
            roles: vec![(id(8), NOW.plus_seconds(2_820))],
        },
        roster: Arc::new(roster),
        query: String::new(),
        action: PickAction::Shell,
        program: ProgramName::default(),
        action_label: None,
        appearance: Appearance {
            theme: ColorScheme::Dark,
            ascii: false,
            motion: true,
            mouse: true,
            no_color: false,
            color_depth: ColorDepth::TrueColor,
            asks_background: true,
        },
        height: Height::Full,
        key_bindings: KeyBindings::default(),
        clock: Clock::Fixed(NOW),
        list: ListOptions {
            history_weight: 1.0,
            shell_role: None,
            shell_role_expires_at: None,
            prefer_roles: Vec::new(),
            columns: None,
            preview: Preview::Auto,
        },
        single_action: false,
        multi: false,
        stale_instances: Vec::new(),
        packed_roster: None,
        is_preview: false,
        first_run: None,
        version: "0.0.0",
    }
}
