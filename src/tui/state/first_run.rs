//! The form that stands in place of the list while no IAM Identity Center is known.

use crate::domain::Error;

use super::text_input::TextInput;

/// Characters of an address. Any page of the portal can be pasted, with what is behind its `#`.
const MAX_URL_CHARS: usize = 2_048;

/// What is typed into the form, and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::tui) struct FirstRunForm {
    /// The file that will be written, as people write it.
    pub(in crate::tui) config_file: String,
    /// Where it stands.
    pub(in crate::tui) step: FirstRunStep,
    /// The start URL: as typed at first, as AWS knows it later.
    pub(in crate::tui) start_url: TextInput,
    /// The region.
    pub(in crate::tui) region: TextInput,
    /// What it will be called.
    pub(in crate::tui) name: TextInput,
    /// What told the region, or why it is not known.
    pub(in crate::tui) evidence: String,
    /// Why the last step did not succeed.
    pub(in crate::tui) error: Option<Error>,
    /// The number of the request that is waited for.
    pub(in crate::tui) number: u64,
}

/// Where the form stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::tui) enum FirstRunStep {
    /// The start URL is being typed.
    StartUrl,
    /// The background looks where it leads.
    Discovering,
    /// Region and name are checked by the person; this one is under the cursor.
    Details(FirstRunField),
    /// AWS is asked, and the file written.
    Saving,
}

/// One line of the second half.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::tui) enum FirstRunField {
    /// The region of the directory.
    Region,
    /// The instance's name.
    Name,
}

impl FirstRunForm {
    /// An empty form about this file.
    pub(in crate::tui) fn new(file: String) -> Self {
        Self {
            config_file: file,
            step: FirstRunStep::StartUrl,
            start_url: TextInput::with_max_chars(MAX_URL_CHARS),
            region: TextInput::default(),
            name: TextInput::default(),
            evidence: String::new(),
            error: None,
            number: 0,
        }
    }

    /// The line that hears letters; none while something is waited for.
    pub(in crate::tui) fn active_input(&mut self) -> Option<&mut TextInput> {
        match self.step {
            FirstRunStep::StartUrl => Some(&mut self.start_url),
            FirstRunStep::Details(FirstRunField::Region) => Some(&mut self.region),
            FirstRunStep::Details(FirstRunField::Name) => Some(&mut self.name),
            FirstRunStep::Discovering | FirstRunStep::Saving => None,
        }
    }
}
