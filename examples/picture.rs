//! Draws a picture of the real program for the documentation, dark and light: runs `rolecall demo`
//! on a pseudo-terminal, types a query, and writes the screen as SVG. `cargo build --release &&
//! cargo run --example picture -- docs/assets`

mod screen;

use screen::{BoxError, Drawing, SvgPage, Terminal, Theme};

const SIZE: (u16, u16) = (116, 26);
const TYPED: &str = "prod adm";

fn main() -> Result<(), BoxError> {
    let folder = std::env::args().nth(1).unwrap_or_else(|| "docs/assets".into());
    for theme in Theme::ALL {
        let mut terminal = Terminal::start(SIZE, theme, &[])?;
        terminal.press("", "recent")?;
        terminal.press(TYPED, &format!("{TYPED} "))?;
        let page = SvgPage::new(SIZE, theme);
        let body = page.rows(&terminal.settled_screen()?).concat();
        terminal.quit("\x03")?;
        let title = format!("The picker of rolecall with the query {TYPED}");
        let svg = page.document(&title, &Drawing { body, ..Drawing::default() });
        std::fs::write(format!("{folder}/picker-{}.svg", theme.name()), svg)?;
    }
    Ok(())
}
