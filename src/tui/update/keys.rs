//! Keys on the list: the query, the bar, marks; panels hear them first.

use crossterm::event::{KeyCode, KeyModifiers};

use super::super::catalog::{self, Command, Move};
use super::super::effect::Effect;
use super::super::event::Key;
use super::super::panels::Pressed;
use super::super::state::overlay::{Details, Help, Menu, Overlay};
use super::super::state::{State, query};
use super::super::{Action, Exit, layout};
use super::modal::{self, Meaning};
use super::{choose, first_run, panels, refresh};

/// A key went down.
pub(super) fn press(state: &mut State, key: Key) -> Vec<Effect> {
    state.note = None;
    state.list.settle();
    let Some(Meaning { first, command }) = modal::meaning(state, key) else { return Vec::new() };
    hear(state, first, key, command)
}

/// As if a key of this command had been pressed, so that an open panel hears it too.
pub(super) fn press_for(state: &mut State, command: Command) -> Vec<Effect> {
    state.note = None;
    state.list.settle();
    let key = state.keys.key(command).unwrap_or(Key::new(KeyCode::Null, KeyModifiers::NONE));
    hear(state, None, key, Some(command))
}

fn hear(state: &mut State, first: Option<Key>, key: Key, command: Option<Command>) -> Vec<Effect> {
    match command {
        Some(Command::Leave) => return vec![Effect::Exit(Exit::Cancelled)],
        Some(Command::Repaint) => return vec![Effect::Repaint],
        Some(Command::Suspend) => return vec![Effect::Suspend],
        _ => {}
    }
    if waits(state, command) {
        state.ahead.extend(first.into_iter().chain([key]));
        return Vec::new();
    }
    let letter = match key {
        Key { code: KeyCode::Char(letter), modifiers: KeyModifiers::NONE } if command.is_none() => {
            Some(letter)
        }
        _ => None,
    };
    match panels::press(state, Pressed { letter, command }) {
        Some(effects) => effects,
        None if state.first_run.is_some() => first_run::press(state, key, command),
        None => match (command, key) {
            (Some(command), _) => run(state, command),
            (None, key) if state.query.is_empty() && state.keys.asks_for_help(key) => {
                run(state, Command::Help)
            }
            (None, Key { code: KeyCode::Char(letter), modifiers: KeyModifiers::NONE }) => {
                write(state, letter.encode_utf8(&mut [0; 4]))
            }
            _ => Vec::new(),
        },
    }
}

/// Whether a key has to wait for the rows it means: Enter after fast typing is for what was typed,
/// not for what was shown before.
fn waits(state: &State, command: Option<Command>) -> bool {
    let searching = state.search.is_some_and(|search| !search.arrival);
    let for_list = state.overlays.last().is_none_or(|top| top.panel().steps_aside());
    let of_rows = match command {
        Some(
            Command::Act
            | Command::Console
            | Command::Menu
            | Command::Mark
            | Command::MarkUp
            | Command::Details
            | Command::Open(_)
            | Command::Move(_),
        ) => true,
        Some(Command::Back) => false,
        _ => !state.ahead.is_empty(),
    };
    // A sketch does not know which roles are protected.
    (searching || state.sketch) && for_list && of_rows && state.first_run.is_none()
}

/// Text was pasted: into the field of the top panel if it has one, else into the query.
pub(super) fn paste(state: &mut State, text: &str) -> Vec<Effect> {
    // An Enter that still waits was not meant for what this text will find.
    state.ahead.clear();
    state.list.settle();
    if panels::paste(state, text) {
        return Vec::new();
    }
    panels::close_for_typing(state);
    if state.first_run.is_some() {
        return first_run::write(state, text);
    }
    write(state, text)
}

/// Does a command on the list.
pub(in crate::tui) fn run(state: &mut State, command: Command) -> Vec<Effect> {
    state.eager =
        command == Command::Act && state.roster.entries.is_empty() && state.gauge().is_some();
    if !catalog::applies(command, state) {
        state.note = catalog::why_not(command, state).map(str::to_owned);
        return Vec::new();
    }
    match command {
        Command::Act => return choose::act(state, state.action),
        Command::Console => return choose::act(state, Action::Console),
        Command::Menu => {
            let roles = choose::meant(state);
            state.overlays.push(Overlay::Menu(Menu::of(roles)));
        }
        Command::Open(opens) => super::super::panels::open(state, opens),
        Command::Mark => mark(state, 1),
        Command::MarkUp => mark(state, -1),
        Command::Move(to) => go(state, to),
        Command::Insert | Command::Append => modal::insert(state, command == Command::Append),
        Command::Edit(edit) => {
            if state.query.edit(edit) {
                return vec![Effect::Search(state.start_search(false))];
            }
        }
        Command::Sort => {
            state.order = state.order.next();
            return vec![Effect::Search(state.start_search(false))];
        }
        Command::Refresh => {
            let names: Vec<_> =
                state.roster.instances.iter().map(|instance| instance.name.clone()).collect();
            return names.into_iter().map(|name| refresh(state, name)).collect();
        }
        Command::Help => state.overlays.push(Overlay::Help(Help::default())),
        Command::Details => state.overlays.push(Overlay::Details(Details)),
        Command::Back | Command::Leave => return back(state),
        Command::CopyAddress => return panels::copy_address(state),
        // Only the sign-in panel hears it.
        Command::PasteReply => {}
        Command::Repaint => return vec![Effect::Repaint],
        Command::Suspend => return vec![Effect::Suspend],
    }
    Vec::new()
}

/// Esc with no panel open: first gives up what is waited for, then leaves.
fn back(state: &mut State) -> Vec<Effect> {
    match state.pending.take() {
        Some(_) => Vec::new(),
        None => vec![Effect::Exit(Exit::Cancelled)],
    }
}

/// Types or pastes into the query. What does not fit changes nothing, so nothing is searched.
fn write(state: &mut State, text: &str) -> Vec<Effect> {
    let before = state.query.text().len();
    state.note = query::insert(&mut state.query, text).note();
    if state.query.text().len() == before {
        Vec::new()
    } else {
        vec![Effect::Search(state.start_search(false))]
    }
}

fn go(state: &mut State, to: Move) {
    let page = usize::from(layout::of(state).list.height).saturating_sub(1).max(1);
    let (at, last) = (state.list.at, state.list.len().saturating_sub(1));
    state.list.select(match to {
        Move::Up => at.saturating_sub(1),
        Move::Down => at.saturating_add(1),
        Move::PageUp => at.saturating_sub(page),
        Move::PageDown => at.saturating_add(page),
        Move::HalfUp => at.saturating_sub(page.div_ceil(2)),
        Move::HalfDown => at.saturating_add(page.div_ceil(2)),
        Move::First => 0,
        Move::Last => last,
    });
}

fn mark(state: &mut State, step: isize) {
    let Some(role) = state.list.selected.clone() else { return };
    if !state.marked.remove(&role) {
        state.marked.insert(role);
    }
    state.list.select(state.list.at.saturating_add_signed(step));
}
