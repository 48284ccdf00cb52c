//! Consoles of Windows have no identity that programs can read.

/// Returns `None`: nothing distinguishes consoles.
pub fn terminal_session_id() -> Option<String> {
    None
}
