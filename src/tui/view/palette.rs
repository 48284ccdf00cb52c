//! Colours. There is one accent. Red is for protected roles and failures only, and never without a
//! glyph or a word.

use ratatui::style::{Color, Modifier, Style};

use super::color::{self, TextBackground};
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
    /// The colours that rules may name.
    named_colors: NamedColors,
}

/// How the colours that rules name are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum NamedColors {
    /// Not at all.
    Absent,
    /// As one of the 16 colours.
    Sixteen(TextBackground),
    /// As a tone that is readable on the background.
    Toned(TextBackground, ColorDepth),
    /// As a mark before the text, which has no colour.
    Marks(ColorDepth),
}

/// A text in the colour that a rule names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ColoredText {
    /// The style of the text.
    pub(super) text: Style,
    /// The style of the blank cell before it, if the text would not be readable in that colour.
    pub(super) mark: Option<Style>,
}

/// The colour names that rules may use: the colour in 24 bits, and one of the 16 colours.
pub(super) const NAMED_COLORS: [(&str, u32, Color); 9] = [
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

impl Palette {
    /// The palette for this appearance.
    pub(super) fn from_appearance(looks: Appearance) -> Self {
        match looks.theme {
            _ if looks.no_color => Self::monochrome(),
            ColorScheme::None => Self::monochrome(),
            ColorScheme::Sixteen(ground) => Self::sixteen(ground),
            ColorScheme::HighContrast(ground) => Self::high_contrast(ground, looks.color_depth),
            ColorScheme::Auto(ground) if looks.color_depth == ColorDepth::Sixteen => {
                Self::sixteen(ground)
            }
            ColorScheme::Dark if looks.color_depth == ColorDepth::Sixteen => {
                Self::sixteen(Some(Background::Dark))
            }
            ColorScheme::Light if looks.color_depth == ColorDepth::Sixteen => {
                Self::sixteen(Some(Background::Light))
            }
            ColorScheme::Dark | ColorScheme::Auto(Some(Background::Dark)) => Self::from_hex(
                [0xbac3d2, 0x98a2b4, 0x444c5c, 0x7cc4f0, 0xf0857d],
                [0x263040, 0xffffff],
                Background::Dark,
                looks.color_depth,
            ),
            ColorScheme::Light | ColorScheme::Auto(Some(Background::Light)) => Self::from_hex(
                [0x404856, 0x5a6270, 0xc3c8d1, 0x0b66b0, 0xb92d26],
                [0xdfeaf6, 0x10151d],
                Background::Light,
                looks.color_depth,
            ),
            ColorScheme::Auto(None) => Self::on_unknown_ground(looks.color_depth),
        }
    }

    /// A style in the colour that a rule names; the style itself without colours, or if the name is
    /// unknown.
    pub(super) fn in_color(&self, style: Style, name: &str) -> ColoredText {
        let known = NAMED_COLORS.iter().find(|(known, ..)| known.eq_ignore_ascii_case(name));
        let plain = ColoredText { text: style, mark: None };
        let Some((_, hex, color)) = known else { return plain };
        let marked = |color| ColoredText {
            mark: Some(Style::new().bg(color).remove_modifier(Modifier::REVERSED)),
            ..plain
        };
        let colored = |color| ColoredText { text: style.fg(color), ..plain };
        match self.named_colors {
            NamedColors::Absent => plain,
            NamedColors::Sixteen(ground) if color::is_sixteen_readable(*color, ground) => {
                colored(*color)
            }
            NamedColors::Sixteen(_) | NamedColors::Marks(ColorDepth::Sixteen) => marked(*color),
            NamedColors::Toned(ground, depth) => colored(color::readable(*hex, ground, depth)),
            NamedColors::Marks(depth) => marked(color::exact(*hex, depth)),
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
        // A named colour would be a block of that colour.
        let named_colors = match self.named_colors {
            NamedColors::Absent => NamedColors::Absent,
            NamedColors::Sixteen(_) => NamedColors::Marks(ColorDepth::Sixteen),
            NamedColors::Toned(_, depth) | NamedColors::Marks(depth) => NamedColors::Marks(depth),
        };
        Self {
            name: text.add_modifier(Modifier::BOLD),
            soft: text,
            dim: text,
            faint: text,
            accent: text,
            danger: text,
            hit,
            named_colors,
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
        background: Background,
        depth: ColorDepth,
    ) -> Self {
        let (text, ground) = (Style::new(), TextBackground::Known(background));
        let fg = |hex| Style::new().fg(color::readable(hex, ground, depth));
        Self {
            text,
            name: text.add_modifier(Modifier::BOLD),
            soft: fg(soft),
            dim: fg(dim),
            // Lines are not text.
            faint: text.fg(color::exact(faint, depth)),
            inactive: fg(dim).add_modifier(Modifier::DIM),
            accent: fg(accent),
            hit: fg(accent).add_modifier(Modifier::BOLD),
            danger: fg(danger),
            title: fg(dim),
            selected_text: text.fg(color::exact(on_bar, depth)),
            selection: text.bg(color::exact(bar, depth)),
            named_colors: NamedColors::Toned(ground, depth),
        }
    }

    /// Medium tones, which are readable on black and on white, and a reversed bar.
    fn on_unknown_ground(depth: ColorDepth) -> Self {
        let text = Style::new();
        let fg = |hex| text.fg(color::readable(hex, TextBackground::Unknown, depth));
        let (dim, accent) = (fg(0x7d8594), fg(0x2f86c8));
        Self {
            text,
            name: text.add_modifier(Modifier::BOLD),
            soft: text,
            dim,
            faint: dim.add_modifier(Modifier::DIM),
            inactive: dim.add_modifier(Modifier::DIM),
            accent,
            hit: accent.add_modifier(Modifier::BOLD),
            danger: fg(0xd9534d),
            title: dim,
            selected_text: text,
            selection: text.add_modifier(Modifier::REVERSED),
            named_colors: NamedColors::Toned(TextBackground::Unknown, depth),
        }
    }

    /// The 16 colours, of which each is readable on black or on white, and none on both.
    fn sixteen(background: Option<Background>) -> Self {
        let text = Style::new();
        let dim = text.add_modifier(Modifier::DIM);
        let (accent, danger) = match background {
            Some(Background::Dark) => (text.fg(Color::Cyan), text.fg(Color::LightRed)),
            Some(Background::Light) => (text.fg(Color::Blue), text.fg(Color::Red)),
            None => (text.add_modifier(Modifier::BOLD), text.add_modifier(Modifier::BOLD)),
        };
        let hit = match background {
            Some(_) => accent.add_modifier(Modifier::BOLD),
            None => accent.add_modifier(Modifier::UNDERLINED),
        };
        Self {
            text,
            name: text.add_modifier(Modifier::BOLD),
            soft: text,
            dim,
            faint: dim,
            inactive: dim,
            accent,
            hit,
            danger,
            title: dim,
            selected_text: text,
            selection: text.add_modifier(Modifier::REVERSED),
            named_colors: NamedColors::Sixteen(TextBackground::from_background(background)),
        }
    }

    /// Everything in the foreground of the terminal. Important text is bold and, if the background
    /// is known, strongly coloured.
    fn high_contrast(background: Option<Background>, depth: ColorDepth) -> Self {
        let text = Style::new();
        let strong = |sixteen: Color, hex| {
            let color =
                if depth == ColorDepth::Sixteen { sixteen } else { color::exact(hex, depth) };
            text.fg(color).add_modifier(Modifier::BOLD)
        };
        let (accent, danger) = match background {
            Some(Background::Dark) => {
                (strong(Color::LightYellow, 0xff_ff00), strong(Color::LightRed, 0xff_8787))
            }
            Some(Background::Light) => {
                (strong(Color::Blue, 0x00_00d7), strong(Color::Red, 0xaf_0000))
            }
            None => (text.add_modifier(Modifier::BOLD), text.add_modifier(Modifier::BOLD)),
        };
        let ground = TextBackground::from_background(background);
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
            named_colors: match (background, depth) {
                (None, _) => NamedColors::Absent,
                (_, ColorDepth::Sixteen) => NamedColors::Sixteen(ground),
                _ => NamedColors::Toned(ground, depth),
            },
        }
    }

    fn monochrome() -> Self {
        let text = Style::new();
        let dim = text.add_modifier(Modifier::DIM);
        Self {
            text,
            name: text.add_modifier(Modifier::BOLD),
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
            named_colors: NamedColors::Absent,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_theme_tells_bar_hits_and_danger_from_text() {
        let themes = [
            ColorScheme::Auto(None),
            ColorScheme::Auto(Some(Background::Dark)),
            ColorScheme::Auto(Some(Background::Light)),
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
                        asks_background: false,
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
