//! Where everything stands: one answer for the view, the mouse and the arithmetic of pages.

use ratatui::layout::Rect;

use super::columns;
use super::commands::{self, PickerCommand};
use super::state::State;
use super::state::first_run::{FirstRunField, FirstRunStep};
use super::status_line;
use super::view::text::width;
use crate::domain::enums::Preview;
use crate::tui::format;

/// The parts of the screen. They do not overlap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Areas {
    /// Program, instances, counts.
    pub(super) header: Option<Rect>,
    /// What is typed.
    pub(super) query: Rect,
    /// Rows and headings, without the scrollbar.
    pub(super) list: Rect,
    /// One column beside the list.
    pub(super) scrollbar: Rect,
    /// All about the selected role; a line of its own on its left.
    pub(super) preview: Option<Rect>,
    /// What is amiss: the blank line above the footer, and where there is none the footer itself.
    pub(super) status_line: Option<Rect>,
    /// Keys, or a note.
    pub(super) footer: Option<Rect>,
    /// Too small for anything but one line.
    pub(super) tiny: bool,
}

/// Cells before the text of query, rows and headings: margin, bar, a blank, and a column for marks
/// where roles can be marked.
pub(super) fn gutter_width(state: &State) -> u16 {
    if state.multi { 4 } else { 3 }
}

/// The parts of a screen of this state's size.
pub(super) fn current(state: &State) -> Areas {
    areas(Rect::new(0, 0, state.size.0, state.size.1), state)
}

/// The parts of this area.
pub(super) fn areas(area: Rect, state: &State) -> Areas {
    let Rect { x, y, width, height } = area;
    let none = Rect::new(x, y, 0, 0);
    // Below the prompt there is nothing but query, rows and keys.
    if width < 20 || height < if state.inline { 3 } else { 5 } {
        let line = Rect::new(x, y, width, height.min(1));
        return Areas {
            header: None,
            query: line,
            list: none,
            scrollbar: none,
            preview: None,
            status_line: None,
            footer: None,
            tiny: true,
        };
    }
    if state.inline {
        return inline_areas(area, state);
    }
    let roomy = height >= 14;
    let header = (height >= 12 && width >= 48).then(|| Rect::new(x, y, width, 1));
    let query = Rect::new(x, y + u16::from(header.is_some()), width, 1);
    let footer = Rect::new(x, y + height - 1, width, 1);
    let top = query.y + 1 + u16::from(roomy);
    let bottom = footer.y - u16::from(roomy);
    let rows = bottom.saturating_sub(top);
    let (measure, margin) = (&state.list.column_stats, gutter_width(state) + 1);
    // What the list has no use for is the preview's.
    let needed = columns::plan(width.saturating_sub(MIN_PREVIEW_WIDTH + margin), measure).cells();
    let preview_width =
        width.saturating_sub(needed + margin).clamp(MIN_PREVIEW_WIDTH, MAX_PREVIEW_WIDTH);
    let list_cells = width.saturating_sub(preview_width + margin);
    let (beside, below) = match state.preview {
        _ if state.list.len() == 0 => (false, false),
        Preview::Auto => (width >= 100 && columns::keeps_names_and_ids(list_cells, measure), false),
        Preview::Right => (width >= 72, false),
        // The list keeps the larger part.
        Preview::Below => (false, rows >= 16),
        Preview::Off => (false, false),
    };
    let notice = status_line_area(footer, roomy, state);
    if below {
        let height = (rows * 2 / 5).clamp(6, 12);
        let list = Rect::new(x, top, width - 2, rows - height);
        let preview = Some(Rect::new(x, top + rows - height, width, height));
        let scrollbar = Rect::new(list.right() + 1, top, 1, list.height);
        return Areas {
            header,
            query,
            list,
            scrollbar,
            preview,
            status_line: notice,
            footer: Some(footer),
            tiny: false,
        };
    }
    let preview_width = if beside { preview_width } else { 0 };
    let preview =
        (preview_width > 0).then(|| Rect::new(x + width - preview_width, top, preview_width, rows));
    // The scrollbar runs on the preview's line, or in the last column.
    let list = Rect::new(x, top, width - preview_width.max(1) - 1, rows);
    let scrollbar = Rect::new(list.right() + 1, top, 1, rows);
    Areas {
        header,
        query,
        list,
        scrollbar,
        preview,
        status_line: notice,
        footer: Some(footer),
        tiny: false,
    }
}

