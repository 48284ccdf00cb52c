//! Colours. There is one accent. Red is for protected roles and failures only, and never without a
//! glyph or a word.

use ratatui::style::{Color, Modifier, Style};

use super::color;
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
    /// The example in an empty input field.
    pub(super) placeholder: Style,
    /// Lines.
    pub(super) faint: Style,
    /// Everything behind an open panel.
    pub(super) inactive: Style,
    /// Keys and letters to press.
    pub(super) accent: Style,
    /// Glyphs in the accent colour: prompt, selection bar, dots.
    pub(super) mark: Style,
    /// Matched letters.
    pub(super) hit: Style,
    /// Failures and warnings.
    pub(super) danger: Style,
    /// The glyph of protected roles and failures.
    pub(super) danger_mark: Style,
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
    /// As a tone that is readable on the background.
    Toned(Background, ColorDepth),
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
            _ if looks.no_color => Self::attributes(),
            ColorScheme::None => Self::attributes(),
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
            ColorScheme::Auto(None) => Self::on_unknown_background(looks.color_depth),
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
            NamedColors::Marks(ColorDepth::Sixteen) => marked(*color),
            NamedColors::Toned(ground, depth) => colored(color::readable(*hex, ground, depth)),
            NamedColors::Marks(depth) => marked(color::exact(*hex, depth)),
        }
    }

    /// The palette of the selected row. If it is reversed, every colour would be a block, so the
    /// row has one colour, and matched letters are bold and underlined.
    pub(super) fn selected(&self) -> Self {
        if !self.selection.add_modifier.contains(Modifier::REVERSED) {
            return Self {
                text: self.selected_text,
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
            NamedColors::Toned(_, depth) | NamedColors::Marks(depth) => NamedColors::Marks(depth),
        };
        Self {
            name: text.add_modifier(Modifier::BOLD),
            soft: text,
            dim: text,
            faint: text,
            accent: text,
            mark: text,
            danger: text,
            danger_mark: text,
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
            ('m', "mark", self.mark),
            ('!', "danger mark", self.danger_mark),
            ('p', "placeholder", self.placeholder),
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
        let text = Style::new();
        let fg = |hex| text.fg(color::readable(hex, background, depth));
        Self {
            text,
            name: text.add_modifier(Modifier::BOLD),
            soft: fg(soft),
            dim: fg(dim),
            placeholder: fg(dim),
            // Lines are not text.
            faint: text.fg(color::exact(faint, depth)),
            inactive: fg(dim).add_modifier(Modifier::DIM),
            accent: fg(accent),
            hit: fg(accent).add_modifier(Modifier::BOLD),
            mark: fg(accent),
            danger: fg(danger),
            danger_mark: fg(danger),
            title: fg(dim),
            selected_text: text.fg(color::exact(on_bar, depth)),
            selection: text.bg(color::exact(bar, depth)),
            named_colors: NamedColors::Toned(background, depth),
        }
    }

    /// Text in the foreground of the terminal: no fixed colour is readable on every dark and light
    /// background. Marks need less contrast, so they have medium tones.
    fn on_unknown_background(depth: ColorDepth) -> Self {
        let mark = |hex| Style::new().fg(color::exact(hex, depth));
        Self {
            mark: mark(0x00_87ff),
            danger_mark: mark(0xd7_5f5f),
            named_colors: NamedColors::Marks(depth),
            ..Self::attributes()
        }
    }

    /// The 16 colours of the terminal's own theme. Bright cyan is readable on the dark background
    /// of all common themes; no colour is on all of their light ones.
    fn sixteen(background: Option<Background>) -> Self {
        let fg = |color| Style::new().fg(color);
        let plain =
            Self { named_colors: NamedColors::Marks(ColorDepth::Sixteen), ..Self::attributes() };
        match background {
            Some(Background::Dark) => Self {
                accent: fg(Color::LightCyan),
                hit: fg(Color::LightCyan).add_modifier(Modifier::BOLD),
                mark: fg(Color::LightCyan),
                danger_mark: fg(Color::LightRed),
                ..plain
            },
            Some(Background::Light) => {
                Self { mark: fg(Color::Blue), danger_mark: fg(Color::Red), ..plain }
            }
            None => plain,
        }
    }

    /// Everything in the foreground of the terminal. Important text is bold and, if the background
    /// is known, strongly coloured.
    fn high_contrast(background: Option<Background>, depth: ColorDepth) -> Self {
        let text = Style::new();
        let bold = text.add_modifier(Modifier::BOLD);
        let (accent, danger) = match (background, depth) {
            (None, _) | (Some(Background::Light), ColorDepth::Sixteen) => (bold, bold),
            (Some(Background::Dark), ColorDepth::Sixteen) => (bold.fg(Color::LightCyan), bold),
            (Some(Background::Dark), _) => {
                (bold.fg(color::exact(0xff_ff00, depth)), bold.fg(color::exact(0xff_8787, depth)))
            }
            (Some(Background::Light), _) => {
                (bold.fg(color::exact(0x00_00d7, depth)), bold.fg(color::exact(0xaf_0000, depth)))
            }
        };
        Self {
            name: text,
            placeholder: text,
            faint: text,
            inactive: text,
            accent,
            mark: accent,
            danger,
            danger_mark: danger,
            title: bold,
            named_colors: match (background, depth) {
                (None, _) => NamedColors::Absent,
                (_, ColorDepth::Sixteen) => NamedColors::Marks(depth),
                (Some(background), _) => NamedColors::Toned(background, depth),
            },
            ..Self::attributes()
        }
    }

    /// Without colours. What matters is never dimmed, because many terminals halve its contrast.
    fn attributes() -> Self {
        let text = Style::new();
        let (bold, dimmed) = (text.add_modifier(Modifier::BOLD), text.add_modifier(Modifier::DIM));
        Self {
            text,
            name: bold,
            soft: text,
            dim: text,
            placeholder: dimmed,
            faint: dimmed,
            inactive: dimmed,
            accent: bold,
            hit: bold.add_modifier(Modifier::UNDERLINED),
            danger: bold,
            mark: bold,
            danger_mark: bold,
            title: text.add_modifier(Modifier::UNDERLINED),
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
