//! What each event does to the state, and what it wants done: pure, dispatched by kind first, then
//! by the top panel.

pub(super) mod choose;
pub(super) mod clock;
mod first_run;
pub(super) mod keys;
pub(super) mod marks;
mod modal;
mod mouse;
mod news;
mod panels;
pub(super) mod unlock;

use std::sync::Arc;

use super::effect::Effect;
use super::event::Event;
use super::layout;
use super::matching::Found;
use super::state::State;
use super::state::overlay::Overlay;
use crate::ops::work::Request;

/// Takes one event in.
pub(super) fn update(state: &mut State, event: Event) -> Vec<Effect> {
    let effects = match event {
        Event::Started => started(state),
        Event::Key(key) => keys::press(state, key),
        Event::Paste(text) => keys::paste(state, &text),
        Event::Mouse(mouse) => mouse::gesture(state, mouse),
        Event::Resize(width, height) => {
            state.size = (width, height);
            // What a panel shows for want of room stands beside the list now.
            if layout::of(state).preview.is_some() {
                state.overlays.retain(|overlay| !matches!(overlay, Overlay::Details(_)));
            }
            Vec::new()
        }
        Event::Tick(now) => {
            state.now = now;
            return state
                .due_again()
                .into_iter()
                .map(|instance| refresh(state, instance))
                .collect();
        }
        Event::News(news) => news::hear(state, news),
        Event::Found(found) => found_rows(state, found),
        // The runner ends the picker with an error.
        Event::Closed => Vec::new(),
    };
    reveal(state);
    if state.sketch && state.list.total.is_some() {
        // The rows to search are on their way; with them comes a search for whatever is typed by
        // then.
        state.search = None;
        return effects.into_iter().filter(|effect| !matches!(effect, Effect::Search(_))).collect();
    }
    effects
}

/// A search was answered. While the person types on, an answer to fewer letters is shown but not
/// acted on.
fn found_rows(state: &mut State, found: Arc<Found>) -> Vec<Effect> {
    let Some(search) = state.search else { return Vec::new() };
    if found.number != search.number {
        if !search.arrival && found.number < search.number {
            state.list.take(&found);
        }
        return Vec::new();
    }
    state.search = None;
    if search.arrival {
        state.list.arrive(found);
    } else {
        state.list.take(&found);
    }
    state.consider_again();
    // Keys that were typed ahead meant these rows.
    let ahead = std::mem::take(&mut state.ahead);
    ahead.into_iter().flat_map(|key| keys::press(state, key)).collect()
}

/// The first frame stands: now the background may start.
fn started(state: &mut State) -> Vec<Effect> {
    let begin = state.sketch.then_some(Effect::Request(Request::Start));
    let stale = std::mem::take(&mut state.stale);
    begin.into_iter().chain(stale.into_iter().map(|instance| refresh(state, instance))).collect()
}

/// Asks for an instance's roles; the gauge stands from now on.
pub(super) fn refresh(state: &mut State, instance: crate::domain::InstanceName) -> Effect {
    state.progress(instance.clone(), 0, 0, false);
    Effect::Request(Request::Refresh { instance })
}

/// Keeps the bar on the screen, whatever the event changed.
fn reveal(state: &mut State) {
    let height = layout::of(state).list.height.into();
    state.list.reveal(height);
}
