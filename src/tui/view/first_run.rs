//! Draws the first-run form: one field at first, then what was found and what will be written.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::{Modifier, Style};

use super::DrawContext;
use super::cell_writer::CellWriter;
use crate::tui::commands::PickerCommand;
use crate::tui::labels;
use crate::tui::state::State;
use crate::tui::state::first_run::{EXAMPLE_START_URL, FirstRunField, FirstRunForm, FirstRunStep};
use crate::tui::state::text_input::TextInput;
use crate::tui::text::wrap;

/// The left margin, with room for the prompt, as in the list.
const MARGIN: u16 = 3;
/// The width of a label and the gap after it.
const LABEL_CELLS: u16 = 11;
/// Longer lines are hard to read.
const MAX_LINE_CELLS: u16 = 84;

/// Draws the form and returns the position of the cursor.
pub(super) fn draw(
    form: &FirstRunForm,
    state: &State,
    ctx: &DrawContext,
    area: Rect,
    buffer: &mut Buffer,
) -> Position {
    let roomy = area.height >= 12;
    let mut page = FormWriter {
        ctx,
        area,
        buffer,
        y: area.y + u16::from(roomy),
        roomy,
        cursor: Position::new(area.x, area.y),
    };
    let enter = labels::key_label(state, PickerCommand::Activate);
    let dots = ctx.glyphs.in_progress;
    match form.step {
        FirstRunStep::StartUrl | FirstRunStep::Discovering => {
            page.text(
                if roomy {
                    "No IAM Identity Center is set up yet"
                } else {
                    "Nothing is set up yet"
                },
                ctx.palette.text,
            );
            page.gap();
            page.field("", &form.start_url, form.step == FirstRunStep::StartUrl, EXAMPLE_START_URL);
            page.gap();
            match (&form.error, form.step) {
                (Some(error), _) => page.error(error),
                (None, FirstRunStep::Discovering) => page
                    .text(&format!("Discovering your IAM Identity Center{dots}"), ctx.palette.soft),
                (None, _) if state.program.is_demo() => {
                    page.text(
                        "Paste your start URL: the address that you open to reach your AWS accounts",
                        ctx.palette.soft,
                    );
                    page.text(
                        &format!("{enter} takes the one of this demo, {EXAMPLE_START_URL}"),
                        ctx.palette.text,
                    );
                }
                (None, _) if !roomy => {
                    page.text(
                        "Paste your start URL, or any page of your AWS access portal",
                        ctx.palette.soft,
                    );
                    page.text("`rolecall demo` shows made-up accounts", ctx.palette.dim);
                }
                (None, _) => {
                    page.text("Paste your start URL: the address that you open to reach your AWS accounts", ctx.palette.soft);
                    page.text(
                        "Any page of the portal, a shortcut link or a bare d-1234567890 works, too",
                        ctx.palette.dim,
                    );
                    page.gap();
                    page.text(
                        "An [sso-session] in ~/.aws/config is found without it",
                        ctx.palette.dim,
                    );
                    page.text(
                        "`rolecall demo` shows everything with made-up accounts",
                        ctx.palette.dim,
                    );
                }
            }
        }
        FirstRunStep::Details(_) | FirstRunStep::Saving => {
            let on = |field| form.step == FirstRunStep::Details(field);
            page.text("Is this your IAM Identity Center?", ctx.palette.text);
            page.gap();
            page.read_only_field("start URL", form.start_url.text());
            page.field("region", &form.region, on(FirstRunField::Region), "eu-west-1");
            page.field("name", &form.name, on(FirstRunField::Name), "corp");
            page.gap();
            match (&form.error, form.step) {
                (Some(error), _) => page.error(error),
                (None, FirstRunStep::Saving) => page.text(
                    &format!("Asking AWS whether start URL and region belong together{dots}"),
                    ctx.palette.soft,
                ),
                (None, FirstRunStep::Details(FirstRunField::Region)) => {
                    page.text(
                        "The region of the IAM Identity Center itself; its administrator knows it",
                        ctx.palette.soft,
                    );
                    page.text(&form.evidence, ctx.palette.dim);
                }
                (None, _) => {
                    page.text(
                        &format!(
                            "{enter} writes [instances.{}] into {} and signs in",
                            form.name.text(),
                            form.config_file
                        ),
                        ctx.palette.soft,
                    );
                    page.text(&form.evidence, ctx.palette.dim);
                }
            }
        }
    }
    page.cursor
}

/// Writes the form from top to bottom.
struct FormWriter<'a> {
    ctx: &'a DrawContext,
    area: Rect,
    buffer: &'a mut Buffer,
    y: u16,
    roomy: bool,
    cursor: Position,
}

impl FormWriter<'_> {
    fn writer(&mut self) -> CellWriter<'_> {
        let (x, cells) = (self.area.x + MARGIN, self.area.width.saturating_sub(MARGIN + 1));
        // There is no room below the area.
        let cells = if self.y < self.area.bottom() { cells } else { 0 };
        CellWriter::new(self.buffer, x, self.y, cells)
    }

    fn gap(&mut self) {
        self.y += u16::from(self.roomy);
    }

    fn text(&mut self, text: &str, style: Style) {
        for line in
            wrap(text, self.area.width.saturating_sub(MARGIN + 2).min(MAX_LINE_CELLS).into())
        {
            self.writer().write(&line, style);
            self.y += 1;
        }
    }

    fn error(&mut self, error: &crate::domain::Error) {
        self.text(&format!("{} {}", self.ctx.glyphs.error, error.message), self.ctx.palette.danger);
        for hint in &error.hints {
            self.text(hint, self.ctx.palette.soft);
        }
    }

    fn read_only_field(&mut self, label: &str, text: &str) {
        let palette = self.ctx.palette;
        self.writer().write(label, palette.dim);
        self.writer_at(LABEL_CELLS).write(text, palette.text);
        self.y += 1;
    }

    fn writer_at(&mut self, cells: u16) -> CellWriter<'_> {
        let mut writer = self.writer();
        writer.skip(cells);
        writer
    }

    /// Writes an input field, with an example while it is empty.
    fn field(&mut self, label: &str, line: &TextInput, active: bool, example: &str) {
        let palette = self.ctx.palette;
        let label_cells = if label.is_empty() { 0 } else { LABEL_CELLS };
        if active {
            let prompt = self.ctx.glyphs.prompt;
            let (x, y, cells) =
                (self.area.x + MARGIN - 2, self.y, u16::from(self.y < self.area.bottom()));
            CellWriter::new(self.buffer, x, y, cells).write(prompt, palette.mark);
        }
        self.writer().write(label, palette.dim);
        let mut writer = self.writer_at(label_cells);
        let mut cursor = writer.x;
        match line.is_empty() {
            true => drop(writer.write(example, palette.placeholder)),
            false if active => {
                cursor = writer.write_input(line, palette.text.add_modifier(Modifier::BOLD))
            }
            false => drop(writer.write_input(line, palette.text)),
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
