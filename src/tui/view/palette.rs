//! Colours. There is one accent. Red is for protected roles and failures only, and never without a
//! glyph or a word.

use ratatui::style::{Color, Modifier, Style};

use crate::tui::{Appearance, Background, ColorDepth, ColorScheme};

/// The styles of the screen.
#[derive(Debug, Clone, Copy)]
pub(super) struct Palette {
    /// Input and choices: the foreground of the terminal.
    pub(super) text: Style,
    /// An account name on the first of its rows.
    pub(super) name: Style,
    /// Roles: slightly dimmed.
    pub(super) soft: Style,
    /// IDs, tags and labels.
    pub(super) dim: Style,
    /// Lines.
    pub(super) faint: Style,
    /// Everything behind an open panel.
    pub(super) inactive: Style,
    /// Prompt, selection bar and keys.
    pub(super) accent: Style,
    /// Matched letters.
    pub(super) hit: Style,
    /// Protected roles, failures.
    pub(super) danger: Style,
    /// Headings and titles.
    pub(super) title: Style,
    /// Names on the selected row, readable on any background.
    pub(super) selected_text: Style,
    /// Applied to the whole selected row.
    pub(super) selection: Style,
    /// Whether the background is known to be light; medium tones would be pale on it.
    is_light: bool,
}

/// The colour names that rules may use: in 24 bits a medium tone that is readable on dark and light
/// backgrounds, and one of the 16 colours.
const NAMED_COLORS: [(&str, u32, Color); 9] = [
    ("blue", 0x5a9be6, Color::Blue),
    ("turquoise", 0x2fb5ad, Color::Cyan),
    ("cyan", 0x2fb5ad, Color::Cyan),
    ("green", 0x4fae62, Color::Green),
    ("yellow", 0xc9a227, Color::Yellow),
    ("orange", 0xe08a3c, Color::LightRed),
    ("red", 0xe0605a, Color::Red),
    ("pink", 0xdb6fa8, Color::LightMagenta),
    ("purple", 0xa57be0, Color::Magenta),
];

/// Reduces the brightness to two thirds.
fn darker(hex: u32) -> u32 {
    let [_, r, g, b] = hex.to_be_bytes().map(|part| part / 3 * 2);
    u32::from_be_bytes([0, r, g, b])
}

/// The colour itself, or the nearest of the 256 indexed colours.
fn to_color(hex: u32, colours: ColorDepth) -> Color {
    let [_, r, g, b] = hex.to_be_bytes();
    if colours == ColorDepth::TrueColor {
        Color::Rgb(r, g, b)
    } else {
        Color::Indexed(nearest_indexed([r, g, b]))
    }
}

/// The nearest of the 216 colours of the cube and the 24 greys. The first 16 look different on
/// every terminal.
fn nearest_indexed(wanted: [u8; 3]) -> u8 {
    const LEVELS: [u8; 6] = [0, 95, 135, 175, 215, 255];
    let off = |other: [u8; 3]| -> u32 {
        wanted.iter().zip(other).map(|(a, b)| u32::from(a.abs_diff(b)).pow(2)).sum()
    };
    let level = |index: u8| LEVELS[usize::from(index)];
    let cube = (0..216_u8).map(|at| (16 + at, [level(at / 36), level(at / 6 % 6), level(at % 6)]));
    let greys = (0..24_u8).map(|at| (232 + at, [8 + 10 * at; 3]));
    cube.chain(greys).min_by_key(|(_, colour)| off(*colour)).map_or(15, |(index, _)| index)
}

