//! Keys and news of the form for the first instance: an address, a look, two lines to check, and a
//! sign-in.

use crossterm::event::{KeyCode, KeyModifiers};

use super::super::Exit;
use super::super::catalog::{Command, Move};
use super::super::effect::Effect;
use super::super::event::Key;
use super::super::panels::Pasted;
use super::super::state::State;
use super::super::state::first_run::{Field, FirstRun, Step};
use super::super::state::line::{Edit, Line};
use super::super::state::overlay::{Help, Overlay};
use super::choose;
use crate::domain::{Error, ErrorKind, InstanceName};
use crate::ops::work::{DiscoveredInstance, Request};

/// A key went down while the form stands, and no panel wanted it.
pub(super) fn press(state: &mut State, key: Key, command: Option<Command>) -> Vec<Effect> {
    match (command, key) {
        // There is no list to move in: the arrows move in the line.
        (Some(Command::Menu), _) => run(state, Command::Edit(Edit::Right)),
        (Some(command), _) => run(state, command),
        (None, Key { code: KeyCode::Char(letter), modifiers: KeyModifiers::NONE }) => {
            write(state, letter.encode_utf8(&mut [0; 4]))
        }
        _ => Vec::new(),
    }
}

/// Text was typed or pasted.
pub(super) fn write(state: &mut State, text: &str) -> Vec<Effect> {
    if let Some(form) = &mut state.first_run {
        form.error = None;
        state.note = form.line().and_then(|line| Pasted::whole(line, text).note());
    }
    Vec::new()
}

/// Does a command on the form.
fn run(state: &mut State, command: Command) -> Vec<Effect> {
    let Some(form) = &mut state.first_run else { return Vec::new() };
    match command {
        Command::Act => return forward(state),
        Command::Back => return back(state),
        Command::Help => state.overlays.push(Overlay::Help(Help::default())),
        Command::Edit(edit) => {
            if let Some(line) = form.line() {
                line.edit(edit);
            }
        }
        Command::Mark | Command::MarkUp | Command::Move(Move::Up | Move::Down) => {
            if let Step::Details(field) = &mut form.step {
                *field = if *field == Field::Region { Field::Name } else { Field::Region };
            }
        }
        _ => {}
    }
    Vec::new()
}

/// Enter: on to the next step, if this one is complete.
fn forward(state: &mut State) -> Vec<Effect> {
    let number = state.number();
    let Some(form) = &mut state.first_run else { return Vec::new() };
    let empty = |line: &Line| line.text().trim().is_empty();
    let text = |line: &Line| line.text().trim().to_owned();
    let (step, request) = match form.step {
        Step::Address if !empty(&form.address) => {
            (Step::Looking, Some(Request::Discover { address: text(&form.address), number }))
        }
        Step::Details(Field::Region) if !empty(&form.region) => (Step::Details(Field::Name), None),
        Step::Details(Field::Name) if empty(&form.region) => (Step::Details(Field::Region), None),
        Step::Details(Field::Name) if !empty(&form.name) => {
            let (start_url, region, name) =
                (text(&form.address), text(&form.region), text(&form.name));
            (Step::Writing, Some(Request::SetUp { name, start_url, region, number }))
        }
        step => (step, None),
    };
    (form.step, form.number, form.error) = (step, number, None);
    request.map(Effect::Request).into_iter().collect()
}

/// Esc: one step back, and out at the first. What is being written is waited for.
fn back(state: &mut State) -> Vec<Effect> {
    match &mut state.first_run {
        Some(FirstRun { step: Step::Address, .. }) | None => vec![Effect::Exit(Exit::Cancelled)],
        Some(FirstRun { step: Step::Writing, .. }) => Vec::new(),
        Some(form) => {
            // An answer that comes later is to nobody.
            (form.step, form.number, form.error) = (Step::Address, 0, None);
            Vec::new()
        }
    }
}

/// The background has looked where an address leads.
pub(super) fn discovered(
    state: &mut State,
    number: u64,
    outcome: Result<DiscoveredInstance, Error>,
) -> Vec<Effect> {
    let Some(form) =
        state.first_run.as_mut().filter(|form| form.number == number && form.step == Step::Looking)
    else {
        return Vec::new();
    };
    match outcome {
        Ok(found) => {
            form.step =
                Step::Details(if found.region.is_some() { Field::Name } else { Field::Region });
            form.address = Line::new(found.start_url.normalized());
            form.region =
                Line::new(found.region.as_ref().map(|region| region.as_str()).unwrap_or_default());
            form.name = Line::new(found.name.as_str());
            form.evidence = found.evidence;
        }
        Err(error) => (form.step, form.error) = (Step::Address, Some(error)),
    }
    Vec::new()
}

/// The instance is written, or is not: then the form says why. A written one is signed in to at
/// once; the list comes behind that.
pub(super) fn set_up(
    state: &mut State,
    number: u64,
    outcome: Result<InstanceName, Error>,
) -> Vec<Effect> {
    let Some(form) = state.first_run.as_mut().filter(|form| form.number == number) else {
        return Vec::new();
    };
    match outcome {
        Ok(instance) => {
            state.first_run = None;
            choose::sign_in(state, instance).1
        }
        Err(error) => {
            // AWS takes the start URL in another region, most likely.
            form.step = Step::Details(if error.kind == ErrorKind::Config {
                Field::Region
            } else {
                Field::Name
            });
            form.error = Some(error);
            Vec::new()
        }
    }
}
