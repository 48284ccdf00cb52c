//! A URL as a QR code on the terminal.

use qrcodegen::{QrCode, QrCodeEcc};

use crate::domain::{Error, ErrorKind, Result};
use crate::os::terminal::tty;

/// Empty cells around the code, which scanners need.
const MARGIN: i32 = 2;

/// Returns the columns of the terminal on stdout, else of the controlling terminal, else 80.
pub(in crate::cli) fn columns() -> usize {
    let columns = tty::stdout_columns().or_else(|| Some(tty::size(&tty::open().ok()?).0));
    columns.map_or(80, usize::from)
}

/// Renders the code black on white, two rows per line, for a terminal of this many columns.
///
/// # Errors
/// [`ErrorKind::Usage`] if the text is too long for the terminal or for a QR code.
pub(in crate::cli) fn render(text: &str, columns: usize) -> Result<String> {
    let code = QrCode::encode_text(text, QrCodeEcc::Low).map_err(|_| too_long("any QR code"))?;
    let edge = code.size() + MARGIN;
    if usize::try_from(edge + MARGIN).is_ok_and(|width| width > columns) {
        return Err(too_long(&format!("a QR code in {columns} columns")));
    }
    let mut out = String::new();
    for y in (-MARGIN..edge).step_by(2) {
        out.push_str("\x1b[38;5;16;48;5;231m");
        out.extend((-MARGIN..edge).map(|x| {
            match (code.get_module(x, y), code.get_module(x, y + 1)) {
                (true, true) => '█',
                (true, false) => '▀',
                (false, true) => '▄',
                (false, false) => ' ',
            }
        }));
        out.push_str("\x1b[0m\n");
    }
    Ok(out)
}

fn too_long(room: &str) -> Error {
    Error::new(ErrorKind::Usage, format!("the link is too long for {room}"))
        .hint("make the terminal wider, or use `rolecall console --link -u qr`: the portal's link is short")
}

#[cfg(test)]
mod tests {
    use unicode_width::UnicodeWidthStr;

    use super::*;

    #[test]
    fn a_short_link_fits_an_ordinary_terminal() {
        let drawn = render("https://corp.awsapps.com/start/#/console?account_id=012345678901&role_name=ReadOnlyAccess", 80).unwrap();
        let lines: Vec<&str> = drawn
            .lines()
            .map(|line| {
                line.trim_start_matches("\x1b[38;5;16;48;5;231m").trim_end_matches("\x1b[0m")
            })
            .collect();
        let width = lines[0].width();
        assert!(
            lines.iter().all(|line| line.width() == width) && lines.len() == width.div_ceil(2),
            "{width} × {}",
            lines.len()
        );
        assert!(width <= 80);
    }

    #[test]
    fn a_long_link_says_what_fits() {
        let error = render(&"x".repeat(1_500), 80).unwrap_err();
        assert!(
            error.message.contains("80 columns") && error.hints[0].contains("--link"),
            "{error:?}"
        );
        assert!(render(&"x".repeat(5_000), 800).is_err());
    }
}
