//! Text that arrives too fast to be typed: a paste on a terminal that does not mark pastes.

/// From this many printable bytes in one read, they are a paste, even on a terminal that does not
/// mark pastes: nobody types that fast.
const BURST_BYTES: usize = 256;
/// The same for printable bytes with line ends, which scripts may send as keys.
const LINE_BURST_BYTES: usize = 1_024;

/// The length of the text at the start of these bytes if it is too long to be typed, or if it
/// `follows` a burst; otherwise 0.
pub(super) fn burst_len(bytes: &[u8], follows: bool) -> usize {
    let is_text = |byte: u8| byte >= b' ' && byte != 0x7F || matches!(byte, b'\t' | b'\r' | b'\n');
    // Nearly all reads are single keys.
    if bytes.len() < BURST_BYTES && !follows {
        return 0;
    }
    let lines = bytes.iter().position(|byte| !is_text(*byte)).unwrap_or(bytes.len());
    let printable = bytes[..lines].iter().position(|byte| *byte < b' ').unwrap_or(lines);
    match (lines, printable) {
        (2.., _) if follows => complete_utf8_len(&bytes[..lines]),
        (LINE_BURST_BYTES.., _) => complete_utf8_len(&bytes[..lines]),
        (_, BURST_BYTES..) => complete_utf8_len(&bytes[..printable]),
        _ => 0,
    }
}

/// The length of these bytes without an incomplete character at their end.
pub(super) fn complete_utf8_len(bytes: &[u8]) -> usize {
    let tail = bytes.len().saturating_sub(3);
    let lead = bytes[tail..].iter().rposition(|byte| *byte >= 0xC0).map(|at| tail + at);
    match lead {
        Some(lead)
            if std::str::from_utf8(&bytes[lead..])
                .is_err_and(|error| error.error_len().is_none()) =>
        {
            lead
        }
        _ => bytes.len(),
    }
}
