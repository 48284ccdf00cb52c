//! The length limit of the query.

use super::text_input::{DEFAULT_MAX_CHARS, TextInput};
use crate::tui::state::paste::PasteResult;

/// The longest address, in characters. Console pages that contain a query of their own have several
/// thousand.
const MAX_URL_CHARS: usize = 8_192;

/// Inserts typed or pasted text into the query. Words are cut at the limit; an address is taken
/// whole or not at all, because its page will be opened.
pub(in crate::tui) fn insert(query: &mut TextInput, text: &str) -> PasteResult {
    let address = is_url(if query.is_empty() { text } else { query.text() });
    query.set_max_chars(if address { MAX_URL_CHARS } else { DEFAULT_MAX_CHARS });
    if address {
        PasteResult::insert_whole(query, text)
    } else {
        PasteResult::insert_truncated(query, text)
    }
}

fn is_url(text: &str) -> bool {
    let text = text.trim_start();
    ["https://", "http://"].iter().any(|scheme| {
        text.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_cut_and_addresses_are_not() {
        let mut query = TextInput::default();
        assert_eq!(
            insert(&mut query, &"prod ".repeat(1_000)),
            PasteResult::Truncated(DEFAULT_MAX_CHARS)
        );
        assert_eq!(query.text().len(), DEFAULT_MAX_CHARS);
        let mut query = TextInput::default();
        let address = format!(
            "https://eu-west-1.console.aws.amazon.com/cloudwatch/home#{}",
            "x".repeat(5_000)
        );
        assert_eq!(
            (insert(&mut query, &address), query.text()),
            (PasteResult::Done, address.as_str())
        );
        assert_eq!(insert(&mut query, &address), PasteResult::Refused(MAX_URL_CHARS));
        assert_eq!(query.text(), address);
    }
}
