//! Writing a file where it is, for files that can't be replaced by a rename. A recovery copy
//! outlives whatever goes wrong.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, Write};
use std::path::Path;

use crate::domain::{Error, ErrorKind, Result};
use crate::os::process::DeferSignals;
use crate::os::random;

use super::file_type::NonBlocking;
use super::stage::{reserve, save};
use super::{io_error, read, remove};

/// Replaces the content `old` of a regular file by `new`: first a copy of `old` is put into the
/// directory `recovery` and synced, then the file is written, cut to its length, synced and read
/// back. If any of that fails, `old` is written back.
///
/// # Errors
/// [`Kind::Config`] if the file has other content than `old`; [`Kind::Os`] if it can't be written.
/// If `old` can't be written back either, the hint is the command that restores it from the
/// recovery copy.
pub(super) fn overwrite(
    shown: &Path,
    target: &Path,
    old: &[u8],
    new: &[u8],
    recovery: &Path,
) -> Result<()> {
    let said = |error: io::Error| io_error("writing", shown, &error);
    let file =
        OpenOptions::new().read(true).write(true).non_blocking().open(target).map_err(said)?;
    check_unchanged(shown, &read::read(shown, &file)?, old)?;
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    let copy = recovery.join(format!("{name}.{}", random::token::<9>()?));
    save(&copy, old)
        .map_err(|error| error.context(format_args!("keeping a copy of {}", shown.display())))?;
    // Ctrl-C waits until the file is whole.
    let _unhurried = DeferSignals::begin();
    let Err(error) = rewrite(&file, new) else { return remove(&copy) };
    let error = said(error);
    match rewrite(&file, old) {
        Ok(()) => remove(&copy).and(Err(error)),
        Err(_) => Err(error.context("the file may be incomplete").hint(format!(
            "its former content is kept: run `cp {} {}`",
            copy.display(),
            shown.display()
        ))),
    }
}

/// Checks that nobody has changed a file since it was read.
///
/// # Errors
/// [`Kind::Config`] if somebody has.
pub(super) fn check_unchanged(path: &Path, now: &[u8], old: &[u8]) -> Result<()> {
    if now == old {
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::Config,
        format!("{} was changed by another program meanwhile", path.display()),
    )
    .hint("it was left as it is: run the command again"))
}

fn rewrite(mut file: &File, bytes: &[u8]) -> io::Result<()> {
    let (before, after) = (file.metadata()?.len(), bytes.len() as u64);
    // A disk that is full says so before anything is overwritten.
    reserve(file, before.min(after), after.saturating_sub(before))?;
    file.rewind()?;
    file.write_all(bytes)?;
    file.set_len(after)?;
    file.sync_all()?;
    file.rewind()?;
    let mut written = Vec::with_capacity(bytes.len() + 1);
    Read::by_ref(&mut file).take(after + 1).read_to_end(&mut written)?;
    if written == bytes { Ok(()) } else { Err(io::Error::other("it reads back differently")) }
}
