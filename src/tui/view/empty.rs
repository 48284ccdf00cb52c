//! What stands in place of the list when it has no rows: what is, since when, and the next step
//! with its key.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use super::super::catalog::Command;
use super::super::layout::gutter;
use super::super::notice::{PATIENCE, lasting};
use super::super::panels::{self, Opens};
use super::super::state::line::Edit;
use super::super::state::look_again::Again;
use super::super::state::{Refresh, State};
use super::text::{Pen, middle, width, wrap};
use super::{Ink, words};
use crate::domain::{Error, ErrorKind, InstanceName, Timestamp};

/// Cells of a name that is near what was typed.
const NAME: usize = 40;

/// Cells of a query that nothing matches: enough to recognize it.
const QUERY: usize = 120;

/// Nobody reads longer lines with ease.
const WIDEST: usize = 84;

/// One line, or as many as its text needs.
enum Line {
    /// What is.
    Title(String),
    /// What is, and should not be.
    Trouble(String),
    /// More about it.
    Soft(String),
    /// Since when, how often.
    Dim(String),
    /// What went wrong in full: goes where there is no room for everything.
    Detail(String),
    /// A gauge.
    Bar(usize, usize),
    /// What can be done.
    Step(Command, String),
}

/// Draws it: parts with a blank line between them, where there is room for blank lines.
pub(super) fn draw(state: &State, ink: &Ink, area: Rect, buffer: &mut Buffer) {
    if !state.list.loaded {
        return;
    }
    let gutter = gutter(state);
    let cells = area.width.saturating_sub(gutter + 1);
    let mut parts = say(state, ink);
    let height = |parts: &Parts| {
        parts
            .iter()
            .flatten()
            .map(|line| lines_of(line, state, ink, cells.into()).len())
            .sum::<usize>()
    };
    if height(&parts) > area.height.into() {
        parts.iter_mut().for_each(|part| part.retain(|line| !matches!(line, Line::Detail(_))));
    }
    parts.retain(|part| !part.is_empty());
    let gap = u16::from(height(&parts) + parts.len().saturating_sub(1) <= area.height.into());
    let mut y = area.y;
    for part in &parts {
        for line in part {
            for (at, text) in lines_of(line, state, ink, cells.into()).into_iter().enumerate() {
                if y < area.bottom() {
                    put(
                        line,
                        at,
                        &text,
                        state,
                        ink,
                        Rect::new(area.x + gutter, y, cells, 1),
                        buffer,
                    );
                }
                y += 1;
            }
        }
        y += gap;
    }
}

/// The lines of text that a line takes.
fn lines_of(line: &Line, state: &State, ink: &Ink, cells: usize) -> Vec<String> {
    match line {
        Line::Bar(..) => vec![String::new()],
        Line::Title(text) | Line::Soft(text) | Line::Dim(text) | Line::Detail(text) => {
            wrap(text, cells.min(WIDEST))
        }
        Line::Trouble(text) => {
            wrap(text, cells.min(WIDEST).saturating_sub(width(ink.glyphs.failed) + 1))
        }
        Line::Step(command, text) => {
            wrap(text, cells.min(WIDEST).saturating_sub(width(&panels::key(state, *command)) + 1))
        }
    }
}

/// Puts the `at`th line of text of a line.
fn put(
    line: &Line,
    at: usize,
    text: &str,
    state: &State,
    ink: &Ink,
    area: Rect,
    buffer: &mut Buffer,
) {
    let mut pen = Pen::new(buffer, area.x, area.y, area.width);
    let palette = ink.palette;
    match line {
        Line::Trouble(_) => lead(&mut pen, ink.glyphs.failed, at, palette.danger),
        Line::Step(command, _) => lead(&mut pen, &panels::key(state, *command), at, palette.accent),
        Line::Title(_) | Line::Soft(_) | Line::Dim(_) | Line::Detail(_) | Line::Bar(..) => {}
    }
    let (style, text) = match line {
        Line::Title(_) => (palette.text.add_modifier(Modifier::BOLD), text.to_owned()),
        Line::Trouble(_) => (palette.danger.add_modifier(Modifier::BOLD), text.to_owned()),
        Line::Soft(_) => (palette.soft, text.to_owned()),
        Line::Dim(_) | Line::Detail(_) => (palette.dim, text.to_owned()),
        Line::Step(..) => (palette.text, text.to_owned()),
        Line::Bar(done, total) => (palette.accent, progress(ink, *done, *total, area.width.into())),
    };
    pen.put(&text, style);
}

