//! A terminal's screen as SVG: rows of runs of one style, in a frame with the terminal's background.

use std::fmt::Write as _;

const CELL: (f32, f32) = (8.4, 19.0);
const MARGIN: f32 = 18.0;

/// The colours of the terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Theme {
    Dark,
    Light,
}

impl Theme {
    /// Both themes.
    pub(crate) const ALL: [Self; 2] = [Self::Dark, Self::Light];

    /// The name in file names.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Dark => "dark",
            Self::Light => "light",
        }
    }

    /// The variable by which a terminal describes its colours.
    pub(crate) fn colorfgbg(self) -> &'static str {
        match self {
            Self::Dark => "15;0",
            Self::Light => "0;15",
        }
    }

    fn background(self) -> &'static str {
        match self {
            Self::Dark => "#1b1d28",
            Self::Light => "#fbfbfd",
        }
    }

    fn foreground(self) -> &'static str {
        match self {
            Self::Dark => "#c9ced9",
            Self::Light => "#24292f",
        }
    }

    /// The frame: on a page of the same colour, a light picture needs an edge.
    fn edge(self) -> &'static str {
        match self {
            Self::Dark => self.background(),
            Self::Light => "#d0d7de",
        }
    }
}

/// The drawing area for rows.
pub(crate) struct SvgPage {
    columns: u16,
    rows: u16,
    theme: Theme,
}

impl SvgPage {
    /// Makes room for a screen of this size.
    pub(crate) fn new((columns, rows): (u16, u16), theme: Theme) -> Self {
        Self { columns, rows, theme }
    }

    /// Every row of the screen that is not blank, as SVG.
    pub(crate) fn rows(&self, screen: &vt100::Screen) -> Vec<String> {
        let row = |row| {
            runs(screen, row, self.columns, self.theme)
                .iter()
                .fold(String::new(), |out, run| out + &run.to_svg(row))
        };
        (0..self.rows).map(row).filter(|row| !row.is_empty()).collect()
    }

    /// The whole document around the rows, with `title` as its text alternative.
    pub(crate) fn document(&self, title: &str, drawing: &Drawing) -> String {
        let (width, height) = (
            f32::from(self.columns) * CELL.0 + 2.0 * MARGIN,
            f32::from(self.rows) * CELL.1 + 2.0 * MARGIN,
        );
        let Drawing { style, body } = drawing;
        let (paper, ink) = (self.theme.background(), self.theme.foreground());
        let edge = self.theme.edge();
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" role=\"img\" \
             aria-label=\"{title}\">\n{style}<rect x=\"0.5\" y=\"0.5\" width=\"{}\" height=\"{}\" rx=\"10\" fill=\"{paper}\" stroke=\"{edge}\"/>\n\
             <g font-family=\"ui-monospace, 'SF Mono', Menlo, Consolas, 'DejaVu Sans Mono', monospace\" font-size=\"14\" fill=\"{ink}\" \
             style=\"white-space: pre\">\n{body}</g>\n</svg>\n",
            width - 1.0,
            height - 1.0
        )
    }
}

/// The content of a page.
#[derive(Default)]
pub(crate) struct Drawing {
    /// A `<style>` element, or nothing.
    pub(crate) style: String,
    pub(crate) body: String,
}

/// Neighbouring cells of one style.
struct Run {
    column: u16,
    width: u16,
    text: String,
    style: CellStyle,
}

#[derive(PartialEq)]
struct CellStyle {
    foreground: Option<String>,
    background: Option<String>,
    bold: bool,
    underline: bool,
    dim: bool,
}

impl CellStyle {
    fn from_cell(cell: &vt100::Cell, theme: Theme) -> Self {
        let (mut ink, mut paper) =
            (css_color(cell.fgcolor(), theme), css_color(cell.bgcolor(), theme));
        if cell.inverse() {
            (ink, paper) = (
                Some(paper.unwrap_or_else(|| theme.background().into())),
                Some(ink.unwrap_or_else(|| theme.foreground().into())),
            );
        }
        Self {
            foreground: ink,
            background: paper,
            bold: cell.bold(),
            underline: cell.underline(),
            dim: cell.dim(),
        }
    }
}

