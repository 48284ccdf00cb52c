//! Colours. One accent; red-ish only for protected roles and failures, and always beside a mark or
//! a word.

use ratatui::style::{Color, Modifier, Style};

use super::super::{Colours, Ground, Looks, Theme};

/// The styles of the screen.
#[derive(Debug, Clone, Copy)]
pub(super) struct Palette {
    /// What is typed, choices: the terminal's own foreground.
    pub(super) text: Style,
    /// An account's name on the first of its rows.
    pub(super) name: Style,
    /// Roles: a little quieter.
    pub(super) soft: Style,
    /// Ids, tags, labels.
    pub(super) dim: Style,
    /// Lines and the scrollbar's track.
    pub(super) faint: Style,
    /// All that stands behind an open panel.
    pub(super) behind: Style,
    /// Prompt, bar, keys.
    pub(super) accent: Style,
    /// Matched letters.
    pub(super) hit: Style,
    /// Protected roles, failures.
    pub(super) danger: Style,
    /// Headings and titles.
    pub(super) title: Style,
    /// Names on the selected row: never the ground's own colour, whatever that is.
    pub(super) on_bar: Style,
    /// Laid over the selected row.
    pub(super) bar: Style,
    /// The ground is known to be light: middle tones would be pale on it.
    light: bool,
}