/// A mark before the first line of a text, and the room of it before the others.
fn lead(pen: &mut Pen<'_>, mark: &str, at: usize, style: Style) {
    match at {
        0 => {
            pen.put(mark, style);
            pen.skip(1);
        }
        _ => pen.skip(u16::try_from(width(mark) + 1).unwrap_or(0)),
    }
}

type Parts = Vec<Vec<Line>>;

fn say(state: &State, ink: &Ink) -> Parts {
    if !state.query.is_empty() && !state.roster.entries.is_empty() {
        return nothing_matches(state, ink);
    }
    if !state.roster.entries.is_empty() {
        let all = words::count(state.roster.entries.len(), "role");
        return vec![
            vec![Line::Title(format!("You have hidden all of your roles: {all}"))],
            vec![Line::Step(
                Command::Open(Opens::Hidden),
                "lists them, to be shown again".to_owned(),
            )],
        ];
    }
    if let Some((done, total, _)) = state.gauge() {
        return first_refresh(state, done, total);
    }
    if state.unlocking_is_next() {
        return locked();
    }
    let failed = state.refreshes.iter().find_map(|(instance, refresh)| match refresh {
        Refresh::Failed { error, since } if error.kind != ErrorKind::LoginNeeded => {
            Some((instance, error, *since))
        }
        _ => None,
    });
    match (failed, state.sign_in_is_next()) {
        (Some((instance, error, since)), _) => unread(state, instance, error, since),
        (None, Some(instance)) => signed_out(state, instance),
        (None, None) => no_roles(state),
    }
}

fn nothing_matches(state: &State, ink: &Ink) -> Parts {
    let mut near = Vec::new();
    let mut steps = Vec::new();
    if state.list.hidden > 0 {
        let (roles, would) = (
            words::count(state.list.hidden, "hidden role"),
            if state.list.hidden == 1 { "it" } else { "them" },
        );
        near.push(Line::Soft(format!("{roles} would match")));
        steps.push(Line::Step(Command::Open(Opens::Hidden), format!("shows {would}")));
    }
    if !state.list.nearest.is_empty() {
        let names: Vec<_> =
            state.list.nearest.iter().map(|name| middle(name, NAME, ink.glyphs.cut)).collect();
        near.push(Line::Soft(format!("near it: {}", names.join(", "))));
    }
    match state.again() {
        Again::Checking => near.push(Line::Soft("checking with AWS, in case it is new".to_owned())),
        Again::Checked => near
            .push(Line::Dim("AWS was asked just now and knows no other roles of yours".to_owned())),
        Again::Not => {}
    }
    steps.push(Line::Step(
        Command::Edit(Edit::CutToStart),
        "clears the query, Backspace shortens it".to_owned(),
    ));
    let query = middle(state.query.text(), QUERY, ink.glyphs.cut);
    vec![vec![Line::Title(format!("Nothing matches {query}"))], near, steps]
}

