//! Any bytes as terminal input, in reads of any length: Ctrl-C is decoded after it, and a letter
//! after that.

#![no_main]

use libfuzzer_sys::fuzz_target;
use rolecall::testing::tui::ctrl_c_works_after;

fuzz_target!(|bytes: &[u8]| {
    // The first byte is the length of the reads.
    let Some((length, input)) = bytes.split_first() else { return };
    let reads: Vec<&[u8]> = input.chunks(usize::from(*length).max(1)).collect();
    assert!(ctrl_c_works_after(&reads));
});
