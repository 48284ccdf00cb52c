//! Rows of words in cells: how many lines they take, and drawing them. What stands in panels and in
//! the preview looks the same.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};

use super::super::panels::sheet::{Cell, Row, Tone};
use super::Ink;
use super::text::{Pen, width, wrap};

/// Cells between two columns.
const GAP: usize = 2;
/// No column is cut below this before another one is.
const NARROW: usize = 6;
/// An account's id has this many cells, a countdown fewer.
const SHORT: usize = 12;

/// One line, ready to be drawn.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Line {
    /// Nothing.
    Blank,
    /// Words from the left, after so many cells.
    Words(usize, Style, String),
    /// Something on the left, words after so many cells.
    Pair(usize, (Style, String), (Style, String)),
    /// The choice of this number: its letter and columns.
    Choice(usize, Option<char>, Vec<Cell>),
}

/// The rows' lines for this many columns.
pub(super) fn lines(rows: &[Row], ink: &Ink, cells: usize) -> Vec<Line> {
    let pairs = rows.iter().filter_map(|row| {
        if let Row::Pair { left, .. } = row { Some(width(&left.1)) } else { None }
    });
    // What is said takes the larger part; on a narrow screen, where it would be broken, two thirds.
    let most = if cells < 48 { cells / 3 } else { cells * 2 / 5 };
    let label = pairs.max().unwrap_or(0).min(most);
    let mut choices = 0..;
    rows.iter().flat_map(|row| self::row(row, ink, cells, label, &mut choices)).collect()
}

fn row(
    row: &Row,
    ink: &Ink,
    cells: usize,
    label: usize,
    choices: &mut std::ops::RangeFrom<usize>,
) -> Vec<Line> {
    let centred = |text: &str| cells.saturating_sub(width(text)) / 2;
    match row {
        Row::Blank => vec![Line::Blank],
        Row::Text(tone, text) => wrap(text, cells.max(1))
            .into_iter()
            .map(|part| Line::Words(0, ink.tone(*tone), part))
            .collect(),
        Row::Name(text) => {
            let style = ink.palette.text.add_modifier(Modifier::BOLD);
            wrap(text, cells.max(1)).into_iter().map(|part| Line::Words(0, style, part)).collect()
        }
        Row::Centre(text) => {
            vec![Line::Words(
                centred(text),
                ink.tone(Tone::Accent).add_modifier(Modifier::BOLD),
                text.clone(),
            )]
        }
        Row::Heading(text) => vec![Line::Words(0, ink.palette.title, (*text).to_owned())],
        Row::Pair { left, right } => {
            let room = cells.saturating_sub(label + GAP).max(8);
            let parts = wrap(&right.1, room).into_iter().enumerate();
            let shown = |at| if at == 0 { left.1.clone() } else { String::new() };
            parts
                .map(|(at, part)| {
                    Line::Pair(label, (ink.tone(left.0), shown(at)), (ink.tone(right.0), part))
                })
                .collect()
        }
        Row::Choice(letter, columns) => {
            vec![Line::Choice(choices.next().unwrap_or(0), *letter, columns.clone())]
        }
        // A reader needs dark on light, whatever the terminal's colours are, and whether or not it
        // shows any others.
        Row::Paper(text) => {
            vec![Line::Words(
                centred(text),
                Style::new().fg(Color::Indexed(16)).bg(Color::Indexed(231)),
                text.clone(),
            )]
        }
    }
}

/// How wide the rows would like to be.
pub(super) fn wanted(rows: &[Row]) -> usize {
    let pairs = |side: fn(&Row) -> Option<&String>| {
        rows.iter().filter_map(side).map(|text| width(text)).max().unwrap_or(0)
    };
    let left = pairs(|row| if let Row::Pair { left, .. } = row { Some(&left.1) } else { None });
    let right = pairs(|row| if let Row::Pair { right, .. } = row { Some(&right.1) } else { None });
    let words = rows.iter().map(|row| match row {
        Row::Blank | Row::Pair { .. } | Row::Choice(..) => 0,
        Row::Text(_, text) | Row::Name(text) | Row::Centre(text) | Row::Paper(text) => width(text),
        Row::Heading(text) => width(text),
    });
    let letters = rows.iter().any(|row| matches!(row, Row::Choice(Some(_), _)));
    let columns: usize = columns(rows).iter().map(|column| column + GAP).sum();
    let choices = columns.saturating_sub(GAP) + if letters { 3 } else { 0 };
    words.chain([left + GAP + right, choices]).max().unwrap_or(0)
}