fn runs(screen: &vt100::Screen, row: u16, columns: u16, theme: Theme) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for column in 0..columns {
        let Some(cell) = screen.cell(row, column).filter(|cell| !cell.is_wide_continuation())
        else {
            continue;
        };
        let look = CellStyle::from_cell(cell, theme);
        let text = if cell.has_contents() { cell.contents() } else { " " };
        let width = if cell.is_wide() { 2 } else { 1 };
        match runs.last_mut() {
            Some(run) if run.style == look => {
                run.text.push_str(text);
                run.width += width;
            }
            _ => runs.push(Run { column, width, text: text.into(), style: look }),
        }
    }
    runs
}

impl Run {
    fn to_svg(&self, row: u16) -> String {
        let mut out = String::new();
        let (x, y) = (MARGIN + f32::from(self.column) * CELL.0, MARGIN + f32::from(row) * CELL.1);
        let width = f32::from(self.width) * CELL.0;
        if let Some(paper) = &self.style.background {
            let _ = writeln!(
                out,
                "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{:.1}\" fill=\"{paper}\"/>",
                CELL.1
            );
        }
        if self.text.trim().is_empty() {
            return out;
        }
        let fill = self
            .style
            .foreground
            .as_ref()
            .map(|ink| format!(" fill=\"{ink}\""))
            .unwrap_or_default();
        let weight = if self.style.bold { " font-weight=\"bold\"" } else { "" };
        let line = if self.style.underline { " text-decoration=\"underline\"" } else { "" };
        let faint = if self.style.dim { " opacity=\"0.6\"" } else { "" };
        let blanks = |text: &str| {
            f32::from(u16::try_from(self.text.len() - text.len()).unwrap_or(0)) * CELL.0
        };
        let (before, after) = (blanks(self.text.trim_start()), blanks(self.text.trim_end()));
        let text = self.text.trim().replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        // Renderers collapse blanks, whatever the document asks for.
        let text = text.replace(' ', "\u{a0}");
        let (x, y, length) = (x + before, y + 14.0, width - before - after);
        let _ = writeln!(
            out,
            "<text x=\"{x:.1}\" y=\"{y:.1}\" textLength=\"{length:.1}\" lengthAdjust=\"spacingAndGlyphs\"{fill}{weight}{line}{faint}>{text}</text>",
        );
        out
    }
}

/// A terminal color as CSS; `None` is the default.
fn css_color(colour: vt100::Color, theme: Theme) -> Option<String> {
    const DARK: [&str; 16] = [
        "#1b1d28", "#e06c75", "#98c379", "#e5c07b", "#61afef", "#c678dd", "#56b6c2", "#c9ced9",
        "#6b7280", "#ff7b86", "#b5e890", "#ffd68a", "#82c7ff", "#de9bf0", "#7fd7e3", "#ffffff",
    ];
    const LIGHT: [&str; 16] = [
        "#24292f", "#cf222e", "#116329", "#7d4e00", "#0969da", "#8250df", "#1b7c83", "#6e7781",
        "#57606a", "#a40e26", "#1a7f37", "#633c01", "#218bff", "#a475f9", "#3192aa", "#8c959f",
    ];
    let ansi_colors = if theme == Theme::Dark { DARK } else { LIGHT };
    match colour {
        vt100::Color::Default => None,
        vt100::Color::Rgb(red, green, blue) => Some(format!("#{red:02x}{green:02x}{blue:02x}")),
        vt100::Color::Idx(index @ 0..16) => Some(ansi_colors[usize::from(index)].into()),
        vt100::Color::Idx(index @ 16..232) => {
            let level = |n: u8| if n == 0 { 0 } else { 55 + 40 * n };
            let index = index - 16;
            Some(format!(
                "#{:02x}{:02x}{:02x}",
                level(index / 36),
                level(index / 6 % 6),
                level(index % 6)
            ))
        }
        vt100::Color::Idx(index) => {
            let grey = 8 + 10 * (index - 232);
            Some(format!("#{grey:02x}{grey:02x}{grey:02x}"))
        }
    }
}
