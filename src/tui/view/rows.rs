//! Lays out and draws content rows, the same in panels and in the preview.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};

use super::DrawContext;
use super::cell_writer::CellWriter;
use crate::tui::panels::content::{ContentRow, StyledText, Tone};
use crate::tui::text::{width, wrap};

/// The gap between two columns.
const GAP: usize = 2;
/// No column is cut below this width while another is wider.
const MIN_COLUMN: usize = 6;
/// The width of an account ID; countdowns are shorter.
const SHORT_COLUMN: usize = 12;

/// A line that is ready to be drawn.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum ContentLine {
    Blank,
    /// Text after an indent.
    Text(usize, Style, String),
    /// A label of this width, and text.
    Pair(usize, (Style, String), (Style, String)),
    /// A choice: its index, letter and columns.
    Choice(usize, Option<char>, Vec<StyledText>),
}

/// Lays out the rows for this width.
pub(super) fn lines(rows: &[ContentRow], ctx: &DrawContext, cells: usize) -> Vec<ContentLine> {
    let pairs = rows.iter().filter_map(|row| {
        if let ContentRow::Pair { left, .. } = row { Some(width(&left.1)) } else { None }
    });
    // The text gets the larger part of the width: three fifths, or two thirds on a narrow screen.
    let most = if cells < 48 { cells / 3 } else { cells * 2 / 5 };
    let label = pairs.max().unwrap_or(0).min(most);
    let mut choices = 0..;
    rows.iter().flat_map(|row| self::row_lines(row, ctx, cells, label, &mut choices)).collect()
}

fn row_lines(
    row: &ContentRow,
    ctx: &DrawContext,
    cells: usize,
    label: usize,
    choices: &mut std::ops::RangeFrom<usize>,
) -> Vec<ContentLine> {
    let centred = |text: &str| cells.saturating_sub(width(text)) / 2;
    match row {
        ContentRow::Blank => vec![ContentLine::Blank],
        ContentRow::Text(tone, text) => wrap(&ctx.program.rewrite(text), cells.max(1))
            .into_iter()
            .map(|part| ContentLine::Text(0, ctx.style_for(*tone), part))
            .collect(),
        ContentRow::Title(text) => {
            let style = ctx.palette.text.add_modifier(Modifier::BOLD);
            wrap(text, cells.max(1))
                .into_iter()
                .map(|part| ContentLine::Text(0, style, part))
                .collect()
        }
        ContentRow::Centered(text) => {
            vec![ContentLine::Text(
                centred(text),
                ctx.style_for(Tone::Accent).add_modifier(Modifier::BOLD),
                text.clone(),
            )]
        }
        ContentRow::Heading(text) => {
            vec![ContentLine::Text(0, ctx.palette.title, (*text).to_owned())]
        }
        ContentRow::Pair { left, right } => {
            let room = cells.saturating_sub(label + GAP).max(8);
            let parts = wrap(&right.1, room).into_iter().enumerate();
            let shown = |at| if at == 0 { left.1.clone() } else { String::new() };
            parts
                .map(|(at, part)| {
                    ContentLine::Pair(
                        label,
                        (ctx.style_for(left.0), shown(at)),
                        (ctx.style_for(right.0), part),
                    )
                })
                .collect()
        }
        ContentRow::Choice(letter, columns) => {
            vec![ContentLine::Choice(choices.next().unwrap_or(0), *letter, columns.clone())]
        }
        // QR code readers need dark on light, whatever the colours of the terminal are and even
        // without colours.
        ContentRow::QrCode(text) => {
            vec![ContentLine::Text(
                centred(text),
                Style::new().fg(Color::Indexed(16)).bg(Color::Indexed(231)),
                text.clone(),
            )]
        }
    }
}

/// The natural width of the rows.
pub(super) fn natural_width(rows: &[ContentRow]) -> usize {
    let pairs = |side: fn(&ContentRow) -> Option<&String>| {
        rows.iter().filter_map(side).map(|text| width(text)).max().unwrap_or(0)
    };
    let left =
        pairs(|row| if let ContentRow::Pair { left, .. } = row { Some(&left.1) } else { None });
    let right =
        pairs(|row| if let ContentRow::Pair { right, .. } = row { Some(&right.1) } else { None });
    let words = rows.iter().map(|row| match row {
        ContentRow::Blank | ContentRow::Pair { .. } | ContentRow::Choice(..) => 0,
        ContentRow::Text(_, text)
        | ContentRow::Title(text)
        | ContentRow::Centered(text)
        | ContentRow::QrCode(text) => width(text),
        ContentRow::Heading(text) => width(text),
    });
    let letters = rows.iter().any(|row| matches!(row, ContentRow::Choice(Some(_), _)));
    let columns: usize = choice_columns(rows).iter().map(|column| column + GAP).sum();
    let choices = columns.saturating_sub(GAP) + if letters { 3 } else { 0 };
    words.chain([left + GAP + right, choices]).max().unwrap_or(0)
}