/// The colours that rules may name, as everybody calls them: in 24 bits in a middle tone that reads
/// on dark and on light, and of sixteen.
const NAMED: [(&str, u32, Color); 9] = [
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

/// Two thirds of a colour's light.
fn darker(hex: u32) -> u32 {
    let [_, r, g, b] = hex.to_be_bytes().map(|part| part / 3 * 2);
    u32::from_be_bytes([0, r, g, b])
}

/// The colour itself, or the nearest of the 256.
fn colour(hex: u32, colours: Colours) -> Color {
    let [_, r, g, b] = hex.to_be_bytes();
    if colours == Colours::All { Color::Rgb(r, g, b) } else { Color::Indexed(nearest([r, g, b])) }
}

/// The nearest of the 256: of the cube's 216 and the 24 greys; the first sixteen look different
/// everywhere.
fn nearest(wanted: [u8; 3]) -> u8 {
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
    /// The styles for these looks.
    pub(super) fn of(looks: Looks) -> Self {
        match looks.theme {
            _ if looks.no_color => Self::plain(),
            Theme::None => Self::plain(),
            Theme::Sixteen(ground) => Self::sixteen(ground),
            Theme::HighContrast(ground) => Self::high_contrast(ground, looks.colours),
            Theme::Light if looks.colours == Colours::Sixteen => Self::sixteen(Some(Ground::Light)),
            Theme::Dark | Theme::Auto if looks.colours == Colours::Sixteen => Self::sixteen(None),
            Theme::Dark => Self::toned(
                [0xa3adbd, 0x7d8699, 0x444c5c, 0x7cc4f0, 0xf0857d],
                [0x263040, 0xffffff],
                looks.colours,
            ),
            Theme::Light => {
                let toned = Self::toned(
                    [0x515a69, 0x6b7280, 0xc3c8d1, 0x0b66b0, 0xc0322b],
                    [0xdfeaf6, 0x10151d],
                    looks.colours,
                );
                Self { light: true, ..toned }
            }
            // The ground is unknown: middle tones, and a bar that brings its own foreground.
            Theme::Auto => {
                let toned = Self::toned(
                    [0, 0x7d8594, 0x757c88, 0x2f86c8, 0xd9534d],
                    [0x2b3647, 0xffffff],
                    looks.colours,
                );
                // A grey that reads on any ground is too loud for a line.
                Self { soft: Style::new(), faint: toned.faint.add_modifier(Modifier::DIM), ..toned }
            }
        }
    }

    /// A colour by its English word; none where the screen has no colours, or the word is none of
    /// the nine.
    pub(super) fn named(&self, word: &str) -> Option<Color> {
        let (_, hex, sixteen) = NAMED.iter().find(|(name, ..)| name.eq_ignore_ascii_case(word))?;
        let hex = if self.light { darker(*hex) } else { *hex };
        match self.accent.fg {
            None => None,
            Some(Color::Rgb(..)) => Some(colour(hex, Colours::All)),
            Some(Color::Indexed(_)) => Some(colour(hex, Colours::Indexed)),
            Some(_) => Some(*sixteen),
        }
    }

    /// The styles of the selected row. Reversed, every colour would be a block of its own: the row
    /// has one, and hits are bold and underlined.
    pub(super) fn on_the_bar(&self) -> Self {
        if !self.bar.add_modifier.contains(Modifier::REVERSED) {
            return Self { name: self.on_bar.patch(self.name), soft: self.on_bar, ..*self };
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

    fn toned(
        [soft, dim, faint, accent, danger]: [u32; 5],
        [bar, on_bar]: [u32; 2],
        colours: Colours,
    ) -> Self {
        let text = Style::new();
        let fg = |hex| Style::new().fg(colour(hex, colours));
        Self {
            text,
            name: text.add_modifier(Modifier::BOLD),
            soft: fg(soft),
            dim: fg(dim),
            faint: fg(faint),
            behind: fg(dim).add_modifier(Modifier::DIM),
            accent: fg(accent),
            hit: fg(accent).add_modifier(Modifier::BOLD),
            danger: fg(danger),
            title: fg(dim),
            on_bar: fg(on_bar),
            bar: text.bg(colour(bar, colours)),
            light: false,
        }
    }

    /// Cyan is what most people can read on black, and nobody on white.
    fn sixteen(ground: Option<Ground>) -> Self {
        let text = Style::new();
        let dim = text.add_modifier(Modifier::DIM);
        let accent = text.fg(if ground == Some(Ground::Light) { Color::Blue } else { Color::Cyan });
        Self {
            text,
            name: text,
            soft: text,
            dim,
            faint: dim,
            behind: dim,
            accent,
            hit: accent.add_modifier(Modifier::BOLD),
            danger: text.fg(Color::Red),
            title: dim,
            on_bar: text,
            bar: text.add_modifier(Modifier::REVERSED),
            light: false,
        }
    }

    /// Everything in the terminal's own foreground; what stands out is bold and, where the ground
    /// is known, strongly coloured.
    fn high_contrast(ground: Option<Ground>, colours: Colours) -> Self {
        let text = Style::new();
        let strong = |sixteen: Color, hex| {
            let colour = if colours == Colours::Sixteen { sixteen } else { colour(hex, colours) };
            text.fg(colour).add_modifier(Modifier::BOLD)
        };
        let (accent, danger) = match ground {
            Some(Ground::Dark) => {
                (strong(Color::LightYellow, 0xff_ff00), strong(Color::LightRed, 0xff_8787))
            }
            Some(Ground::Light) => (strong(Color::Blue, 0x00_00d7), strong(Color::Red, 0xaf_0000)),
            None => (text.add_modifier(Modifier::BOLD), text.add_modifier(Modifier::BOLD)),
        };
        Self {
            text,
            name: text,
            soft: text,
            dim: text,
            faint: text,
            behind: text,
            accent,
            hit: text.add_modifier(Modifier::BOLD | Modifier::UNDERLINED),
            danger,
            title: text.add_modifier(Modifier::BOLD),
            on_bar: text,
            bar: text.add_modifier(Modifier::REVERSED),
            light: ground == Some(Ground::Light),
        }
    }

    fn plain() -> Self {
        let text = Style::new();
        let dim = text.add_modifier(Modifier::DIM);
        Self {
            text,
            name: text,
            soft: text,
            dim,
            faint: dim,
            behind: dim,
            accent: text.add_modifier(Modifier::BOLD),
            hit: text.add_modifier(Modifier::UNDERLINED),
            danger: text.add_modifier(Modifier::BOLD),
            title: dim,
            on_bar: text,
            bar: text.add_modifier(Modifier::REVERSED),
            light: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_of_256_is_near() {
        assert_eq!(
            [nearest([0, 0, 0]), nearest([255, 255, 255]), nearest([95, 135, 175])],
            [16, 231, 67]
        );
        assert_eq!(nearest([0x26, 0x30, 0x40]), 236);
    }

    #[test]
    fn colours_of_rules_are_darker_on_a_light_ground() {
        let looks = |theme| Looks {
            theme,
            colours: Colours::All,
            no_color: false,
            ascii: false,
            motion: true,
            mouse: true,
        };
        let yellow = |theme| Palette::of(looks(theme)).named("yellow");
        assert_eq!(yellow(Theme::Dark), Some(Color::Rgb(0xc9, 0xa2, 0x27)));
        assert_eq!(yellow(Theme::Light), Some(Color::Rgb(0x86, 0x6c, 0x1a)));
        assert_eq!(yellow(Theme::None), None);
    }

    #[test]
    fn every_theme_tells_bar_hits_and_danger_from_text() {
        let themes = [
            Theme::Auto,
            Theme::Dark,
            Theme::Light,
            Theme::HighContrast(None),
            Theme::HighContrast(Some(Ground::Dark)),
            Theme::HighContrast(Some(Ground::Light)),
            Theme::Sixteen(None),
            Theme::Sixteen(Some(Ground::Light)),
            Theme::None,
        ];
        for theme in themes {
            for colours in [Colours::Sixteen, Colours::Indexed, Colours::All] {
                for no_color in [false, true] {
                    let palette = Palette::of(Looks {
                        theme,
                        colours,
                        no_color,
                        ascii: false,
                        motion: true,
                        mouse: true,
                    });
                    for (name, style) in [
                        ("bar", palette.bar),
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