/// The natural widths of the choices' columns.
fn columns(rows: &[Row]) -> Vec<usize> {
    let mut widths: Vec<usize> = Vec::new();
    for row in rows {
        let Row::Choice(_, cells) = row else { continue };
        widths.resize(widths.len().max(cells.len()), 0);
        for (widest, (_, text)) in widths.iter_mut().zip(cells) {
            *widest = (*widest).max(width(text));
        }
    }
    // Empty columns take no gap either.
    while widths.last() == Some(&0) {
        widths.pop();
    }
    widths
}

/// The choices' columns in this much room: the widest gives way first. A short last one, a time or
/// an id, stays whole for as long as the others can give.
pub(super) fn fit(rows: &[Row], cells: usize) -> Vec<usize> {
    let mut widths = columns(rows);
    let gaps = widths.len().saturating_sub(1) * GAP;
    while widths.iter().sum::<usize>() + gaps > cells {
        let last = widths.len() - 1;
        let giving = if widths[last] > SHORT { &widths[..] } else { &widths[..last] };
        let others = giving
            .iter()
            .copied()
            .enumerate()
            .max_by_key(|(_, width)| *width)
            .filter(|(_, width)| *width > NARROW);
        match others {
            Some((at, _)) => widths[at] -= 1,
            None if widths[last] > 0 => widths[last] -= 1,
            None => match widths.iter_mut().rev().find(|width| **width > 0) {
                Some(width) => *width -= 1,
                None => break,
            },
        }
    }
    widths
}

/// Draws one line. `fit` are the widths of the choices' columns, `chosen` says whether the bar is
/// on it.
pub(super) fn draw(
    line: &Line,
    fit: &[usize],
    chosen: bool,
    ink: &Ink,
    area: Rect,
    buffer: &mut Buffer,
) {
    let mut pen = Pen::new(buffer, area.x, area.y, area.width);
    match line {
        Line::Blank => {}
        Line::Words(indent, style, text) => {
            pen.skip(cells(*indent));
            pen.put(text, *style);
        }
        Line::Pair(label, left, right) => {
            pen.field(&left.1, cells(*label), ink.glyphs.cut, &[], left.0, Style::new());
            pen.skip(cells(GAP));
            pen.put(&right.1, right.0);
        }
        Line::Choice(_, letter, columns) => {
            if let Some(letter) = letter {
                pen.put(letter.encode_utf8(&mut [0; 4]), ink.palette.accent);
                pen.skip(2);
            }
            for (at, ((tone, text), width)) in columns.iter().zip(fit).enumerate() {
                let style = if chosen && *tone == Tone::Text {
                    ink.palette.on_bar
                } else {
                    ink.tone(*tone)
                };
                if at > 0 {
                    pen.skip(cells(GAP));
                }
                if at + 1 == columns.len() {
                    pen.skip(cells(width.saturating_sub(self::width(text))));
                }
                pen.field(text, cells(*width), ink.glyphs.cut, &[], style, Style::new());
            }
        }
    }
}

fn cells(number: usize) -> u16 {
    u16::try_from(number).unwrap_or(u16::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choice(cells: &[&str]) -> Row {
        Row::Choice(None, cells.iter().map(|text| (Tone::Text, (*text).to_owned())).collect())
    }

    #[test]
    fn the_widest_column_gives_way_and_the_time_stays_whole() {
        let rows = [
            choice(&["payments-production", "ReadOnlyAccess", "47:03"]),
            choice(&["edge", "Admin", "1:02:03"]),
        ];
        assert_eq!(fit(&rows, 60), [19, 14, 7]);
        assert_eq!(fit(&rows, 30), [10, 9, 7]);
        assert_eq!(fit(&rows, 12).iter().sum::<usize>() + 4, 12);
        assert_eq!(fit(&rows, 0).iter().sum::<usize>(), 0);
        assert_eq!(wanted(&rows), 19 + 14 + 7 + 4);
    }

    #[test]
    fn a_name_is_not_cut_for_a_long_remark_behind_it() {
        let rows = [choice(&["cloudformation", "cfn, cf-stacks, stacks, infrastructure"])];
        assert_eq!(fit(&rows, 40), [14, 24]);
    }
}