impl Palette {
    /// The palette for this appearance.
    pub(super) fn from_appearance(looks: Appearance) -> Self {
        match looks.theme {
            _ if looks.no_color => Self::monochrome(),
            ColorScheme::None => Self::monochrome(),
            ColorScheme::Sixteen(ground) => Self::sixteen(ground),
            ColorScheme::HighContrast(ground) => Self::high_contrast(ground, looks.color_depth),
            ColorScheme::Light if looks.color_depth == ColorDepth::Sixteen => {
                Self::sixteen(Some(Background::Light))
            }
            ColorScheme::Dark | ColorScheme::Auto if looks.color_depth == ColorDepth::Sixteen => {
                Self::sixteen(None)
            }
            ColorScheme::Dark => Self::from_hex(
                [0xa3adbd, 0x7d8699, 0x444c5c, 0x7cc4f0, 0xf0857d],
                [0x263040, 0xffffff],
                looks.color_depth,
            ),
            ColorScheme::Light => {
                let toned = Self::from_hex(
                    [0x515a69, 0x6b7280, 0xc3c8d1, 0x0b66b0, 0xc0322b],
                    [0xdfeaf6, 0x10151d],
                    looks.color_depth,
                );
                Self { is_light: true, ..toned }
            }
            // The background is unknown: medium tones, and a selection with its own foreground.
            ColorScheme::Auto => {
                let toned = Self::from_hex(
                    [0, 0x7d8594, 0x757c88, 0x2f86c8, 0xd9534d],
                    [0x2b3647, 0xffffff],
                    looks.color_depth,
                );
                // A grey that is readable on any background is too strong for lines.
                Self { soft: Style::new(), faint: toned.faint.add_modifier(Modifier::DIM), ..toned }
            }
        }
    }

    /// A colour by its English name; `None` without colours, or if the name is unknown.
    pub(super) fn color_by_name(&self, word: &str) -> Option<Color> {
        let (_, hex, sixteen) =
            NAMED_COLORS.iter().find(|(name, ..)| name.eq_ignore_ascii_case(word))?;
        let hex = if self.is_light { darker(*hex) } else { *hex };
        match self.accent.fg {
            None => None,
            Some(Color::Rgb(..)) => Some(to_color(hex, ColorDepth::TrueColor)),
            Some(Color::Indexed(_)) => Some(to_color(hex, ColorDepth::Indexed)),
            Some(_) => Some(*sixteen),
        }
    }

    /// The palette of the selected row. If it is reversed, every colour would be a block, so the
    /// row has one colour, and matched letters are bold and underlined.
    pub(super) fn selected(&self) -> Self {
        if !self.selection.add_modifier.contains(Modifier::REVERSED) {
            return Self {
                name: self.selected_text.patch(self.name),
                soft: self.selected_text,
                ..*self
            };
        }
        let text = Style::new();
        let hit = text.add_modifier(Modifier::BOLD | Modifier::UNDERLINED);
        Self {
            name: text,
            soft: text,
            dim: text,
            faint: text,
            accent: text,
            danger: text,
            hit,
            ..*self
        }
    }

    /// The styles, each with a letter and a name.
    #[cfg(test)]
    pub(super) fn named(&self) -> Vec<(char, &'static str, Style)> {
        vec![
            ('.', "text", self.text),
            ('a', "accent", self.accent),
            ('x', "danger", self.danger),
            ('n', "name", self.name),
            ('s', "soft", self.soft),
            ('d', "dim", self.dim),
            ('f', "faint", self.faint),
            ('i', "inactive", self.inactive),
            ('h', "hit", self.hit),
            ('t', "title", self.title),
            ('w', "selected text", self.selected_text),
        ]
    }

    fn from_hex(
        [soft, dim, faint, accent, danger]: [u32; 5],
        [bar, on_bar]: [u32; 2],
        colours: ColorDepth,
    ) -> Self {
        let text = Style::new();
        let fg = |hex| Style::new().fg(to_color(hex, colours));
        Self {
            text,
            name: text.add_modifier(Modifier::BOLD),
            soft: fg(soft),
            dim: fg(dim),
            faint: fg(faint),
            inactive: fg(dim).add_modifier(Modifier::DIM),
            accent: fg(accent),
            hit: fg(accent).add_modifier(Modifier::BOLD),
            danger: fg(danger),
            title: fg(dim),
            selected_text: fg(on_bar),
            selection: text.bg(to_color(bar, colours)),
            is_light: false,
        }
    }

    /// Cyan is readable on black, but not on white.
    fn sixteen(ground: Option<Background>) -> Self {
        let text = Style::new();
        let dim = text.add_modifier(Modifier::DIM);
        let accent =
            text.fg(if ground == Some(Background::Light) { Color::Blue } else { Color::Cyan });
        Self {
            text,
            name: text,
            soft: text,
            dim,
            faint: dim,
            inactive: dim,
            accent,
            hit: accent.add_modifier(Modifier::BOLD),
            danger: text.fg(Color::Red),
            title: dim,
            selected_text: text,
            selection: text.add_modifier(Modifier::REVERSED),
            is_light: false,
        }
    }

