//! Tables that fit the terminal.

use unicode_width::UnicodeWidthStr;

use crate::domain::{escape_unprintable, truncate_middle};
use crate::os::terminal::tty;

/// Renders rows under a header, columns two spaces apart. With a width, the widest columns are cut
/// in the middle until the table fits.
pub(in crate::cli) fn render(
    header: &[String],
    rows: &[Vec<String>],
    width: Option<usize>,
) -> String {
    let rows: Vec<Vec<String>> =
        rows.iter().map(|row| row.iter().map(|cell| escape_unprintable(cell)).collect()).collect();
    let mut widths: Vec<usize> = header.iter().map(|title| title.width()).collect();
    for row in &rows {
        for (column, cell) in row.iter().enumerate() {
            widths[column] = widths[column].max(cell.width());
        }
    }
    if let Some(width) = width {
        shrink(&mut widths, width);
    }
    let mut out = String::new();
    for row in std::iter::once(header).chain(rows.iter().map(Vec::as_slice)) {
        let mut line = String::new();
        for (column, cell) in row.iter().enumerate() {
            let cell = truncate_middle(cell, widths[column], "…");
            line.push_str(&cell);
            line.extend(std::iter::repeat_n(' ', widths[column].saturating_sub(cell.width()) + 2));
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

/// Like [`render`], as wide as the terminal on stdout. Elsewhere nothing is cut.
pub(in crate::cli) fn render_for_terminal(header: &[String], rows: &[Vec<String>]) -> String {
    render(header, rows, tty::stdout_columns().map(usize::from))
}

/// Shrinks the widest column until the sum fits, but not below eight.
fn shrink(widths: &mut [usize], total: usize) {
    let gaps = 2 * widths.len().saturating_sub(1);
    while widths.iter().sum::<usize>() + gaps > total {
        let Some(widest) = widths.iter_mut().max() else { return };
        if *widest <= 8 {
            return;
        }
        *widest -= 1;
    }
}

/// Quotes a value of a CSV file (RFC 4180).
pub(in crate::cli) fn csv_cell(cell: &str) -> String {
    if cell.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_fits_the_terminal() {
        let text = render(&["A".into(), "B".into()], &[vec!["x".repeat(60), "y".into()]], Some(20));
        assert!(text.lines().all(|line| line.width() <= 20), "{text}");
    }

    #[test]
    fn wide_characters_keep_the_columns_in_line() {
        let rows =
            [["東京 ゲーム", "Admin"], ["Zu\u{308}rich", "Admin"], ["👩\u{200d}💻 lab", "Admin"]]
                .map(|row| row.map(String::from).to_vec());
        for width in [None, Some(13)] {
            let text = render(&["ACCOUNT".into(), "ROLE".into()], &rows, width);
            let starts: Vec<usize> = text
                .lines()
                .skip(1)
                .map(|line| line[..line.find("Admin").unwrap()].width())
                .collect();
            assert!(starts.iter().all(|start| *start == starts[0]), "{starts:?}\n{text}");
        }
    }

    #[test]
    fn csv_quotes_what_would_split() {
        assert_eq!(csv_cell("a,\"b\""), "\"a,\"\"b\"\"\"");
    }
}
