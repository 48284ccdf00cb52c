//! The link of a console that no browser on this machine can open.

use crate::domain::RoleId;
use crate::ops::backend::messages::ConsoleLink;
use crate::tui::PickAction;

/// A link to the console, to copy or to scan.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::tui) struct ConsoleLinkPanel {
    /// The role.
    pub(in crate::tui) role: RoleId,
    /// The action that the link is for.
    pub(in crate::tui) action: PickAction,
    /// The link.
    pub(in crate::tui) link: ConsoleLink,
    /// Whether the link was copied.
    pub(in crate::tui) copied: bool,
    /// Whether the user asked for a QR code.
    pub(in crate::tui) show_qr: bool,
}
