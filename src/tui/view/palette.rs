//! Colours and marks. One accent; red-ish only for protected roles and failures, and always beside a mark or a word.

use ratatui::style::{Color, Modifier, Style};

use super::super::{Looks, Theme};

/// The styles of the screen.
#[derive(Debug, Clone, Copy)]
pub(super) struct Palette {
    /// Account names, what is typed: the terminal's own foreground.
    pub(super) text: Style,
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
}

/// The colours that rules may name, as everybody calls them: in 24 bits in a middle tone that reads on dark and on light, and of sixteen.
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

const fn rgb(hex: u32) -> Color {
    let [_, r, g, b] = hex.to_be_bytes();
    Color::Rgb(r, g, b)
}

impl Palette {
    /// The styles for these looks.
    pub(super) fn of(looks: Looks) -> Self {
        match looks.theme {
            _ if looks.no_color => Self::plain(),
            Theme::None => Self::plain(),
            Theme::Sixteen => Self::sixteen(),
            Theme::Dark if looks.truecolor => Self::colours([0xb4bccb, 0x7d8699, 0x444c5c, 0x7cc4f0, 0xf0857d], [0x263040, 0xffffff]),
            Theme::Light if looks.truecolor => Self::colours([0x3f4654, 0x6b7280, 0xc3c8d1, 0x0b66b0, 0xc0322b], [0xdfeaf6, 0x10151d]),
            // The ground is unknown: middle tones, and a bar that brings its own foreground.
            Theme::Auto if looks.truecolor => {
                Self { soft: Style::new(), ..Self::colours([0, 0x7d8594, 0x757c88, 0x2f86c8, 0xd9534d], [0x2b3647, 0xffffff]) }
            }
            Theme::Dark | Theme::Auto | Theme::Light => Self::sixteen(),
        }
    }

    /// A colour by its English word; none where the screen has no colours, or the word is none of the nine.
    pub(super) fn named(&self, word: &str) -> Option<Color> {
        let (_, hex, sixteen) = NAMED.iter().find(|(name, ..)| name.eq_ignore_ascii_case(word))?;
        match self.accent.fg {
            None => None,
            Some(Color::Rgb(..)) => Some(rgb(*hex)),
            Some(_) => Some(*sixteen),
        }
    }

    fn colours([soft, dim, faint, accent, danger]: [u32; 5], [bar, on_bar]: [u32; 2]) -> Self {
        let text = Style::new();
        let fg = |hex| Style::new().fg(rgb(hex));
        Self {
            text,
            soft: fg(soft),
            dim: fg(dim),
            faint: fg(faint),
            behind: fg(dim).add_modifier(Modifier::DIM),
            accent: fg(accent),
            hit: fg(accent).add_modifier(Modifier::BOLD),
            danger: fg(danger),
            title: fg(dim),
            on_bar: fg(on_bar),
            bar: text.bg(rgb(bar)),
        }
    }

    fn sixteen() -> Self {
        let text = Style::new();
        let dim = text.add_modifier(Modifier::DIM);
        let accent = text.fg(Color::Cyan);
        Self {
            text,
            soft: text,
            dim,
            faint: dim,
            behind: dim,
            accent,
            hit: accent.add_modifier(Modifier::BOLD),
            danger: text.fg(Color::Red),
            title: dim,
            on_bar: text,
            bar: text.add_modifier(Modifier::BOLD),
        }
    }

    fn plain() -> Self {
        let text = Style::new();
        let dim = text.add_modifier(Modifier::DIM);
        Self {
            text,
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
        }
    }
}

/// Marks and lines, in Unicode or in ASCII.
#[derive(Debug, Clone, Copy)]
pub(super) struct Glyphs {
    /// Before the selected row.
    pub(super) bar: &'static str,
    /// Before what is typed.
    pub(super) prompt: &'static str,
    /// Signed in.
    pub(super) on: &'static str,
    /// Signed out.
    pub(super) off: &'static str,
    /// Asks before use.
    pub(super) protected: &'static str,
    /// Before an error.
    pub(super) failed: &'static str,
    /// A marked role.
    pub(super) marked: &'static str,
    /// A favourite.
    pub(super) star: &'static str,
    /// Where a name was cut.
    pub(super) cut: &'static str,
    /// Before a refresh's numbers.
    pub(super) gauge: &'static str,
    /// The done part of a progress bar.
    pub(super) full: &'static str,
    /// The rest of it.
    pub(super) rest: &'static str,
    /// Between list and preview.
    pub(super) line: &'static str,
    /// The scrollbar.
    pub(super) thumb: &'static str,
    /// Between two things on one line.
    pub(super) dot: &'static str,
    /// Something goes on.
    pub(super) dots: &'static str,
    /// One letter of a passphrase.
    pub(super) masked: &'static str,
    /// Top left, top right, bottom left, bottom right, across, down.
    pub(super) corners: [&'static str; 6],
}

impl Glyphs {
    /// The marks for these looks.
    pub(super) fn of(looks: Looks) -> Self {
        if looks.ascii {
            return Self {
                bar: ">",
                prompt: ">",
                on: "*",
                off: "o",
                protected: "!",
                failed: "x",
                marked: "+",
                star: "*",
                cut: "~",
                gauge: "~",
                full: "#",
                rest: ".",
                line: "|",
                thumb: "#",
                dot: "-",
                dots: "...",
                masked: "*",
                corners: ["+", "+", "+", "+", "-", "|"],
            };
        }
        Self {
            bar: "▌",
            prompt: "❯",
            on: "●",
            off: "○",
            protected: "▲",
            failed: "✗",
            marked: "✓",
            star: "★",
            cut: "…",
            gauge: "⟳",
            full: "━",
            rest: "─",
            line: "│",
            thumb: "┃",
            dot: "·",
            dots: "…",
            masked: "•",
            corners: ["╭", "╮", "╰", "╯", "─", "│"],
        }
    }
}
