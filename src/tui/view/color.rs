//! Colours with enough contrast to their background, by the formula of WCAG 2.

use ratatui::style::Color;

use crate::tui::{Background, ColorDepth};

/// The least contrast of text that matters.
const MIN_CONTRAST: f64 = 4.5;
/// The luminance of the lightest background that counts as dark, such as Nord's.
const DARK_LUMINANCE: f64 = 0.037;
/// The luminance of the darkest background that counts as light: the bar of the light theme.
const LIGHT_LUMINANCE: f64 = 0.79;

/// What text is drawn on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TextBackground {
    /// A background of this kind.
    Known(Background),
    /// Any background from black to white.
    Unknown,
}

impl TextBackground {
    /// A background that may be unknown.
    pub(super) fn from_background(background: Option<Background>) -> Self {
        background.map_or(TextBackground::Unknown, TextBackground::Known)
    }

    /// The luminances of text that is readable on it.
    fn readable(self) -> (f64, f64) {
        let least = |ground: f64| MIN_CONTRAST * (ground + 0.05) - 0.05;
        let most = |ground: f64| (ground + 0.05) / MIN_CONTRAST - 0.05;
        match self {
            TextBackground::Known(Background::Dark) => (least(DARK_LUMINANCE), 1.0),
            TextBackground::Known(Background::Light) => (0.0, most(LIGHT_LUMINANCE)),
            TextBackground::Unknown => (least(0.0), most(1.0)),
        }
    }

    fn is_readable(self, rgb: [u8; 3]) -> bool {
        let (least, most) = self.readable();
        (least..=most).contains(&luminance(rgb))
    }
}

