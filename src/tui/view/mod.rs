//! Draws the state into cells, without changing it.

mod cell_writer;
mod color;
#[cfg(test)]
mod contrast;
mod empty;
mod first_run;
mod footer;
mod header;
mod list;
mod palette;
mod panel_frame;
mod panels;
mod preview;
mod rows;
mod status_line;
#[cfg(test)]
mod terminal_themes;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::{Modifier, Style};

use super::layout::{self, Areas};
use super::panels::content::{PanelContent, PanelSize, Tone};
use super::search::SortOrder;
use super::state::State;
use super::state::overlay::Overlay;
use crate::domain::ProgramName;
use crate::tui::glyphs::Glyphs;
use crate::tui::keymap::ViMode;
use crate::tui::text::width;
use cell_writer::CellWriter;
use palette::Palette;

/// The palette and glyphs for drawing.
struct DrawContext {
    palette: Palette,
    glyphs: Glyphs,
    program: ProgramName,
}

impl DrawContext {
    fn new(state: &State) -> Self {
        Self {
            palette: Palette::from_appearance(state.appearance),
            glyphs: Glyphs::from_appearance(state.appearance),
            program: state.program.clone(),
        }
    }

    /// The style of a tone.
    fn style_for(&self, tone: Tone) -> Style {
        match tone {
            Tone::Text => self.palette.text,
            Tone::Soft => self.palette.soft,
            Tone::Dim => self.palette.dim,
            Tone::Accent => self.palette.accent,
            Tone::Danger => self.palette.danger,
            Tone::DangerMark => self.palette.danger_mark,
        }
    }
}

/// Draws the whole screen and returns the position of the cursor.
pub(super) fn draw(state: &State, area: Rect, buffer: &mut Buffer) -> Position {
    let ctx = DrawContext::new(state);
    let areas = layout::areas(area, state);
    if areas.tiny {
        let sizes = ["rolecall: this window is too small", "window too small", "too small"];
        let fits = sizes.into_iter().find(|text| width(text) <= area.width.into()).unwrap_or("");
        CellWriter::new(buffer, area.x, area.y, area.width).write(fits, ctx.palette.text);
        return Position::new(area.x, area.y);
    }
    if let Some(header) = areas.header {
        header::draw(state, &ctx, header, buffer);
    }
    let mut cursor = match &state.first_run {
        Some(form) => {
            let room = Rect { height: areas.list.bottom() - areas.query.y, ..areas.query };
            first_run::draw(form, state, &ctx, room, buffer)
        }
        None => draw_list_and_query(state, &ctx, areas, buffer),
    };
    if let Some(footer) = areas.footer {
        footer::draw(state, &ctx, footer, buffer);
    }
    if let (Some(notice), Some(area)) = (super::status_line::current(state), areas.status_line) {
        status_line::draw(&notice, state, &ctx, area, buffer);
    }
    // Panels of an inline picker stay as far from the right edge as its rows.
    let area = if state.inline { Rect { width: areas.query.width, ..area } } else { area };
    for overlay in state.visible_overlays() {
        if is_in_preview(overlay, state, &areas) {
            continue;
        }
        let panel = overlay.as_panel();
        let room = panel_area(&panel.content(state), area, &areas);
        if !overlay.is_modeless() {
            dim_background(
                &ctx,
                Rect {
                    height: area.height.saturating_sub(u16::from(areas.footer.is_some())),
                    ..area
                },
                buffer,
            );
        }
        if let Some(at) = panels::draw(panel, state, &ctx, room, buffer) {
            cursor = at;
        } else if panels::area(&panel.content(state), &ctx, room).contains(cursor) {
            // The query is behind the panel, so the cursor waits below it.
            cursor = Position::new(area.x, area.bottom().saturating_sub(1));
        }
    }
    cursor
}

/// Dims everything behind a panel that takes all keys. The footer belongs to the panel and is not
/// dimmed.
fn dim_background(ctx: &DrawContext, area: Rect, buffer: &mut Buffer) {
    for position in area.positions() {
        if let Some(cell) = buffer.cell_mut(position) {
            cell.set_style(Style::reset().patch(ctx.palette.inactive));
        }
    }
}

/// The area that a panel may use.
fn panel_area(content: &PanelContent, area: Rect, areas: &Areas) -> Rect {
    match content.size {
        PanelSize::FullScreen | PanelSize::Frameless => {
            Rect { height: area.height.saturating_sub(1), ..area }
        }
        PanelSize::Text | PanelSize::Columns => {
            Rect::new(area.x, areas.list.y, area.width, areas.list.height)
        }
    }
}

/// The choice of the top panel at a cell, and its selected choice, as indices.
pub(super) fn choice_at(state: &State, at: Position) -> Option<(usize, usize)> {
    let (content, ctx, room) = top_panel(state)?;
    panels::choice_at(&content, &ctx, room, at)
}

