//! Draws a picture of the real program for the README: runs `rolecall demo` on a terminal of its own, types a query, and writes the
//! screen as SVG. `cargo build --release && cargo run --example picture -- assets/picker.svg`

use std::fmt::Write as _;
use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use portable_pty::{CommandBuilder, PtySize, native_pty_system};

const COLUMNS: u16 = 116;
const ROWS: u16 = 26;
const TYPED: &str = "prod adm";
const CELL: (f32, f32) = (8.4, 19.0);
const MARGIN: f32 = 18.0;
const PAPER: &str = "#1b1d28";
const INK: &str = "#c9ced9";

type Failure = Box<dyn std::error::Error + Send + Sync>;

fn main() -> Result<(), Failure> {
    let target = std::env::args().nth(1).unwrap_or_else(|| "assets/picker.svg".into());
    let screen = photograph()?;
    std::fs::write(&target, svg(&screen))?;
    Ok(())
}

/// The screen of the picker with a query typed.
fn photograph() -> Result<vt100::Screen, Failure> {
    let pair = native_pty_system().openpty(PtySize { rows: ROWS, cols: COLUMNS, pixel_width: 0, pixel_height: 0 })?;
    let mut command = CommandBuilder::new(std::fs::canonicalize("target/release/rolecall")?);
    command.arg("demo");
    command.env("TERM", "xterm-256color");
    command.env("COLORTERM", "truecolor");
    for name in ["NO_COLOR", "DISPLAY", "WAYLAND_DISPLAY"] {
        command.env_remove(name);
    }
    let mut child = pair.slave.spawn_command(command)?;
    drop(pair.slave);
    let size = |n| NonZeroU16::new(n).ok_or("a screen has at least one cell");
    let parser = Arc::new(Mutex::new(vt100::Parser::new(size(ROWS)?, size(COLUMNS)?, 0)));
    let mut output = pair.master.try_clone_reader()?;
    let seen = parser.clone();
    std::thread::spawn(move || {
        let mut bytes = [0_u8; 8192];
        while let Ok(count @ 1..) = output.read(&mut bytes) {
            if let Ok(mut parser) = seen.lock() {
                parser.process(&bytes[..count]);
            }
        }
    });
    let mut input = pair.master.take_writer()?;
    wait(&parser, "recent")?;
    input.write_all(TYPED.as_bytes())?;
    input.flush()?;
    wait(&parser, &format!("❯ {TYPED}"))?;
    let screen = settled(&parser)?;
    input.write_all(b"\x03")?;
    input.flush()?;
    child.wait()?;
    Ok(screen)
}

