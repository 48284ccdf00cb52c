//! The picker as a command opens it: on the screen, or line by line if there is no terminal.

pub(super) mod line_mode;
pub(super) mod startup;
