//! The areas of the screen, shared by the view, the mouse and page movements.

use ratatui::layout::Rect;

use super::columns;
use super::state::State;
use super::status_line;
use crate::domain::enums::Preview;

/// The areas of the screen. They do not overlap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Areas {
    /// The program name, instances and counts.
    pub(super) header: Option<Rect>,
    /// The query.
    pub(super) query: Rect,
    /// The headings of the columns, on the blank line below the query.
    pub(super) headings: Option<Rect>,
    /// Rows and section headings, without the scrollbar.
    pub(super) list: Rect,
    /// The scrollbar: one column beside the list.
    pub(super) scrollbar: Rect,
    /// The preview of the selected role, with a line on its left.
    pub(super) preview: Option<Rect>,
    /// The status line above the footer: the blank line, or the last line of the list if there is
    /// none.
    pub(super) status_line: Option<Rect>,
    /// Keys, or a note.
    pub(super) footer: Option<Rect>,
    /// Whether the screen is too small for anything but one line.
    pub(super) tiny: bool,
}

/// The cells before query, rows and headings: margin, selection bar and a space, plus a column for
/// marks if there are any.
pub(super) fn gutter_width(state: &State) -> u16 {
    if state.multi || state.list_options.shell_role.is_some() { 4 } else { 3 }
}

/// The areas of a screen of the current size.
pub(super) fn current(state: &State) -> Areas {
    areas(Rect::new(0, 0, state.size.0, state.size.1), state)
}

/// Divides an area.
pub(super) fn areas(area: Rect, state: &State) -> Areas {
    let Rect { x, y, width, height } = area;
    let none = Rect::new(x, y, 0, 0);
    // An inline picker has only query, rows and keys.
    if width < 20 || height < if state.inline { 3 } else { 5 } {
        let line = Rect::new(x, y, width, height.min(1));
        return Areas {
            header: None,
            query: line,
            headings: None,
            list: none,
            scrollbar: none,
            preview: None,
            status_line: None,
            footer: None,
            tiny: true,
        };
    }
    if state.inline { inline_areas(area, state) } else { full_areas(area, state) }
}

/// The areas of a picker that has the screen for itself.
fn full_areas(area: Rect, state: &State) -> Areas {
    let Rect { x, y, width, height } = area;
    let roomy = height >= 14;
    let header = (height >= 12 && width >= 48).then(|| Rect::new(x, y, width, 1));
    let query = Rect::new(x, y + u16::from(header.is_some()), width, 1);
    let footer = Rect::new(x, y + height - 1, width, 1);
    let top = query.y + 1 + u16::from(roomy);
    let status_line = status_line_area(footer, top, roomy, state);
    let bottom = footer.y - u16::from(roomy || status_line.is_some());
    let rows = bottom.saturating_sub(top);
    let (stats, margin) = (&state.list.column_stats, gutter_width(state) + 1);
    // The preview gets the space that the list does not need.
    let needed = columns::needed(width.saturating_sub(MIN_PREVIEW_WIDTH + margin), stats);
    let [usual, most] = MAX_PREVIEW_WIDTHS;
    let widest = (stats.role.max + ARN_MARGIN).clamp(usual, most);
    let preview_width = width.saturating_sub(needed + margin).clamp(MIN_PREVIEW_WIDTH, widest);
    let list_cells = width.saturating_sub(preview_width + margin);
    let (beside, below) = match state.list_options.preview {
        _ if state.list.len() == 0 => (false, false),
        Preview::Auto => (width >= 100 && columns::keeps_what_matters(list_cells, stats), false),
        Preview::Right => (width >= 72, false),
        // The list keeps the larger part.
        Preview::Below => (false, rows >= 16),
        Preview::Off => (false, false),
    };
    if below {
        let height = (rows * 2 / 5).clamp(6, 12);
        let list = Rect::new(x, top, width - 2, rows - height);
        let preview = Some(Rect::new(x, top + rows - height, width, height));
        let scrollbar = Rect::new(list.right() + 1, top, 1, list.height);
        return Areas {
            header,
            query,
            headings: headings_area(list, roomy, state),
            list,
            scrollbar,
            preview,
            status_line,
            footer: Some(footer),
            tiny: false,
        };
    }
    let preview_width = if beside { preview_width } else { 0 };
    let preview =
        (preview_width > 0).then(|| Rect::new(x + width - preview_width, top, preview_width, rows));
    // The scrollbar is on the preview's line, or in the last column.
    let list = Rect::new(x, top, width - preview_width.max(1) - 1, rows);
    let scrollbar = Rect::new(list.right() + 1, top, 1, rows);
    Areas {
        header,
        query,
        headings: headings_area(list, roomy, state),
        list,
        scrollbar,
        preview,
        status_line,
        footer: Some(footer),
        tiny: false,
    }
}

/// The areas of an inline picker. The query is on the first row, where the terminal keeps the
/// cursor when it reflows its lines. Rows are the same as on the whole screen; nothing is to the
/// right of them, so that a narrower window has no rows to reflow as long as they fit.
fn inline_areas(area: Rect, state: &State) -> Areas {
    let Rect { x, y, width, height } = area;
    let list_width = full_areas(area, state).list.width;
    let columns =
        columns::plan(list_width.saturating_sub(gutter_width(state)), &state.list.column_stats);
    let needed = gutter_width(state) + columns.cells() + columns::SLACK;
    let width = width.min(needed.min(list_width).max(MIN_INLINE_WIDTH));
    let line = |y| Rect::new(x, y, width, 1);
    let footer = line(y + height - 1);
    let has_headings = height >= MIN_HEIGHT_WITH_HEADINGS;
    let top = y + 1 + u16::from(has_headings);
    let status_line = status_line_area(footer, top, false, state);
    let rows = (footer.y - top).saturating_sub(u16::from(status_line.is_some()));
    let list = Rect::new(x, top, width.min(list_width), rows);
    let scrollbar = Rect::new(list.right(), list.y, 0, list.height);
    Areas {
        header: None,
        query: line(y),
        headings: headings_area(list, has_headings, state),
        list,
        scrollbar,
        preview: None,
        status_line,
        footer: Some(footer),
        tiny: false,
    }
}

/// The line of column headings above the list, if there is one and there are columns.
fn headings_area(list: Rect, has_line: bool, state: &State) -> Option<Rect> {
    let is_shown = has_line && state.first_run.is_none() && state.list.len() > 0;
    is_shown.then(|| Rect { y: list.y - 1, height: 1, ..list })
}

/// The area of the status line, if there is a problem. Without a blank line above the footer, it
/// takes a line of the list, which keeps at least one; `top` is the first line of the list. A panel
/// then needs every line.
fn status_line_area(footer: Rect, top: u16, roomy: bool, state: &State) -> Option<Rect> {
    let fits = roomy || state.overlays.is_empty() && footer.y >= top + 2;
    let is_shown = fits && status_line::current(state).is_some();
    is_shown.then(|| Rect { y: footer.y - 1, ..footer })
}

/// The least width of a preview beside the list, in columns.
const MIN_PREVIEW_WIDTH: u16 = 32;
/// The width up to which a preview grows in any case, and for long ARNs.
const MAX_PREVIEW_WIDTHS: [u16; 2] = [64, 110];
/// The width of a preview without the role's name in `arn:aws-us-gov:iam::012345678901:role/`.
const ARN_MARGIN: u16 = 50;

/// From this height on, an inline picker has a line for the headings and still three rows.
const MIN_HEIGHT_WITH_HEADINGS: u16 = 6;

/// The minimum width of an inline picker, for query, keys and panels.
const MIN_INLINE_WIDTH: u16 = 72;
