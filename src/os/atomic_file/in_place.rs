//! Writing a file in place, for files that can't be replaced by a rename. A recovery copy survives
//! a failure or a crash.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, Write};
use std::path::Path;

use crate::domain::{Error, ErrorKind, Result};
use crate::os::process::DeferSignals;
use crate::os::random;

use super::file_type::NonBlocking;
use super::stage::save;
use super::{IoResultExt, platform, read, remove, reserve};

/// Replaces the content `old` of a regular file with `new`. First a copy of `old` is saved in the
/// directory `recovery` and synced, then the file is written, truncated, synced and read back. If
/// any of that fails, `old` is written back.
///
/// # Errors
/// [`ErrorKind::Config`] if the file no longer has the content `old`; [`ErrorKind::Os`] if it can't
/// be written. If `old` can't be written back either, the hint is the command that restores it from
/// the recovery copy.
pub(super) fn overwrite(
    shown: &Path,
    target: &Path,
    old: &[u8],
    new: &[u8],
    recovery: &Path,
) -> Result<()> {
    let file = OpenOptions::new()
        .read(true)
        .write(true)
        .non_blocking()
        .open(target)
        .io_context("writing", shown)?;
    check_unchanged(shown, &read::read(shown, &file)?, old)?;
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    let copy = recovery.join(format!("{name}.{}", random::token::<9>()?));
    save(&copy, old)
        .map_err(|error| error.context(format_args!("keeping a copy of {}", shown.display())))?;
    // Ctrl-C waits until the file is complete.
    let _deferred = DeferSignals::begin();
    let Err(error) = rewrite(&file, new).io_context("writing", shown) else {
        return remove(&copy);
    };
    match rewrite(&file, old) {
        Ok(()) => remove(&copy).and(Err(error)),
        Err(_) => Err(error.context("the file may be incomplete").hint(format!(
            "its old content was saved: run `{} {} {}`",
            platform::COPY,
            copy.display(),
            shown.display()
        ))),
    }
}

/// Checks that a file has not changed since it was read.
///
/// # Errors
/// [`ErrorKind::Config`] if it has.
pub(super) fn check_unchanged(path: &Path, now: &[u8], old: &[u8]) -> Result<()> {
    if now == old {
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::Config,
        format!("{} was changed by another program meanwhile", path.display()),
    )
    .hint("it was not changed: run the command again"))
}

fn rewrite(mut file: &File, bytes: &[u8]) -> io::Result<()> {
    let (before, after) = (file.metadata()?.len(), bytes.len() as u64);
    // A full disk is reported before anything is overwritten.
    reserve(file, before.min(after), after.saturating_sub(before))?;
    file.rewind()?;
    file.write_all(bytes)?;
    file.set_len(after)?;
    file.sync_all()?;
    file.rewind()?;
    let mut written = Vec::with_capacity(bytes.len() + 1);
    Read::by_ref(&mut file).take(after + 1).read_to_end(&mut written)?;
    if written == bytes {
        Ok(())
    } else {
        Err(io::Error::other("its content is not what was written"))
    }
}
