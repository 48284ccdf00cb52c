//! How much text the query takes.

use super::super::panels::Pasted;
use super::line::{LONGEST, Line};

/// Characters of an address. Pages of the console that hold a query of their own have some
/// thousands.
const LONGEST_ADDRESS: usize = 8_192;

/// Inserts typed or pasted text into the query. Words are cut where the query is full; an address
/// is taken whole or not at all, because its page will be opened.
pub(in crate::tui) fn insert(query: &mut Line, text: &str) -> Pasted {
    let address = is_address(if query.is_empty() { text } else { query.text() });
    query.set_longest(if address { LONGEST_ADDRESS } else { LONGEST });
    if address { Pasted::whole(query, text) } else { Pasted::cut(query, text) }
}

fn is_address(text: &str) -> bool {
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
        let mut query = Line::default();
        assert_eq!(insert(&mut query, &"prod ".repeat(1_000)), Pasted::Cut(LONGEST));
        assert_eq!(query.text().len(), LONGEST);
        let mut query = Line::default();
        let address = format!(
            "https://eu-west-1.console.aws.amazon.com/cloudwatch/home#{}",
            "x".repeat(5_000)
        );
        assert_eq!((insert(&mut query, &address), query.text()), (Pasted::Done, address.as_str()));
        assert_eq!(insert(&mut query, &address), Pasted::Refused(LONGEST_ADDRESS));
        assert_eq!(query.text(), address);
    }
}
