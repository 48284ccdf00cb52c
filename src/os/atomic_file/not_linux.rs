//! What stands for calls that only Linux has.

use std::fs::File;
use std::io::{self, Seek, SeekFrom, Write};

/// Reserves disk space for a file from an offset on. The length of the file does not change.
pub(super) fn reserve(mut file: &File, offset: u64, bytes: u64) -> io::Result<()> {
    let before = file.metadata()?.len();
    file.seek(SeekFrom::Start(offset))?;
    let written = file.write_all(&vec![0_u8; usize::try_from(bytes).unwrap_or(0)]);
    file.set_len(before)?;
    file.rewind()?;
    written
}
