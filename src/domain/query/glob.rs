//! Patterns with `*`.

/// Matches the pieces of a pattern between its `*`s and returns their byte ranges, anchored at the
/// start or the end of the text on request. A pattern without `*` is one piece.
pub(super) fn glob_pieces(
    text: &str,
    pattern: &str,
    start: bool,
    end: bool,
) -> Option<Vec<(usize, usize)>> {
    let (mut at, mut out) = (0, Vec::new());
    let pieces: Vec<&str> = pattern.split('*').collect();
    for (index, piece) in pieces.iter().enumerate() {
        let (first, last) = (index == 0 && start, index + 1 == pieces.len() && end);
        let found = match (first, last) {
            (true, true) => (text == *piece).then_some(0),
            (true, false) => text.starts_with(piece).then_some(0),
            (false, true) => text
                .len()
                .checked_sub(piece.len())
                .filter(|from| *from >= at && text.ends_with(piece)),
            (false, false) => text[at..].find(piece).map(|offset| at + offset),
        }?;
        at = found + piece.len();
        if !piece.is_empty() {
            out.push((found, at));
        }
    }
    Some(out)
}
