//! What the picker wants done.

use crate::ops::backend::messages::Request;

use super::Exit;
use super::search::SearchJob;

/// One thing to do, carried out by the runner.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Effect {
    /// Match the query; the newest job wins.
    Search(SearchJob),
    /// Ask the background.
    Request(Request),
    /// Draw every cell anew.
    Repaint,
    /// Give the terminal back and stop until the shell says go on.
    Suspend,
    /// Leave the screen.
    Exit(Exit),
}
