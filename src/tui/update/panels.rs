//! Keys while a panel is open. A panel takes what concerns it; what it leaves goes to the list behind it.

use crossterm::event::{KeyCode, KeyModifiers};

use super::super::catalog::{Command, Move};
use super::super::effect::Effect;
use super::super::event::Key;
use super::super::state::overlay::{Overlay, Passphrase};
use super::super::state::{State, Waits};
use super::{choose, menu};
use crate::domain::Secret;
use crate::ops::work::{Request, SignInStep};

/// Gives the key to the top panel; `None` when the list shall have it.
pub(super) fn press(state: &mut State, key: Key, command: Option<Command>) -> Option<Vec<Effect>> {
    let letter = match key {
        Key { code: KeyCode::Char(letter), modifiers: KeyModifiers::NONE } => Some(letter),
        _ => None,
    };
    match state.overlays.last_mut()? {
        Overlay::Help { top } => {
            match command {
                Some(Command::Move(to)) => *top = scroll(*top, to),
                _ => drop(state.overlays.pop()),
            }
            Some(Vec::new())
        }
        Overlay::Details => match command {
            Some(Command::Back | Command::Details) => close(state),
            _ => None,
        },
        Overlay::Menu(_) => Some(menu::press(state, letter, command)),
        Overlay::Login(login) => match command {
            Some(Command::Back) => later(state),
            Some(Command::Act) if matches!(login.step, SignInStep::Failed(_)) => {
                let (instance, old) = (login.instance.clone(), login.number);
                let (number, effects) = choose::sign_in(state, instance);
                state.pending.iter_mut().filter(|pending| pending.waits == Waits::SignIn(old)).for_each(|pending| {
                    pending.waits = Waits::SignIn(number);
                });
                Some(effects)
            }
            _ => None,
        },
        Overlay::Passphrase(_) => Some(passphrase(state, letter, command)),
        Overlay::Message(_) => {
            state.overlays.pop();
            matches!(command, Some(Command::Back | Command::Act)).then(Vec::new)
        }
        Overlay::Confirm(_) => Some(confirm(state, letter)),
    }
}

/// Typing means the list: panels that only show something go.
pub(super) fn close_for_typing(state: &mut State) {
    state.overlays.retain(|overlay| matches!(overlay, Overlay::Login(_) | Overlay::Details));
}

/// Puts the sign-in address on the clipboard.
pub(super) fn copy_address(state: &mut State) -> Vec<Effect> {
    for overlay in &mut state.overlays {
        if let Overlay::Login(login) = overlay
            && let SignInStep::Open { url, .. } = &login.step
        {
            login.copied = true;
            return vec![Effect::Request(Request::Copy { text: url.clone() })];
        }
    }
    Vec::new()
}

fn close(state: &mut State) -> Option<Vec<Effect>> {
    state.overlays.pop();
    Some(Vec::new())
}

fn scroll(top: usize, to: Move) -> usize {
    match to {
        Move::Up => top.saturating_sub(1),
        Move::Down => top + 1,
        Move::PageUp | Move::HalfUp => top.saturating_sub(10),
        Move::PageDown | Move::HalfDown => top + 10,
        Move::First => 0,
        Move::Last => usize::from(u16::MAX),
    }
}

/// The sign-in is put off, and with it what waits for it.
fn later(state: &mut State) -> Option<Vec<Effect>> {
    let Some(Overlay::Login(login)) = state.overlays.pop() else { return None };
    state.pending.take_if(|pending| pending.waits == Waits::SignIn(login.number));
    let over = matches!(login.step, SignInStep::Failed(_));
    Some(if over { Vec::new() } else { vec![Effect::Request(Request::CancelSignIn { number: login.number })] })
}

fn confirm(state: &mut State, letter: Option<char>) -> Vec<Effect> {
    match state.overlays.pop() {
        Some(Overlay::Confirm(confirm)) if matches!(letter, Some('y' | 'Y')) => choose::go(state, confirm.roles, confirm.action),
        _ => Vec::new(),
    }
}

fn passphrase(state: &mut State, letter: Option<char>, command: Option<Command>) -> Vec<Effect> {
    use super::super::state::line::Edit;
    if let Some(Command::Back) = command {
        state.overlays.pop();
        state.pending.take_if(|pending| pending.waits == Waits::Passphrase);
        return Vec::new();
    }
    let Some(Overlay::Passphrase(Passphrase { typed, error, waiting })) = state.overlays.last_mut() else { return Vec::new() };
    if *waiting {
        return Vec::new();
    }
    match (letter, command) {
        (Some(letter), _) => *typed = Secret::new(format!("{}{letter}", typed.expose())),
        (None, Some(Command::Act)) if !typed.expose().is_empty() => {
            (*waiting, *error) = (true, None);
            return vec![Effect::Request(Request::Unlock { passphrase: typed.clone() })];
        }
        (None, Some(Command::Edit(Edit::Backspace))) => {
            let mut shorter = typed.expose().clone();
            shorter.pop();
            *typed = Secret::new(shorter);
        }
        (None, Some(Command::Edit(Edit::CutToStart | Edit::CutWord))) => *typed = Secret::from(""),
        _ => {}
    }
    Vec::new()
}
