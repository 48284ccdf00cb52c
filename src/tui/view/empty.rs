//! The screen in place of a list without rows: the reason, its duration, and the next step with its
//! key.

use crate::domain::query::recognize_url;
use crate::domain::{
    Error, ErrorKind, InstanceName, Timestamp, format_age, format_duration_spaced,
    unreachable_summary,
};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::{Modifier, Style};

use super::DrawContext;
use super::cell_writer::CellWriter;
use crate::tui::commands::{PanelKind, PickerCommand};
use crate::tui::format;
use crate::tui::labels;
use crate::tui::layout::gutter_width;
use crate::tui::state::refresh_progress::SLOW_ANSWER_SECONDS;
use crate::tui::state::retry_lookup::RetryStatus;
use crate::tui::state::text_input::TextEdit;
use crate::tui::state::{RefreshStatus, State};
use crate::tui::status_line::duration_suffix;
use crate::tui::text::{truncate_middle, width, wrap};

/// The maximum width of a suggested name.
const MAX_NAME_CELLS: usize = 40;

/// The maximum width of a query without matches; enough to recognize it.
const MAX_QUERY_CELLS: usize = 120;

/// Longer lines are hard to read.
const MAX_LINE_CELLS: usize = 84;

/// A line of text, wrapped if necessary.
enum EmptyStateLine {
    /// The state.
    Title(String),
    /// A state that is an error.
    Error(String),
    /// An explanation.
    Soft(String),
    /// Durations and other secondary text.
    Dim(String),
    /// The complete error message; dropped if there is no room.
    Detail(String),
    /// A progress bar.
    Progress(usize, usize),
    /// A similar name that can be selected, by its index.
    Suggestion(usize, String),
    /// A next step.
    Step(PickerCommand, String),
}

/// A line after wrapping, at its place.
struct PlacedLine<'a> {
    line: &'a EmptyStateLine,
    /// The number of the wrapped line within its text.
    at: usize,
    text: String,
    area: Rect,
}

/// Draws paragraphs, separated by blank lines if there is room for them.
pub(super) fn draw(state: &State, ctx: &DrawContext, area: Rect, buffer: &mut Buffer) {
    if !state.list.loaded {
        return;
    }
    let parts = fitting_paragraphs(state, ctx, area);
    for PlacedLine { line, at, text, area } in place_lines(&parts, state, ctx, area) {
        draw_line(line, at, &text, state, ctx, area, buffer);
    }
}

/// The suggested name at a cell.
pub(super) fn suggestion_at(
    state: &State,
    ctx: &DrawContext,
    area: Rect,
    at: Position,
) -> Option<usize> {
    let parts = fitting_paragraphs(state, ctx, area);
    let placed = place_lines(&parts, state, ctx, area);
    placed.iter().find(|placed| placed.area.contains(at)).and_then(|placed| match placed.line {
        EmptyStateLine::Suggestion(number, _) => Some(*number),
        _ => None,
    })
}

/// The width of the text.
fn text_cells(state: &State, area: Rect) -> u16 {
    area.width.saturating_sub(gutter_width(state) + 1)
}

/// The paragraphs, without details if there is no room for them.
fn fitting_paragraphs(state: &State, ctx: &DrawContext, area: Rect) -> Paragraphs {
    let cells = text_cells(state, area);
    let mut parts = paragraphs(state, ctx);
    if line_count(&parts, state, ctx, cells) > area.height.into() {
        parts
            .iter_mut()
            .for_each(|part| part.retain(|line| !matches!(line, EmptyStateLine::Detail(_))));
    }
    parts.retain(|part| !part.is_empty());
    parts
}

fn line_count(parts: &Paragraphs, state: &State, ctx: &DrawContext, cells: u16) -> usize {
    let lines = parts.iter().flatten();
    lines.map(|line| lines_of(line, state, ctx, cells.into()).len()).sum()
}

fn place_lines<'a>(
    parts: &'a Paragraphs,
    state: &State,
    ctx: &DrawContext,
    area: Rect,
) -> Vec<PlacedLine<'a>> {
    let cells = text_cells(state, area);
    let height = line_count(parts, state, ctx, cells) + parts.len().saturating_sub(1);
    let gap = u16::from(height <= area.height.into());
    let (mut y, mut placed) = (area.y, Vec::new());
    for part in parts {
        for line in part {
            for (at, text) in lines_of(line, state, ctx, cells.into()).into_iter().enumerate() {
                if y < area.bottom() {
                    let area = Rect::new(area.x + gutter_width(state), y, cells, 1);
                    placed.push(PlacedLine { line, at, text, area });
                }
                y += 1;
            }
        }
        y += gap;
    }
    placed
}

