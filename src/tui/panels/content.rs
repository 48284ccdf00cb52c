//! What a panel shows, in words and without cells: the view draws every panel from this, in one
//! way.

use crate::tui::state::text_input::TextInput;

/// How loud a text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::tui) enum Tone {
    /// The terminal's own foreground.
    Text,
    /// A little quieter.
    Soft,
    /// Labels, hints.
    Dim,
    /// What to press, what to compare.
    Accent,
    /// Protected roles, failures.
    Danger,
}

/// One column of a choice.
pub(in crate::tui) type StyledText = (Tone, String);

/// One line, or as many as its text needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::tui) enum ContentRow {
    /// Nothing; goes where there is no room for it.
    Blank,
    /// Words, broken at blanks.
    Text(Tone, String),
    /// What the rest is about, in bold.
    Title(String),
    /// In the middle, in bold, never broken: a code to compare.
    Centered(String),
    /// A heading.
    Heading(&'static str),
    /// Something and what it is: keys and what they do, a label and its value.
    Pair {
        /// On the left, in a column of its own.
        left: (Tone, String),
        /// On the right, broken at blanks.
        right: (Tone, String),
    },
    /// Something that can be chosen: its letter, and columns that stand under each other. The last
    /// one is flush right.
    Choice(Option<char>, Vec<StyledText>),
    /// Half blocks, black on white.
    QrCode(String),
}

/// A line to type into.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::tui) struct InputField {
    /// Before it.
    pub(in crate::tui) label: &'static str,
    /// What is typed.
    pub(in crate::tui) input: TextInput,
    /// What stands there while nothing is typed.
    pub(in crate::tui) placeholder: &'static str,
    /// One mark a letter instead of the letters.
    pub(in crate::tui) masked: bool,
}

/// How much of the screen a panel takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::tui) enum PanelSize {
    /// What its text needs, 60 columns at most.
    Text,
    /// What its columns need.
    Columns,
    /// As [`Extent::Columns`], and over header and footer too if need be.
    FullScreen,
}

/// A whole panel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::tui) struct PanelContent {
    /// In the frame.
    pub(in crate::tui) title: String,
    /// How large it may be.
    pub(in crate::tui) size: PanelSize,
    /// What is typed into it; above the rows.
    pub(in crate::tui) input: Option<InputField>,
    /// The rows, in one column or in several beside each other.
    pub(in crate::tui) columns: Vec<Vec<ContentRow>>,
    /// Which of the choices is under the bar.
    pub(in crate::tui) selected: Option<usize>,
    /// The first row shown, where nothing is chosen.
    pub(in crate::tui) first_line: usize,
    /// Columns and lines it takes even when there is less to show: a panel that is typed into does
    /// not jump about.
    pub(in crate::tui) min_size: (usize, usize),
    /// Letters that do something here, and what; below the rows.
    pub(in crate::tui) shortcuts: Vec<(&'static str, String)>,
}

impl PanelContent {
    /// Rows under a title.
    pub(in crate::tui) fn new(
        title: impl Into<String>,
        extent: PanelSize,
        rows: Vec<ContentRow>,
    ) -> Self {
        Self {
            title: title.into(),
            size: extent,
            input: None,
            columns: vec![rows],
            selected: None,
            first_line: 0,
            min_size: (0, 0),
            shortcuts: Vec::new(),
        }
    }

    /// With a line to type into.
    #[must_use]
    pub(in crate::tui) fn with_input(
        mut self,
        label: &'static str,
        typed: &TextInput,
        empty: &'static str,
    ) -> Self {
        self.input =
            Some(InputField { label, input: typed.clone(), placeholder: empty, masked: false });
        self
    }

    /// With the bar on one of its choices.
    #[must_use]
    pub(in crate::tui) fn with_selected(mut self, choice: usize) -> Self {
        self.selected = Some(choice);
        self
    }

    /// Never smaller than this many columns and lines of rows.
    #[must_use]
    pub(in crate::tui) fn with_min_size(mut self, columns: usize, lines: usize) -> Self {
        self.min_size = (columns, lines);
        self
    }

    /// With a letter that does something.
    #[must_use]
    pub(in crate::tui) fn with_shortcut(
        mut self,
        letter: &'static str,
        does: impl Into<String>,
    ) -> Self {
        self.shortcuts.push((letter, does.into()));
        self
    }
}

impl ContentRow {
    /// Words.
    pub(in crate::tui) fn text(tone: Tone, text: impl Into<String>) -> Self {
        ContentRow::Text(tone, text.into())
    }

    /// A dim label and its value.
    pub(in crate::tui) fn pair(left: impl Into<String>, right: impl Into<String>) -> Self {
        ContentRow::Pair { left: (Tone::Dim, left.into()), right: (Tone::Soft, right.into()) }
    }
}
