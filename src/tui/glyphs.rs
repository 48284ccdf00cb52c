//! Glyphs and lines of the screen, in Unicode and in ASCII for terminals that have nothing else.

use crate::tui::Appearance;

/// The characters that the screen may use, apart from names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::tui) enum Charset {
    /// Any character.
    Unicode,
    /// ASCII only.
    Ascii,
}

impl Appearance {
    /// The characters that the screen may use.
    pub(in crate::tui) fn charset(self) -> Charset {
        if self.ascii { Charset::Ascii } else { Charset::Unicode }
    }
}

/// Glyphs and lines, in Unicode or ASCII.
#[derive(Debug, Clone, Copy)]
pub(in crate::tui) struct Glyphs {
    /// Before the selected row.
    pub(in crate::tui) selection_bar: &'static str,
    /// Before the query.
    pub(in crate::tui) prompt: &'static str,
    /// Before the query in vi's normal mode.
    pub(in crate::tui) normal_mode_prompt: &'static str,
    /// Signed in.
    pub(in crate::tui) signed_in: &'static str,
    /// Signed out.
    pub(in crate::tui) signed_out: &'static str,
    /// Protected roles.
    pub(in crate::tui) protected: &'static str,
    /// Before an error.
    pub(in crate::tui) error: &'static str,
    /// Marked roles.
    pub(in crate::tui) marked: &'static str,
    /// The current role of the shell.
    pub(in crate::tui) here: &'static str,
    /// Favourites.
    pub(in crate::tui) star: &'static str,
    /// In place of the cut part of a name.
    pub(in crate::tui) ellipsis: &'static str,
    /// Before the progress of a refresh.
    pub(in crate::tui) refreshing: &'static str,
    /// The completed part of a progress bar.
    pub(in crate::tui) progress_done: &'static str,
    /// The remaining part of a progress bar.
    pub(in crate::tui) progress_rest: &'static str,
    /// Between list and preview.
    pub(in crate::tui) vertical_line: &'static str,
    /// The thumb of the scrollbar.
    pub(in crate::tui) scrollbar_thumb: &'static str,
    /// Between two items on one line.
    pub(in crate::tui) separator: &'static str,
    /// After the name of a running action.
    pub(in crate::tui) in_progress: &'static str,
    /// One letter of a passphrase.
    pub(in crate::tui) masked: &'static str,
    /// Frame corners top left, top right, bottom left, bottom right; horizontal and vertical line.
    pub(in crate::tui) corners: [&'static str; 6],
}

impl Glyphs {
    /// The glyphs for this appearance.
    pub(in crate::tui) fn from_appearance(appearance: Appearance) -> Self {
        if appearance.ascii {
            return Self {
                selection_bar: ">",
                prompt: ">",
                normal_mode_prompt: ":",
                signed_in: "*",
                signed_out: "o",
                protected: "!",
                error: "x",
                marked: "+",
                here: "@",
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
            here: "◆",
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