/// The lines after wrapping.
fn lines_of(line: &EmptyStateLine, state: &State, ctx: &DrawContext, cells: usize) -> Vec<String> {
    match line {
        EmptyStateLine::Progress(..) => vec![String::new()],
        EmptyStateLine::Suggestion(_, name) => vec![name.clone()],
        EmptyStateLine::Title(text)
        | EmptyStateLine::Soft(text)
        | EmptyStateLine::Dim(text)
        | EmptyStateLine::Detail(text) => wrap(text, cells.min(MAX_LINE_CELLS)),
        EmptyStateLine::Error(text) => {
            wrap(text, cells.min(MAX_LINE_CELLS).saturating_sub(width(ctx.glyphs.error) + 1))
        }
        EmptyStateLine::Step(command, text) => wrap(
            text,
            cells
                .min(MAX_LINE_CELLS)
                .saturating_sub(width(&labels::key_label(state, *command)) + 1),
        ),
    }
}

/// Draws the `at`th wrapped line.
fn draw_line(
    line: &EmptyStateLine,
    at: usize,
    text: &str,
    state: &State,
    ctx: &DrawContext,
    area: Rect,
    buffer: &mut Buffer,
) {
    let mut writer = CellWriter::new(buffer, area.x, area.y, area.width);
    let palette = ctx.palette;
    match line {
        EmptyStateLine::Error(_) => {
            draw_prefix(&mut writer, ctx.glyphs.error, at, palette.danger_mark)
        }
        EmptyStateLine::Step(command, _) => {
            draw_prefix(&mut writer, &labels::key_label(state, *command), at, palette.accent)
        }
        EmptyStateLine::Suggestion(number, _) => {
            let is_selected = state.list.selected_name == *number;
            let bar = if is_selected { ctx.glyphs.selection_bar } else { " " };
            draw_prefix(&mut writer, bar, at, palette.mark);
        }
        EmptyStateLine::Title(_)
        | EmptyStateLine::Soft(_)
        | EmptyStateLine::Dim(_)
        | EmptyStateLine::Detail(_)
        | EmptyStateLine::Progress(..) => {}
    }
    let (style, text) = match line {
        EmptyStateLine::Title(_) => (palette.text.add_modifier(Modifier::BOLD), text.to_owned()),
        EmptyStateLine::Error(_) => (palette.danger.add_modifier(Modifier::BOLD), text.to_owned()),
        EmptyStateLine::Soft(_) => (palette.soft, text.to_owned()),
        EmptyStateLine::Dim(_) | EmptyStateLine::Detail(_) => (palette.dim, text.to_owned()),
        EmptyStateLine::Step(..) | EmptyStateLine::Suggestion(..) => {
            (palette.text, text.to_owned())
        }
        EmptyStateLine::Progress(done, total) => {
            (palette.mark, progress_bar(ctx, *done, *total, area.width.into()))
        }
    };
    writer.write(&text, style);
}

/// Draws a prefix before the first wrapped line, and indents the others.
fn draw_prefix(writer: &mut CellWriter<'_>, mark: &str, at: usize, style: Style) {
    match at {
        0 => {
            writer.write(mark, style);
            writer.skip(1);
        }
        _ => writer.skip(u16::try_from(width(mark) + 1).unwrap_or(0)),
    }
}

type Paragraphs = Vec<Vec<EmptyStateLine>>;