fn wait(parser: &Mutex<vt100::Parser>, text: &str) -> Result<(), Failure> {
    let end = Instant::now() + Duration::from_secs(20);
    while Instant::now() < end {
        if parser.lock().map_err(|error| error.to_string())?.screen().contents().contains(text) {
            return Ok(());
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    Err(format!("`{text}` never came to the screen").into())
}

/// The screen once it has not changed for a while.
fn settled(parser: &Mutex<vt100::Parser>) -> Result<vt100::Screen, Failure> {
    let look = || parser.lock().map(|parser| parser.screen().clone()).map_err(|error| error.to_string());
    let mut last = look()?;
    for _ in 0..50 {
        std::thread::sleep(Duration::from_millis(200));
        let now = look()?;
        if now.contents_formatted() == last.contents_formatted() {
            return Ok(now);
        }
        last = now;
    }
    Ok(last)
}

fn svg(screen: &vt100::Screen) -> String {
    let (width, height) = (f32::from(COLUMNS) * CELL.0 + 2.0 * MARGIN, f32::from(ROWS) * CELL.1 + 2.0 * MARGIN);
    let mut out = String::new();
    let _ = write!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" role=\"img\" \
         aria-label=\"The picker of rolecall with the query {TYPED}\">\n<rect width=\"100%\" height=\"100%\" rx=\"10\" fill=\"{PAPER}\"/>\n\
         <g font-family=\"ui-monospace, 'SF Mono', Menlo, Consolas, 'DejaVu Sans Mono', monospace\" font-size=\"14\" style=\"white-space: pre\">\n"
    );
    for row in 0..ROWS {
        for run in runs(screen, row) {
            draw(&mut out, row, &run);
        }
    }
    out.push_str("</g>\n</svg>\n");
    out
}

/// Neighbouring cells of one look.
struct Run {
    column: u16,
    width: u16,
    text: String,
    ink: String,
    paper: Option<String>,
    bold: bool,
    underline: bool,
    dim: bool,
}

fn runs(screen: &vt100::Screen, row: u16) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for column in 0..COLUMNS {
        let Some(cell) = screen.cell(row, column).filter(|cell| !cell.is_wide_continuation()) else { continue };
        let (mut ink, mut paper) = (colour(cell.fgcolor()), colour(cell.bgcolor()));
        if cell.inverse() {
            (ink, paper) = (Some(paper.unwrap_or_else(|| PAPER.into())), Some(ink.unwrap_or_else(|| INK.into())));
        }
        let ink = ink.unwrap_or_else(|| INK.into());
        let text = if cell.has_contents() { cell.contents() } else { " " };
        let width = if cell.is_wide() { 2 } else { 1 };
        match runs.last_mut() {
            Some(run)
                if run.ink == ink
                    && run.paper == paper
                    && (run.bold, run.underline, run.dim) == (cell.bold(), cell.underline(), cell.dim()) =>
            {
                run.text.push_str(text);
                run.width += width;
            }
            _ => runs.push(Run {
                column,
                width,
                text: text.into(),
                ink,
                paper,
                bold: cell.bold(),
                underline: cell.underline(),
                dim: cell.dim(),
            }),
        }
    }
    runs
}

fn draw(out: &mut String, row: u16, run: &Run) {
    let (x, y) = (MARGIN + f32::from(run.column) * CELL.0, MARGIN + f32::from(row) * CELL.1);
    let width = f32::from(run.width) * CELL.0;
    if let Some(paper) = &run.paper {
        let _ = writeln!(out, "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{:.1}\" fill=\"{paper}\"/>", CELL.1);
    }
    if run.text.trim().is_empty() {
        return;
    }
    let weight = if run.bold { " font-weight=\"bold\"" } else { "" };
    let line = if run.underline { " text-decoration=\"underline\"" } else { "" };
    let faint = if run.dim { " opacity=\"0.6\"" } else { "" };
    let blanks = |text: &str| f32::from(u16::try_from(run.text.len() - text.len()).unwrap_or(0)) * CELL.0;
    let (before, after) = (blanks(run.text.trim_start()), blanks(run.text.trim_end()));
    let text = run.text.trim().replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let _ = writeln!(
        out,
        "<text x=\"{:.1}\" y=\"{:.1}\" textLength=\"{:.1}\" lengthAdjust=\"spacingAndGlyphs\" fill=\"{}\"{weight}{line}{faint}>{text}</text>",
        x + before,
        y + 14.0,
        width - before - after,
        run.ink
    );
}

/// A terminal colour as CSS; `None` is the default.
fn colour(colour: vt100::Color) -> Option<String> {
    const NAMED: [&str; 16] = [
        "#1b1d28", "#e06c75", "#98c379", "#e5c07b", "#61afef", "#c678dd", "#56b6c2", "#c9ced9", "#6b7280", "#ff7b86", "#b5e890", "#ffd68a",
        "#82c7ff", "#de9bf0", "#7fd7e3", "#ffffff",
    ];
    match colour {
        vt100::Color::Default => None,
        vt100::Color::Rgb(red, green, blue) => Some(format!("#{red:02x}{green:02x}{blue:02x}")),
        vt100::Color::Idx(index @ 0..16) => Some(NAMED[usize::from(index)].into()),
        vt100::Color::Idx(index @ 16..232) => {
            let level = |n: u8| if n == 0 { 0 } else { 55 + 40 * n };
            let index = index - 16;
            Some(format!("#{:02x}{:02x}{:02x}", level(index / 36), level(index / 6 % 6), level(index % 6)))
        }
        vt100::Color::Idx(index) => {
            let grey = 8 + 10 * (index - 232);
            Some(format!("#{grey:02x}{grey:02x}{grey:02x}"))
        }
    }
}
