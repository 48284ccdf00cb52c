//! Side effects requested by the picker.

use crate::ops::backend::messages::Request;

use super::Exit;
use super::search::SearchJob;

/// A side effect that the runner carries out.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Effect {
    /// Run a search. The newest job replaces older ones.
    Search(SearchJob),
    /// Send a request to the background.
    Request(Request),
    /// Redraw every cell.
    Repaint,
    /// Restore the terminal and suspend the process until the shell continues it.
    Suspend,
    /// Leave the picker.
    Exit(Exit),
}
