//! Keys on the list: query, selection and marks. Panels receive keys first.

use crossterm::event::{KeyCode, KeyModifiers};

use super::panels::PanelKey;
use super::refresh::request_refresh;
use super::vi::{self, ResolvedKey};
use super::{activate, availability, first_run, panels, suggestions};
use crate::tui::commands::{KeyPress, Move, PanelKind, PickerCommand};
use crate::tui::effect::Effect;
use crate::tui::event::Key;
use crate::tui::keymap::ViMode;
use crate::tui::state::overlay::{HelpPanel, MenuPanel, Overlay};
use crate::tui::state::text_input::TextEdit;
use crate::tui::state::{SearchOrigin, State, query};
use crate::tui::{Exit, PickAction, layout};

/// Handles a key.
pub(super) fn handle_key(state: &mut State, key: Key) -> Vec<Effect> {
    state.show_note(None);
    state.list.apply_pending();
    let Some(ResolvedKey { prefix: first, command }) = vi::resolve_key(state, key) else {
        return Vec::new();
    };
    dispatch(state, first, key, command)
}

/// Acts as if a key of this command had been pressed, so that an open panel receives it, too.
pub(super) fn press_command(state: &mut State, command: PickerCommand) -> Vec<Effect> {
    state.show_note(None);
    state.list.apply_pending();
    let key =
        state.key_bindings.key_of(command).unwrap_or(Key::new(KeyCode::Null, KeyModifiers::NONE));
    dispatch(state, None, key, Some(command))
}

/// Acts as if a letter had been typed.
pub(super) fn press_letter(state: &mut State, letter: char) -> Vec<Effect> {
    state.show_note(None);
    dispatch(state, None, Key::new(KeyCode::Char(letter), KeyModifiers::NONE), None)
}

fn dispatch(
    state: &mut State,
    first: Option<Key>,
    key: Key,
    command: Option<PickerCommand>,
) -> Vec<Effect> {
    match command {
        Some(PickerCommand::Quit) => return vec![Effect::Exit(Exit::Cancelled)],
        Some(PickerCommand::Repaint) => return vec![Effect::Repaint],
        Some(PickerCommand::Suspend) => return vec![Effect::Suspend],
        _ => {}
    }
    if needs_search_results(state, command) {
        // A second Enter must not use a role that is not on the screen yet.
        if state.search.is_from_suggestion && command == Some(PickerCommand::Activate) {
            return Vec::new();
        }
        state.search.queued_keys.extend(first.into_iter().chain([key]));
        return Vec::new();
    }
    let letter = match key {
        Key { code: KeyCode::Char(letter), modifiers: KeyModifiers::NONE } if command.is_none() => {
            Some(letter)
        }
        _ => None,
    };
    match panels::handle_key(state, KeyPress { letter, command }) {
        PanelKey::Handled(effects) => effects,
        PanelKey::Run(command) => run_command(state, command),
        PanelKey::Forwarded if state.first_run.is_some() => {
            first_run::handle_key(state, key, command)
        }
        PanelKey::Forwarded => match (command, key) {
            (Some(command), _) => run_command(state, command),
            (None, key) if state.query.is_empty() && state.key_bindings.is_help_key(key) => {
                run_command(state, PickerCommand::Help)
            }
            (None, Key { code: KeyCode::Char(letter), modifiers: KeyModifiers::NONE }) => {
                insert(state, letter.encode_utf8(&mut [0; 4]))
            }
            _ => Vec::new(),
        },
    }
}

/// Whether a key has to wait for search results: Enter after fast typing applies to the typed
/// query, not to the rows shown before.
fn needs_search_results(state: &State, command: Option<PickerCommand>) -> bool {
    let searching = state.search.active.is_some_and(|search| search.origin == SearchOrigin::User);
    let for_list = state.overlays.last().is_none_or(|top| top.is_modeless());
    let of_rows = match command {
        Some(
            PickerCommand::Activate
            | PickerCommand::Console
            | PickerCommand::Menu
            | PickerCommand::Mark
            | PickerCommand::MarkAndMoveUp
            | PickerCommand::Details
            | PickerCommand::Open(_)
            | PickerCommand::Move(_),
        ) => true,
        Some(PickerCommand::Back) => false,
        _ => !state.search.queued_keys.is_empty(),
    };
    // The preview roster lacks protection.
    (searching || state.is_preview) && for_list && of_rows && state.first_run.is_none()
}

/// Handles pasted text: for the field of the top panel, if it has one, else for the query.
pub(super) fn handle_paste(state: &mut State, text: &str) -> Vec<Effect> {
    // A queued Enter was not meant for the results of this text.
    state.search.queued_keys.clear();
    state.list.apply_pending();
    if panels::handle_paste(state, text) {
        return Vec::new();
    }
    panels::close_modal(state);
    if state.first_run.is_some() {
        return first_run::insert(state, text);
    }
    insert(state, text)
}

