//! The offset of local time from UTC, from the time zone of the machine (RFC 8536) or of `TZ`.

use std::path::Path;

use crate::domain::Timestamp;

mod posix_rule;
#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

use posix_rule::PosixRule;
#[cfg(unix)]
use unix::machine_offset_seconds;
#[cfg(windows)]
use windows::machine_offset_seconds;

/// The directory of all time zones.
const ZONES: &str = "/usr/share/zoneinfo";
/// The largest time zone file that is read, in bytes; real ones have a few thousand.
const MAX_FILE_SIZE: usize = 64 * 1024;
/// The size of a header, in bytes.
const HEADER_SIZE: usize = 44;

/// Returns the seconds that local time is ahead of UTC at a moment; `None` if the time zone is not
/// known. `tz` is the value of the variable `TZ`. Blocks: reads a file.
pub fn utc_offset_seconds(tz: Option<&str>, moment: Timestamp) -> Option<i64> {
    let tz = tz.map(|tz| tz.strip_prefix(':').unwrap_or(tz)).filter(|tz| !tz.is_empty());
    let Some(tz) = tz else { return machine_offset_seconds(moment) };
    match load_zone(&Path::new(ZONES).join(tz)) {
        Some(bytes) => offset_in_file(&bytes, moment.0),
        None => PosixRule::parse(tz).map(|rule| rule.offset_at(moment.0)),
    }
}

/// Reads a time zone file.
fn load_zone(path: &Path) -> Option<Vec<u8>> {
    let file = std::fs::metadata(path).is_ok_and(|file| {
        file.is_file() && usize::try_from(file.len()).is_ok_and(|size| size <= MAX_FILE_SIZE)
    });
    if file { std::fs::read(path).ok() } else { None }
}

/// The counts of a header.
struct Header {
    version: u8,
    transitions: usize,
    types: usize,
    /// The bytes of the data block after the transitions and types.
    rest: usize,
}

impl Header {
    /// Reads a header; leap second records have `leap_size` bytes.
    fn parse(bytes: &[u8], leap_size: usize) -> Option<Self> {
        let count = |at: usize| {
            let four = bytes.get(20 + at * 4..24 + at * 4)?.try_into().ok()?;
            usize::try_from(u32::from_be_bytes(four)).ok().filter(|count| *count <= MAX_FILE_SIZE)
        };
        if bytes.get(..4)? != b"TZif" {
            return None;
        }
        let [is_utc, is_standard, leaps, transitions, types, letters] =
            [count(0)?, count(1)?, count(2)?, count(3)?, count(4)?, count(5)?];
        let rest = letters + leaps * leap_size + is_standard + is_utc;
        Some(Self { version: *bytes.get(4)?, transitions, types, rest })
    }

    /// The size of the data block, with times of `time_size` bytes.
    fn data_size(&self, time_size: usize) -> usize {
        self.transitions * (time_size + 1) + self.types * 6 + self.rest
    }
}

fn offset_in_file(bytes: &[u8], moment: i64) -> Option<i64> {
    let first = Header::parse(bytes, 8)?;
    if first.version < b'2' {
        return offset_in_data(&first, 4, bytes.get(HEADER_SIZE..)?, moment);
    }
    let second = bytes.get(HEADER_SIZE + first.data_size(4)..)?;
    let header = Header::parse(second, 12)?;
    let data = second.get(HEADER_SIZE..)?;
    let last =
        time_at(data, 8, header.transitions.wrapping_sub(1)).filter(|_| header.transitions > 0);
    // After the last transition, a rule applies.
    let rule = std::str::from_utf8(data.get(header.data_size(8)..)?).ok()?.trim_matches('\n');
    match PosixRule::parse(rule).filter(|_| last.is_none_or(|last| moment >= last)) {
        Some(rule) => Some(rule.offset_at(moment)),
        None => offset_in_data(&header, 8, data, moment),
    }
}

fn time_at(data: &[u8], size: usize, at: usize) -> Option<i64> {
    let bytes = data.get(at.checked_mul(size)?..at.checked_mul(size)?.checked_add(size)?)?;
    match size {
        4 => bytes.try_into().ok().map(|four| i64::from(i32::from_be_bytes(four))),
        _ => bytes.try_into().ok().map(i64::from_be_bytes),
    }
}

fn offset_in_data(header: &Header, time_size: usize, data: &[u8], moment: i64) -> Option<i64> {
    let is_past = |at: &usize| time_at(data, time_size, *at).is_some_and(|time| time <= moment);
    let passed = (0..header.transitions).take_while(is_past).count();
    let indices = header.transitions * time_size;
    let kind = match passed.checked_sub(1) {
        Some(last) => usize::from(*data.get(indices + last)?),
        None => 0,
    };
    let start = indices + header.transitions + kind * 6;
    let four = data.get(start..start + 4)?.try_into().ok()?;
    (kind < header.types).then(|| i64::from(i32::from_be_bytes(four)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file with one transition at 1,000 from UTC to an hour ahead, and this rule.
    fn file(rule: &str) -> Vec<u8> {
        let mut bytes: Vec<u8> = Vec::new();
        for time_size in [4, 8] {
            bytes.extend(b"TZif2");
            bytes.extend([0_u8; 15]);
            for count in [0_u32, 0, 0, 1, 2, 4] {
                bytes.extend(count.to_be_bytes());
            }
            bytes.extend(&1_000_i64.to_be_bytes()[8 - time_size..]);
            bytes.push(1);
            bytes.extend([0_u8; 6]);
            bytes.extend(3_600_i32.to_be_bytes());
            bytes.extend([0_u8; 2]);
            bytes.extend(b"ABC\0");
        }
        bytes.extend(format!("\n{rule}\n").bytes());
        bytes
    }

    #[test]
    fn the_last_transition_counts_and_after_it_the_rule() {
        let fixed = file("");
        assert_eq!(offset_in_file(&fixed, 999), Some(0));
        assert_eq!(offset_in_file(&fixed, 1_000), Some(3_600));
        let summer = file("CET-1CEST,M3.5.0,M10.5.0/3");
        assert_eq!(offset_in_file(&summer, 999), Some(0));
        assert_eq!(offset_in_file(&summer, 1_783_000_000), Some(7_200));
        assert_eq!(offset_in_file(&summer, 1_795_000_000), Some(3_600));
    }

    #[test]
    fn a_file_cut_anywhere_or_of_another_kind_is_no_error() {
        let whole = file("CET-1CEST,M3.5.0,M10.5.0/3");
        for end in 0..whole.len() {
            let _ = offset_in_file(&whole[..end], 2_000);
        }
        assert_eq!(offset_in_file(b"#!/bin/sh", 0), None);
    }

    #[test]
    fn a_rule_in_tz_needs_no_file() {
        let winter = Timestamp(1_795_000_000);
        assert_eq!(utc_offset_seconds(Some("JST-9"), winter), Some(9 * 3_600));
        assert_eq!(utc_offset_seconds(Some("nonsense/zone"), winter), None);
    }
}
