//! How a cache file is laid out: a header, a checksum, and the value in postcard. What does not fit
//! is no file at all.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::domain::{Error, Result};

/// What a file starts with: seven letters for what it is, one byte for the number of its format.
pub type Magic = [u8; 8];

/// The bytes of a file.
///
/// # Errors
/// When the value has no form in postcard, which is a bug.
pub fn encode<T: Serialize>(header: Magic, value: &T) -> Result<Vec<u8>> {
    encode_with_tail(header, value, &[])
}

/// The same with bytes behind the value that need no form of their own.
///
/// # Errors
/// As [`encode`].
pub fn encode_with_tail<T: Serialize>(header: Magic, value: &T, rest: &[u8]) -> Result<Vec<u8>> {
    let mut body = postcard::to_stdvec(value)
        .map_err(|error| Error::internal(format!("writing a cache file: {error}")))?;
    body.extend_from_slice(rest);
    Ok([header.as_slice(), &checksum(&body), &body].concat())
}

/// The value in a file's bytes; `None` when they are damaged or of another format.
pub fn decode<T: DeserializeOwned>(header: Magic, bytes: &[u8]) -> Option<T> {
    decode_with_tail(header, bytes).map(|(value, _)| value)
}

/// The value in a file's bytes, and where the bytes behind it begin.
pub fn decode_with_tail<T: DeserializeOwned>(header: Magic, bytes: &[u8]) -> Option<(T, usize)> {
    let (sum, body) = bytes.strip_prefix(&header)?.split_first_chunk::<8>()?;
    if checksum(body) != *sum {
        return None;
    }
    let (value, rest) = postcard::take_from_bytes(body).ok()?;
    Some((value, bytes.len() - rest.len()))
}

/// Tells a damaged file from a whole one. Not made to withstand anybody, but quick: the first frame
/// waits for it.
fn checksum(body: &[u8]) -> [u8; 8] {
    const GOLDEN_RATIO: u64 = 0x9e37_79b9_7f4a_7c15;
    // Four sums side by side keep a processor busy that takes some steps for each product.
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
    fn what_stands_behind_the_value_is_found_where_it_lies_and_checked_too() {
        let mut whole = encode_with_tail(*b"testing\x01", &"corp", b"the rest").unwrap();
        let (value, rest): (String, usize) = decode_with_tail(*b"testing\x01", &whole).unwrap();
        assert_eq!((value.as_str(), &whole[rest..]), ("corp", b"the rest".as_slice()));
        *whole.last_mut().unwrap() ^= 1;
        assert_eq!(decode_with_tail::<String>(*b"testing\x01", &whole), None);
    }
}
