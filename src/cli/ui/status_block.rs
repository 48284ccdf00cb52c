//! Lines at the end of the terminal that are redrawn in place.

use std::io::{self, Write};

use crate::domain::escape_unprintable;
use crate::os::terminal::tty;

/// Lines on stderr that show a state. Messages are printed above them.
#[derive(Debug, Default)]
pub(in crate::cli) struct StatusBlock {
    lines: Vec<String>,
}

impl StatusBlock {
    /// Returns an empty block; `None` if lines can't be redrawn: stderr is not a terminal, or only
    /// text may be written to it.
    pub(in crate::cli) fn on_stderr() -> Option<Self> {
        super::can_redraw().then(Self::default)
    }

    /// Draws these lines in the place of the last ones. Lines that do not fit are left out.
    pub(in crate::cli) fn draw(&mut self, lines: Vec<String>) {
        let rows = usize::from(tty::stderr_size().1);
        let lines = fit(lines, rows.saturating_sub(2).max(1));
        if lines != self.lines {
            let text = render(self.lines.len(), &lines);
            // The terminal may be gone.
            let _ = io::stderr().lock().write_all(text.as_bytes());
            self.lines = lines;
        }
    }

    /// Removes the lines, so that a message can be printed in their place.
    pub(in crate::cli) fn clear(&mut self) {
        self.draw(Vec::new());
    }

    /// Returns the columns of the terminal.
    pub(in crate::cli) fn columns(&self) -> usize {
        usize::from(tty::stderr_size().0)
    }
}

fn fit(mut lines: Vec<String>, rows: usize) -> Vec<String> {
    if lines.len() > rows {
        let hidden = lines.len() - rows + 1;
        lines.truncate(rows - 1);
        lines.push(format!("… and {hidden} more"));
    }
    lines
}

/// Returns what replaces so many lines above the cursor.
fn render(drawn: usize, lines: &[String]) -> String {
    let mut text = match drawn {
        0 => String::new(),
        // To the first line, then clear to the end of the screen.
        rows => format!("\x1b[{rows}A\r\x1b[J"),
    };
    for line in lines {
        text.push_str(&escape_unprintable(line));
        text.push_str("\r\n");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(texts: &[&str]) -> Vec<String> {
        texts.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn lines_replace_those_before_them() {
        let (rows, columns) = (10.try_into().unwrap(), 40.try_into().unwrap());
        let mut screen = vt100::Parser::new(rows, columns, 0);
        let mut draw = |before: usize, texts: &[&str]| {
            screen.process(render(before, &lines(texts)).as_bytes());
            screen.screen().contents()
        };
        assert_eq!(draw(0, &["a 59m left", "b 2m left"]), "a 59m left\nb 2m left");
        assert_eq!(draw(2, &["a 58m left", "b\x1b[2J", "c"]), "a 58m left\nb\\u{1b}[2J\nc");
        assert_eq!(draw(3, &[]), "");
        assert_eq!(draw(0, &["d"]), "d");
    }

    #[test]
    fn lines_that_do_not_fit_are_counted() {
        assert_eq!(fit(lines(&["a", "b"]), 2), lines(&["a", "b"]));
        assert_eq!(fit(lines(&["a", "b", "c"]), 2), lines(&["a", "… and 2 more"]));
    }
}