fn first_refresh(state: &State, done: usize, total: usize) -> Parts {
    let title = match total {
        0 => "Reading your accounts".to_owned(),
        _ => format!(
            "Reading your roles: {} of {}",
            words::grouped(done),
            words::count(total, "account")
        ),
    };
    let bar =
        if total > 0 && state.looks.motion { vec![Line::Bar(done, total)] } else { Vec::new() };
    let slow = state.throttled.map(|since| {
        Line::Soft(format!(
            "AWS is throttling{}: this goes on by itself, more slowly",
            lasting(since, state.now)
        ))
    });
    let waited =
        state.unanswered().map(|began| state.now.since(began)).filter(|waited| *waited >= PATIENCE);
    let silent = waited.map(|waited| {
        let long = if state.looks.motion {
            format!(" for {}", words::span(waited))
        } else {
            " yet".to_owned()
        };
        Line::Soft(format!("AWS has not answered{long}; it is asked again and again"))
    });
    let next = Line::Dim("Roles can be used as they come; you can type already".to_owned());
    vec![vec![Line::Title(title)], bar, silent.into_iter().chain(slow).chain([next]).collect()]
}

fn locked() -> Parts {
    vec![
        vec![
            Line::Title("The vault is locked".to_owned()),
            Line::Dim("so nobody can tell who is signed in".to_owned()),
        ],
        vec![Line::Soft("Your sign-ins are in it, sealed with a passphrase".to_owned())],
        vec![Line::Step(
            Command::Act,
            "asks for the passphrase, then your roles are read".to_owned(),
        )],
    ]
}

fn unread(state: &State, instance: &InstanceName, error: &Error, since: Timestamp) -> Parts {
    let title = match error.kind {
        ErrorKind::Unreachable => "AWS can't be reached".to_owned(),
        ErrorKind::Throttled => "AWS is throttling and did not stop".to_owned(),
        ErrorKind::AccessDenied => format!("AWS refuses to list your roles in {instance}"),
        _ => format!("Could not read your roles in {instance}"),
    };
    let when =
        format!("first tried {}; there is no older list to show", words::ago(since, state.now));
    let hints = error.hints.iter().map(|hint| Line::Soft(hint.clone()));
    vec![
        vec![Line::Trouble(title), Line::Detail(error.message.clone()), Line::Dim(when)],
        hints.collect(),
        vec![
            Line::Step(Command::Refresh, "tries again".to_owned()),
            Line::Step(Command::Open(Opens::Log), "tells everything that was said".to_owned()),
        ],
    ]
}

fn signed_out(state: &State, instance: &InstanceName) -> Parts {
    let others = state.roster.instances.len().saturating_sub(1);
    let more = (others > 0).then(|| {
        Line::Step(Command::Open(Opens::Instances), format!("signs in to {}", elsewhere(others)))
    });
    let step = Line::Step(Command::Act, "signs in and reads your roles".to_owned());
    vec![
        vec![
            Line::Title(format!("You are not signed in to {instance}")),
            Line::Dim("its roles were never read on this machine".to_owned()),
        ],
        std::iter::once(step).chain(more).collect(),
    ]
}

fn elsewhere(others: usize) -> String {
    if others == 1 {
        "the other IAM Identity Center".to_owned()
    } else {
        format!("one of the {others} others")
    }
}

fn no_roles(state: &State) -> Parts {
    let names: Vec<&str> =
        state.roster.instances.iter().map(|instance| instance.name.as_str()).collect();
    let were = if names.len() == 1 { "was" } else { "were" };
    let read = state
        .fetched_at()
        .map(|at| format!("{} {were} read {}", names.join(" and "), words::ago(at, state.now)));
    vec![
        std::iter::once(Line::Title("No roles are assigned to you".to_owned()))
            .chain(read.map(Line::Dim))
            .collect(),
        vec![Line::Soft(
            "Ask whoever runs your IAM Identity Center for a permission set in an account"
                .to_owned(),
        )],
        vec![
            Line::Step(Command::Refresh, "looks again once they have".to_owned()),
            Line::Step(Command::Open(Opens::Instances), "tells who is signed in where".to_owned()),
        ],
    ]
}

/// A bar of 40 cells, or fewer.
fn progress(ink: &Ink, done: usize, total: usize, cells: usize) -> String {
    let cells = cells.min(40);
    let full = (done * cells / total).min(cells);
    format!("{}{}", ink.glyphs.full.repeat(full), ink.glyphs.rest.repeat(cells - full))
}