fn paragraphs(state: &State, ctx: &DrawContext) -> Paragraphs {
    if !state.query.is_empty() && !state.roster.entries.is_empty() {
        return nothing_matches(state, ctx);
    }
    if !state.roster.entries.is_empty() {
        let roster = &state.roster;
        let roles = roster.entries.iter().filter(|entry| roster.profile(entry).is_none()).count();
        let all = format::pluralize(roles, "role");
        return vec![
            vec![EmptyStateLine::Title(format!("You have hidden all of your roles: {all}"))],
            vec![EmptyStateLine::Step(
                PickerCommand::Open(PanelKind::HiddenRoles),
                "lists them and can show them again".to_owned(),
            )],
        ];
    }
    if let Some((done, total, _)) = state.refresh_totals() {
        return first_refresh(state, done, total);
    }
    if state.is_unlock_needed() {
        return locked();
    }
    let failed = state.refresh.by_instance.iter().find_map(|(instance, refresh)| match refresh {
        RefreshStatus::Failed { error, since } if error.kind != ErrorKind::LoginNeeded => {
            Some((instance, error, *since))
        }
        _ => None,
    });
    match (failed, state.instance_to_sign_in()) {
        (Some((instance, error, since)), _) => refresh_failed(state, instance, error, since),
        (None, Some(instance)) => signed_out(state, instance),
        // The vault answers in a moment.
        (None, None) if !state.unknown_sessions.is_empty() => Vec::new(),
        (None, None) => no_roles(state),
    }
}

fn nothing_matches(state: &State, ctx: &DrawContext) -> Paragraphs {
    let mut similar = Vec::new();
    let mut steps = Vec::new();
    let is_foreign = is_foreign_url(state.query.text());
    if is_foreign {
        similar.push(EmptyStateLine::Soft(
            "it is not the address of a page of the AWS console or an access portal".to_owned(),
        ));
    }
    if state.list.hidden_matches > 0 {
        let (roles, would) = (
            format::pluralize(state.list.hidden_matches, "hidden role"),
            if state.list.hidden_matches == 1 { "it" } else { "them" },
        );
        similar.push(EmptyStateLine::Soft(format!("{roles} would match")));
        steps.push(EmptyStateLine::Step(
            PickerCommand::Open(PanelKind::HiddenRoles),
            format!("shows {would}"),
        ));
    }
    if !state.list.nearest_names.is_empty() {
        similar.push(EmptyStateLine::Soft("similar names:".to_owned()));
        similar.extend(state.list.nearest_names.iter().enumerate().map(|(number, name)| {
            let name = truncate_middle(name, MAX_NAME_CELLS, ctx.glyphs.ellipsis);
            EmptyStateLine::Suggestion(number, name)
        }));
        steps.push(EmptyStateLine::Step(
            PickerCommand::Activate,
            "searches for the selected name".to_owned(),
        ));
    }
    match state.retry_status() {
        _ if is_foreign => {}
        RetryStatus::Checking => {
            similar.push(EmptyStateLine::Soft("checking with AWS, in case it is new".to_owned()))
        }
        RetryStatus::Checked => {
            similar.push(EmptyStateLine::Dim("a refresh just now found no other roles".to_owned()))
        }
        RetryStatus::NotChecked => {}
    }
    steps.push(EmptyStateLine::Step(
        PickerCommand::Edit(TextEdit::CutToStart),
        "clears the query, Backspace shortens it".to_owned(),
    ));
    let query = truncate_middle(state.query.text(), MAX_QUERY_CELLS, ctx.glyphs.ellipsis);
    vec![vec![EmptyStateLine::Title(format!("Nothing matches {query}"))], similar, steps]
}

/// Whether a query is the address of a page that is not AWS's.
fn is_foreign_url(query: &str) -> bool {
    recognize_url(query).is_some_and(|page| !page.is_aws)
}

fn first_refresh(state: &State, done: usize, total: usize) -> Paragraphs {
    let title = match total {
        0 => "Reading your accounts".to_owned(),
        _ => format!(
            "Reading your roles: {} of {}",
            format::group_digits(done),
            format::pluralize(total, "account")
        ),
    };
    let bar = if total > 0 && state.appearance.motion {
        vec![EmptyStateLine::Progress(done, total)]
    } else {
        Vec::new()
    };
    let throttled = state.refresh.throttled_since.map(|since| {
        EmptyStateLine::Soft(format!(
            "AWS is throttling{}: the refresh continues more slowly",
            duration_suffix(since, state.now)
        ))
    });
    let waited = state
        .unanswered_since()
        .map(|began| state.now.seconds_since(began))
        .filter(|waited| *waited >= SLOW_ANSWER_SECONDS);
    let failing = state.retried_failure().map(|error| {
        EmptyStateLine::Soft(format!("{}; rolecall keeps trying", unreachable_summary(error)))
    });
    let no_answer = waited.filter(|_| failing.is_none()).map(|waited| {
        let long = if state.appearance.motion {
            format!(" for {}", format_duration_spaced(waited))
        } else {
            " yet".to_owned()
        };
        EmptyStateLine::Soft(format!("AWS has not answered{long}; rolecall keeps trying"))
    });
    let next = EmptyStateLine::Dim("You can type already, and use roles as they arrive".to_owned());
    vec![
        vec![EmptyStateLine::Title(title)],
        bar,
        failing.into_iter().chain(no_answer).chain(throttled).chain([next]).collect(),
    ]
}

