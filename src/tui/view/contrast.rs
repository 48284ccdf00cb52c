//! The contrast of every theme's text to what it is drawn on, as a table.

use ratatui::style::{Color, Modifier, Style};

use super::color::{contrast, indexed_rgb, xterm_rgb};
use super::palette::{NAMED_COLORS, Palette};
use crate::tui::{Appearance, Background, ColorDepth, ColorScheme};

/// Text below this contrast is hard to read.
const MIN_CONTRAST: f64 = 4.5;

/// Backgrounds that people use: black, and those of widespread dark and light schemes.
const DARK: [(&str, u32); 6] = [
    ("black", 0x00_0000),
    ("VS Code", 0x1e_1e1e),
    ("One Dark", 0x28_2c34),
    ("Solarized dark", 0x00_2b36),
    ("Dracula", 0x28_2a36),
    ("Nord", 0x2e_3440),
];
const LIGHT: [(&str, u32); 5] = [
    ("white", 0xff_ffff),
    ("GitHub", 0xfa_fafa),
    ("grey", 0xee_eeee),
    ("Solarized light", 0xfd_f6e3),
    ("Gruvbox light", 0xfb_f1c7),
];

fn rgb(hex: u32) -> [u8; 3] {
    let [_, red, green, blue] = hex.to_be_bytes();
    [red, green, blue]
}

fn color_rgb(color: Color) -> [u8; 3] {
    match color {
        Color::Rgb(red, green, blue) => [red, green, blue],
        Color::Indexed(index) => indexed_rgb(index),
        color => xterm_rgb(color),
    }
}

/// The contrast of a style on a background; `None` if both colours are the terminal's own.
fn contrast_of(style: Style, ground: [u8; 3]) -> Option<f64> {
    let fg = style.fg.filter(|color| *color != Color::Reset)?;
    Some(contrast(color_rgb(fg), style.bg.map_or(ground, color_rgb)))
}

/// The styles of text that matters, on the ground and on the selection bar.
fn texts(palette: &Palette) -> Vec<(String, Style)> {
    let named = |palette: &Palette, place: &str| -> Vec<(String, Style)> {
        let colors = NAMED_COLORS.iter().map(|(name, ..)| name);
        colors
            .map(|name| (format!("{name}{place}"), palette.in_color(palette.text, name).text))
            .collect()
    };
    let roles = |palette: &Palette, place: &str| -> Vec<(String, Style)> {
        // Lines, and what an open panel covers, are not text that matters.
        let exempt = ["text", "faint", "inactive"];
        let styles = palette.named().into_iter().filter(|(_, name, _)| !exempt.contains(name));
        styles.map(|(_, name, style)| (format!("{name}{place}"), style)).collect()
    };
    let mut all = roles(palette, "");
    // It is only drawn on the bar.
    all.retain(|(name, _)| name != "selected text");
    all.extend(named(palette, ""));
    let selected = palette.selected();
    let on_bar = |(name, style): (String, Style)| {
        let style = palette.selection.patch(style);
        // A reversed cell exchanges the terminal's own two colours.
        let is_own = style.add_modifier.contains(Modifier::REVERSED) && style.fg.is_none();
        (name, if is_own { Style::new() } else { style })
    };
    all.extend(
        roles(&selected, " on bar").into_iter().chain(named(&selected, " on bar")).map(on_bar),
    );
    all
}

#[test]
fn text_that_matters_has_a_contrast_of_at_least_four_and_a_half() {
    let grounds = |background: Option<Background>| -> Vec<(&str, u32)> {
        match background {
            Some(Background::Dark) => DARK.to_vec(),
            Some(Background::Light) => LIGHT.to_vec(),
            // What an unknown terminal most likely is.
            None => vec![DARK[0], LIGHT[0]],
        }
    };
    let (dark, light) = (Some(Background::Dark), Some(Background::Light));
    let themes = [
        ("auto, unknown background", ColorScheme::Auto(None), None),
        ("dark", ColorScheme::Dark, dark),
        ("auto, dark", ColorScheme::Auto(dark), dark),
        ("light", ColorScheme::Light, light),
        ("auto, light", ColorScheme::Auto(light), light),
        ("high-contrast, dark", ColorScheme::HighContrast(dark), dark),
        ("high-contrast, light", ColorScheme::HighContrast(light), light),
        ("high-contrast, unknown background", ColorScheme::HighContrast(None), None),
        ("16, dark", ColorScheme::Sixteen(dark), dark),
        ("16, light", ColorScheme::Sixteen(light), light),
        ("16, unknown background", ColorScheme::Sixteen(None), None),
    ];
    let (mut table, mut low, mut checked) = (String::new(), Vec::new(), 0);
    for (name, theme, background) in themes {
        for depth in [ColorDepth::TrueColor, ColorDepth::Indexed, ColorDepth::Sixteen] {
            let palette = Palette::from_appearance(Appearance {
                theme,
                color_depth: depth,
                no_color: false,
                ascii: false,
                motion: true,
                mouse: true,
                asks_background: true,
            });
            table.push_str(&format!("{name}, {depth:?}\n"));
            // The 16 colours are the terminal's own, so only xterm's on black and white are known.
            let is_own = depth == ColorDepth::Sixteen || matches!(theme, ColorScheme::Sixteen(_));
            let grounds: Vec<_> =
                grounds(background).into_iter().take(if is_own { 1 } else { 9 }).collect();
            let grounds =
                if is_own && background.is_none() { vec![DARK[0], LIGHT[0]] } else { grounds };
            for (text, style) in texts(&palette) {
                let ratios: Vec<(f64, &str)> = grounds
                    .iter()
                    .filter_map(|(ground, hex)| Some((contrast_of(style, rgb(*hex))?, *ground)))
                    .collect();
                let Some((least, ground)) =
                    ratios.iter().copied().min_by(|one, other| one.0.total_cmp(&other.0))
                else {
                    continue;
                };
                checked += ratios.len();
                table.push_str(&format!("  {text:<24}{least:>6.2}  {ground}\n"));
                if least < MIN_CONTRAST {
                    low.push(format!("{name}, {depth:?}: {text} {least:.2} on {ground}"));
                }
            }
        }
    }
    assert!(low.is_empty(), "{}", low.join("\n"));
    assert!(checked > 1_000, "{checked}");
    insta::with_settings!({ snapshot_path => "../snapshots", prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!("contrast", table);
    });
}
