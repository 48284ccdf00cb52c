//! Handles events: changes the state and returns effects. Pure; dispatched by kind of event, then
//! by the top panel.

pub(super) mod activate;
pub(super) mod availability;
mod backend;
pub(super) mod clock_skew;
pub(super) mod console_link;
pub(super) mod destructive;
mod error_panel;
pub(super) mod favorites;
mod first_run;
mod keys;
mod mouse;
mod panels;
mod profiles;
pub(super) mod refresh;
pub(super) mod suggestions;
mod unlock;
mod vi;

use std::sync::Arc;

use super::commands::PickerCommand;
use super::effect::Effect;
use super::event::Event;
use super::layout;
use super::search::SearchResults;
use super::state::{SearchOrigin, State};
use crate::ops::backend::messages::Request;
use crate::tui::state::overlay::Overlay;
use refresh::start_refresh;

/// Handles an event.
pub(super) fn update(state: &mut State, event: Event) -> Vec<Effect> {
    let effects = match event {
        Event::Started => on_started(state),
        Event::Key(key) => keys::handle_key(state, key),
        Event::Paste(text) => keys::handle_paste(state, &text),
        Event::Mouse(mouse) => mouse::handle_mouse(state, mouse),
        Event::Resize(width, height) => {
            state.size = (width, height);
            // The preview now shows what the details panel shows.
            if layout::current(state).preview.is_some() {
                state.overlays.retain(|overlay| !matches!(overlay, Overlay::Details(_)));
            }
            Vec::new()
        }
        Event::Tick(now) => {
            state.now = now;
            state.expire_note();
            return state
                .take_due_retry()
                .into_iter()
                .map(|instance| start_refresh(state, instance))
                .collect();
        }
        Event::Backend(update) => backend::handle_update(state, update),
        Event::SearchFinished(found) => on_search_finished(state, found),
        Event::BackgroundReported(background) => {
            state.appearance.theme = state.appearance.theme.on_background(background);
            Vec::new()
        }
        // The runner ends the picker with an error.
        Event::TerminalClosed => Vec::new(),
    };
    scroll_to_selected(state);
    if state.is_preview && state.list.total.is_some() {
        // The complete roster is on its way and will start a search for the query at that time.
        state.search.active = None;
        return effects.into_iter().filter(|effect| !matches!(effect, Effect::Search(_))).collect();
    }
    effects
}

/// Handles search results. Results for an older query are shown while the user is typing, but keys
/// do not act on them.
fn on_search_finished(state: &mut State, found: Arc<SearchResults>) -> Vec<Effect> {
    let Some(search) = state.search.active else { return Vec::new() };
    if found.number != search.number {
        if search.origin == SearchOrigin::User && found.number < search.number {
            state.list.replace(&found);
        }
        return Vec::new();
    }
    state.search.active = None;
    match search.origin {
        SearchOrigin::Background => state.list.merge(found),
        SearchOrigin::Reorder => {
            state.list.merge(found);
            state.list.apply_pending();
        }
        SearchOrigin::User => state.list.replace(&found),
    }
    state.schedule_retry();
    state.search.is_from_suggestion = false;
    // Queued keys apply to these rows.
    let mut queued = std::mem::take(&mut state.search.queued_keys);
    if suggestions::are_shown(state) {
        // Enter was for a role, not for a name that the user has not seen.
        let is_enter = |key| state.key_bindings.command(key) == Some(PickerCommand::Activate);
        queued.retain(|key| !is_enter(*key));
    }
    queued.into_iter().flat_map(|key| keys::handle_key(state, key)).collect()
}

/// Starts the background after the first frame.
fn on_started(state: &mut State) -> Vec<Effect> {
    let start = state.is_preview.then_some(Effect::Request(Request::Start));
    let stale = std::mem::take(&mut state.refresh.stale_instances);
    start
        .into_iter()
        .chain(stale.into_iter().map(|instance| start_refresh(state, instance)))
        .collect()
}

/// Keeps the selection visible.
fn scroll_to_selected(state: &mut State) {
    let height = layout::current(state).list.height.into();
    state.list.scroll_to_selected(height);
}
