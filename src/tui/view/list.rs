//! Draws the list: headings, rows, the selection and the scrollbar.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use super::DrawContext;
use super::cell_writer::CellWriter;
use super::palette::{ColoredText, Palette};
use crate::domain::{AccountId, format_duration};
use crate::tui::column_stats::ExtraKind;
use crate::tui::columns::{self, Columns, GAP, IdForm, SLACK};
use crate::tui::format;
use crate::tui::glyphs::Glyphs;
use crate::tui::layout::gutter_width;
use crate::tui::search::ListSection;
use crate::tui::state::State;
use crate::tui::state::list::ListLine;

/// Draws the visible lines.
pub(super) fn draw(
    state: &State,
    ctx: &DrawContext,
    area: Rect,
    scrollbar: Rect,
    buffer: &mut Buffer,
) {
    let columns =
        columns::plan(area.width.saturating_sub(gutter_width(state)), &state.list.column_stats);
    for (offset, y) in (area.top()..area.bottom()).enumerate() {
        match state.list.line_at(state.list.first_line + offset) {
            Some(ListLine::Row(row)) => {
                self::draw_row(state, ctx, &columns, row, Rect { y, height: 1, ..area }, buffer)
            }
            Some(ListLine::Heading(section, rows)) => {
                draw_heading(state, ctx, section, rows, Rect { y, height: 1, ..area }, buffer)
            }
            Some(ListLine::Blank) => {}
            None => break,
        }
    }
    draw_scrollbar(state, ctx, scrollbar, buffer);
}

/// Draws the headings of the columns.
pub(super) fn draw_column_headings(
    state: &State,
    ctx: &DrawContext,
    area: Rect,
    buffer: &mut Buffer,
) {
    let columns =
        columns::plan(area.width.saturating_sub(gutter_width(state)), &state.list.column_stats);
    let width = row_width(state, &columns, area);
    let mut writer = CellWriter::new(buffer, area.x + 1, area.y, width.saturating_sub(1));
    writer.x = area.x + gutter_width(state);
    if columns.time > 0 {
        writer.write_right(" ", ctx.palette.text);
        writer.write_right("LEFT", ctx.palette.title);
    }
    let extras = columns.extras.iter().map(|extra| (extra.kind.heading(), extra.width));
    let headings = [
        ("ACCOUNT".to_owned(), columns.account),
        ("ID".to_owned(), columns.id.width()),
        ("ROLE".to_owned(), columns.role),
        (String::new(), columns.protected),
    ];
    for (text, cells) in headings.into_iter().chain(extras).filter(|(_, cells)| *cells > 0) {
        let style = ctx.palette.title;
        writer.write_column(&text, cells, ctx.glyphs.ellipsis, &[], style, style);
        writer.skip(GAP);
    }
}

/// The width of a row. On a wide list, the remaining time stays near its row.
fn row_width(state: &State, columns: &Columns, area: Rect) -> u16 {
    area.width.min(gutter_width(state) + columns.cells() + SLACK)
}

fn draw_heading(
    state: &State,
    ctx: &DrawContext,
    section: ListSection,
    rows: usize,
    area: Rect,
    buffer: &mut Buffer,
) {
    let title = match section {
        ListSection::Current => "you are here",
        ListSection::Favorites => "favourites",
        ListSection::Recent => "recent",
        ListSection::All => "all",
    };
    let mut writer = CellWriter::new(
        buffer,
        area.x + gutter_width(state),
        area.y,
        area.width.saturating_sub(gutter_width(state)),
    );
    writer.write(title, ctx.palette.title);
    if section == ListSection::All {
        writer.write(&format!(" {}", format::group_digits(rows)), ctx.palette.dim);
    }
}

fn draw_row(
    state: &State,
    ctx: &DrawContext,
    columns: &Columns,
    row: usize,
    area: Rect,
    buffer: &mut Buffer,
) {
    let Some(entry) = state.list.entry(row) else { return };
    let id = state.list.roster.id(entry);
    let selected = row == state.list.selected_row();
    if selected {
        // If the selection is reversed, the mark would be a hole in it.
        let start =
            if ctx.palette.selection.add_modifier.contains(Modifier::REVERSED) { 2 } else { 1 };
        let bar = Rect { x: area.x + start, width: area.width.saturating_sub(start), ..area };
        buffer.set_style(bar, ctx.palette.selection);
    }
    let width = row_width(state, columns, area);
    let palette = if selected { ctx.palette.selected() } else { ctx.palette };
    let mut writer = CellWriter::new(buffer, area.x + 1, area.y, width.saturating_sub(1));
    writer.write(if selected { ctx.glyphs.selection_bar } else { " " }, ctx.palette.mark);
    let mark = if state.marked.contains(&id) {
        ctx.glyphs.marked
    } else if state.is_shell_role(&state.list.roster, entry) {
        ctx.glyphs.here
    } else {
        " "
    };
    writer.write(mark, palette.mark);
    writer.x = area.x + gutter_width(state);
    if columns.time > 0 {
        writer.write_right(" ", palette.text);
        let left = state
            .expires_at(&id)
            .map(|at| format_duration(at.seconds_since(state.now)))
            .unwrap_or_default();
        writer.write_right(
            &format!("{left:>width$}", width = usize::from(columns.time)),
            palette.dim,
        );
    }
    draw_cells(state, &palette, ctx.glyphs, columns, row, &mut writer);
}