/// The natural widths of the columns of choices.
fn choice_columns(rows: &[ContentRow]) -> Vec<usize> {
    let mut widths: Vec<usize> = Vec::new();
    for row in rows {
        let ContentRow::Choice(_, cells) = row else { continue };
        widths.resize(widths.len().max(cells.len()), 0);
        for (widest, (_, text)) in widths.iter_mut().zip(cells) {
            *widest = (*widest).max(width(text));
        }
    }
    // Empty columns at the end take no gap.
    while widths.last() == Some(&0) {
        widths.pop();
    }
    widths
}

/// Fits the columns of choices into this width by shrinking the widest. A short last column, such
/// as a time or an ID, is kept as long as the others can shrink.
pub(super) fn fit_columns(rows: &[ContentRow], cells: usize) -> Vec<usize> {
    let mut widths = choice_columns(rows);
    let gaps = widths.len().saturating_sub(1) * GAP;
    while widths.iter().sum::<usize>() + gaps > cells {
        let last = widths.len() - 1;
        let giving = if widths[last] > SHORT_COLUMN { &widths[..] } else { &widths[..last] };
        let others = giving
            .iter()
            .copied()
            .enumerate()
            .max_by_key(|(_, width)| *width)
            .filter(|(_, width)| *width > MIN_COLUMN);
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

/// Draws a line. `fit` are the widths of the columns of choices; `chosen` is whether the line is
/// selected.
pub(super) fn draw(
    line: &ContentLine,
    fit: &[usize],
    chosen: bool,
    ctx: &DrawContext,
    area: Rect,
    buffer: &mut Buffer,
) {
    let selected =
        DrawContext { palette: ctx.palette.selected(), program: ctx.program.clone(), ..*ctx };
    let ctx = if chosen { &selected } else { ctx };
    let mut writer = CellWriter::new(buffer, area.x, area.y, area.width);
    match line {
        ContentLine::Blank => {}
        ContentLine::Text(indent, style, text) => {
            writer.skip(cells(*indent));
            writer.write(text, *style);
        }
        ContentLine::Pair(label, left, right) => {
            writer.write_column(
                &left.1,
                cells(*label),
                ctx.glyphs.ellipsis,
                &[],
                left.0,
                Style::new(),
            );
            writer.skip(cells(GAP));
            writer.write(&right.1, right.0);
        }
        ContentLine::Choice(_, letter, columns) => {
            if let Some(letter) = letter {
                writer.write(letter.encode_utf8(&mut [0; 4]), ctx.palette.accent);
                writer.skip(2);
            }
            for (at, ((tone, text), width)) in columns.iter().zip(fit).enumerate() {
                let style = if chosen && *tone == Tone::Text {
                    ctx.palette.selected_text
                } else {
                    ctx.style_for(*tone)
                };
                if at > 0 {
                    writer.skip(cells(GAP));
                }
                if at + 1 == columns.len() {
                    writer.skip(cells(width.saturating_sub(self::width(text))));
                }
                writer.write_column(
                    text,
                    cells(*width),
                    ctx.glyphs.ellipsis,
                    &[],
                    style,
                    Style::new(),
                );
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

    fn choice(cells: &[&str]) -> ContentRow {
        ContentRow::Choice(
            None,
            cells.iter().map(|text| (Tone::Text, (*text).to_owned())).collect(),
        )
    }

    #[test]
    fn the_widest_column_gives_way_and_the_time_stays_whole() {
        let rows = [
            choice(&["payments-production", "ReadOnlyAccess", "47:03"]),
            choice(&["edge", "Admin", "1:02:03"]),
        ];
        assert_eq!(fit_columns(&rows, 60), [19, 14, 7]);
        assert_eq!(fit_columns(&rows, 30), [10, 9, 7]);
        assert_eq!(fit_columns(&rows, 12).iter().sum::<usize>() + 4, 12);
        assert_eq!(fit_columns(&rows, 0).iter().sum::<usize>(), 0);
        assert_eq!(natural_width(&rows), 19 + 14 + 7 + 4);
    }

    #[test]
    fn a_name_is_not_cut_for_a_long_remark_behind_it() {
        let rows = [choice(&["cloudformation", "cfn, cf-stacks, stacks, infrastructure"])];
        assert_eq!(fit_columns(&rows, 40), [14, 24]);
    }
}
