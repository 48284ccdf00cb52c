//! Colours with enough contrast to their background, by the formula of WCAG 2.

use ratatui::style::Color;

use crate::tui::{Background, ColorDepth};

/// The least contrast of text that matters.
const MIN_CONTRAST: f64 = 4.5;
/// The luminances of text that is readable on any background of this kind.
fn readable_luminances(background: Background) -> (f64, f64) {
    match background {
        Background::Dark => (MIN_CONTRAST * (Background::DARK_LUMINANCE + 0.05) - 0.05, 1.0),
        Background::Light => (0.0, (Background::LIGHT_LUMINANCE + 0.05) / MIN_CONTRAST - 0.05),
    }
}

fn is_readable(background: Background, rgb: [u8; 3]) -> bool {
    let (least, most) = readable_luminances(background);
    (least..=most).contains(&luminance(rgb))
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
pub(super) fn readable(hex: u32, background: Background, depth: ColorDepth) -> Color {
    let rgb = split(hex);
    match depth {
        ColorDepth::TrueColor => {
            let [red, green, blue] = mixed_until_readable(rgb, background);
            Color::Rgb(red, green, blue)
        }
        _ => Color::Indexed(nearest_indexed(rgb, |other| is_readable(background, other))),
    }
}

fn split(hex: u32) -> [u8; 3] {
    let [_, red, green, blue] = hex.to_be_bytes();
    [red, green, blue]
}

/// Mixes as little white or black into a colour as it needs.
fn mixed_until_readable(rgb: [u8; 3], background: Background) -> [u8; 3] {
    let (least, most) = readable_luminances(background);
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
        let on = |background, rgb| mixed_until_readable(rgb, background);
        assert_eq!(on(Background::Dark, [0x7c, 0xc4, 0xf0]), [0x7c, 0xc4, 0xf0]);
        for background in [Background::Dark, Background::Light] {
            for rgb in [[0, 0, 255], [255, 255, 0], [128, 128, 128], [0; 3], [255; 3]] {
                assert!(is_readable(background, on(background, rgb)), "{rgb:?} {background:?}");
            }
        }
    }
}