/// The letter of the top panel's shortcut at a cell.
pub(super) fn shortcut_at(state: &State, at: Position) -> Option<&'static str> {
    let (content, ctx, room) = top_panel(state)?;
    panels::shortcut_at(&content, &ctx, room, at)
}

/// The area of the top panel.
pub(super) fn top_panel_area(state: &State) -> Option<Rect> {
    let (content, ctx, room) = top_panel(state)?;
    Some(panels::area(&content, &ctx, room))
}

/// Whether the preview shows what the panel has. It does unless it would have nothing to show.
fn is_in_preview(overlay: &Overlay, state: &State, areas: &Areas) -> bool {
    matches!(overlay, Overlay::AccountRoles(_))
        && preview::shows_account_roles(areas)
        && !state.other_roles().is_empty()
}

/// Whether the top panel selects among the roles that the preview lists.
pub(super) fn selects_in_preview(state: &State) -> bool {
    let areas = layout::current(state);
    state.overlays.last().is_some_and(|top| is_in_preview(top, state, &areas))
}

/// The role of the preview's list at a cell, as an index into the entries of the roster.
pub(super) fn preview_role_at(state: &State, at: Position) -> Option<usize> {
    let area = layout::current(state).preview?;
    preview::role_at(state, &DrawContext::new(state), area, at)
}

/// The suggested name at a cell, while nothing matches.
pub(super) fn suggestion_at(state: &State, at: Position) -> Option<usize> {
    let areas = layout::current(state);
    if areas.tiny || state.list.len() > 0 {
        return None;
    }
    empty::suggestion_at(state, &DrawContext::new(state), areas.list, at)
}

/// The content of the top panel, and the area that it may use.
fn top_panel(state: &State) -> Option<(PanelContent, DrawContext, Rect)> {
    let areas = layout::current(state);
    let top = state.overlays.last().filter(|top| !is_in_preview(top, state, &areas))?;
    let content = top.as_panel().content(state);
    if areas.tiny {
        return None;
    }
    // As far from the right edge as `draw` places it.
    let width = if state.inline { areas.query.width } else { state.size.0 };
    let room = panel_area(&content, Rect::new(0, 0, width, state.size.1), &areas);
    Some((content, DrawContext::new(state), room))
}

/// The styles of the palette, each with a letter and a name.
#[cfg(test)]
pub(super) fn named_styles(appearance: crate::tui::Appearance) -> Vec<(char, &'static str, Style)> {
    Palette::from_appearance(appearance).named()
}

/// Draws the list and the query, and returns the position of the cursor.
fn draw_list_and_query(
    state: &State,
    ctx: &DrawContext,
    areas: layout::Areas,
    buffer: &mut Buffer,
) -> Position {
    if let Some(preview) = areas.preview {
        preview::draw(state, ctx, preview, buffer);
    }
    if state.list.len() == 0 {
        empty::draw(state, ctx, areas.list, buffer);
    } else {
        if let Some(headings) = areas.headings {
            list::draw_column_headings(state, ctx, headings, buffer);
        }
        list::draw(state, ctx, areas.list, areas.scrollbar, buffer);
    }
    draw_query(state, ctx, areas.query, buffer)
}

/// Draws the query line: the prompt, the query, and the number of matches on the right.
fn draw_query(state: &State, ctx: &DrawContext, area: Rect, buffer: &mut Buffer) -> Position {
    let mut writer = CellWriter::new(buffer, area.x + 1, area.y, area.width - 2);
    writer.write(
        match state.vi.mode {
            ViMode::Normal => ctx.glyphs.normal_mode_prompt,
            ViMode::Insert => ctx.glyphs.prompt,
        },
        ctx.palette.mark,
    );
    writer.x = area.x + layout::gutter_width(state);
    if !state.query.is_empty() && state.list.loaded && area.width >= 40 && !state.inline {
        let (some, all) = (
            crate::tui::format::group_digits(state.list.len()),
            crate::tui::format::group_digits(state.row_count()),
        );
        writer.write_right(&format!("  {some} / {all}"), ctx.palette.dim);
    }
    if state.search.sort_order != SortOrder::Best && area.width >= 60 {
        writer.write_right(&format!("  {}", state.search.sort_order.name()), ctx.palette.accent);
    }
    let room = usize::from(writer.remaining()).saturating_sub(1);
    let mut cursor = writer.x;
    if state.query.is_empty() {
        let hints = [
            "type to filter accounts, roles, ids, tags",
            "type to filter accounts and roles",
            "type to filter",
        ];
        writer.write(
            hints.into_iter().find(|text| width(text) <= room).unwrap_or(""),
            ctx.palette.placeholder,
        );
    } else {
        cursor = writer.write_input(&state.query, ctx.palette.text.add_modifier(Modifier::BOLD));
    }
    Position::new(cursor.min(area.right().saturating_sub(1)), area.y)
}
