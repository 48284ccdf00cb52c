//! The layout of cache files: a header, a checksum, and a value in postcard. A file with another
//! layout is treated as missing.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::domain::{ErrorKind, Result, ResultExt};

/// The start of a file: seven letters for its kind, one byte for the version of its format.
pub type Magic = [u8; 8];

/// Encodes a value as the content of a file.
///
/// # Errors
/// Returns [`ErrorKind::Internal`] if the value can't be encoded in postcard, which is a bug.
pub fn encode<T: Serialize>(header: Magic, value: &T) -> Result<Vec<u8>> {
    encode_with_tail(header, value, &[])
}

/// Encodes a value followed by raw bytes.
///
/// # Errors
/// As [`encode`].
pub fn encode_with_tail<T: Serialize>(header: Magic, value: &T, tail: &[u8]) -> Result<Vec<u8>> {
    let mut body =
        postcard::to_stdvec(value).context(ErrorKind::Internal, "writing a cache file")?;
    body.extend_from_slice(tail);
    Ok([header.as_slice(), &checksum(&body), &body].concat())
}

/// Decodes the content of a file; `None` if it is damaged or has another header.
pub fn decode<T: DeserializeOwned>(header: Magic, bytes: &[u8]) -> Option<T> {
    decode_with_tail(header, bytes).map(|(value, _)| value)
}

/// Decodes a value, and returns it with the offset in `bytes` of the raw bytes that follow it.
pub fn decode_with_tail<T: DeserializeOwned>(header: Magic, bytes: &[u8]) -> Option<(T, usize)> {
    let (sum, body) = bytes.strip_prefix(&header)?.split_first_chunk::<8>()?;
    if checksum(body) != *sum {
        return None;
    }
    let (value, rest) = postcard::take_from_bytes(body).ok()?;
    Some((value, bytes.len() - rest.len()))
}

/// Detects damaged files. It is fast, since the first frame waits for it, but not cryptographic.
fn checksum(body: &[u8]) -> [u8; 8] {
    const GOLDEN_RATIO: u64 = 0x9e37_79b9_7f4a_7c15;
    // Four independent sums hide the latency of the multiplications.
    let mut sums = [1_u64, 2, 3, 4].map(|lane| lane.wrapping_mul(GOLDEN_RATIO));
    let add = |sum: u64, word: [u8; 8]| {
        (sum ^ u64::from_le_bytes(word)).wrapping_mul(GOLDEN_RATIO).rotate_left(29)
    };
    let (words, rest) = body.as_chunks::<8>();
    let (fours, few) = words.as_chunks::<4>();
    for four in fours {
        sums = [
            add(sums[0], four[0]),
            add(sums[1], four[1]),
            add(sums[2], four[2]),
            add(sums[3], four[3]),
        ];
    }
    for (sum, word) in sums.iter_mut().zip(few) {
        *sum = add(*sum, *word);
    }
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    sums[0] = add(sums[0], last);
    sums[1] = add(sums[1], (body.len() as u64).to_le_bytes());
    let sum = sums
        .into_iter()
        .fold(GOLDEN_RATIO, |sum, lane| (sum ^ lane).wrapping_mul(GOLDEN_RATIO) ^ (sum >> 31));
    (sum ^ sum >> 32).to_le_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flipped_bit_or_a_missing_end_anywhere_is_noticed() {
        let value = ("corp".to_owned(), vec![1_u32, 2, 300]);
        let whole = encode(*b"testing\x01", &value).unwrap();
        let decode = |bytes: &[u8]| decode::<(String, Vec<u32>)>(*b"testing\x01", bytes);
        assert_eq!(decode(&whole), Some(value));
        for at in 0..whole.len() {
            let mut damaged = whole.clone();
            damaged[at] ^= 0x10;
            assert_eq!(decode(&damaged), None, "byte {at}");
            assert_eq!(decode(&whole[..at]), None, "cut at {at}");
        }
    }

    #[test]
    fn bytes_after_the_value_are_found_and_checked() {
        let mut whole = encode_with_tail(*b"testing\x01", &"corp", b"the rest").unwrap();
        let (value, rest): (String, usize) = decode_with_tail(*b"testing\x01", &whole).unwrap();
        assert_eq!((value.as_str(), &whole[rest..]), ("corp", b"the rest".as_slice()));
        *whole.last_mut().unwrap() ^= 1;
        assert_eq!(decode_with_tail::<String>(*b"testing\x01", &whole), None);
    }
}
