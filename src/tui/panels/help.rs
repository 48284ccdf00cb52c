//! Help, made of the catalog: every command with its keys, and what can be typed. Typing finds a
//! line.

use super::super::catalog::{CATALOG, Chapter, Command, Move};
use super::super::state::State;
use super::chooser::Chooser;
use super::sheet::{Extent, Row, Sheet, Tone};
use super::{Heard, Panel, Pasted, Pressed};

/// From this many columns on the chapters stand beside each other.
const BESIDE: u16 = 118;

/// With fewer columns a command is shown with its first key alone.
const NARROW: u16 = 60;

/// Columns of one chapter, and lines while something is looked for.
const COLUMNS: usize = 56;
const LINES: usize = 16;

/// What can be typed, besides words.
const SYNTAX: [(&str, &str); 6] = [
    ("prod adm", "words in any order, in any field"),
    ("'prod ^prod prod$", "exactly, at the start, at the end"),
    ("!dev", "without"),
    ("a | b", "either"),
    ("account: role: id:", "in one field; tags too, as env:prod"),
    ("arn: or https:", "a pasted ARN or console address"),
];

/// How far it is scrolled, and what is looked for.
#[derive(Debug, Clone, Default, PartialEq)]
pub(in crate::tui) struct Help {
    top: usize,
    sought: Chooser<()>,
}

/// The first line after a scroll; the view bounds it by what there is.
pub(in crate::tui) fn scroll(top: usize, to: Move) -> usize {
    match to {
        Move::Up => top.saturating_sub(1),
        Move::Down => top.saturating_add(1),
        Move::PageUp | Move::HalfUp => top.saturating_sub(10),
        Move::PageDown | Move::HalfDown => top.saturating_add(10),
        Move::First => 0,
        Move::Last => usize::from(u16::MAX),
    }
}

impl Panel for Help {
    fn press(&mut self, _: &mut State, pressed: Pressed) -> Heard {
        // Two question marks in a row are one person who has seen enough.
        let done = pressed.letter == Some('?') && self.sought.typed.is_empty();
        match pressed.command {
            _ if done => return Heard::Close(Vec::new()),
            Some(Command::Move(to)) => {
                self.top = scroll(self.top.min(CATALOG.len() + SYNTAX.len() + 10), to)
            }
            Some(Command::Back | Command::Act | Command::Help) => return Heard::Close(Vec::new()),
            _ if self.sought.types(pressed) => self.top = 0,
            _ => return Heard::Yield,
        }
        Heard::Stay(Vec::new())
    }

    fn paste(&mut self, text: &str) -> Pasted {
        self.sought.paste(text)
    }

    fn sheet(&self, state: &State) -> Sheet {
        let chapters = Chapter::ALL.iter().map(|chapter| {
            (
                *chapter == Chapter::Query || *chapter == Chapter::Screen,
                self.chapter(*chapter, state),
            )
        });
        let (mut left, mut right) = (Vec::new(), Vec::new());
        let beside = state.size.0 >= BESIDE && self.sought.typed.is_empty();
        for (second, rows) in chapters.chain([(false, self.syntax())]) {
            let column = if second && beside { &mut right } else { &mut left };
            if !column.is_empty() && !rows.is_empty() {
                column.push(Row::Blank);
            }
            column.extend(rows);
        }
        if left.is_empty() {
            left.push(Row::text(Tone::Soft, "no command is called that; Esc closes"));
        }
        let mut sheet = Sheet::new(format!("rolecall {}", state.version), Extent::Whole, left);
        sheet.columns.extend((!right.is_empty()).then_some(right));
        sheet.top = self.top;
        let lines = if self.sought.typed.is_empty() { 0 } else { LINES };
        let sheet = sheet.least(COLUMNS, lines);
        sheet.field("find", &self.sought.typed, "a command or a key")
    }

    fn hints(&self, _: &State) -> Vec<(Command, &'static str)> {
        vec![(Command::Back, "close")]
    }
}

impl Help {
    fn chapter(&self, chapter: Chapter, state: &State) -> Vec<Row> {
        let entries = CATALOG.iter().filter(|entry| entry.chapter == chapter);
        let lines = entries.filter_map(|entry| {
            let keys = state.keys.all(entry.id, state.looks.ascii);
            // On a narrow screen one key is enough, and the words are whole.
            let shown =
                if state.size.0 < NARROW { keys.first().cloned() } else { Some(keys.join(" ")) };
            let shown = shown.filter(|shown| !shown.is_empty())?;
            self.sought
                .fits([entry.help, entry.id, &keys.join(" ")])
                .map(|_| line(shown, entry.help))
        });
        headed(chapter.title(), lines.collect())
    }

    fn syntax(&self) -> Vec<Row> {
        let fits = |(typed, help): &&(&str, &str)| self.sought.fits([*typed, *help]).is_some();
        headed(
            "what can be typed",
            SYNTAX
                .iter()
                .filter(fits)
                .map(|(typed, help)| line((*typed).to_owned(), help))
                .collect(),
        )
    }
}

fn line(keys: String, help: &str) -> Row {
    Row::Pair { left: (Tone::Accent, keys), right: (Tone::Text, help.to_owned()) }
}

fn headed(title: &'static str, rows: Vec<Row>) -> Vec<Row> {
    if rows.is_empty() { rows } else { [Row::Heading(title)].into_iter().chain(rows).collect() }
}
