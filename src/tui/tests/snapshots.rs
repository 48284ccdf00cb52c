//! Snapshots of the screen: text, and a map of styles beside it, so that a wrong colour fails.

use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::{Position, Rect};
use ratatui::style::{Color, Modifier, Style};
use unicode_width::UnicodeWidthStr;

use super::*;
use crate::tui::layout;

/// The sizes that the list, the header and the footer are tested at.
const SIZES: [(u16, u16); 3] = [(40, 10), (80, 24), (200, 50)];

fn assert_text(name: &str, text: &str) {
    insta::with_settings!({ snapshot_path => "../snapshots", prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!(name, text);
    });
}

/// Compares the text of the whole screen with its snapshot.
pub(super) fn assert_screen(name: &str, rig: &TestPicker) {
    assert_text(name, &rig.screen());
}

/// Compares the whole screen at a small, an ordinary and a large size.
pub(super) fn assert_screen_sizes(name: &str, rig: &mut TestPicker) {
    for (width, height) in SIZES {
        rig.event(Event::Resize(width, height));
        assert_screen(&format!("{name}_{width}x{height}"), rig);
    }
}

/// Compares the whole screen and its styles.
pub(super) fn assert_styled_screen(name: &str, rig: &TestPicker) {
    let (buffer, _) = draw(rig);
    assert_text(name, &styled(rig, &buffer, buffer.area));
}

/// Compares the rectangle of the top panel on a screen of 80×24, its styles, and the footer.
pub(super) fn assert_panel(name: &str, rig: &mut TestPicker) {
    assert_panel_at(name, rig, (80, 24));
}

/// The same on a screen of this size.
pub(super) fn assert_panel_at(name: &str, rig: &mut TestPicker, (width, height): (u16, u16)) {
    rig.event(Event::Resize(width, height));
    let (buffer, cursor) = draw(rig);
    let area = view::top_panel_area(&rig.state).expect("no panel is open");
    let footer = layout::current(&rig.state)
        .footer
        .map_or_else(String::new, |footer| text_rows(&buffer, footer).remove(0).trim().to_owned());
    let cursor = if area.contains(cursor) {
        format!("{},{}", cursor.x - area.x, cursor.y - area.y)
    } else {
        "outside".to_owned()
    };
    let panel = styled(rig, &buffer, area);
    assert_text(name, &format!("{panel}\ncursor: {cursor}\nfooter: {footer}"));
}

/// Compares header, status line and footer at three sizes.
pub(super) fn assert_bars(name: &str, rig: &mut TestPicker) {
    let mut out = String::new();
    for (width, height) in SIZES {
        rig.event(Event::Resize(width, height));
        let (buffer, _) = draw(rig);
        let areas = layout::current(&rig.state);
        out.push_str(&format!("{width}x{height}\n"));
        let mut bars: Vec<Rect> =
            [areas.header, areas.status_line, areas.footer].into_iter().flatten().collect();
        bars.dedup();
        for bar in bars {
            out.push_str(&styled(rig, &buffer, bar));
            out.push('\n');
        }
    }
    assert_text(name, &out);
}

/// Compares the area of the list at an ordinary and a small size.
pub(super) fn assert_list_area(name: &str, rig: &mut TestPicker) {
    let mut out = String::new();
    for (width, height) in [(80, 24), (40, 10)] {
        rig.event(Event::Resize(width, height));
        let (buffer, _) = draw(rig);
        out.push_str(&format!("{width}x{height}\n"));
        let area = layout::current(&rig.state).list;
        let used = text_rows(&buffer, area).iter().rposition(|row| !row.is_empty());
        let height = used.map_or(0, |last| u16::try_from(last + 1).unwrap());
        out.push_str(&styled(rig, &buffer, Rect { height, ..area }));
        out.push('\n');
    }
    assert_text(name, &out);
}

