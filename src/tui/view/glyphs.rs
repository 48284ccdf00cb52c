//! Marks and lines of the screen: each in Unicode, and in ASCII for terminals that have no more.

use super::super::Looks;

/// Marks and lines, in Unicode or in ASCII.
#[derive(Debug, Clone, Copy)]
pub(super) struct Glyphs {
    /// Before the selected row.
    pub(super) bar: &'static str,
    /// Before what is typed.
    pub(super) prompt: &'static str,
    /// In its place while letters are commands.
    pub(super) commands: &'static str,
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
                commands: ":",
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
            commands: "❮",
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