    /// Everything in the foreground of the terminal. Important text is bold and, if the background
    /// is known, strongly coloured.
    fn high_contrast(ground: Option<Background>, colours: ColorDepth) -> Self {
        let text = Style::new();
        let strong = |sixteen: Color, hex| {
            let colour =
                if colours == ColorDepth::Sixteen { sixteen } else { to_color(hex, colours) };
            text.fg(colour).add_modifier(Modifier::BOLD)
        };
        let (accent, danger) = match ground {
            Some(Background::Dark) => {
                (strong(Color::LightYellow, 0xff_ff00), strong(Color::LightRed, 0xff_8787))
            }
            Some(Background::Light) => {
                (strong(Color::Blue, 0x00_00d7), strong(Color::Red, 0xaf_0000))
            }
            None => (text.add_modifier(Modifier::BOLD), text.add_modifier(Modifier::BOLD)),
        };
        Self {
            text,
            name: text,
            soft: text,
            dim: text,
            faint: text,
            inactive: text,
            accent,
            hit: text.add_modifier(Modifier::BOLD | Modifier::UNDERLINED),
            danger,
            title: text.add_modifier(Modifier::BOLD),
            selected_text: text,
            selection: text.add_modifier(Modifier::REVERSED),
            is_light: ground == Some(Background::Light),
        }
    }

    fn monochrome() -> Self {
        let text = Style::new();
        let dim = text.add_modifier(Modifier::DIM);
        Self {
            text,
            name: text,
            soft: text,
            dim,
            faint: dim,
            inactive: dim,
            accent: text.add_modifier(Modifier::BOLD),
            hit: text.add_modifier(Modifier::UNDERLINED),
            danger: text.add_modifier(Modifier::BOLD),
            title: dim,
            selected_text: text,
            selection: text.add_modifier(Modifier::REVERSED),
            is_light: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_of_256_is_near() {
        assert_eq!(
            [
                nearest_indexed([0, 0, 0]),
                nearest_indexed([255, 255, 255]),
                nearest_indexed([95, 135, 175])
            ],
            [16, 231, 67]
        );
        assert_eq!(nearest_indexed([0x26, 0x30, 0x40]), 236);
    }

    #[test]
    fn colours_of_rules_are_darker_on_a_light_ground() {
        let looks = |theme| Appearance {
            theme,
            color_depth: ColorDepth::TrueColor,
            no_color: false,
            ascii: false,
            motion: true,
            mouse: true,
        };
        let yellow = |theme| Palette::from_appearance(looks(theme)).color_by_name("yellow");
        assert_eq!(yellow(ColorScheme::Dark), Some(Color::Rgb(0xc9, 0xa2, 0x27)));
        assert_eq!(yellow(ColorScheme::Light), Some(Color::Rgb(0x86, 0x6c, 0x1a)));
        assert_eq!(yellow(ColorScheme::None), None);
    }

    #[test]
    fn every_theme_tells_bar_hits_and_danger_from_text() {
        let themes = [
            ColorScheme::Auto,
            ColorScheme::Dark,
            ColorScheme::Light,
            ColorScheme::HighContrast(None),
            ColorScheme::HighContrast(Some(Background::Dark)),
            ColorScheme::HighContrast(Some(Background::Light)),
            ColorScheme::Sixteen(None),
            ColorScheme::Sixteen(Some(Background::Light)),
            ColorScheme::None,
        ];
        for theme in themes {
            for colours in [ColorDepth::Sixteen, ColorDepth::Indexed, ColorDepth::TrueColor] {
                for no_color in [false, true] {
                    let palette = Palette::from_appearance(Appearance {
                        theme,
                        color_depth: colours,
                        no_color,
                        ascii: false,
                        motion: true,
                        mouse: true,
                    });
                    for (name, style) in [
                        ("bar", palette.selection),
                        ("hit", palette.hit),
                        ("danger", palette.danger),
                        ("accent", palette.accent),
                    ] {
                        assert_ne!(style, palette.text, "{name} of {theme:?} with {colours:?}");
                    }
                }
            }
        }
    }
}