fn locked() -> Paragraphs {
    vec![
        vec![
            EmptyStateLine::Title("The vault is locked".to_owned()),
            EmptyStateLine::Dim("so the sign-ins are unknown".to_owned()),
        ],
        vec![EmptyStateLine::Soft(
            "Your sign-ins are in it, encrypted with a passphrase".to_owned(),
        )],
        vec![EmptyStateLine::Step(
            PickerCommand::Activate,
            "asks for the passphrase and reads your roles".to_owned(),
        )],
    ]
}

fn refresh_failed(
    state: &State,
    instance: &InstanceName,
    error: &Error,
    since: Timestamp,
) -> Paragraphs {
    let title = match error.kind {
        ErrorKind::Unreachable => unreachable_summary(error),
        ErrorKind::Throttled => "AWS keeps throttling".to_owned(),
        ErrorKind::AccessDenied => format!("AWS refuses to list your roles in {instance}"),
        _ => format!("Could not read your roles in {instance}"),
    };
    let when =
        format!("first tried {}; there is no older list to show", format_age(since, state.now));
    let hints = error.hints.iter().map(|hint| EmptyStateLine::Soft(hint.clone()));
    vec![
        vec![
            EmptyStateLine::Error(title),
            EmptyStateLine::Detail(error.message.clone()),
            EmptyStateLine::Dim(when),
        ],
        hints.collect(),
        vec![
            EmptyStateLine::Step(PickerCommand::Refresh, "tries again".to_owned()),
            EmptyStateLine::Step(
                PickerCommand::Open(PanelKind::Log),
                "shows all messages".to_owned(),
            ),
        ],
    ]
}

fn signed_out(state: &State, instance: &InstanceName) -> Paragraphs {
    let others = state.roster.sso_instances().len().saturating_sub(1);
    let more = (others > 0).then(|| {
        EmptyStateLine::Step(
            PickerCommand::Open(PanelKind::Instances),
            format!("signs in to {}", other_instances(others)),
        )
    });
    let step =
        EmptyStateLine::Step(PickerCommand::Activate, "signs in and reads your roles".to_owned());
    vec![
        vec![
            EmptyStateLine::Title(format!("You are not signed in to {instance}")),
            EmptyStateLine::Dim("its roles have never been read on this machine".to_owned()),
        ],
        std::iter::once(step).chain(more).collect(),
    ]
}

fn other_instances(others: usize) -> String {
    if others == 1 {
        "the other IAM Identity Center".to_owned()
    } else {
        format!("one of the {others} others")
    }
}

fn no_roles(state: &State) -> Paragraphs {
    let names: Vec<&str> =
        state.roster.sso_instances().iter().map(|instance| instance.name.as_str()).collect();
    let were = if names.len() == 1 { "was" } else { "were" };
    let read = state
        .fetched_at()
        .map(|at| format!("{} {were} read {}", names.join(" and "), format_age(at, state.now)));
    vec![
        std::iter::once(EmptyStateLine::Title("No roles are assigned to you".to_owned()))
            .chain(read.map(EmptyStateLine::Dim))
            .collect(),
        vec![EmptyStateLine::Soft(
            "Ask whoever runs your IAM Identity Center for a permission set in an account"
                .to_owned(),
        )],
        vec![
            EmptyStateLine::Step(PickerCommand::Refresh, "refreshes the list".to_owned()),
            EmptyStateLine::Step(
                PickerCommand::Open(PanelKind::Instances),
                "shows the instances and who is signed in".to_owned(),
            ),
        ],
    ]
}

/// A progress bar of at most 40 cells.
fn progress_bar(ctx: &DrawContext, done: usize, total: usize, cells: usize) -> String {
    let cells = cells.min(40);
    let full = (done * cells / total).min(cells);
    format!(
        "{}{}",
        ctx.glyphs.progress_done.repeat(full),
        ctx.glyphs.progress_rest.repeat(cells - full)
    )
}
