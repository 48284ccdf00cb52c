//! Draws the form for the first instance: one line at first, then what was found and what will be
//! written.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::{Modifier, Style};

use super::super::catalog::Command;
use super::super::panels;
use super::super::state::State;
use super::super::state::first_run::{Field, FirstRun, Step};
use super::super::state::line::Line;
use super::Ink;
use super::text::{Pen, wrap};

/// Cells before the text, with room for the prompt: as in the list.
const MARGIN: u16 = 3;
/// Cells of a label and the gap behind it.
const LABEL: u16 = 11;
/// Nobody reads longer lines with ease.
const WIDEST: u16 = 84;

/// Draws it; says where the cursor stands.
pub(super) fn draw(
    form: &FirstRun,
    state: &State,
    ink: &Ink,
    area: Rect,
    buffer: &mut Buffer,
) -> Position {
    let roomy = area.height >= 12;
    let mut page = Page {
        ink,
        area,
        buffer,
        y: area.y + u16::from(roomy),
        roomy,
        cursor: Position::new(area.x, area.y),
    };
    let enter = panels::key(state, Command::Act);
    let dots = ink.glyphs.dots;
    match form.step {
        Step::Address | Step::Looking => {
            page.say(
                if roomy {
                    "No IAM Identity Center is set up yet"
                } else {
                    "Nothing is set up yet"
                },
                ink.palette.text,
            );
            page.gap();
            page.field(
                "",
                &form.address,
                form.step == Step::Address,
                "https://corp.awsapps.com/start",
            );
            page.gap();
            match (&form.error, form.step) {
                (Some(error), _) => page.failed(error),
                (None, Step::Looking) => {
                    page.say(&format!("Looking where it leads{dots}"), ink.palette.soft)
                }
                (None, _) if !roomy => {
                    page.say(
                        "Paste your start URL, or any page of your AWS access portal",
                        ink.palette.soft,
                    );
                    page.say("`rolecall demo` shows made-up accounts", ink.palette.dim);
                }
                (None, _) => {
                    page.say("Paste your start URL: the address that you open to reach your AWS accounts", ink.palette.soft);
                    page.say("Any page of the portal, a shortcut link or a bare d-1234567890 will do, too", ink.palette.dim);
                    page.gap();
                    page.say(
                        "An [sso-session] in ~/.aws/config is found without it",
                        ink.palette.dim,
                    );
                    page.say(
                        "`rolecall demo` shows everything with made-up accounts",
                        ink.palette.dim,
                    );
                }
            }
        }
        Step::Details(_) | Step::Writing => {
            let on = |field| form.step == Step::Details(field);
            page.say("Is this your IAM Identity Center?", ink.palette.text);
            page.gap();
            page.known("start URL", form.address.text());
            page.field("region", &form.region, on(Field::Region), "eu-west-1");
            page.field("name", &form.name, on(Field::Name), "corp");
            page.gap();
            match (&form.error, form.step) {
                (Some(error), _) => page.failed(error),
                (None, Step::Writing) => page.say(
                    &format!("Asking AWS whether start URL and region belong together{dots}"),
                    ink.palette.soft,
                ),
                (None, Step::Details(Field::Region)) => {
                    page.say(
                        "The region of the IAM Identity Center itself; its administrator knows it",
                        ink.palette.soft,
                    );
                    page.say(&form.evidence, ink.palette.dim);
                }
                (None, _) => {
                    page.say(
                        &format!(
                            "{enter} writes [instances.{}] into {} and signs in",
                            form.name.text(),
                            form.file
                        ),
                        ink.palette.soft,
                    );
                    page.say(&form.evidence, ink.palette.dim);
                }
            }
        }
    }
    page.cursor
}

/// A page that is written from top to bottom.
struct Page<'a> {
    ink: &'a Ink,
    area: Rect,
    buffer: &'a mut Buffer,
    y: u16,
    roomy: bool,
    cursor: Position,
}

impl Page<'_> {
    fn pen(&mut self) -> Pen<'_> {
        let (x, cells) = (self.area.x + MARGIN, self.area.width.saturating_sub(MARGIN + 1));
        // Below the page there is no room for anything.
        let cells = if self.y < self.area.bottom() { cells } else { 0 };
        Pen::new(self.buffer, x, self.y, cells)
    }

    fn gap(&mut self) {
        self.y += u16::from(self.roomy);
    }

    fn say(&mut self, text: &str, style: Style) {
        for line in wrap(text, self.area.width.saturating_sub(MARGIN + 2).min(WIDEST).into()) {
            self.pen().put(&line, style);
            self.y += 1;
        }
    }

    fn failed(&mut self, error: &crate::domain::Error) {
        self.say(&format!("{} {}", self.ink.glyphs.failed, error.message), self.ink.palette.danger);
        for hint in &error.hints {
            self.say(hint, self.ink.palette.soft);
        }
    }

    fn known(&mut self, label: &str, text: &str) {
        let palette = self.ink.palette;
        self.pen().put(label, palette.dim);
        self.pen_from(LABEL).put(text, palette.text);
        self.y += 1;
    }

    fn pen_from(&mut self, cells: u16) -> Pen<'_> {
        let mut pen = self.pen();
        pen.skip(cells);
        pen
    }

    /// A line that can be typed into, with an example while it is empty.
    fn field(&mut self, label: &str, line: &Line, active: bool, example: &str) {
        let palette = self.ink.palette;
        let label_cells = if label.is_empty() { 0 } else { LABEL };
        if active {
            let prompt = self.ink.glyphs.prompt;
            let (x, y, cells) =
                (self.area.x + MARGIN - 2, self.y, u16::from(self.y < self.area.bottom()));
            Pen::new(self.buffer, x, y, cells).put(prompt, palette.accent);
        }
        self.pen().put(label, palette.dim);
        let mut pen = self.pen_from(label_cells);
        let mut cursor = pen.x;
        match line.is_empty() {
            true => drop(pen.put(example, palette.dim)),
            false if active => cursor = pen.typed(line, palette.text.add_modifier(Modifier::BOLD)),
            false => drop(pen.typed(line, palette.text)),
        }
        if active {
            self.cursor = Position::new(
                cursor.min(self.area.right().saturating_sub(1)),
                self.y.min(self.area.bottom().saturating_sub(1)),
            );
        }
        self.y += 1;
    }
}
