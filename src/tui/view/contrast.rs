//! The contrast of every theme's text and marks on well-known terminal themes, as a table.

use ratatui::style::{Color, Modifier, Style};

use super::color::{indexed_rgb, luminance};
use super::palette::{NAMED_COLORS, Palette};
use super::terminal_themes::{DARK_THEMES, LIGHT_THEMES, TerminalTheme};
use crate::tui::{Appearance, Background, ColorDepth, ColorScheme};

/// Text below this contrast is hard to read.
const MIN_TEXT_CONTRAST: f64 = 4.5;
/// The same for marks, which WCAG 2 calls graphical objects.
const MIN_MARK_CONTRAST: f64 = 3.0;

fn rgb(hex: u32) -> [u8; 3] {
    let [_, red, green, blue] = hex.to_be_bytes();
    [red, green, blue]
}

/// The contrast of two colours, from 1 to 21.
fn contrast(one: [u8; 3], other: [u8; 3]) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

impl TerminalTheme {
    /// What the terminal shows for a colour.
    fn resolve(&self, color: Color) -> [u8; 3] {
        const ANSI: [Color; 16] = [
            Color::Black,
            Color::Red,
            Color::Green,
            Color::Yellow,
            Color::Blue,
            Color::Magenta,
            Color::Cyan,
            Color::Gray,
            Color::DarkGray,
            Color::LightRed,
            Color::LightGreen,
            Color::LightYellow,
            Color::LightBlue,
            Color::LightMagenta,
            Color::LightCyan,
            Color::White,
        ];
        match color {
            Color::Rgb(red, green, blue) => [red, green, blue],
            Color::Indexed(index) => indexed_rgb(index),
            color => {
                let index = ANSI.iter().position(|ansi| *ansi == color);
                rgb(self.ansi[index.expect("one of the 16 colours")])
            }
        }
    }

    /// The contrast of text in this style. Dim text is half way to its background, as in iTerm2 and
    /// foot.
    fn contrast_of(&self, style: Style) -> f64 {
        let or_own = |color: Option<Color>, own: u32| match color {
            None | Some(Color::Reset) => rgb(own),
            Some(color) => self.resolve(color),
        };
        let (fg, bg) = (or_own(style.fg, self.foreground), or_own(style.bg, self.background));
        let (fg, bg) =
            if style.add_modifier.contains(Modifier::REVERSED) { (bg, fg) } else { (fg, bg) };
        let halved = |at: usize| fg[at].midpoint(bg[at]);
        let is_dim = style.add_modifier.contains(Modifier::DIM);
        contrast(if is_dim { [halved(0), halved(1), halved(2)] } else { fg }, bg)
    }
}

/// The styles that matter, on the background and on the selection bar, with the least contrast that
/// each needs.
fn styles(palette: &Palette) -> Vec<(String, Style, f64)> {
    // Lines, examples in empty fields, and what an open panel covers, matter less.
    let exempt = ["faint", "inactive", "placeholder"];
    let of = |palette: &Palette, place: &str| -> Vec<(String, Style, f64)> {
        let own = palette.named().into_iter().filter(|(_, name, _)| !exempt.contains(name));
        let own = own.map(|(_, name, style)| {
            let least = if name.ends_with("mark") { MIN_MARK_CONTRAST } else { MIN_TEXT_CONTRAST };
            (format!("{name}{place}"), style, least)
        });
        let named = NAMED_COLORS.iter().map(|(name, ..)| {
            let text = palette.in_color(palette.text, name).text;
            (format!("{name}{place}"), text, MIN_TEXT_CONTRAST)
        });
        own.chain(named).collect()
    };
    let mut all = of(palette, "");
    // It is only drawn on the bar.
    all.retain(|(name, ..)| name != "selected text");
    let on_bar = of(&palette.selected(), " on bar");
    all.extend(
        on_bar
            .into_iter()
            .map(|(name, style, least)| (name, palette.selection.patch(style), least)),
    );
    all
}

#[test]
fn what_matters_is_readable_on_every_well_known_terminal_theme() {
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
        ("none", ColorScheme::None, None),
    ];
    let (mut table, mut low, mut checked) = (String::new(), Vec::new(), 0);
    for (name, theme, background) in themes {
        let grounds = || {
            let on_dark = DARK_THEMES.iter().filter(move |_| background != light);
            on_dark.chain(LIGHT_THEMES.iter().filter(move |_| background != dark))
        };
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
            for (text, style, least) in styles(&palette) {
                checked += grounds().count();
                let worst = grounds()
                    .map(|ground| (ground.contrast_of(style), ground.name))
                    .min_by(|one, other| one.0.total_cmp(&other.0));
                let Some((found, ground)) = worst else { continue };
                table.push_str(&format!("  {text:<24}{found:>6.2}  {ground}\n"));
                if found < least {
                    low.push(format!("{name}, {depth:?}: {text} {found:.2} on {ground}"));
                }
            }
        }
    }
    assert!(low.is_empty(), "{}", low.join("\n"));
    assert!(checked > 10_000, "{checked}");
    insta::with_settings!({ snapshot_path => "../snapshots", prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!("contrast", table);
    });
}

#[test]
fn every_well_known_terminal_theme_is_dark_or_light() {
    for (themes, want) in
        [(&DARK_THEMES[..], Background::Dark), (&LIGHT_THEMES[..], Background::Light)]
    {
        for theme in themes {
            let found = Background::from_luminance(luminance(rgb(theme.background)));
            assert_eq!(found, Some(want), "{}", theme.name);
        }
    }
}

#[test]
fn contrasts_are_those_of_the_standard() {
    assert!((contrast([0; 3], [255; 3]) - 21.0).abs() < 1e-9);
    assert!((contrast([0x76; 3], [255; 3]) - 4.54).abs() < 0.01);
    assert!((contrast([0xcd, 0xcd, 0], [255; 3]) - 1.70).abs() < 0.01);
}
