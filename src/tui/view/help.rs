//! The help panel, made of the catalog.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::super::catalog::{CATALOG, Chapter};
use super::super::state::State;
use super::text::{Pen, width};
use super::{Ink, panel};

/// Cells for the keys.
const KEYS: u16 = 18;
/// Cells for one column of keys and words.
const COLUMN: u16 = 56;

/// What can be typed, besides words.
const SYNTAX: [(&str, &str); 6] = [
    ("prod adm", "words in any order, in any field"),
    ("'prod ^prod prod$", "exactly, at the start, at the end"),
    ("!dev", "without"),
    ("a | b", "either"),
    ("account: role: id:", "in one field; tags too, as env:prod"),
    ("arn: or https:", "a pasted ARN or console address"),
];

/// A heading, or keys and words.
enum Line {
    /// Between chapters.
    Blank,
    /// Of a chapter.
    Heading(&'static str),
    /// Keys, or what is typed, and what it does.
    Keys(String, &'static str),
}

/// Draws it, in two columns where there is room; `top` is the first line shown.
pub(super) fn draw(state: &State, ink: &Ink, top: usize, room: Rect, buffer: &mut Buffer) {
    let chapters: Vec<Vec<Line>> = Chapter::ALL.iter().map(|chapter| lines(*chapter, state)).chain([syntax()]).collect();
    let mut columns: Vec<Vec<Line>> = if room.width >= COLUMN * 2 + 6 { vec![Vec::new(), Vec::new()] } else { vec![Vec::new()] };
    let many = columns.len();
    for (at, chapter) in chapters.into_iter().enumerate() {
        // Roles, moving and syntax on the left; query and screen on the right.
        let column = &mut columns[if many == 2 && (at == 2 || at == 3) { 1 } else { 0 }];
        if !column.is_empty() {
            column.push(Line::Blank);
        }
        column.extend(chapter);
    }
    let tallest = columns.iter().map(Vec::len).max().unwrap_or(0);
    let content = (COLUMN * u16::try_from(many).unwrap_or(1), u16::try_from(tallest).unwrap_or(0));
    let title = format!("rolecall {}", state.version);
    let inner = panel::open(ink, &title, content, room, buffer);
    let top = top.min(tallest.saturating_sub(inner.height.into()));
    for (column, x) in columns.iter().zip((inner.x..).step_by(COLUMN.into())) {
        for (line, y) in column.iter().skip(top).zip(inner.top()..inner.bottom()) {
            self::line(line, ink, Rect::new(x, y, COLUMN.min(inner.right().saturating_sub(x)), 1), buffer);
        }
    }
    if top + usize::from(inner.height) < tallest {
        let more = format!(" {} more ", tallest - top - usize::from(inner.height));
        let cells = u16::try_from(width(&more)).unwrap_or(0);
        Pen::new(buffer, inner.right().saturating_sub(cells), inner.bottom(), cells).put(&more, ink.palette.dim);
    }
}

fn line(line: &Line, ink: &Ink, area: Rect, buffer: &mut Buffer) {
    let mut pen = Pen::new(buffer, area.x, area.y, area.width);
    match line {
        Line::Blank => {}
        Line::Heading(title) => drop(pen.put(title, ink.palette.title)),
        Line::Keys(keys, help) => {
            let keys_width = KEYS.min(area.width / 3);
            pen.field(keys, keys_width, ink.glyphs.cut, &[], ink.palette.accent, Style::new());
            pen.skip(1);
            pen.put(help, ink.palette.text);
        }
    }
}

fn lines(chapter: Chapter, state: &State) -> Vec<Line> {
    let entries = CATALOG.iter().filter(|entry| entry.chapter == chapter);
    let keys = entries.map(|entry| (state.keys.all(entry.id, state.looks.ascii).join(" "), entry.help));
    let bound = keys.filter(|(keys, _)| !keys.is_empty()).map(|(keys, help)| Line::Keys(keys, help));
    [Line::Heading(chapter.title())].into_iter().chain(bound).collect()
}

fn syntax() -> Vec<Line> {
    let lines = SYNTAX.iter().map(|(typed, help)| Line::Keys((*typed).to_owned(), help));
    [Line::Heading("what can be typed")].into_iter().chain(lines).collect()
}