/// Draws the columns from the left. The first of equal account names is bold, so that accounts look
/// like groups.
fn draw_cells(
    state: &State,
    palette: &Palette,
    glyphs: Glyphs,
    columns: &Columns,
    row: usize,
    writer: &mut CellWriter<'_>,
) {
    let Some(entry) = state.list.entry(row) else { return };
    let cut = glyphs.ellipsis;
    let hits = state.list.highlights(row);
    let selected = row == state.list.selected_row();
    // The first name of an account is bold. With a query, the matched letters stand out instead.
    let is_first = !state.list.repeats_account(row) && state.query.is_empty();
    let name = if selected || is_first { palette.name } else { palette.text };
    let style = state.list.row_style(row);
    let in_color = |text: Style, color: Option<&str>| match color {
        Some(color) => palette.in_color(text, color),
        None => ColoredText { text, mark: None },
    };
    // All rows of an account have its colour, also the selected one.
    let name = in_color(name, style.and_then(|style| style.account_color.as_deref()));
    let role = in_color(palette.soft, style.and_then(|style| style.role_color.as_deref()));
    let named = !entry.account_name.is_empty();
    let name_hits = if named { &hits.account } else { &hits.id };
    let hit = palette.hit;
    draw_mark(writer, name);
    writer.write_column(entry.account_label(), columns.account, cut, name_hits, name.text, hit);
    writer.skip(GAP);
    match columns.id {
        // The ID is shown in place of the name, or not known.
        _ if !named || entry.account == AccountId::UNKNOWN => writer.skip(columns.id.width()),
        IdForm::Whole => {
            writer.write_column(entry.account.as_str(), 12, cut, &hits.id, palette.dim, palette.hit)
        }
        IdForm::LastFour => {
            let last: Vec<usize> = hits.id.iter().filter_map(|at| at.checked_sub(8)).collect();
            writer.write(cut, palette.faint);
            writer.write_column(
                &entry.account.as_str()[8..],
                4,
                cut,
                &last,
                palette.dim,
                palette.hit,
            );
        }
        IdForm::Absent => {}
    }
    if columns.id != IdForm::Absent {
        writer.skip(GAP);
    }
    draw_mark(writer, role);
    writer.write_column(&entry.role, columns.role, cut, &hits.role, role.text, palette.hit);
    if columns.protected > 0 {
        writer.skip(GAP);
        writer
            .write(if entry.is_protected() { glyphs.protected } else { " " }, palette.danger_mark);
    }
    for extra in &columns.extras {
        writer.skip(GAP);
        let (text, hits) = match &extra.kind {
            // A profile belongs to no instance.
            ExtraKind::Instance if state.list.roster.profile(entry).is_some() => ("", &[][..]),
            ExtraKind::Instance => (state.list.roster.instance(entry).name.as_str(), &hits.sso[..]),
            ExtraKind::Tag(key) => (
                entry.tags.get(key).map_or("", String::as_str),
                hits.tags.iter().find(|(name, _)| name == key).map_or(&[][..], |(_, hits)| hits),
            ),
        };
        writer.write_column(text, extra.width, cut, hits, palette.dim, palette.hit);
    }
}

/// Draws the mark in the blank cell before a text.
fn draw_mark(writer: &mut CellWriter<'_>, text: ColoredText) {
    if let Some(style) = text.mark {
        writer.x -= 1;
        writer.write(" ", style);
    }
}

/// Draws the scrollbar, unless the whole list is visible.
fn draw_scrollbar(state: &State, ctx: &DrawContext, area: Rect, buffer: &mut Buffer) {
    let (all, shown) = (state.list.line_count(), usize::from(area.height));
    if all <= shown || area.area() == 0 {
        return;
    }
    let size = (shown * shown / all).max(1);
    let start = (state.list.first_line * (shown - size)).div_ceil(all - shown);
    for offset in 0..size.min(shown) {
        let y = area.y + u16::try_from(start + offset).unwrap_or(0);
        CellWriter::new(buffer, area.x, y.min(area.bottom() - 1), 1)
            .write(ctx.glyphs.scrollbar_thumb, ctx.palette.dim);
    }
}
