//! Matching letters that stand together in a name but for its separators: `paymentsprod` in
//! payments-prod, `read-only` in ReadOnly.

use super::normalized::NormalizedText;

/// The minimum length of a word that matches from the middle of a word of the value. With fewer
/// letters, the last letter of one word and the first of the next would match nearly every name.
const MIN_INNER_BYTES: usize = 4;

/// Finds the text in the value, both without separators, and returns its byte range in the value.
/// Starts of words are tried first.
pub(super) fn find(value: &NormalizedText, text: &str) -> Option<(usize, usize)> {
    let bytes = value.text.as_bytes();
    let first = text.bytes().find(|byte| !is_separator(*byte))?;
    let at = |start: usize| match_at(bytes, start, text).map(|end| (start, end));
    let words = value.word_starts.iter().map(|start| *start as usize);
    words.filter(|start| bytes[*start] == first).find_map(at).or_else(|| {
        if text.len() < MIN_INNER_BYTES {
            return None;
        }
        (0..bytes.len()).filter(|start| bytes[*start] == first).find_map(at)
    })
}

/// Returns the byte ranges between the separators of a match.
pub(super) fn ranges(value: &NormalizedText, (start, end): (usize, usize)) -> Vec<(usize, usize)> {
    let mut ranges: Vec<(usize, usize)> = Vec::new();
    for (offset, byte) in value.text.as_bytes()[start..end].iter().enumerate() {
        let at = start + offset;
        match ranges.last_mut() {
            _ if is_separator(*byte) => {}
            Some(last) if last.1 == at => last.1 += 1,
            _ => ranges.push((at, at + 1)),
        }
    }
    ranges
}

/// Returns the end of the text in the value, if it starts there.
fn match_at(value: &[u8], start: usize, text: &str) -> Option<usize> {
    let mut end = start;
    for byte in text.bytes().filter(|byte| !is_separator(*byte)) {
        end += value.get(end..)?.iter().position(|other| !is_separator(*other))?;
        if value[end] != byte {
            return None;
        }
        end += 1;
    }
    Some(end)
}

/// Whether a byte of a normalized text separates words. Bytes of other letters do not.
fn is_separator(byte: u8) -> bool {
    byte == b' ' || byte.is_ascii_punctuation()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn separators_of_name_and_query_are_skipped() {
        for (text, value, want) in [
            ("paymentsprod", "payments-prod", &[(0, 8), (9, 13)][..]),
            ("prodeu", "payments-prod_eu", &[(9, 13), (14, 16)]),
            ("mentsprod", "payments-prod", &[(3, 8), (9, 13)]),
            ("tspr", "payments-prod", &[(6, 8), (9, 11)]),
            ("us1", "web-us-1", &[(4, 6), (7, 8)]),
            ("read-only", "AWSReadOnlyAccess", &[(3, 11)]),
            ("pay_prod", "pay-prod", &[(0, 3), (4, 8)]),
            ("zurichana", "Zürich Analytics", &[(0, 6), (7, 10)]),
        ] {
            let value = NormalizedText::new(value);
            let found = find(&value, text).map(|range| ranges(&value, range));
            assert_eq!(found.as_deref(), Some(want), "{text}");
        }
    }

    #[test]
    fn nothing_else_is_skipped() {
        for (text, value) in [
            ("payprod", "payments-prod"),
            ("sp", "payments-prod"),
            ("prodx", "payments-prod"),
            ("--", "payments-prod"),
        ] {
            assert_eq!(find(&NormalizedText::new(value), text), None, "{text}");
        }
    }
}
