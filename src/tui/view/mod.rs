//! Draws the state into cells. Nothing here changes anything.

mod empty;
mod first_run;
mod footer;
mod glyphs;
mod header;
mod list;
mod notice;
mod palette;
mod panel;
mod panels;
mod preview;
mod rows;
pub(super) mod text;
pub(super) mod words;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::{Modifier, Style};

use super::Looks;
use super::layout::{self, Areas};
use super::matching::Order;
use super::panels::sheet::{Extent, Sheet, Tone};
use super::state::State;
use glyphs::Glyphs;
use palette::Palette;
use text::{Pen, width};

/// What every part needs to draw.
struct Ink {
    palette: Palette,
    glyphs: Glyphs,
}

impl Ink {
    /// The style of a text this loud.
    fn tone(&self, tone: Tone) -> Style {
        match tone {
            Tone::Text => self.palette.text,
            Tone::Soft => self.palette.soft,
            Tone::Dim => self.palette.dim,
            Tone::Accent => self.palette.accent,
            Tone::Danger => self.palette.danger,
        }
    }
}

/// Marks that stand in the words of panels.
#[derive(Debug, Clone, Copy)]
pub(super) struct Signs {
    /// Between two things on one line.
    pub(super) dot: &'static str,
    /// Something goes on.
    pub(super) dots: &'static str,
    /// Asks before use.
    pub(super) protected: &'static str,
    /// A favourite.
    pub(super) star: &'static str,
    /// Before an error.
    pub(super) failed: &'static str,
    /// Signed in.
    pub(super) on: &'static str,
    /// Signed out.
    pub(super) off: &'static str,
}

/// The marks for these looks.
pub(super) fn signs(looks: Looks) -> Signs {
    let Glyphs { dot, dots, protected, star, failed, on, off, .. } = Glyphs::of(looks);
    Signs { dot, dots, protected, star, failed, on, off }
}

/// Draws the whole screen; says where the cursor stands.
pub(super) fn draw(state: &State, area: Rect, buffer: &mut Buffer) -> Position {
    let ink = Ink { palette: Palette::of(state.looks), glyphs: Glyphs::of(state.looks) };
    let areas = layout::areas(area, state);
    if areas.tiny {
        let sizes = ["rolecall: this window is too small", "window too small", "too small"];
        let fits = sizes.into_iter().find(|text| width(text) <= area.width.into()).unwrap_or("");
        Pen::new(buffer, area.x, area.y, area.width).put(fits, ink.palette.text);
        return Position::new(area.x, area.y);
    }
    if let Some(header) = areas.header {
        header::draw(state, &ink, header, buffer);
    }
    let mut cursor = match &state.first_run {
        Some(form) => {
            let room = Rect { height: areas.list.bottom() - areas.query.y, ..areas.query };
            first_run::draw(form, state, &ink, room, buffer)
        }
        None => list_and_query(state, &ink, areas, buffer),
    };
    if let Some(footer) = areas.footer {
        footer::draw(state, &ink, footer, buffer);
    }
    if let (Some(notice), Some(area)) = (super::notice::notice(state), areas.notice) {
        notice::draw(&notice, state, &ink, area, buffer);
    }
    // Panels of an inline picker stay as far from the right edge as its rows do.
    let area = if state.inline { Rect { width: areas.query.width, ..area } } else { area };
    for overlay in &state.overlays {
        let panel = overlay.panel();
        let room = room(&panel.sheet(state), area, &areas);
        if !panel.steps_aside() {
            quiet(
                &ink,
                Rect {
                    height: area.height.saturating_sub(u16::from(areas.footer.is_some())),
                    ..area
                },
                buffer,
            );
        }
        if let Some(at) = panels::draw(panel, state, &ink, room, buffer) {
            cursor = at;
        }
    }
    cursor
}

/// Everything behind a panel that takes all keys: still legible, no longer calling. The footer
/// speaks for the panel and stays as it is.
fn quiet(ink: &Ink, area: Rect, buffer: &mut Buffer) {
    for position in area.positions() {
        if let Some(cell) = buffer.cell_mut(position) {
            cell.set_style(Style::reset().patch(ink.palette.behind));
        }
    }
}

/// The part of the screen that a panel may stand on.
fn room(sheet: &Sheet, area: Rect, areas: &Areas) -> Rect {
    match sheet.extent {
        Extent::Whole => Rect { height: area.height.saturating_sub(1), ..area },
        Extent::Words | Extent::Columns => {
            Rect::new(area.x, areas.list.y, area.width, areas.list.height)
        }
    }
}

/// The choice of the top panel at a cell, and the one under its bar.
pub(super) fn choice_at(state: &State, at: Position) -> Option<(usize, usize)> {
    let (area, areas) = (Rect::new(0, 0, state.size.0, state.size.1), layout::of(state));
    if areas.tiny {
        return None;
    }
    let ink = Ink { palette: Palette::of(state.looks), glyphs: Glyphs::of(state.looks) };
    let sheet = state.overlays.last()?.panel().sheet(state);
    panels::choice_at(&sheet, &ink, room(&sheet, area, &areas), at)
}

/// The usual screen between header and footer; says where the cursor stands.
fn list_and_query(state: &State, ink: &Ink, areas: layout::Areas, buffer: &mut Buffer) -> Position {
    if let Some(preview) = areas.preview {
        preview::draw(state, ink, preview, buffer);
    }
    if state.list.len() == 0 {
        empty::draw(state, ink, areas.list, buffer);
    } else {
        list::draw(state, ink, areas.list, areas.scrollbar, buffer);
    }
    query(state, ink, areas.query, buffer)
}

/// The query line: prompt, what is typed, and at the right how much matches.
fn query(state: &State, ink: &Ink, area: Rect, buffer: &mut Buffer) -> Position {
    let mut pen = Pen::new(buffer, area.x + 1, area.y, area.width - 2);
    pen.put(
        if state.vi.normal { ink.glyphs.commands } else { ink.glyphs.prompt },
        ink.palette.accent,
    );
    pen.x = area.x + layout::gutter(state);
    if !state.query.is_empty() && state.list.loaded && area.width >= 40 && !state.inline {
        let (some, all) = (words::grouped(state.list.len()), words::grouped(state.count()));
        pen.put_right(&format!("  {some} / {all}"), ink.palette.dim);
    }
    if state.order != Order::Best && area.width >= 60 {
        pen.put_right(&format!("  {}", state.order.name()), ink.palette.accent);
    }
    let room = usize::from(pen.room()).saturating_sub(1);
    let mut cursor = pen.x;
    if state.query.is_empty() {
        let says = [
            "type to filter accounts, roles, ids, tags",
            "type to filter accounts and roles",
            "type to filter",
        ];
        pen.put(says.into_iter().find(|text| width(text) <= room).unwrap_or(""), ink.palette.dim);
    } else {
        cursor = pen.typed(&state.query, ink.palette.text.add_modifier(Modifier::BOLD));
    }
    Position::new(cursor.min(area.right().saturating_sub(1)), area.y)
}
