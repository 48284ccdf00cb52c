//! The form that replaces the list while no IAM Identity Center is configured.

use crate::domain::Error;

use super::text_input::TextInput;

/// The longest address, in characters. Any page of the portal can be pasted, including what follows
/// its `#`.
const MAX_URL_CHARS: usize = 2_048;

/// The start URL that the empty field shows as an example. The demo has an instance there.
pub(in crate::tui) const EXAMPLE_START_URL: &str = "https://corp.awsapps.com/start";

/// The fields of the form and its current step.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::tui) struct FirstRunForm {
    /// The configuration file that will be written, as it is shown to the user.
    pub(in crate::tui) config_file: String,
    /// The current step.
    pub(in crate::tui) step: FirstRunStep,
    /// The start URL: as typed at first, normalized after discovery.
    pub(in crate::tui) start_url: TextInput,
    /// The region of the directory.
    pub(in crate::tui) region: TextInput,
    /// The name of the instance.
    pub(in crate::tui) name: TextInput,
    /// How the region was found, or why it is unknown.
    pub(in crate::tui) evidence: String,
    /// Why the last step failed.
    pub(in crate::tui) error: Option<Error>,
    /// The number of the pending request.
    pub(in crate::tui) number: u64,
}

/// A step of the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::tui) enum FirstRunStep {
    /// The user types the start URL.
    StartUrl,
    /// The background discovers the instance behind it.
    Discovering,
    /// The user checks region and name; this field has the cursor.
    Details(FirstRunField),
    /// AWS checks the values, and the file is written.
    Saving,
}

/// A field of the second step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::tui) enum FirstRunField {
    /// The region of the directory.
    Region,
    /// The instance's name.
    Name,
}

impl FirstRunForm {
    /// An empty form that will write this file.
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

    /// What to type before Enter leads to the next step; `None` if the field is not empty.
    pub(in crate::tui) fn missing_text(&self) -> Option<&'static str> {
        let (line, missing) = match self.step {
            FirstRunStep::StartUrl => (&self.start_url, "type or paste your start URL first"),
            FirstRunStep::Details(FirstRunField::Region) => {
                (&self.region, "type the region of your IAM Identity Center first")
            }
            FirstRunStep::Details(FirstRunField::Name) => {
                (&self.name, "type a name first, such as corp")
            }
            FirstRunStep::Discovering | FirstRunStep::Saving => return None,
        };
        line.text().trim().is_empty().then_some(missing)
    }

    /// The input that receives text; `None` while a request is pending.
    pub(in crate::tui) fn active_input(&mut self) -> Option<&mut TextInput> {
        match self.step {
            FirstRunStep::StartUrl => Some(&mut self.start_url),
            FirstRunStep::Details(FirstRunField::Region) => Some(&mut self.region),
            FirstRunStep::Details(FirstRunField::Name) => Some(&mut self.name),
            FirstRunStep::Discovering | FirstRunStep::Saving => None,
        }
    }
}
