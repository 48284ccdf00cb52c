//! Marks and lines of the screen: each in Unicode, and in ASCII for terminals that have no more.

use crate::tui::Appearance;

/// Marks and lines, in Unicode or in ASCII.
#[derive(Debug, Clone, Copy)]
pub(in crate::tui) struct Glyphs {
    /// Before the selected row.
    pub(in crate::tui) selection_bar: &'static str,
    /// Before what is typed.
    pub(in crate::tui) prompt: &'static str,
    /// In its place while letters are commands.
    pub(in crate::tui) normal_mode_prompt: &'static str,
    /// Signed in.
    pub(in crate::tui) signed_in: &'static str,
    /// Signed out.
    pub(in crate::tui) signed_out: &'static str,
    /// Asks before use.
    pub(in crate::tui) protected: &'static str,
    /// Before an error.
    pub(in crate::tui) error: &'static str,
    /// A marked role.
    pub(in crate::tui) marked: &'static str,
    /// A favourite.
    pub(in crate::tui) star: &'static str,
    /// Where a name was cut.
    pub(in crate::tui) ellipsis: &'static str,
    /// Before a refresh's numbers.
    pub(in crate::tui) refreshing: &'static str,
    /// The done part of a progress bar.
    pub(in crate::tui) progress_done: &'static str,
    /// The rest of it.
    pub(in crate::tui) progress_rest: &'static str,
    /// Between list and preview.
    pub(in crate::tui) vertical_line: &'static str,
    /// The scrollbar.
    pub(in crate::tui) scrollbar_thumb: &'static str,
    /// Between two things on one line.
    pub(in crate::tui) separator: &'static str,
    /// Something goes on.
    pub(in crate::tui) in_progress: &'static str,
    /// One letter of a passphrase.
    pub(in crate::tui) masked: &'static str,
    /// Top left, top right, bottom left, bottom right, across, down.
    pub(in crate::tui) corners: [&'static str; 6],
}

impl Glyphs {
    /// The marks for these looks.
    pub(in crate::tui) fn from_appearance(looks: Appearance) -> Self {
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