/// Runs a command on the list.
fn run_command(state: &mut State, command: PickerCommand) -> Vec<Effect> {
    state.sign_in_when_ready = command == PickerCommand::Activate
        && state.roster.entries.is_empty()
        && state.refresh_totals().is_some();
    // Panels open even if they have nothing to show, apart from the one of a selected role.
    let opens = panels::opens_panel(command)
        && command != PickerCommand::Open(PanelKind::AccountRoles)
        || command == PickerCommand::Menu;
    if !opens && !availability::is_available(command, state) {
        let reason = availability::unavailable_reason(command, state).map(str::to_owned);
        state.show_note(reason);
        return Vec::new();
    }
    match command {
        PickerCommand::Activate if suggestions::are_shown(state) => {
            return suggestions::accept(state);
        }
        PickerCommand::Activate => return activate::run_action(state, state.action),
        PickerCommand::Console => return activate::run_action(state, PickAction::Console),
        PickerCommand::Menu => {
            let roles = activate::target_roles(state);
            state.overlays.push(Overlay::Menu(MenuPanel::new(roles)));
        }
        PickerCommand::Open(opens) => panels::open(state, opens),
        PickerCommand::Mark => toggle_mark(state, 1),
        PickerCommand::MarkAndMoveUp => toggle_mark(state, -1),
        PickerCommand::Move(to) if suggestions::are_shown(state) => {
            suggestions::move_selection(state, to)
        }
        PickerCommand::Move(to) => move_selection(state, to),
        PickerCommand::Insert => state.vi.mode = ViMode::Insert,
        PickerCommand::Append => {
            state.vi.mode = ViMode::Insert;
            state.query.edit(TextEdit::Right);
        }
        PickerCommand::Edit(edit) => {
            if state.query.edit(edit) {
                return vec![Effect::Search(state.start_search(SearchOrigin::User))];
            }
        }
        PickerCommand::Sort => {
            state.search.sort_order = state.search.sort_order.next();
            return vec![Effect::Search(state.start_search(SearchOrigin::User))];
        }
        PickerCommand::Refresh => {
            let names: Vec<_> =
                state.roster.sso_instances().iter().map(|instance| instance.name.clone()).collect();
            return names.into_iter().map(|name| request_refresh(state, name)).collect();
        }
        PickerCommand::Help => state.overlays.push(Overlay::Help(HelpPanel::default())),
        PickerCommand::Details => panels::toggle_preview(state),
        PickerCommand::Back | PickerCommand::Quit => return cancel_or_quit(state),
        PickerCommand::CopySignInUrl => return panels::copy_sign_in_url(state),
        PickerCommand::PasteRedirect => panels::open_redirect_field(state),
        PickerCommand::Repaint => return vec![Effect::Repaint],
        PickerCommand::Suspend => return vec![Effect::Suspend],
    }
    Vec::new()
}

/// Handles Esc without a panel: cancels the pending task, or quits.
fn cancel_or_quit(state: &mut State) -> Vec<Effect> {
    match state.pending.take() {
        Some(_) => Vec::new(),
        None => vec![Effect::Exit(Exit::Cancelled)],
    }
}

/// Inserts text into the query. Starts a search only if some of it fits.
fn insert(state: &mut State, text: &str) -> Vec<Effect> {
    let before = state.query.text().len();
    let note = query::insert(&mut state.query, text).note();
    state.show_note(note);
    if state.query.text().len() == before {
        Vec::new()
    } else {
        vec![Effect::Search(state.start_search(SearchOrigin::User))]
    }
}

fn move_selection(state: &mut State, to: Move) {
    let page = usize::from(layout::current(state).list.height).saturating_sub(1).max(1);
    let (at, last) = (state.list.selected_row(), state.list.len().saturating_sub(1));
    state.list.select(match to {
        Move::Up => at.saturating_sub(1),
        Move::Down => at.saturating_add(1),
        Move::PageUp => at.saturating_sub(page),
        Move::PageDown => at.saturating_add(page),
        Move::HalfPageUp => at.saturating_sub(page.div_ceil(2)),
        Move::HalfPageDown => at.saturating_add(page.div_ceil(2)),
        Move::First => 0,
        Move::Last => last,
    });
}

fn toggle_mark(state: &mut State, step: isize) {
    let Some(role) = state.list.selected().cloned() else { return };
    if !state.marked.remove(&role) {
        state.marked.insert(role);
    }
    state.list.select(state.list.selected_row().saturating_add_signed(step));
}