fn draw(rig: &TestPicker) -> (Buffer, Position) {
    let (width, height) = rig.state.size;
    let area = Rect::new(0, 0, width, height);
    let mut buffer = Buffer::empty(area);
    let cursor = view::draw(&rig.state, area, &mut buffer);
    (buffer, cursor)
}

/// The text of the area, then one letter per cell for its style, then a legend of the letters.
fn styled(rig: &TestPicker, buffer: &Buffer, area: Rect) -> String {
    let mut legend = Legend::new(rig.state.appearance);
    let text = text_rows(buffer, area);
    let styles: Vec<String> = (area.top()..area.bottom())
        .map(|y| {
            let row: String =
                (area.left()..area.right()).map(|x| legend.letter(&buffer[(x, y)])).collect();
            row.trim_end_matches('.').to_owned()
        })
        .collect();
    format!("{}\n--- styles\n{}\n{}", text.join("\n"), styles.join("\n"), legend.lines())
}

fn text_rows(buffer: &Buffer, area: Rect) -> Vec<String> {
    let row = |y| {
        let (mut text, mut x) = (String::new(), area.left());
        while x < area.right() {
            let symbol = buffer[(x, y)].symbol();
            text.push_str(symbol);
            x += u16::try_from(symbol.width()).unwrap().max(1);
        }
        text.trim_end().to_owned()
    };
    (area.top()..area.bottom()).map(row).collect()
}

/// Letters for styles: lower case for the styles of the palette, upper case for the same styles on
/// the selected row, digits for others, and a dot for plain text.
struct Legend {
    palette: Vec<(char, &'static str, Style)>,
    used: Vec<(char, String)>,
}

impl Legend {
    fn new(appearance: Appearance) -> Self {
        Self { palette: view::named_styles(appearance), used: Vec::new() }
    }

    fn letter(&mut self, cell: &Cell) -> char {
        let selected = cell.bg != Color::Reset || cell.modifier.contains(Modifier::REVERSED);
        let plain = cell.modifier - Modifier::REVERSED;
        let is_cell = |style: &Style| {
            style.fg.unwrap_or(Color::Reset) == cell.fg && style.add_modifier == plain
        };
        let mut description = describe(cell);
        if description.is_empty() {
            return '.';
        }
        let names: Vec<&str> = self
            .palette
            .iter()
            .filter(|(.., style)| is_cell(style))
            .map(|(_, name, _)| *name)
            .collect();
        let found = self.palette.iter().find(|(.., style)| is_cell(style)).map(|(at, ..)| *at);
        if !names.is_empty() {
            description = format!("{}: {description}", names.join(", "));
        }
        if let Some((letter, _)) = self.used.iter().find(|(_, known)| *known == description) {
            return *letter;
        }
        let unnamed = self.used.iter().filter(|(letter, _)| letter.is_ascii_digit()).count();
        let letter = match found {
            Some('.') if selected => '_',
            Some(letter) if selected => letter.to_ascii_uppercase(),
            Some(letter) => letter,
            None => char::from_digit(u32::try_from(unnamed).unwrap() + 1, 10).unwrap(),
        };
        self.used.push((letter, description));
        letter
    }

    fn lines(mut self) -> String {
        self.used.sort();
        let lines: Vec<String> =
            self.used.iter().map(|(letter, style)| format!("{letter} = {style}")).collect();
        lines.join("\n")
    }
}

/// `#f0857d on #263040 bold`; empty for the defaults.
fn describe(cell: &Cell) -> String {
    let color = |color| match color {
        Color::Rgb(r, g, b) => format!("#{r:02x}{g:02x}{b:02x}"),
        other => format!("{other:?}").to_lowercase(),
    };
    let mut parts = Vec::new();
    if cell.fg != Color::Reset {
        parts.push(color(cell.fg));
    }
    if cell.bg != Color::Reset {
        parts.push(format!("on {}", color(cell.bg)));
    }
    parts.extend(cell.modifier.iter_names().map(|(name, _)| name.to_lowercase()));
    parts.join(" ")
}
