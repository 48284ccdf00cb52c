//! What a panel shows, in words and without cells: the view draws every panel from this, in one
//! way.

use super::super::state::line::Line;

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
pub(in crate::tui) type Cell = (Tone, String);

/// One line, or as many as its text needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::tui) enum Row {
    /// Nothing; goes where there is no room for it.
    Blank,
    /// Words, broken at blanks.
    Text(Tone, String),
    /// What the rest is about, in bold.
    Name(String),
    /// In the middle, in bold, never broken: a code to compare.
    Centre(String),
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
    Choice(Option<char>, Vec<Cell>),
    /// Half blocks, black on white.
    Paper(String),
}

/// A line to type into.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::tui) struct Field {
    /// Before it.
    pub(in crate::tui) label: &'static str,
    /// What is typed.
    pub(in crate::tui) typed: Line,
    /// What stands there while nothing is typed.
    pub(in crate::tui) empty: &'static str,
    /// One mark a letter instead of the letters.
    pub(in crate::tui) masked: bool,
}

/// How much of the screen a panel takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::tui) enum Extent {
    /// What its text needs, 60 columns at most.
    Words,
    /// What its columns need.
    Columns,
    /// As [`Extent::Columns`], and over header and footer too if need be.
    Whole,
}

/// A whole panel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::tui) struct Sheet {
    /// In the frame.
    pub(in crate::tui) title: String,
    /// How large it may be.
    pub(in crate::tui) extent: Extent,
    /// What is typed into it; above the rows.
    pub(in crate::tui) field: Option<Field>,
    /// The rows, in one column or in several beside each other.
    pub(in crate::tui) columns: Vec<Vec<Row>>,
    /// Which of the choices is under the bar.
    pub(in crate::tui) at: Option<usize>,
    /// The first row shown, where nothing is chosen.
    pub(in crate::tui) top: usize,
    /// Columns and lines it takes even when there is less to show: a panel that is typed into does
    /// not jump about.
    pub(in crate::tui) least: (usize, usize),
    /// Letters that do something here, and what; below the rows.
    pub(in crate::tui) letters: Vec<(&'static str, String)>,
}

impl Sheet {
    /// Rows under a title.
    pub(in crate::tui) fn new(title: impl Into<String>, extent: Extent, rows: Vec<Row>) -> Self {
        Self {
            title: title.into(),
            extent,
            field: None,
            columns: vec![rows],
            at: None,
            top: 0,
            least: (0, 0),
            letters: Vec::new(),
        }
    }

    /// With a line to type into.
    #[must_use]
    pub(in crate::tui) fn field(
        mut self,
        label: &'static str,
        typed: &Line,
        empty: &'static str,
    ) -> Self {
        self.field = Some(Field { label, typed: typed.clone(), empty, masked: false });
        self
    }

    /// With the bar on one of its choices.
    #[must_use]
    pub(in crate::tui) fn at(mut self, choice: usize) -> Self {
        self.at = Some(choice);
        self
    }

    /// Never smaller than this many columns and lines of rows.
    #[must_use]
    pub(in crate::tui) fn least(mut self, columns: usize, lines: usize) -> Self {
        self.least = (columns, lines);
        self
    }

    /// With a letter that does something.
    #[must_use]
    pub(in crate::tui) fn letter(mut self, letter: &'static str, does: impl Into<String>) -> Self {
        self.letters.push((letter, does.into()));
        self
    }
}

impl Row {
    /// Words.
    pub(in crate::tui) fn text(tone: Tone, text: impl Into<String>) -> Self {
        Row::Text(tone, text.into())
    }

    /// A dim label and its value.
    pub(in crate::tui) fn pair(left: impl Into<String>, right: impl Into<String>) -> Self {
        Row::Pair { left: (Tone::Dim, left.into()), right: (Tone::Soft, right.into()) }
    }
}
