//! Marks and lines of the screen: each in Unicode, and in ASCII for terminals that have no more.

use super::super::Appearance;

/// Marks and lines, in Unicode or in ASCII.
#[derive(Debug, Clone, Copy)]
pub(super) struct Glyphs {
    /// Before the selected row.
    pub(super) selection_bar: &'static str,
    /// Before what is typed.
    pub(super) prompt: &'static str,
    /// In its place while letters are commands.
    pub(super) normal_mode_prompt: &'static str,
    /// Signed in.
    pub(super) signed_in: &'static str,
    /// Signed out.
    pub(super) signed_out: &'static str,
    /// Asks before use.
    pub(super) protected: &'static str,
    /// Before an error.
    pub(super) error: &'static str,
    /// A marked role.
    pub(super) marked: &'static str,
    /// A favourite.
    pub(super) star: &'static str,
    /// Where a name was cut.
    pub(super) ellipsis: &'static str,
    /// Before a refresh's numbers.
    pub(super) refreshing: &'static str,
    /// The done part of a progress bar.
    pub(super) progress_done: &'static str,
    /// The rest of it.
    pub(super) progress_rest: &'static str,
    /// Between list and preview.
    pub(super) vertical_line: &'static str,
    /// The scrollbar.
    pub(super) scrollbar_thumb: &'static str,
    /// Between two things on one line.
    pub(super) separator: &'static str,
    /// Something goes on.
    pub(super) in_progress: &'static str,
    /// One letter of a passphrase.
    pub(super) masked: &'static str,
    /// Top left, top right, bottom left, bottom right, across, down.
    pub(super) corners: [&'static str; 6],
}

impl Glyphs {
    /// The marks for these looks.
    pub(super) fn from_appearance(looks: Appearance) -> Self {
        if looks.ascii {
            return Self {
                selection_bar: ">",
                prompt: ">",
                normal_mode_prompt: ":",
                signed_in: "*",
                signed_out: "o",
                protected: "!",
                error: "x",
                marked: "+",
                star: "*",
                ellipsis: "~",
                refreshing: "~",
                progress_done: "#",
                progress_rest: ".",
                vertical_line: "|",
                scrollbar_thumb: "#",
                separator: "-",
                in_progress: "...",
                masked: "*",
                corners: ["+", "+", "+", "+", "-", "|"],
            };
        }
        Self {
            selection_bar: "▌",
            prompt: "❯",
            normal_mode_prompt: "❮",
            signed_in: "●",
            signed_out: "○",
            protected: "▲",
            error: "✗",
            marked: "✓",
            star: "★",
            ellipsis: "…",
            refreshing: "⟳",
            progress_done: "━",
            progress_rest: "─",
            vertical_line: "│",
            scrollbar_thumb: "┃",
            separator: "·",
            in_progress: "…",
            masked: "•",
            corners: ["╭", "╮", "╰", "╯", "─", "│"],
        }
    }
}