/// The relative luminance of an sRGB colour, from 0 to 1.
pub(super) fn luminance(rgb: [u8; 3]) -> f64 {
    let linear = |value: u8| {
        let value = f64::from(value) / 255.0;
        if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    let [red, green, blue] = rgb.map(linear);
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

/// The colour itself, or the nearest of the 256 indexed colours.
pub(super) fn exact(hex: u32, depth: ColorDepth) -> Color {
    let rgb = split(hex);
    match depth {
        ColorDepth::TrueColor => Color::Rgb(rgb[0], rgb[1], rgb[2]),
        _ => Color::Indexed(nearest_indexed(rgb, |_| true)),
    }
}

/// The colour, mixed with white or black until it is readable, or the nearest indexed colour that
/// is.
pub(super) fn readable(hex: u32, ground: TextBackground, depth: ColorDepth) -> Color {
    let rgb = split(hex);
    match depth {
        ColorDepth::TrueColor => {
            let [red, green, blue] = mixed_until_readable(rgb, ground);
            Color::Rgb(red, green, blue)
        }
        _ => Color::Indexed(nearest_indexed(rgb, |other| ground.is_readable(other))),
    }
}

fn split(hex: u32) -> [u8; 3] {
    let [_, red, green, blue] = hex.to_be_bytes();
    [red, green, blue]
}

/// Mixes as little white or black into a colour as it needs.
fn mixed_until_readable(rgb: [u8; 3], ground: TextBackground) -> [u8; 3] {
    let (least, most) = ground.readable();
    let now = luminance(rgb);
    let towards = if now < least {
        255.0
    } else if now > most {
        0.0
    } else {
        return rgb;
    };
    let mixed = |share: f64| {
        rgb.map(|part| {
            let part = f64::from(part);
            // In range, because both ends are.
            (part + (towards - part) * share).round() as u8
        })
    };
    let (mut too_little, mut enough) = (0.0, 1.0);
    for _ in 0..10 {
        let share = f64::midpoint(too_little, enough);
        let reached = luminance(mixed(share));
        let passes = if towards > 0.0 { reached >= least } else { reached <= most };
        if passes { enough = share } else { too_little = share }
    }
    mixed(enough)
}

/// The nearest of the 216 colours of the cube and the 24 greys that is wanted. The first 16 look
/// different on every terminal.
fn nearest_indexed(rgb: [u8; 3], is_wanted: impl Fn([u8; 3]) -> bool) -> u8 {
    let mut best = (u32::MAX, 15);
    for index in 16..=255 {
        let other = indexed_rgb(index);
        let off = rgb.iter().zip(other).map(|(a, b)| u32::from(a.abs_diff(b)).pow(2)).sum();
        if off < best.0 && is_wanted(other) {
            best = (off, index);
        }
    }
    best.1
}

/// The colour of an index from 16 on.
pub(super) fn indexed_rgb(index: u8) -> [u8; 3] {
    const LEVELS: [u8; 6] = [0, 95, 135, 175, 215, 255];
    let level = |place: u8| LEVELS[usize::from(place % 6)];
    match index {
        232.. => [8 + 10 * (index - 232); 3],
        _ => {
            let cube = index.saturating_sub(16);
            [level(cube / 36), level(cube / 6), level(cube)]
        }
    }
}

/// The 16 colours as an untouched xterm shows them.
pub(super) fn xterm_rgb(color: Color) -> [u8; 3] {
    split(match color {
        Color::Red => 0xcd_0000,
        Color::Green => 0x00_cd00,
        Color::Yellow => 0xcd_cd00,
        Color::Blue => 0x00_00ee,
        Color::Magenta => 0xcd_00cd,
        Color::Cyan => 0x00_cdcd,
        Color::Gray => 0xe5_e5e5,
        Color::DarkGray => 0x7f_7f7f,
        Color::LightRed => 0xff_0000,
        Color::LightGreen => 0x00_ff00,
        Color::LightYellow => 0xff_ff00,
        Color::LightBlue => 0x5c_5cff,
        Color::LightMagenta => 0xff_00ff,
        Color::LightCyan => 0x00_ffff,
        Color::White => 0xff_ffff,
        _ => 0,
    })
}

/// The contrast of two colours, from 1 to 21.
pub(super) fn contrast(one: [u8; 3], other: [u8; 3]) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

/// Whether text in one of the 16 colours is readable, which yellow on white is not.
pub(super) fn is_sixteen_readable(color: Color, ground: TextBackground) -> bool {
    let ground = match ground {
        TextBackground::Known(Background::Dark) => [0; 3],
        TextBackground::Known(Background::Light) => [255; 3],
        // No colour is readable on black and on white.
        TextBackground::Unknown => return false,
    };
    contrast(xterm_rgb(color), ground) >= MIN_CONTRAST
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_of_256_is_near() {
        let nearest = |rgb| nearest_indexed(rgb, |_| true);
        assert_eq!(
            [nearest([0, 0, 0]), nearest([255, 255, 255]), nearest([95, 135, 175])],
            [16, 231, 67]
        );
        assert_eq!(nearest([0x26, 0x30, 0x40]), 236);
        assert_eq!((indexed_rgb(67), indexed_rgb(236)), ([95, 135, 175], [48; 3]));
    }

    #[test]
    fn a_colour_is_changed_only_as_far_as_it_has_to_be() {
        let on = |ground, rgb| mixed_until_readable(rgb, ground);
        let (dark, light) =
            (TextBackground::Known(Background::Dark), TextBackground::Known(Background::Light));
        assert_eq!(on(dark, [0x7c, 0xc4, 0xf0]), [0x7c, 0xc4, 0xf0]);
        for ground in [dark, light, TextBackground::Unknown] {
            for rgb in [[0, 0, 255], [255, 255, 0], [128, 128, 128], [0; 3], [255; 3]] {
                assert!(ground.is_readable(on(ground, rgb)), "{rgb:?} on {ground:?}");
            }
        }
    }

    #[test]
    fn contrasts_are_those_of_the_standard() {
        assert!((contrast([0; 3], [255; 3]) - 21.0).abs() < 1e-9);
        assert!((contrast([0x76; 3], [255; 3]) - 4.54).abs() < 0.01);
        assert!((contrast(xterm_rgb(Color::Yellow), [255; 3]) - 1.70).abs() < 0.01);
    }
}
