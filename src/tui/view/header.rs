//! The first line: program, who is signed in where, how much there is and how old it is.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::super::state::State;
use super::text::{Pen, width};
use super::{Ink, words};
use crate::domain::{Timestamp, format_duration};
use crate::ops::work::{InstanceSession, UnlockPrompt, clock_warning};

/// Draws it. The right side gives way first, then what is said of each session.
pub(super) fn draw(state: &State, ink: &Ink, area: Rect, buffer: &mut Buffer) {
    let mut pen = Pen::new(buffer, area.x + 1, area.y, area.width.saturating_sub(2));
    let left = |detail| {
        "rolecall".len()
            + 1
            + sessions(state, ink, detail)
                .iter()
                .map(|part| 2 + width(&part.whole()))
                .sum::<usize>()
    };
    let room = usize::from(pen.room());
    let right = counts(state, ink);
    let detail = [Detail::Whole, Detail::Short, Detail::Mark]
        .into_iter()
        .find(|detail| left(*detail) + 2 + width(&right[2]) <= room);
    let detail = detail.unwrap_or(Detail::Mark);
    if let Some(text) = right.iter().find(|text| left(detail) + 2 + width(text) <= room) {
        pen.put_right(text, ink.palette.dim);
    }
    pen.put("rolecall", ink.palette.dim);
    pen.skip(1);
    for part in sessions(state, ink, detail) {
        pen.skip(2);
        pen.put(&part.name, ink.palette.text);
        pen.skip(1);
        pen.put(part.mark, if part.signed_in { ink.palette.accent } else { ink.palette.dim });
        if !part.said.is_empty() {
            pen.skip(1);
            pen.put(&part.said, ink.palette.dim);
        }
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Detail {
    Whole,
    Short,
    Mark,
}

struct Part {
    name: String,
    mark: &'static str,
    signed_in: bool,
    said: String,
}

impl Part {
    fn whole(&self) -> String {
        format!(
            "{} {}{}{}",
            self.name,
            self.mark,
            if self.said.is_empty() { "" } else { " " },
            self.said
        )
    }
}

fn sessions(state: &State, ink: &Ink, detail: Detail) -> Vec<Part> {
    let part = |session: &InstanceSession| {
        let signed_in =
            session.signed_in && session.ends_at.is_none_or(|ends| ends.since(state.now) > 0);
        let mark = if signed_in { ink.glyphs.on } else { ink.glyphs.off };
        // A closed vault tells nobody who is signed in.
        let said = if state.locked.is_some_and(UnlockPrompt::is_locked) && detail != Detail::Mark {
            "locked".to_owned()
        } else {
            said(session, signed_in, state.now, detail)
        };
        Part { name: session.instance.to_string(), mark, signed_in, said }
    };
    state.sessions.instances.iter().map(part).collect()
}

fn said(session: &InstanceSession, signed_in: bool, now: Timestamp, detail: Detail) -> String {
    match (detail, signed_in, session.ends_at, session.signed_in_at) {
        (Detail::Mark, ..) => String::new(),
        (Detail::Short, false, ..) => "out".to_owned(),
        (Detail::Whole, false, ..) => "signed out".to_owned(),
        (_, true, Some(ends), _) => format!("~{}", format_duration(ends.since(now))),
        (Detail::Whole, true, None, Some(since)) => format!("signed in {}", words::ago(since, now)),
        (_, true, None, _) => String::new(),
    }
}

/// The right side, from all that can be said to the least.
fn counts(state: &State, ink: &Ink) -> [String; 4] {
    if state.roster.entries.is_empty() {
        let gauge = gauge(state, ink);
        return [gauge.clone(), gauge.clone(), gauge, String::new()];
    }
    let roles = words::count(state.count(), "role");
    let accounts = words::count(state.list.measure.accounts, "account");
    let age = state.fetched_at().map(|at| match state.now.since(at) {
        ..60 => format!(" {} fresh", ink.glyphs.dot),
        seconds => format!(" {} {} old", ink.glyphs.dot, words::span(seconds)),
    });
    let offline =
        if state.offline() { format!(" {} offline", ink.glyphs.dot) } else { String::new() };
    let gauge = gauge(state, ink);
    let gauge = if gauge.is_empty() { gauge } else { format!("  {gauge}") };
    let clock = match (clock_warning(state.clock_ahead), state.clock_ahead) {
        (None, _) => String::new(),
        (Some(_), ahead) => format!(
            " {} clock {} {}",
            ink.glyphs.dot,
            words::span(ahead.abs()),
            if ahead > 0 { "slow" } else { "fast" }
        ),
    };
    let tail = format!("{offline}{clock}{}{gauge}", age.unwrap_or_default());
    let all = if state.list.loaded {
        format!("{roles} in {accounts}{tail}")
    } else {
        format!("{roles}{tail}")
    };
    [all, format!("{roles}{tail}"), format!("{roles}{gauge}"), roles]
}

/// `⟳ 118/312`, and whether AWS slows it down.
fn gauge(state: &State, ink: &Ink) -> String {
    let Some((done, total, throttled)) = state.gauge() else { return String::new() };
    let slow =
        if throttled { format!(" {} AWS is throttling", ink.glyphs.dot) } else { String::new() };
    if total == 0 || !state.looks.motion {
        format!("{}{slow}", ink.glyphs.gauge)
    } else {
        format!("{} {}/{}{slow}", ink.glyphs.gauge, words::grouped(done), words::grouped(total))
    }
}
