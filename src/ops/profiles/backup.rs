//! What a file was before we wrote it: one copy, beside our own state.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::awsconfig::edit;
use crate::domain::{Error, Kind, Result};
use crate::os::file;

/// The first line of a backup; the file as it was follows.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Head {
    /// The file that it is of.
    file: PathBuf,
    /// Whether there was one.
    existed: bool,
    /// What was written in its place, as a digest.
    written: String,
}

/// Keeps what a file says before `new` is written to it.
///
/// # Errors
/// When it can't be kept: then nothing shall be written.
pub(in crate::ops) fn keep(state_dir: &Path, file: &Path, old: Option<&[u8]>, new: &[u8]) -> Result<()> {
    let head = Head { file: file.to_owned(), existed: old.is_some(), written: digest(new) };
    let mut bytes = serde_json::to_vec(&head).map_err(|error| Error::internal(format!("backup: {error}")))?;
    bytes.push(b'\n');
    bytes.extend(old.unwrap_or_default());
    file::save(&place(state_dir, file), &bytes)
}

/// Puts the file back, and forgets the copy.
///
/// # Errors
/// [`Kind::NoMatch`] when there is no copy; [`Kind::Usage`] when the file says something else than what was written, unless `force`.
pub(in crate::ops) fn undo(state_dir: &Path, file: &Path, force: bool) -> Result<()> {
    let place = place(state_dir, file);
    let nothing = || Error::new(Kind::NoMatch, format!("nothing is known that could be undone in {}", file.display()));
    let bytes = file::load(&place)?.ok_or_else(nothing)?;
    let end = bytes.iter().position(|byte| *byte == b'\n').unwrap_or(bytes.len());
    let head: Head = serde_json::from_slice(&bytes[..end]).map_err(|_| nothing())?;
    let (old, now) = (bytes.get(end + 1..).unwrap_or_default(), file::load(file)?);
    let as_before = if head.existed { now.as_deref() == Some(old) } else { now.is_none() };
    if as_before {
        // Killed between the two steps of a write: nothing is left to do.
        return file::remove(&place);
    }
    if !force && now.as_deref().map(digest) != Some(head.written) {
        return Err(Error::new(Kind::Usage, format!("{} was changed since", file.display())));
    }
    edit::check_writable(file)?;
    match head.existed {
        true => edit::replace(file, now.as_deref(), old)?,
        false => file::remove(&edit::behind_links(file))?,
    }
    file::remove(&place)
}

fn place(state_dir: &Path, file: &Path) -> PathBuf {
    let absolute = std::path::absolute(edit::behind_links(file)).unwrap_or_else(|_| file.to_owned());
    state_dir.join("backups").join(format!("aws-config-{}", &digest(absolute.as_os_str().as_encoded_bytes())[..16]))
}

fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    struct Home {
        home: tempfile::TempDir,
    }

    impl Home {
        fn new() -> Self {
            Self { home: tempfile::tempdir().unwrap() }
        }

        fn file(&self) -> PathBuf {
            self.home.path().join("config")
        }

        fn write(&self, old: Option<&str>, new: &str) {
            keep(&self.home.path().join("state"), &self.file(), old.map(str::as_bytes), new.as_bytes()).unwrap();
            fs::write(self.file(), new).unwrap();
        }

        fn undo(&self, force: bool) -> Result<()> {
            undo(&self.home.path().join("state"), &self.file(), force)
        }

        fn says(&self) -> Option<String> {
            fs::read_to_string(self.file()).ok()
        }
    }

    #[test]
    fn a_file_is_put_back_once() {
        let home = Home::new();
        home.write(Some("old\nlines"), "new");
        home.undo(false).unwrap();
        assert_eq!(home.says().as_deref(), Some("old\nlines"));
        assert_eq!(home.undo(false).unwrap_err().kind, Kind::NoMatch);
    }

    #[test]
    fn a_file_that_was_not_there_goes() {
        let home = Home::new();
        home.write(None, "new");
        home.undo(false).unwrap();
        assert_eq!(home.says(), None);
    }

    #[test]
    fn a_file_that_changed_since_stays_unless_forced() {
        let home = Home::new();
        home.write(Some("old"), "new");
        fs::write(home.file(), "newer").unwrap();
        assert_eq!(home.undo(false).unwrap_err().kind, Kind::Usage);
        assert_eq!(home.says().as_deref(), Some("newer"));
        home.undo(true).unwrap();
        assert_eq!(home.says().as_deref(), Some("old"));
    }

    #[test]
    fn a_write_that_was_killed_on_the_way_leaves_nothing_to_undo() {
        let home = Home::new();
        home.write(Some("old"), "new");
        fs::write(home.file(), "old").unwrap();
        home.undo(false).unwrap();
        assert_eq!(home.says().as_deref(), Some("old"));
    }
}
