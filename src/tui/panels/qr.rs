//! QR codes in half blocks, two rows per line.

use qrcodegen::{QrCode, QrCodeEcc};

use super::content::ContentRow;

/// The quiet zone around the code, in cells.
const MARGIN: i32 = 2;

/// The QR code of a text for a panel with this many columns and lines inside.
///
/// # Errors
/// The required size, if there is not enough room.
pub(in crate::tui) fn rows(
    text: &str,
    columns: u16,
    lines: u16,
) -> Result<Vec<ContentRow>, String> {
    let Ok(code) = QrCode::encode_text(text, QrCodeEcc::Low) else {
        return Err("the address is too long for a QR code".to_owned());
    };
    let side = code.size() + 2 * MARGIN;
    let (wide, high) = (side, (side + 1) / 2);
    if wide > i32::from(columns) || high > i32::from(lines) {
        return Err(format!(
            "the window is too small for the QR code: enlarge it to {} columns and {} lines",
            wide + 6,
            high + 5
        ));
    }
    let row = |y: i32| {
        let cells = (-MARGIN..code.size() + MARGIN).map(|x| {
            match (code.get_module(x, y), code.get_module(x, y + 1)) {
                (true, true) => '█',
                (true, false) => '▀',
                (false, true) => '▄',
                (false, false) => ' ',
            }
        });
        ContentRow::QrCode(cells.collect())
    };
    Ok((-MARGIN..code.size() + MARGIN).step_by(2).map(row).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_square_in_half_blocks() {
        let rows = rows("https://device.sso.eu-west-1.amazonaws.com/?user_code=KFQT-HWLP", 60, 30)
            .unwrap();
        let ContentRow::QrCode(first) = &rows[0] else { panic!("{:?}", rows[0]) };
        assert_eq!(first.chars().count().div_ceil(2), rows.len());
        assert!(first.chars().all(|cell| cell == ' '));
    }

    #[test]
    fn no_room_is_said_with_what_it_takes() {
        assert!(
            rows("https://device.sso.eu-west-1.amazonaws.com/?user_code=KFQT-HWLP", 60, 8)
                .unwrap_err()
                .contains("lines")
        );
        assert!(rows(&"x".repeat(4_000), 200, 200).unwrap_err().contains("too long"));
    }
}
