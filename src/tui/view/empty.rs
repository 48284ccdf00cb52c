//! What stands in place of the list when it has no rows: why, and the next step.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::super::catalog::Command;
use super::super::layout::gutter;
use super::super::panels::{self, Opens};
use super::super::state::line::Edit;
use super::super::state::look_again::Again;
use super::super::state::{Refresh, State};
use super::text::{Pen, middle, wrap};
use super::{Ink, words};

/// Cells of a name that is near what was typed.
const NAME: usize = 40;

/// Draws it.
pub(super) fn draw(state: &State, ink: &Ink, area: Rect, buffer: &mut Buffer) {
    if !state.list.loaded {
        return;
    }
    let (mut y, gutter) = (area.y, gutter(state));
    for (text, style) in say(state, ink) {
        for part in wrap(&text, area.width.saturating_sub(gutter + 1).into()) {
            if y < area.bottom() {
                Pen::new(buffer, area.x + gutter, y, area.width.saturating_sub(gutter)).put(&part, style);
                y += 1;
            }
        }
    }
}

fn say(state: &State, ink: &Ink) -> Vec<(String, Style)> {
    let (text, dim) = (ink.palette.text, ink.palette.dim);
    let blank = (String::new(), dim);
    if !state.query.is_empty() && !state.roster.entries.is_empty() {
        let mut lines = vec![(format!("Nothing matches {}", state.query.text()), text), blank.clone()];
        if !state.list.nearest.is_empty() {
            let names: Vec<_> = state.list.nearest.iter().map(|name| middle(name, NAME, ink.glyphs.cut)).collect();
            lines.push((format!("near it: {}", names.join(", ")), ink.palette.soft));
        }
        match state.again() {
            Again::Checking => lines.push((format!("checking with AWS{}", ink.glyphs.dots), ink.palette.accent)),
            Again::Checked => lines.push(("AWS was asked just now and knows no other roles of yours".to_owned(), dim)),
            Again::Not => {}
        }
        lines.push((format!("Backspace, or {} clears", panels::key(state, Command::Edit(Edit::CutToStart))), dim));
        return lines;
    }
    if !state.roster.entries.is_empty() {
        let all = words::count(state.roster.entries.len(), "role");
        return vec![
            (format!("You have hidden all of your roles: {all}"), text),
            blank,
            (format!("{} lists them, to be shown again", panels::key(state, Command::Open(Opens::Hidden))), ink.palette.soft),
        ];
    }
    if let Some((done, total, throttled)) = state.gauge() {
        let first = match total {
            0 => format!("Reading your accounts{}", ink.glyphs.dots),
            _ => format!("Reading your roles: {} of {}", words::grouped(done), words::count(total, "account")),
        };
        let slow = throttled.then(|| ("AWS is throttling; this goes on by itself, more slowly".to_owned(), dim));
        let bar = (total > 0 && state.looks.motion).then(|| (progress(ink, done, total), ink.palette.accent));
        return [(first, text), blank].into_iter().chain(bar).chain(slow).collect();
    }
    let failed = state.refreshes.values().find_map(|refresh| match refresh {
        Refresh::Failed(error) if error.kind != crate::domain::Kind::LoginNeeded => Some(error),
        _ => None,
    });
    if let Some(error) = failed {
        let hints = error.hints.iter().map(|hint| (hint.clone(), ink.palette.soft));
        let refresh = panels::key(state, Command::Refresh);
        let again =
            [blank.clone(), (format!("{refresh} tries again, {} tells what was said", panels::key(state, Command::Open(Opens::Log))), dim)];
        return [(format!("Could not read your roles: {}", error.message), text), blank].into_iter().chain(hints).chain(again).collect();
    }
    if let Some(instance) = state.sign_in_is_next() {
        return vec![
            (format!("You are not signed in to {instance}"), text),
            blank,
            (format!("{} signs in and reads your roles", panels::key(state, Command::Act)), ink.palette.soft),
        ];
    }
    vec![
        ("No roles are assigned to you".to_owned(), text),
        blank,
        (
            format!(
                "Ask whoever runs your IAM Identity Center for an assignment, then {} looks again",
                panels::key(state, Command::Refresh)
            ),
            ink.palette.soft,
        ),
        (format!("{} tells who is signed in where", panels::key(state, Command::Open(Opens::Instances))), dim),
    ]
}

/// A bar of 40 cells.
fn progress(ink: &Ink, done: usize, total: usize) -> String {
    let full = (done * 40 / total).min(40);
    format!("{}{}", ink.glyphs.full.repeat(full), ink.glyphs.rest.repeat(40 - full))
}
