//! QR codes in half blocks, two rows per line.

use qrcodegen::{QrCode, QrCodeEcc};

use super::content::{ContentRow, PanelSize};

/// The quiet zone around the code in a frame, in modules, and without a frame. The standard wants
/// four, but readers find a code with one.
const QUIET_ZONES: [i32; 2] = [2, 1];
/// The columns and lines of a panel's frame and the space in it.
const FRAME: (u16, u16) = (6, 2);
/// The widest content of a panel with a frame.
const MAX_FRAMED_COLUMNS: i32 = 100;

/// A QR code that fits on the screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::tui) struct QrPanel {
    /// The rows.
    pub(in crate::tui) rows: Vec<ContentRow>,
    /// The size of the panel: with a frame if there is room for it.
    pub(in crate::tui) size: PanelSize,
}

/// Why there is no QR code on the screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::tui) enum QrMisfit {
    /// The text has more characters than any QR code.
    TooLong,
    /// It would fit on a screen with this many columns and lines.
    TooSmall(u16, u16),
}

impl std::fmt::Display for QrMisfit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::TooLong => f.write_str("the address is too long for a QR code"),
            Self::TooSmall(columns, lines) => write!(
                f,
                "the QR code needs a window of at least {columns} columns and {lines} lines"
            ),
        }
    }
}

/// The QR code of a text on a screen of this size, of which the footer and `extra` lines of the
/// panel are taken.
///
/// # Errors
/// The required size, if there is not enough room.
pub(in crate::tui) fn fit(
    text: &str,
    (columns, lines): (u16, u16),
    extra: u16,
) -> Result<QrPanel, QrMisfit> {
    // The lowest level of error correction has the fewest modules; a screen has no dirt.
    let code = QrCode::encode_text(text, QrCodeEcc::Low).map_err(|_| QrMisfit::TooLong)?;
    let [framed, frameless] = QUIET_ZONES.map(|zone| code.size() + 2 * zone);
    let lines_of = |side: i32| (side + 1) / 2;
    let free = lines.saturating_sub(1 + extra);
    let fits = |side: i32, columns: u16, lines: u16| {
        side <= i32::from(columns) && lines_of(side) <= i32::from(lines)
    };
    let in_frame = (columns.saturating_sub(FRAME.0), free.saturating_sub(FRAME.1));
    if framed <= MAX_FRAMED_COLUMNS && fits(framed, in_frame.0, in_frame.1) {
        return Ok(QrPanel { rows: rows(&code, QUIET_ZONES[0]), size: PanelSize::FullScreen });
    }
    if fits(frameless, columns, free) {
        return Ok(QrPanel { rows: rows(&code, QUIET_ZONES[1]), size: PanelSize::Frameless });
    }
    let needed = |cells: i32| u16::try_from(cells).unwrap_or(u16::MAX);
    Err(QrMisfit::TooSmall(needed(frameless), needed(lines_of(frameless)) + 1 + extra))
}

fn rows(code: &QrCode, zone: i32) -> Vec<ContentRow> {
    let row = |y: i32| {
        let cells = (-zone..code.size() + zone).map(|x| {
            match (code.get_module(x, y), code.get_module(x, y + 1)) {
                (true, true) => '█',
                (true, false) => '▀',
                (false, true) => '▄',
                (false, false) => ' ',
            }
        });
        ContentRow::QrCode(cells.collect())
    };
    (-zone..code.size() + zone).step_by(2).map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADDRESS: &str = "https://device.sso.eu-west-1.amazonaws.com/?user_code=KFQT-HWLP";

    fn width(panel: &QrPanel) -> usize {
        let ContentRow::QrCode(first) = &panel.rows[0] else { panic!("{:?}", panel.rows[0]) };
        first.chars().count()
    }

    #[test]
    fn a_code_is_square_in_half_blocks() {
        let panel = fit(ADDRESS, (80, 40), 0).unwrap();
        assert_eq!(width(&panel).div_ceil(2), panel.rows.len());
        let ContentRow::QrCode(first) = &panel.rows[0] else { panic!("{:?}", panel.rows[0]) };
        assert!(first.chars().all(|cell| cell == ' '));
    }

    #[test]
    fn the_frame_gives_way_before_the_code_does() {
        let framed = fit(ADDRESS, (80, 40), 0).unwrap();
        assert_eq!(framed.size, PanelSize::FullScreen);
        let side = u16::try_from(width(&framed)).unwrap();
        let lines = u16::try_from(framed.rows.len()).unwrap();
        // The frame, and the footer.
        assert_eq!(fit(ADDRESS, (side + 6, lines + 3), 0), Ok(framed));
        for size in [(side + 5, 40), (80, lines + 2)] {
            let frameless = fit(ADDRESS, size, 0).unwrap();
            assert_eq!(frameless.size, PanelSize::Frameless);
            assert_eq!(width(&frameless), usize::from(side) - 2);
        }
    }

    #[test]
    fn the_size_that_a_code_needs_is_enough_for_it() {
        let link = "x".repeat(1_150);
        let Err(QrMisfit::TooSmall(columns, lines)) = fit(&link, (80, 24), 2) else {
            panic!("it fits")
        };
        assert!(fit(&link, (columns, lines), 2).is_ok());
        assert!(fit(&link, (columns - 1, lines), 2).is_err());
        assert!(fit(&link, (columns, lines - 1), 2).is_err());
        // All of it is shown, however wide it is.
        assert!(width(&fit(&link, (200, 90), 0).unwrap()) > 100);
        assert_eq!(fit(&"x".repeat(4_000), (500, 500), 0), Err(QrMisfit::TooLong));
    }
}
