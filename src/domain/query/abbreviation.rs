//! Words without some inner letters: `prd` for prod, `stg` for staging.

use super::normalized::NormalizedText;

/// Returns the start of the first word that the text abbreviates: both have the same first and last
/// letter, the letters between are in order, and at most one letter more is omitted than typed.
/// Users who type `prd` mean prod, not pricing-dev.
pub(super) fn find_abbreviation(value: &NormalizedText, text: &str) -> Option<usize> {
    if text.len() < 3 {
        return None;
    }
    let ends =
        value.word_starts.iter().skip(1).map(|start| *start as usize).chain([value.text.len()]);
    let mut words = value.word_starts.iter().map(|start| *start as usize).zip(ends);
    let found = words.find(|(start, end)| {
        let word = value.text[*start..*end]
            .trim_end_matches(|letter: char| letter.is_ascii_punctuation() || letter == ' ')
            .as_bytes();
        let typed = text.as_bytes();
        word.len() > typed.len()
            && word.len() <= typed.len() * 2 + 1
            && word[0] == typed[0]
            && word.last() == typed.last()
            && abbreviation_offsets(word, typed).is_some()
    });
    found.map(|(start, _)| start)
}

/// Returns the offsets of the letters of an abbreviation in a word: the first at its start, the
/// last at its end, the others as early as possible.
fn abbreviation_offsets(word: &[u8], typed: &[u8]) -> Option<Vec<usize>> {
    let (last, inner) = (word.len().checked_sub(1)?, typed.get(1..typed.len().checked_sub(1)?)?);
    let (mut at, mut out) = (1, vec![0]);
    for letter in inner {
        let place = at + word.get(at..last)?.iter().position(|other| other == letter)?;
        out.push(place);
        at = place + 1;
    }
    out.push(last);
    Some(out)
}

/// Returns the byte ranges of the letters of an abbreviation in the word that starts at `at`.
pub(super) fn abbreviation_ranges(
    value: &NormalizedText,
    text: &str,
    at: usize,
) -> Vec<(usize, usize)> {
    let end = value
        .word_starts
        .iter()
        .map(|start| *start as usize)
        .find(|start| *start > at)
        .unwrap_or(value.text.len());
    let word = value.text[at..end]
        .trim_end_matches(|letter: char| letter.is_ascii_punctuation() || letter == ' ');
    let places = abbreviation_offsets(word.as_bytes(), text.as_bytes()).unwrap_or_default();
    let on_letters = |place: &usize| value.text.is_char_boundary(at + place);
    places.into_iter().filter(on_letters).map(|place| (at + place, at + place + 1)).collect()
}