/// The rows below the prompt: the query on the first one, where the terminal keeps the cursor when
/// it breaks its lines anew, and nothing at the right edge, so that a narrower window has no rows
/// to break.
fn inline_areas(area: Rect, state: &State) -> Areas {
    let Rect { x, y, width, height } = area;
    // A window that is made a fifth narrower breaks none of the rows.
    let widest = width.min((width - width / 5).max(MIN_INLINE_WIDTH));
    let room = widest.saturating_sub(gutter_width(state) + 1);
    let needed = columns::plan(room, &state.list.column_stats).cells() + gutter_width(state) + 1;
    let width = widest.min(needed.max(MIN_INLINE_WIDTH));
    let line = |y| Rect::new(x, y, width, 1);
    let list = Rect::new(x, y + 1, width, height.saturating_sub(2));
    let scrollbar = Rect::new(list.right(), list.y, 0, list.height);
    let footer = line(y + height - 1);
    let notice = status_line_area(footer, false, state);
    Areas {
        header: None,
        query: line(y),
        list,
        scrollbar,
        preview: None,
        status_line: notice,
        footer: Some(footer),
        tiny: false,
    }
}

/// Where the line of what is amiss stands, if anything is. On the footer it gives way to a panel's
/// keys and to a note.
fn status_line_area(footer: Rect, roomy: bool, state: &State) -> Option<Rect> {
    let covers = state.overlays.is_empty()
        && state.note.is_none()
        && state.pending.is_none()
        && state.marked.is_empty();
    let stands = (roomy || covers) && status_line::current(state).is_some();
    stands.then(|| Rect { y: footer.y - u16::from(roomy), ..footer })
}

/// Columns of a preview beside the list.
const MIN_PREVIEW_WIDTH: u16 = 32;
const MAX_PREVIEW_WIDTH: u16 = 64;

/// Columns for query, keys and panels of an inline picker, where the list needs fewer.
const MIN_INLINE_WIDTH: u16 = 72;

/// What stands before the keys of an inline picker, which has no first line for it: how much
/// matches, and how a refresh goes.
pub(super) fn inline_prefix(state: &State) -> String {
    if !state.inline {
        return String::new();
    }
    let matches = if state.query.is_empty() {
        String::new()
    } else {
        format!("{}/", format::group_digits(state.list.len()))
    };
    let gauge = match state.refresh_totals() {
        Some((done, total, _)) if state.appearance.motion && total > 0 => {
            format!(" {done} of {total} read")
        }
        Some(_) => " reading".to_owned(),
        None => String::new(),
    };
    format!("{matches}{}{gauge}   ", format::group_digits(state.role_count()))
}

/// One word of the footer: where it stands, its key, its name, what a click on it does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FooterHint {
    /// Where.
    pub(super) area: Rect,
    /// The key.
    pub(super) key: String,
    /// What it does.
    pub(super) name: &'static str,
    /// The same, for the machine.
    pub(super) command: PickerCommand,
}

