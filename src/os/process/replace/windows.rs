//! Windows can't replace a process.

use std::ffi::OsString;
use std::io::{self, Read};
use std::path::Path;

use zeroize::Zeroizing;

use crate::domain::Result;

/// Does nothing.
pub(super) fn replace(_: &Path, _: &[OsString], _: &[&str], _: &[u8]) -> Result<()> {
    Ok(())
}

/// Reads standard input to its end.
pub(super) fn take_input() -> io::Result<Zeroizing<Vec<u8>>> {
    let mut input = Zeroizing::new(Vec::new());
    io::stdin().read_to_end(&mut input)?;
    Ok(input)
}
