//! The sign-in panel: address, code, countdown.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use super::super::catalog::Command;
use super::super::state::State;
use super::super::state::overlay::Login;
use super::text::{Pen, width, wrap};
use super::{Ink, panel, words};
use crate::ops::work::SignInStep;

/// Columns of its content, where there is room.
const COLUMNS: u16 = 58;

struct Line {
    text: String,
    style: Style,
    centred: bool,
}

/// Draws it.
pub(super) fn draw(open: &Login, state: &State, ink: &Ink, room: Rect, buffer: &mut Buffer) {
    let columns = COLUMNS.min(room.width.saturating_sub(6)).max(1);
    let roomy = room.height >= 12;
    let said = say(open, state, ink).into_iter().filter(|line| roomy || !line.text.is_empty());
    let lines: Vec<Line> = said
        .flat_map(|line| {
            let parts = if line.centred { vec![line.text] } else { wrap(&line.text, columns.into()) };
            parts.into_iter().map(move |text| Line { text, ..line })
        })
        .collect();
    let title = format!("sign in to {}", open.instance);
    let inner = panel::open(ink, &title, (columns, u16::try_from(lines.len()).unwrap_or(u16::MAX - 2)), room, buffer);
    for (line, y) in lines.iter().zip(inner.top()..inner.bottom()) {
        let indent = if line.centred { usize::from(inner.width).saturating_sub(width(&line.text)) / 2 } else { 0 };
        let mut pen = Pen::new(buffer, inner.x, y, inner.width);
        pen.skip(u16::try_from(indent).unwrap_or(0));
        pen.put(&line.text, line.style);
    }
}

fn say(open: &Login, state: &State, ink: &Ink) -> Vec<Line> {
    let line = |text: &str, style| Line { text: text.to_owned(), style, centred: false };
    let (text, soft, dim) = (ink.palette.text, ink.palette.soft, ink.palette.dim);
    let blank = || line("", dim);
    match &open.step {
        SignInStep::Starting | SignInStep::Done => vec![line(&format!("Asking AWS for an address{}", ink.glyphs.dots), soft)],
        SignInStep::Failed(error) => {
            let head = line(&format!("{} {}", ink.glyphs.failed, error.message), ink.palette.danger);
            let hints = error.hints.iter().map(|hint| line(hint, text));
            let again = state.keys.shown(Command::Act, state.vi.normal, state.looks.ascii).unwrap_or_default();
            [head, blank()].into_iter().chain(hints).chain([line(&format!("{again} tries again, Esc puts it off"), dim)]).collect()
        }
        SignInStep::Open { url, code, expires_at, browser } => {
            let first = match (browser, code) {
                (true, Some(_)) => "Your browser has opened. Compare this code there:",
                (true, None) => "Waiting for your browser: confirm there, then come back.",
                (false, Some(_)) => "Open this address on any machine and compare the code:",
                (false, None) => "Open this address in a browser on this machine:",
            };
            let mut lines = vec![line(first, soft), blank()];
            if let Some(code) = code {
                let style = ink.palette.accent.add_modifier(Modifier::BOLD);
                lines.extend([Line { text: spaced(code), style, centred: true }, blank()]);
            }
            lines.push(line(url, text));
            lines.push(blank());
            let left = expires_at.since(state.now);
            let copied = if open.copied { "   address copied" } else { "" };
            let waiting =
                if state.looks.motion { format!("waiting, {} left{copied}", words::countdown(left)) } else { format!("waiting{copied}") };
            lines.push(line(&waiting, dim));
            lines
        }
    }
}

/// `K F Q T - H W L P`: letters that can be compared at a glance.
fn spaced(code: &str) -> String {
    code.chars().map(String::from).collect::<Vec<_>>().join(" ")
}
