//! Draws a picture of the real program for the README: runs `rolecall demo` on a pseudo-terminal,
//! types a query, and writes the screen as SVG. `cargo build --release && cargo run --example
//! picture -- docs/assets/picker.svg`

mod screen;

use screen::{BoxError, Drawing, SvgPage, Terminal};

const COLUMNS: u16 = 116;
const ROWS: u16 = 26;
const TYPED: &str = "prod adm";

fn main() -> Result<(), BoxError> {
    let target = std::env::args().nth(1).unwrap_or_else(|| "docs/assets/picker.svg".into());
    let mut terminal = Terminal::start(COLUMNS, ROWS)?;
    terminal.press("", "recent")?;
    terminal.press(TYPED, &format!("{TYPED} "))?;
    let page = SvgPage::new(COLUMNS, ROWS);
    let drawing =
        Drawing { body: page.rows(&terminal.settled_screen()?).concat(), ..Drawing::default() };
    terminal.quit("\x03")?;
    std::fs::write(
        &target,
        page.document(&format!("The picker of rolecall with the query {TYPED}"), &drawing),
    )?;
    Ok(())
}
