//! The content of a panel as text, independent of cells. The view draws all panels from it in the
//! same way.

use crate::tui::state::text_input::TextInput;

/// The emphasis of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::tui) enum Tone {
    /// The foreground of the terminal.
    Text,
    /// Slightly dimmed.
    Soft,
    /// Labels and hints.
    Dim,
    /// Keys, and codes to compare.
    Accent,
    /// Protected roles and failures.
    Danger,
    /// The glyph of protected roles.
    DangerMark,
}

/// A column of a choice.
pub(in crate::tui) type StyledText = (Tone, String);

/// A row: one line, or several if its text is wrapped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::tui) enum ContentRow {
    /// A blank line, dropped if there is no room.
    Blank,
    /// Text, wrapped at spaces.
    Text(Tone, String),
    /// A title, in bold.
    Title(String),
    /// A code to compare: centered, bold, never wrapped.
    Centered(String),
    /// A heading.
    Heading(&'static str),
    /// A label and its value, such as keys and what they do.
    Pair {
        /// The label, in a column of its own.
        left: (Tone, String),
        /// The value, wrapped at spaces.
        right: (Tone, String),
    },
    /// A choice: its letter and aligned columns, of which the last is flush right.
    Choice(Option<char>, Vec<StyledText>),
    /// A line of a QR code in half blocks, black on white.
    QrCode(String),
}

/// An input field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::tui) struct InputField {
    /// The label before the field.
    pub(in crate::tui) label: &'static str,
    /// The input.
    pub(in crate::tui) input: TextInput,
    /// The text shown while the input is empty.
    pub(in crate::tui) placeholder: &'static str,
    /// Whether each letter is shown as a mark.
    pub(in crate::tui) masked: bool,
}

/// How much of the screen a panel may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::tui) enum PanelSize {
    /// As much as its text needs, at most 60 columns.
    Text,
    /// As much as its columns need.
    Columns,
    /// As [`PanelSize::Columns`], and over header and query if necessary.
    FullScreen,
    /// The whole width, over header and query and without a frame, for a large QR code.
    Frameless,
}

/// The content of a panel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::tui) struct PanelContent {
    /// The title in the frame.
    pub(in crate::tui) title: String,
    /// The maximum size.
    pub(in crate::tui) size: PanelSize,
    /// The input field.
    pub(in crate::tui) input: Option<InputField>,
    /// The rows, in one or several columns.
    pub(in crate::tui) columns: Vec<Vec<ContentRow>>,
    /// The index of the selected choice.
    pub(in crate::tui) selected: Option<usize>,
    /// The first visible line, if there is no selection.
    pub(in crate::tui) first_line: usize,
    /// The minimum width and height of the rows, so that a panel with a filter does not change its
    /// size with every key.
    pub(in crate::tui) min_size: (usize, usize),
    /// All rows that a filter selects from, in the columns that they have without it. The panel is
    /// as large as they need, so that it and its input field stay in place while the user types.
    pub(in crate::tui) unfiltered: Vec<Vec<ContentRow>>,
    /// Letters and their actions, shown below the rows.
    pub(in crate::tui) shortcuts: Vec<(&'static str, String)>,
}

impl PanelContent {
    /// Content with a title and rows.
    pub(in crate::tui) fn new(
        title: impl Into<String>,
        size: PanelSize,
        rows: Vec<ContentRow>,
    ) -> Self {
        Self {
            title: title.into(),
            size,
            input: None,
            columns: vec![rows],
            selected: None,
            first_line: 0,
            min_size: (0, 0),
            unfiltered: Vec::new(),
            shortcuts: Vec::new(),
        }
    }

    /// Adds an input field.
    #[must_use]
    pub(in crate::tui) fn with_input(
        mut self,
        label: &'static str,
        input: &TextInput,
        placeholder: &'static str,
    ) -> Self {
        self.input = Some(InputField { label, input: input.clone(), placeholder, masked: false });
        self
    }

    /// Selects a choice.
    #[must_use]
    pub(in crate::tui) fn with_selected(mut self, choice: usize) -> Self {
        self.selected = Some(choice);
        self
    }

    /// Sets the minimum size of the rows.
    #[must_use]
    pub(in crate::tui) fn with_min_size(mut self, columns: usize, lines: usize) -> Self {
        self.min_size = (columns, lines);
        self
    }

    /// Sets the columns of rows that a filter selects from.
    #[must_use]
    pub(in crate::tui) fn with_unfiltered(mut self, columns: Vec<Vec<ContentRow>>) -> Self {
        self.unfiltered = columns;
        self
    }

    /// Adds a letter and its action.
    #[must_use]
    pub(in crate::tui) fn with_shortcut(
        mut self,
        letter: &'static str,
        action: impl Into<String>,
    ) -> Self {
        self.shortcuts.push((letter, action.into()));
        self
    }
}

impl ContentRow {
    /// A text row.
    pub(in crate::tui) fn text(tone: Tone, text: impl Into<String>) -> Self {
        ContentRow::Text(tone, text.into())
    }

    /// A dim label and its value.
    pub(in crate::tui) fn pair(left: impl Into<String>, right: impl Into<String>) -> Self {
        ContentRow::Pair { left: (Tone::Dim, left.into()), right: (Tone::Soft, right.into()) }
    }
}
