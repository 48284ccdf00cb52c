//! The preview: details of the selected role beside or below the list.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::DrawContext;
use super::cell_writer::CellWriter;
use super::rows;
use crate::domain::enums::Preview;
use crate::tui::commands::{PanelKind, PickerCommand};
use crate::tui::labels;
use crate::tui::layout::{self, Areas};
use crate::tui::panels::content::ContentRow;
use crate::tui::panels::{account_roles, role_details};
use crate::tui::state::State;

/// From this width on, a preview below the list has two columns of rows.
const TWO_COLUMN_WIDTH: u16 = 72;
/// From this height on, a preview also has the other roles of the account.
const MIN_HEIGHT_FOR_ROLES: u16 = 18;
/// The gap between these columns.
const GAP: u16 = 2;

/// Draws the preview with a line on its left or above it.
pub(super) fn draw(state: &State, ctx: &DrawContext, area: Rect, buffer: &mut Buffer) {
    let below = state.list_options.preview == Preview::Below;
    if below {
        CellWriter::new(buffer, area.x, area.y, area.width)
            .write(&ctx.glyphs.progress_rest.repeat(area.width.into()), ctx.palette.faint);
    } else {
        for y in area.top()..area.bottom() {
            CellWriter::new(buffer, area.x, y, 1)
                .write(ctx.glyphs.vertical_line, ctx.palette.faint);
        }
    }
    let inner = inner_area(state, area);
    let cells =
        if below && inner.width >= TWO_COLUMN_WIDTH { inner.width * 2 / 5 } else { inner.width };
    let about = role_details::rows(state, cells.into());
    // Below the list there is more width than height: the role is on the left, its details beside
    // it.
    let parted =
        about.iter().position(|row| *row == ContentRow::Blank).filter(|_| cells < inner.width);
    match parted {
        Some(at) => {
            draw_rows(&about[..at], ctx, Rect { width: cells, ..inner }, buffer);
            draw_rows(
                &about[at + 1..],
                ctx,
                Rect { x: inner.x + cells + GAP, width: inner.width - cells - GAP, ..inner },
                buffer,
            );
        }
        None => {
            let (roles, below) = place_account_roles(state, ctx, inner, &about);
            draw_rows(&about, ctx, Rect { height: below.y - inner.y, ..inner }, buffer);
            draw_account_roles(&roles, state, ctx, below, buffer);
        }
    }
}

/// The preview without its line and margins.
fn inner_area(state: &State, area: Rect) -> Rect {
    let room = Rect { x: area.x + 2, width: area.width.saturating_sub(3), ..area };
    if state.list_options.preview == Preview::Below {
        Rect { x: area.x + 3, y: area.y + 1, height: area.height.saturating_sub(1), ..room }
    } else {
        room
    }
}

/// The other roles of the account, and the area for them below the details.
fn place_account_roles(
    state: &State,
    ctx: &DrawContext,
    inner: Rect,
    about: &[ContentRow],
) -> (Vec<usize>, Rect) {
    let roles =
        if shows_account_roles(&layout::current(state)) { state.other_roles() } else { Vec::new() };
    // However many tags there are, a third is for the roles.
    let reserved = match u16::try_from(roles.len()) {
        Ok(0) => 0,
        count => count.unwrap_or(u16::MAX).saturating_add(2).min(inner.height / 3),
    };
    let lines = rows::lines(about, ctx, inner.width.into()).len();
    let used = u16::try_from(lines).unwrap_or(u16::MAX).min(inner.height - reserved);
    (roles, Rect { y: inner.y + used, height: inner.height - used, ..inner })
}

/// The first visible one of the other roles and the number of visible ones, of `count`.
fn visible_roles(state: &State, count: usize, area: Rect) -> (usize, usize) {
    let room = usize::from(area.height.saturating_sub(2));
    // The last line says how many more there are.
    let shown = if count > room { room.saturating_sub(1) } else { count };
    let selected = state.account_roles_panel().map_or(0, |panel| panel.selected_index(state));
    ((selected + 1).saturating_sub(shown), shown)
}

/// The role of the preview's list at a cell, as an index into the entries of the roster.
pub(super) fn role_at(state: &State, ctx: &DrawContext, area: Rect, at: Position) -> Option<usize> {
    let inner = inner_area(state, area);
    let about = role_details::rows(state, inner.width.into());
    let (roles, below) = place_account_roles(state, ctx, inner, &about);
    let (first, shown) = visible_roles(state, roles.len(), below);
    let row = usize::from(at.y.checked_sub(below.y + 2)?);
    let is_inside = area.contains(at) && at.x > area.x && row < shown;
    roles.get(first + row).copied().filter(|_| is_inside)
}

/// Whether the preview has room for the other roles of the account, so that they need no panel.
pub(super) fn shows_account_roles(areas: &Areas) -> bool {
    // The details of a role take fewer lines than the rest.
    areas.preview.is_some_and(|preview| preview.height >= MIN_HEIGHT_FOR_ROLES)
}

/// Draws the other roles of the account, as many as fit, with the bar on the selected one.
fn draw_account_roles(
    roles: &[usize],
    state: &State,
    ctx: &DrawContext,
    area: Rect,
    buffer: &mut Buffer,
) {
    if roles.is_empty() || area.height < 3 {
        return;
    }
    let selected = state.account_roles_panel().map(|panel| panel.selected_index(state));
    let mut writer = CellWriter::new(buffer, area.x, area.y + 1, area.width);
    let is_profile = state.list.selected().is_some_and(|role| role.profile().is_some());
    writer.write(if is_profile { "other profiles" } else { "other roles" }, ctx.palette.title);
    let key = labels::key_label(state, PickerCommand::Open(PanelKind::AccountRoles));
    if selected.is_none() {
        writer.skip(GAP);
        writer.write(&key, ctx.palette.accent);
    }
    let rows = account_roles::rows(state, roles);
    let lines = rows::lines(&rows, ctx, area.width.into());
    let fit = rows::fit_columns(&rows, area.width.into());
    let (first, shown) = visible_roles(state, lines.len(), area);
    for (line, y) in lines.iter().skip(first).take(shown).zip(area.y + 2..) {
        let chosen =
            matches!(line, rows::ContentLine::Choice(number, ..) if selected == Some(*number));
        if chosen {
            let bar = Rect::new(area.x.saturating_sub(1), y, area.width + 2, 1);
            buffer.set_style(bar.intersection(buffer.area), ctx.palette.selection);
            CellWriter::new(buffer, area.x.saturating_sub(1), y, 1)
                .write(ctx.glyphs.selection_bar, ctx.palette.mark);
        }
        rows::draw(line, &fit, chosen, ctx, Rect { y, height: 1, ..area }, buffer);
    }
    if shown < lines.len() {
        let more = format!("{} more", lines.len() - shown);
        CellWriter::new(buffer, area.x, area.bottom() - 1, area.width)
            .write(&more, ctx.palette.dim);
    }
}

fn draw_rows(rows: &[ContentRow], ctx: &DrawContext, area: Rect, buffer: &mut Buffer) {
    let lines = rows::lines(rows, ctx, area.width.into());
    for (line, y) in lines.iter().zip(area.top()..area.bottom()) {
        rows::draw(line, &[], false, ctx, Rect { y, height: 1, ..area }, buffer);
    }
}
