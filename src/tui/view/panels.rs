//! The small panels: details, action menu, passphrase, message, confirmation. Help and sign-in have files of their own.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;

use super::super::Action;
use super::super::state::State;
use super::super::state::overlay::{Confirm, Menu, Message, Overlay, Passphrase};
use super::super::update::menu;
use super::text::{Pen, width, wrap};
use super::{Ink, help, login, panel, preview};
use crate::domain::RoleId;

/// Draws one panel; says where its cursor stands, if it has one.
pub(super) fn draw(overlay: &Overlay, state: &State, ink: &Ink, room: Rect, buffer: &mut Buffer) -> Option<Position> {
    match overlay {
        Overlay::Help { top } => help::draw(state, ink, *top, room, buffer),
        Overlay::Details => details(state, ink, room, buffer),
        Overlay::Menu(open) => actions(open, state, ink, room, buffer),
        Overlay::Login(open) => login::draw(open, state, ink, room, buffer),
        Overlay::Passphrase(open) => return Some(passphrase(open, ink, room, buffer)),
        Overlay::Message(open) => message(open, ink, room, buffer),
        Overlay::Confirm(open) => confirm(open, state, ink, room, buffer),
    }
    None
}

/// Lines of text in a panel of at most 60 columns.
fn say(ink: &Ink, title: &str, text: &[(String, Style)], room: Rect, buffer: &mut Buffer) -> Rect {
    let columns = 60.min(room.width.saturating_sub(6)).max(1);
    let lines: Vec<(String, Style)> =
        text.iter().flat_map(|(text, style)| wrap(text, columns.into()).into_iter().map(|line| (line, *style))).collect();
    let widest = lines.iter().map(|(line, _)| width(line)).chain([width(title) + 2]).max().unwrap_or(0);
    let content = (u16::try_from(widest).unwrap_or(columns).min(columns), u16::try_from(lines.len()).unwrap_or(u16::MAX - 2));
    let inner = panel::open(ink, title, content, room, buffer);
    for ((line, style), y) in lines.iter().zip(inner.top()..inner.bottom()) {
        Pen::new(buffer, inner.x, y, inner.width).put(line, *style);
    }
    inner
}

fn details(state: &State, ink: &Ink, room: Rect, buffer: &mut Buffer) {
    let columns = 66.min(room.width.saturating_sub(6));
    let mut scratch = Buffer::empty(Rect::new(0, 0, columns, 40));
    let rows = preview::lines(state, ink, scratch.area, &mut scratch);
    let inner = panel::open(ink, "details", (columns, rows), room, buffer);
    preview::lines(state, ink, inner, buffer);
}

fn actions(open: &Menu, state: &State, ink: &Ink, room: Rect, buffer: &mut Buffer) {
    let items = menu::items(state, &open.role);
    let account = state.roster.find(&open.role).map_or(open.role.account.as_str(), |entry| entry.account_label());
    let title = format!("{account} {} {}", ink.glyphs.dot, open.role.role);
    let widest = items.iter().map(|item| width(&item.name) + 6).chain([width(&title) + 2]).max().unwrap_or(0);
    let content = (u16::try_from(widest).unwrap_or(u16::MAX - 6), u16::try_from(items.len()).unwrap_or(0));
    let inner = panel::open(ink, &title, content, room, buffer);
    let first = (open.at + 1).saturating_sub(inner.height.into());
    for ((at, item), y) in items.iter().enumerate().skip(first).zip(inner.top()..inner.bottom()) {
        if at == open.at {
            buffer.set_style(Rect::new(inner.x - 1, y, inner.width + 2, 1), ink.palette.bar);
        }
        let mut pen = Pen::new(buffer, inner.x.saturating_sub(1), y, inner.width + 1);
        pen.put(if at == open.at { ink.glyphs.bar } else { " " }, ink.palette.accent);
        pen.put(&item.letter.to_string(), ink.palette.accent);
        pen.skip(2);
        pen.put(&item.name, if at == open.at { ink.palette.on_bar } else { ink.palette.text });
    }
}

fn passphrase(open: &Passphrase, ink: &Ink, room: Rect, buffer: &mut Buffer) -> Position {
    let said = match (&open.error, open.waiting) {
        (_, true) => format!("Opening{}", ink.glyphs.dots),
        (Some(error), false) => error.message.clone(),
        (None, false) => "Your role credentials are sealed with a passphrase.".to_owned(),
    };
    let columns = 48.min(room.width.saturating_sub(6));
    let said = wrap(&said, columns.max(1).into());
    let rows = u16::try_from(said.len()).unwrap_or(1) + 2;
    let inner = panel::open(ink, "the vault is locked", (columns, rows), room, buffer);
    for (line, y) in said.iter().zip(inner.top()..inner.bottom().saturating_sub(1)) {
        Pen::new(buffer, inner.x, y, inner.width).put(line, ink.palette.soft);
    }
    let y = inner.bottom().saturating_sub(1);
    let mut pen = Pen::new(buffer, inner.x, y, inner.width);
    pen.put("passphrase  ", ink.palette.dim);
    // One mark a letter, the last ones that fit; the length is no more of a secret than the sound of the keys.
    let fits = usize::from(pen.room()).saturating_sub(1);
    pen.put(&ink.glyphs.masked.repeat(open.typed.expose().chars().count().min(fits)), ink.palette.text);
    Position::new(pen.x, y)
}

fn message(open: &Message, ink: &Ink, room: Rect, buffer: &mut Buffer) {
    let mut lines = vec![(format!("{} {}", ink.glyphs.failed, open.error.message), ink.palette.danger)];
    if !open.error.hints.is_empty() {
        lines.push((String::new(), ink.palette.dim));
    }
    lines.extend(open.error.hints.iter().map(|hint| (hint.clone(), ink.palette.text)));
    say(ink, &open.title, &lines, room, buffer);
}

fn confirm(open: &Confirm, state: &State, ink: &Ink, room: Rect, buffer: &mut Buffer) {
    let verb = match open.action {
        Action::Shell => "Start a shell with",
        Action::Exports => "Use in this shell",
        Action::Console => "Open the console of",
        Action::Print => "Pick",
    };
    let protected = |role: &RoleId| state.roster.find(role).is_some_and(|entry| entry.protected());
    let name = |role: &RoleId| {
        let account = state.roster.find(role).map_or(role.account.to_string(), |entry| entry.account_label().to_owned());
        let mark = if protected(role) { format!(" {}", ink.glyphs.protected) } else { String::new() };
        format!("{account} {} {}{mark}", ink.glyphs.dot, role.role)
    };
    let mut lines = vec![(verb.to_owned(), ink.palette.soft)];
    let shown = usize::from(room.height.saturating_sub(6)).max(1);
    lines.extend(
        open.roles.iter().take(shown).map(|role| (name(role), if protected(role) { ink.palette.danger } else { ink.palette.text })),
    );
    if open.roles.len() > shown {
        lines.push((format!("and {} more", open.roles.len() - shown), ink.palette.soft));
    }
    lines.push((String::new(), ink.palette.dim));
    lines.push(("y says yes, any other key says no".to_owned(), ink.palette.soft));
    let title = if open.roles.len() == 1 { "protected role" } else { "protected roles" };
    let inner = say(ink, title, &lines, room, buffer);
    buffer.set_style(Rect::new(inner.x, inner.bottom().saturating_sub(1), 1, 1).intersection(buffer.area), ink.palette.accent);
}