/// The footer's words: only what can be done now, dropped from the right as space goes. Leaving
/// stands at the right edge.
pub(super) fn footer_hints(area: Rect, state: &State) -> Vec<FooterHint> {
    let wanted = footer_commands(state);
    let mut hints = Vec::new();
    let cells = |text: String| u16::try_from(width(&text)).unwrap_or(0);
    let mut x = area.x
        + 1
        + cells(inline_prefix(state))
        + marked_label(state).map_or(0, |text| cells(text) + 3);
    let word = |command: PickerCommand, name: &'static str, x: u16| {
        let key = match command {
            PickerCommand::Help if state.query.is_empty() => state
                .key_bindings
                .label_for_empty_query(command, state.vi.normal_mode, state.appearance.ascii),
            _ => state.key_bindings.label_of(command, state.vi.normal_mode, state.appearance.ascii),
        }?;
        let cells = u16::try_from(width(&key) + 1 + width(name)).unwrap_or(u16::MAX);
        Some(FooterHint { area: Rect::new(x, area.y, cells, 1), key, name, command })
    };
    for (command, name) in wanted {
        let Some(hint) = word(command, name, x) else { continue };
        if hint.area.right() >= area.right() || (area.width < 48 && !hints.is_empty()) {
            break;
        }
        x = hint.area.right() + 3;
        hints.push(hint);
    }
    let Some(leave) = word(PickerCommand::Quit, "quit", 0) else { return hints };
    let start = if state.inline { x } else { area.right().saturating_sub(leave.area.width + 1) };
    if state.overlays.is_empty()
        && x <= start
        && area.width >= 60
        && start + leave.area.width < area.right()
    {
        hints.push(FooterHint { area: Rect { x: start, ..leave.area }, ..leave });
    }
    hints
}

/// How many roles are marked, for the left end of the footer.
pub(super) fn marked_label(state: &State) -> Option<String> {
    (!state.marked.is_empty() && state.overlays.is_empty())
        .then(|| format!("{} marked", state.marked.len()))
}

/// Commands for the footer with their names, the most useful first.
fn footer_commands(state: &State) -> Vec<(PickerCommand, &'static str)> {
    let act = if state.is_unlock_needed() {
        "unlock"
    } else if state.selected_entry().is_none() {
        "sign in"
    } else if state.marked.is_empty() {
        state.action.label()
    } else if state.action == super::PickAction::Print {
        "choose marked"
    } else {
        "what to do"
    };
    let console = if state.marked.len() > 1 { "consoles" } else { "console" };
    let main = [
        (PickerCommand::Insert, "search"),
        (PickerCommand::Activate, act),
        (PickerCommand::Console, console),
        (PickerCommand::Menu, "actions"),
        (PickerCommand::Mark, "mark"),
        (PickerCommand::Details, "details"),
        (PickerCommand::Help, "help"),
        (PickerCommand::Refresh, "refresh"),
    ];
    match state.overlays.last() {
        Some(top) => top.as_panel().hints(state),
        None if state.first_run.is_some() => first_run_commands(state),
        None => {
            let useful = |command: PickerCommand| match command {
                PickerCommand::Insert => state.vi.normal_mode,
                PickerCommand::Console if state.action == super::PickAction::Console => false,
                // Known by everybody who reads the help; a place in the footer only when something
                // is amiss.
                PickerCommand::Refresh => state.is_offline() || state.list.len() == 0,
                _ => true,
            };
            main.into_iter()
                .filter(|(command, _)| useful(*command) && commands::is_available(*command, state))
                .collect()
        }
    }
}

/// Commands of the form for the first instance.
fn first_run_commands(state: &State) -> Vec<(PickerCommand, &'static str)> {
    let back = (PickerCommand::Back, "back");
    match state.first_run.as_ref().map(|form| form.step) {
        Some(FirstRunStep::StartUrl) => vec![(PickerCommand::Activate, "go on")],
        Some(FirstRunStep::Discovering) => vec![back],
        Some(FirstRunStep::Details(FirstRunField::Region)) => {
            vec![(PickerCommand::Activate, "go on"), (PickerCommand::Mark, "to the name"), back]
        }
        Some(FirstRunStep::Details(FirstRunField::Name)) => {
            vec![
                (PickerCommand::Activate, "write and sign in"),
                (PickerCommand::Mark, "to the region"),
                back,
            ]
        }
        Some(FirstRunStep::Saving) | None => Vec::new(),
    }
}
