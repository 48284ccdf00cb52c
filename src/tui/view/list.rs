//! The list: headings and rows, the bar on the selected one, the scrollbar.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;

use super::super::columns::{self, Columns, GAP, IdForm};
use super::super::layout::gutter;
use super::super::matching::Section;
use super::super::state::State;
use super::super::state::list::Shown;
use super::glyphs::Glyphs;
use super::palette::Palette;
use super::text::Pen;
use super::{Ink, words};
use crate::domain::format_duration_short;

/// Cells at most between the last column and the time left.
const SLACK: u16 = 6;

/// Draws the lines that fit from the first shown one on.
pub(super) fn draw(state: &State, ink: &Ink, area: Rect, scrollbar: Rect, buffer: &mut Buffer) {
    let columns = columns::plan(area.width.saturating_sub(gutter(state)), &state.list.measure);
    for (offset, y) in (area.top()..area.bottom()).enumerate() {
        match state.list.shown(state.list.top + offset) {
            Some(Shown::Row(row)) => {
                self::row(state, ink, &columns, row, Rect { y, height: 1, ..area }, buffer)
            }
            Some(Shown::Heading(section, rows)) => {
                heading(state, ink, section, rows, Rect { y, height: 1, ..area }, buffer)
            }
            Some(Shown::Blank) => {}
            None => break,
        }
    }
    bar(state, ink, scrollbar, buffer);
}

fn heading(
    state: &State,
    ink: &Ink,
    section: Section,
    rows: usize,
    area: Rect,
    buffer: &mut Buffer,
) {
    let title = match section {
        Section::Current => "this shell",
        Section::Favourites => "favourites",
        Section::Recent => "recent",
        Section::All => "all",
    };
    let mut pen =
        Pen::new(buffer, area.x + gutter(state), area.y, area.width.saturating_sub(gutter(state)));
    pen.put(title, ink.palette.title);
    if section == Section::All {
        pen.put(&format!(" {}", words::grouped(rows)), ink.palette.dim);
    }
}

fn row(state: &State, ink: &Ink, columns: &Columns, row: usize, area: Rect, buffer: &mut Buffer) {
    let Some(entry) = state.list.entry(row) else { return };
    let id = state.list.roster.id(entry);
    let selected = row == state.list.at;
    if selected {
        // Reversed, the mark itself would be a hole in the bar.
        let start = if ink.palette.bar.add_modifier.contains(Modifier::REVERSED) { 2 } else { 1 };
        let bar = Rect { x: area.x + start, width: area.width.saturating_sub(start), ..area };
        buffer.set_style(bar, ink.palette.bar);
    }
    // The time left is seen with its row: not at the far edge of a wide list.
    let width = area.width.min(gutter(state) + columns.cells() + SLACK);
    let palette = if selected { ink.palette.on_the_bar() } else { ink.palette };
    let mut pen = Pen::new(buffer, area.x + 1, area.y, width.saturating_sub(1));
    pen.put(if selected { ink.glyphs.bar } else { " " }, ink.palette.accent);
    pen.put(if state.marked.contains(&id) { ink.glyphs.marked } else { " " }, palette.accent);
    pen.x = area.x + gutter(state);
    if columns.time > 0 {
        pen.put_right(" ", palette.text);
        let left = state
            .expiry(&id)
            .map(|at| format_duration_short(at.since(state.now)))
            .unwrap_or_default();
        pen.put_right(&format!("{left:>width$}", width = usize::from(columns.time)), palette.dim);
    }
    cells(state, &palette, ink.glyphs, columns, row, &mut pen);
}

/// The columns from the left. A name that stands on the row above already is quieter, so that
/// accounts are seen as groups.
fn cells(
    state: &State,
    palette: &Palette,
    glyphs: Glyphs,
    columns: &Columns,
    row: usize,
    pen: &mut Pen<'_>,
) {
    let Some(entry) = state.list.entry(row) else { return };
    let cut = glyphs.cut;
    let hits = state.list.hits(row);
    let selected = row == state.list.at;
    let name = match (selected, state.list.repeats(row)) {
        (false, true) => palette.dim,
        // Among matches the matched letters are what stands out.
        (false, false) if !state.query.is_empty() => palette.text,
        _ => palette.name,
    };
    let name = match state
        .list
        .look(row)
        .and_then(|look| look.color.as_deref())
        .and_then(|word| palette.named(word))
    {
        // On the bar, too: the colour is how the account is known.
        // In high contrast nothing is quieter than anything else.
        Some(color) if !selected && palette.dim != palette.text && state.list.repeats(row) => {
            name.fg(color).add_modifier(Modifier::DIM)
        }
        Some(color) => name.fg(color),
        None => name,
    };
    let named = !entry.account_name.is_empty();
    let name_hits = if named { &hits.account } else { &hits.id };
    // Matched letters are never quiet.
    let hit = palette.hit.remove_modifier(Modifier::DIM);
    pen.field(entry.account_label(), columns.account, cut, name_hits, name, hit);
    pen.skip(GAP);
    match columns.id {
        // The id stands in the place of the name.
        _ if !named => pen.skip(columns.id.width()),
        IdForm::Whole => {
            pen.field(entry.account.as_str(), 12, cut, &hits.id, palette.dim, palette.hit)
        }
        IdForm::LastFour => {
            let last: Vec<usize> = hits.id.iter().filter_map(|at| at.checked_sub(8)).collect();
            pen.put(cut, palette.faint);
            pen.field(&entry.account.as_str()[8..], 4, cut, &last, palette.dim, palette.hit);
        }
        IdForm::Absent => {}
    }
    if columns.id != IdForm::Absent {
        pen.skip(GAP);
    }
    pen.field(&entry.role, columns.role, cut, &hits.role, palette.soft, palette.hit);
    if columns.protected > 0 {
        pen.skip(GAP);
        pen.put(if entry.is_protected() { glyphs.protected } else { " " }, palette.danger);
    }
    if columns.instance > 0 {
        pen.skip(GAP);
        pen.field(
            state.list.roster.instance(entry).name.as_str(),
            columns.instance,
            cut,
            &hits.sso,
            palette.dim,
            palette.hit,
        );
    }
    for (key, cells) in &columns.tags {
        pen.skip(GAP);
        let tag_hits =
            hits.tags.iter().find(|(name, _)| name == key).map_or(&[][..], |(_, hits)| hits);
        pen.field(
            entry.tags.get(key).map_or("", String::as_str),
            *cells,
            cut,
            tag_hits,
            palette.dim,
            palette.hit,
        );
    }
}

/// Where the screen is in the list; nothing when all of it is shown.
fn bar(state: &State, ink: &Ink, area: Rect, buffer: &mut Buffer) {
    let (all, shown) = (state.list.lines(), usize::from(area.height));
    if all <= shown || area.area() == 0 {
        return;
    }
    let size = (shown * shown / all).max(1);
    let start = (state.list.top * (shown - size)).div_ceil(all - shown);
    for offset in 0..size.min(shown) {
        let y = area.y + u16::try_from(start + offset).unwrap_or(0);
        Pen::new(buffer, area.x, y.min(area.bottom() - 1), 1)
            .put(ink.glyphs.thumb, ink.palette.dim);
    }
}
