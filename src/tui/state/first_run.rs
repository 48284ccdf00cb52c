//! The form that stands in place of the list while no IAM Identity Center is known.

use crate::domain::Error;

use super::line::Line;

/// Characters of an address. Any page of the portal can be pasted, with what is behind its `#`.
const LONGEST_ADDRESS: usize = 2_048;

/// What is typed into the form, and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::tui) struct FirstRun {
    /// The file that will be written, as people write it.
    pub(in crate::tui) file: String,
    /// Where it stands.
    pub(in crate::tui) step: Step,
    /// The start URL: as typed at first, as AWS knows it later.
    pub(in crate::tui) address: Line,
    /// The region.
    pub(in crate::tui) region: Line,
    /// What it will be called.
    pub(in crate::tui) name: Line,
    /// What told the region, or why it is not known.
    pub(in crate::tui) evidence: String,
    /// Why the last step did not succeed.
    pub(in crate::tui) error: Option<Error>,
    /// The number of the request that is waited for.
    pub(in crate::tui) number: u64,
}

/// Where the form stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::tui) enum Step {
    /// The start URL is being typed.
    Address,
    /// The background looks where it leads.
    Looking,
    /// Region and name are checked by the person; this one is under the cursor.
    Details(Field),
    /// AWS is asked, and the file written.
    Writing,
}

/// One line of the second half.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::tui) enum Field {
    /// The region of the directory.
    Region,
    /// The instance's name.
    Name,
}

impl FirstRun {
    /// An empty form about this file.
    pub(in crate::tui) fn new(file: String) -> Self {
        Self {
            file,
            step: Step::Address,
            address: Line::limited(LONGEST_ADDRESS),
            region: Line::default(),
            name: Line::default(),
            evidence: String::new(),
            error: None,
            number: 0,
        }
    }

    /// The line that hears letters; none while something is waited for.
    pub(in crate::tui) fn line(&mut self) -> Option<&mut Line> {
        match self.step {
            Step::Address => Some(&mut self.address),
            Step::Details(Field::Region) => Some(&mut self.region),
            Step::Details(Field::Name) => Some(&mut self.name),
            Step::Looking | Step::Writing => None,
        }
    }
}
