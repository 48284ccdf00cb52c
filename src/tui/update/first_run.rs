//! Keys and updates of the first-run form: an address, discovery, two fields to check, and a
//! sign-in.

use crossterm::event::{KeyCode, KeyModifiers};

use super::{activate, panels};
use crate::domain::{Error, ErrorKind, InstanceName};
use crate::ops::backend::messages::{DiscoveredInstance, Request};
use crate::tui::Exit;
use crate::tui::commands::{Move, PickerCommand};
use crate::tui::effect::Effect;
use crate::tui::event::Key;
use crate::tui::state::State;
use crate::tui::state::first_run::{EXAMPLE_START_URL, FirstRunField, FirstRunForm, FirstRunStep};
use crate::tui::state::overlay::{HelpPanel, Overlay};
use crate::tui::state::paste::PasteResult;
use crate::tui::state::text_input::{TextEdit, TextInput};

/// Handles a key that no panel handled.
pub(super) fn handle_key(
    state: &mut State,
    key: Key,
    command: Option<PickerCommand>,
) -> Vec<Effect> {
    match (command, key) {
        // Without a list, the arrow keys move the cursor.
        (Some(PickerCommand::Menu), _) => run_command(state, PickerCommand::Edit(TextEdit::Right)),
        (Some(command), _) => run_command(state, command),
        (None, Key { code: KeyCode::Char(letter), modifiers: KeyModifiers::NONE }) => {
            insert(state, letter.encode_utf8(&mut [0; 4]))
        }
        _ => Vec::new(),
    }
}

/// Inserts typed or pasted text.
pub(super) fn insert(state: &mut State, text: &str) -> Vec<Effect> {
    if let Some(form) = &mut state.first_run {
        form.error = None;
        let note =
            form.active_input().and_then(|line| PasteResult::insert_whole(line, text).note());
        state.show_note(note);
    }
    Vec::new()
}

/// Runs a command on the form.
fn run_command(state: &mut State, command: PickerCommand) -> Vec<Effect> {
    let Some(form) = &mut state.first_run else { return Vec::new() };
    match command {
        PickerCommand::Activate => return next_step(state),
        PickerCommand::Back => return previous_step(state),
        PickerCommand::Help => state.overlays.push(Overlay::Help(HelpPanel::default())),
        PickerCommand::Open(kind) => panels::open(state, kind),
        PickerCommand::Details => panels::toggle_preview(state),
        PickerCommand::Edit(edit) => {
            if let Some(line) = form.active_input() {
                line.edit(edit);
            }
        }
        PickerCommand::Mark
        | PickerCommand::MarkAndMoveUp
        | PickerCommand::Move(Move::Up | Move::Down) => {
            if let FirstRunStep::Details(field) = &mut form.step {
                *field = if *field == FirstRunField::Region {
                    FirstRunField::Name
                } else {
                    FirstRunField::Region
                };
            }
        }
        _ => {}
    }
    Vec::new()
}

/// Handles Enter: goes to the next step if this one is complete.
fn next_step(state: &mut State) -> Vec<Effect> {
    let number = state.next_number();
    let Some(form) = &mut state.first_run else { return Vec::new() };
    if state.program.is_demo() && form.step == FirstRunStep::StartUrl {
        // Enter in the empty field takes the example.
        if form.start_url.text().trim().is_empty() {
            form.start_url.insert(EXAMPLE_START_URL);
        }
    }
    if let Some(missing) = form.missing_text() {
        state.show_note(Some(missing.to_owned()));
        return Vec::new();
    }
    let empty = |line: &TextInput| line.text().trim().is_empty();
    let text = |line: &TextInput| line.text().trim().to_owned();
    let (step, request) = match form.step {
        FirstRunStep::StartUrl if !empty(&form.start_url) => (
            FirstRunStep::Discovering,
            Some(Request::Discover { address: text(&form.start_url), number }),
        ),
        FirstRunStep::Details(FirstRunField::Region) if !empty(&form.region) => {
            (FirstRunStep::Details(FirstRunField::Name), None)
        }
        FirstRunStep::Details(FirstRunField::Name) if empty(&form.region) => {
            (FirstRunStep::Details(FirstRunField::Region), None)
        }
        FirstRunStep::Details(FirstRunField::Name) if !empty(&form.name) => {
            let (start_url, region, name) =
                (text(&form.start_url), text(&form.region), text(&form.name));
            (FirstRunStep::Saving, Some(Request::SetUp { name, start_url, region, number }))
        }
        step => (step, None),
    };
    (form.step, form.number, form.error) = (step, number, None);
    request.map(Effect::Request).into_iter().collect()
}

/// Handles Esc: goes back one step, or quits at the first. While the file is written, it does
/// nothing.
fn previous_step(state: &mut State) -> Vec<Effect> {
    match &mut state.first_run {
        Some(FirstRunForm { step: FirstRunStep::StartUrl, .. }) | None => {
            vec![Effect::Exit(Exit::Cancelled)]
        }
        Some(FirstRunForm { step: FirstRunStep::Saving, .. }) => Vec::new(),
        Some(form) => {
            // No request has number 0, so a late answer is dropped.
            (form.step, form.number, form.error) = (FirstRunStep::StartUrl, 0, None);
            Vec::new()
        }
    }
}

/// Handles the discovered instance.
pub(super) fn on_discovered(
    state: &mut State,
    number: u64,
    outcome: Result<DiscoveredInstance, Error>,
) -> Vec<Effect> {
    let Some(form) = state
        .first_run
        .as_mut()
        .filter(|form| form.number == number && form.step == FirstRunStep::Discovering)
    else {
        return Vec::new();
    };
    match outcome {
        Ok(found) => {
            form.step = FirstRunStep::Details(if found.region.is_some() {
                FirstRunField::Name
            } else {
                FirstRunField::Region
            });
            form.start_url = TextInput::new(found.start_url.normalized());
            form.region = TextInput::new(
                found.region.as_ref().map(|region| region.as_str()).unwrap_or_default(),
            );
            form.name = TextInput::new(found.name.as_str());
            form.evidence = found.evidence;
        }
        Err(error) => (form.step, form.error) = (FirstRunStep::StartUrl, Some(error)),
    }
    Vec::new()
}

/// Handles the answer to the setup request. After success, a sign-in starts, and the list arrives
/// after it.
pub(super) fn on_set_up(
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
            activate::sign_in(state, instance).1
        }
        Err(error) => {
            // Most likely the region is wrong.
            form.step = FirstRunStep::Details(if error.kind == ErrorKind::Config {
                FirstRunField::Region
            } else {
                FirstRunField::Name
            });
            form.error = Some(error);
            Vec::new()
        }
    }
}
