//! All that is known about the selected role, beside the list or in a panel.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::super::Preview;
use super::super::state::State;
use super::text::{Pen, width, wrap};
use super::{Ink, words};

/// Draws it with a line on its left.
pub(super) fn draw(state: &State, ink: &Ink, area: Rect, buffer: &mut Buffer) {
    let below = state.preview == Preview::Below;
    if below {
        Pen::new(buffer, area.x, area.y, area.width).put(&ink.glyphs.rest.repeat(area.width.into()), ink.palette.faint);
    } else {
        for y in area.top()..area.bottom() {
            Pen::new(buffer, area.x, y, 1).put(ink.glyphs.line, ink.palette.faint);
        }
    }
    let room = Rect { x: area.x + 2, width: area.width.saturating_sub(3), ..area };
    let inner = if below { Rect { x: area.x + 3, y: area.y + 1, height: area.height.saturating_sub(1), ..room } } else { room };
    lines(state, ink, inner, buffer);
}

/// Draws the lines; says how many there are.
pub(super) fn lines(state: &State, ink: &Ink, area: Rect, buffer: &mut Buffer) -> u16 {
    let lines = say(state, ink, area.width.into());
    let label = lines.iter().filter_map(|line| line.label).map(str::len).max().unwrap_or(0);
    let mut y = area.y;
    for line in &lines {
        let indent = if line.label.is_some() { label + 2 } else { 0 };
        let room = usize::from(area.width).saturating_sub(indent).max(8);
        for (at, part) in wrap(&line.text, room).iter().enumerate() {
            if y >= area.bottom() {
                return y - area.y;
            }
            let mut pen = Pen::new(buffer, area.x, y, area.width);
            if let Some(label) = line.label.filter(|_| at == 0) {
                pen.put(label, ink.palette.dim);
            }
            pen.x = area.x + u16::try_from(indent).unwrap_or(0);
            pen.put(part, line.style);
            y += 1;
        }
    }
    y - area.y
}

struct Said {
    label: Option<&'static str>,
    text: String,
    style: Style,
}

/// The lines for the selected role: name and address first, then what has a label.
fn say(state: &State, ink: &Ink, cells: usize) -> Vec<Said> {
    let Some(entry) = state.selected() else { return Vec::new() };
    let roster = &state.list.roster;
    let (id, palette) = (roster.id(entry), &ink.palette);
    let bare = |text: String, style| Said { label: None, text, style };
    let mut lines = vec![bare(entry.account_label().to_owned(), palette.text.add_modifier(ratatui::style::Modifier::BOLD))];
    let both = format!("{} {} {}", entry.account, ink.glyphs.dot, entry.email);
    if entry.email.is_empty() || width(&both) > cells {
        lines.push(bare(entry.account.to_string(), palette.dim));
        lines.extend((!entry.email.is_empty()).then(|| bare(entry.email.to_string(), palette.dim)));
    } else {
        lines.push(bare(both, palette.dim));
    }
    lines.push(bare(entry.role.to_string(), palette.soft));
    if entry.protected() {
        lines.push(bare(format!("{} protected: asks before use", ink.glyphs.protected), palette.danger));
    }
    lines.push(bare(String::new(), palette.dim));
    let mut say = |label, text: Option<String>| lines.extend(text.map(|text| Said { label: Some(label), text, style: palette.soft }));
    say("profile", entry.profile.as_deref().map(str::to_owned));
    say("region", entry.region.as_ref().map(ToString::to_string));
    say("via", entry.via.as_deref().map(str::to_owned));
    say("instance", (roster.instances.len() > 1).then(|| id.instance.to_string()));
    let left = state.expiry(&id).map(|at| format!("{} left", words::span(at.since(state.now))));
    say("session", Some(left.unwrap_or_else(|| "none".to_owned())));
    let used = state.usage(&id).map(|usage| match usage.times {
        0 | 1 => words::ago(usage.last, state.now),
        times => format!("{}, {times} times", words::ago(usage.last, state.now)),
    });
    say("last used", Some(used.unwrap_or_else(|| "never".to_owned())));
    let mut label = "tags";
    for (key, value) in entry.tags.iter() {
        say(label, Some(format!("{key}={value}")));
        label = "";
    }
    if state.marks.favourites.contains(&id) {
        say("marks", Some(format!("{} favourite", ink.glyphs.star)));
    }
    say("arn", Some(roster.arn(entry)));
    lines
}
