//! A Unix without `/proc`, such as macOS.

/// Returns nothing: the system does not provide the names without calls of its own libraries.
pub fn parent_names() -> Vec<String> {
    Vec::new()
}
