//! Backups of the files that rolecall edits: their last few states, in the state directory.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::domain::{Error, ErrorKind, Result, ResultExt, Timestamp, hex};
use crate::os::atomic_file;

/// How many states of a file are kept.
const MAX_BACKUPS: usize = 5;

/// The run of a command that writes files of other programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::ops) struct WriteRun {
    /// The command, as typed after the program's name.
    pub(in crate::ops) command: &'static str,
    /// The time of the run.
    pub(in crate::ops) at: Timestamp,
    /// Its number: higher than that of every earlier run, whatever file it wrote.
    number: u64,
}

impl WriteRun {
    /// Begins a run now. The files of other programs must be locked.
    ///
    /// # Errors
    /// [`ErrorKind::Os`] if the existing backups can't be listed: one of them would be overwritten.
    pub(in crate::ops) fn begin(
        state_dir: &Path,
        command: &'static str,
        at: Timestamp,
    ) -> Result<Self> {
        let number = numbers_with_stem(state_dir, "aws-config-")?
            .into_iter()
            .max()
            .map_or(1, |last| last + 1);
        Ok(Self { command, at, number })
    }
}

/// A run that was undone in one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Undone {
    /// The time of the run.
    pub at: Timestamp,
    /// How many earlier runs can be undone too.
    pub earlier: usize,
}

/// The first line of a backup; the old content of the file follows.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct BackupHeader {
    command: String,
    /// The time of the write, in seconds since 1970.
    at: i64,
    file: PathBuf,
    existed: bool,
    /// Digest of the content that was written.
    written: String,
}

/// Saves the content of a file before `new` is written to it. Removes the oldest of more than a few
/// backups.
///
/// # Errors
/// If the backup can't be written: then the file must not be written either.
pub(in crate::ops) fn save_backup(
    state_dir: &Path,
    file: &Path,
    old: Option<&[u8]>,
    new: &[u8],
    run: WriteRun,
) -> Result<()> {
    // Output to a stream can't be undone.
    if atomic_file::WriteTarget::resolve(file)?.is_stream() {
        return Ok(());
    }
    let head = BackupHeader {
        command: run.command.to_owned(),
        at: run.at.0,
        file: file.to_owned(),
        existed: old.is_some(),
        written: hex_digest(new),
    };
    let mut bytes = serde_json::to_vec(&head).context(ErrorKind::Internal, "backup")?;
    bytes.push(b'\n');
    bytes.extend(old.unwrap_or_default());
    let there = backup_numbers(state_dir, file)?;
    atomic_file::save(&backup_path(state_dir, file, run.number), &bytes)?;
    let superfluous = (there.len() + 1).saturating_sub(MAX_BACKUPS);
    there
        .into_iter()
        .take(superfluous)
        .try_for_each(|number| atomic_file::remove(&backup_path(state_dir, file, number)))
}

struct Backup {
    path: PathBuf,
    number: u64,
    header: BackupHeader,
    contents: Vec<u8>,
    /// The number of earlier backups.
    earlier: usize,
}

/// The run that wrote a file last: its command and its number; `None` if there is no backup.
pub(in crate::ops) fn last_run(state_dir: &Path, file: &Path) -> Option<(String, u64)> {
    load_last(state_dir, file).ok().flatten().map(|copy| (copy.header.command, copy.number))
}

fn load_last(state_dir: &Path, file: &Path) -> Result<Option<Backup>> {
    let there = backup_numbers(state_dir, file)?;
    let Some((&number, earlier)) = there.split_last() else { return Ok(None) };
    let path = backup_path(state_dir, file, number);
    let Some(bytes) = atomic_file::load(&path)? else { return Ok(None) };
    let end = bytes.iter().position(|byte| *byte == b'\n').unwrap_or(bytes.len());
    let Ok(head) = serde_json::from_slice(&bytes[..end]) else { return Ok(None) };
    Ok(Some(Backup {
        path,
        number,
        header: head,
        contents: bytes.get(end + 1..).unwrap_or_default().to_vec(),
        earlier: earlier.len(),
    }))
}

/// What an undo does if the file has changed since it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::ops) enum OnChange {
    /// Keep the file.
    Refuse,
    /// Lose the change.
    Discard,
}

/// Restores the file as it was before this command wrote it last, and removes that backup.
///
/// # Errors
/// [`ErrorKind::NoMatch`] if there is no backup, or another command wrote later;
/// [`ErrorKind::Usage`] if the file has changed since, unless that change is discarded.
pub(in crate::ops) fn undo(
    state_dir: &Path,
    file: &Path,
    command: &str,
    on_change: OnChange,
) -> Result<Undone> {
    let nothing = || {
        Error::new(ErrorKind::NoMatch, format!("there is nothing to undo in {}", file.display()))
    };
    let Backup { path, header: head, contents: old, earlier, .. } =
        load_last(state_dir, file)?.ok_or_else(nothing)?;
    if head.command != command {
        let message = format!("{} was last written by `rolecall {}`", file.display(), head.command);
        return Err(Error::new(ErrorKind::NoMatch, message)
            .hint(format!("undo that first: `rolecall {} --undo`", head.command)));
    }
    let now = atomic_file::load(file)?;
    let as_before = if head.existed { now.as_deref() == Some(&*old) } else { now.is_none() };
    // Killed between the two steps of a write: there is nothing to undo.
    if !as_before {
        if on_change == OnChange::Refuse && now.as_deref().map(hex_digest) != Some(head.written) {
            return Err(Error::new(
                ErrorKind::Usage,
                format!("{} has changed since then", file.display()),
            ));
        }
        atomic_file::check_writable(file)?;
        match head.existed {
            true => atomic_file::replace(file, now.as_deref(), &old, &state_dir.join("recovery"))?,
            false => atomic_file::remove(&atomic_file::resolve_links(file))?,
        }
    }
    atomic_file::remove(&path)?;
    Ok(Undone { at: Timestamp(head.at), earlier })
}

/// The numbers of a file's backups, oldest first.
fn backup_numbers(state_dir: &Path, file: &Path) -> Result<Vec<u64>> {
    let mut numbers = numbers_with_stem(state_dir, &stem(file))?;
    numbers.sort_unstable();
    Ok(numbers)
}

/// The numbers of the backups whose names have this prefix.
fn numbers_with_stem(state_dir: &Path, stem: &str) -> Result<Vec<u64>> {
    let number = |entry: fs::DirEntry| {
        let name = entry.file_name();
        let (name, number) = name.to_str()?.rsplit_once('.')?;
        number.parse().ok().filter(|_| name.starts_with(stem))
    };
    let folder = state_dir.join("backups");
    match fs::read_dir(&folder) {
        Ok(entries) => Ok(entries.flatten().filter_map(number).collect()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(atomic_file::io_error("reading", &folder, error)),
    }
}

fn stem(file: &Path) -> String {
    let absolute =
        std::path::absolute(atomic_file::resolve_links(file)).unwrap_or_else(|_| file.to_owned());
    format!("aws-config-{}", &hex_digest(absolute.as_os_str().as_encoded_bytes())[..16])
}

fn backup_path(state_dir: &Path, file: &Path, number: u64) -> PathBuf {
    state_dir.join("backups").join(format!("{}.{number}", stem(file)))
}

fn hex_digest(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    struct BackupHome {
        home: tempfile::TempDir,
    }

    impl BackupHome {
        fn new() -> Self {
            Self { home: tempfile::tempdir().unwrap() }
        }

        fn file(&self) -> PathBuf {
            self.home.path().join("config")
        }

        fn write(&self, old: Option<&str>, new: &str) {
            let state = self.home.path().join("state");
            let run = WriteRun::begin(&state, "setup profiles", Timestamp(1_795_000_000)).unwrap();
            save_backup(&state, &self.file(), old.map(str::as_bytes), new.as_bytes(), run).unwrap();
            fs::write(self.file(), new).unwrap();
        }

        fn undo(&self, on_change: OnChange) -> Result<usize> {
            undo(&self.home.path().join("state"), &self.file(), "setup profiles", on_change)
                .map(|undone| undone.earlier)
        }

        fn contents(&self) -> Option<String> {
            fs::read_to_string(self.file()).ok()
        }
    }

    #[test]
    fn a_file_is_put_back_once() {
        let home = BackupHome::new();
        home.write(Some("old\nlines"), "new");
        home.undo(OnChange::Refuse).unwrap();
        assert_eq!(home.contents().as_deref(), Some("old\nlines"));
        assert_eq!(home.undo(OnChange::Refuse).unwrap_err().kind, ErrorKind::NoMatch);
    }

    #[test]
    fn the_last_few_runs_are_undone_one_by_one() {
        let home = BackupHome::new();
        let mut now = "0".to_owned();
        for run in 1..=7 {
            let next = run.to_string();
            home.write(Some(&now), &next);
            now = next;
        }
        assert_eq!(
            last_run(&home.home.path().join("state"), &home.file()),
            Some(("setup profiles".into(), 7))
        );
        for (state, left) in [("6", 4), ("5", 3), ("4", 2), ("3", 1), ("2", 0)] {
            assert_eq!(
                (home.undo(OnChange::Refuse).unwrap(), home.contents().as_deref()),
                (left, Some(state))
            );
        }
        assert_eq!(home.undo(OnChange::Refuse).unwrap_err().kind, ErrorKind::NoMatch);
        assert_eq!(home.contents().as_deref(), Some("2"));
    }

    #[test]
    fn what_was_written_between_two_runs_is_not_lost_by_the_second_undo() {
        let home = BackupHome::new();
        home.write(Some("old"), "one");
        home.write(Some("one, edited"), "two");
        assert_eq!(home.undo(OnChange::Refuse).unwrap(), 1);
        assert_eq!(home.undo(OnChange::Refuse).unwrap_err().kind, ErrorKind::Usage);
        assert_eq!(home.contents().as_deref(), Some("one, edited"));
    }

    #[test]
    fn a_run_of_another_command_is_undone_by_that_command() {
        let home = BackupHome::new();
        home.write(Some("old"), "new");
        let error =
            undo(&home.home.path().join("state"), &home.file(), "setup import", OnChange::Refuse)
                .unwrap_err();
        assert!(
            error.kind == ErrorKind::NoMatch
                && error.hints[0].contains("rolecall setup profiles --undo"),
            "{error:?}"
        );
        assert_eq!(
            last_run(&home.home.path().join("state"), &home.file()),
            Some(("setup profiles".into(), 1))
        );
    }

    #[test]
    fn a_file_that_did_not_exist_is_removed() {
        let home = BackupHome::new();
        home.write(None, "new");
        home.undo(OnChange::Refuse).unwrap();
        assert_eq!(home.contents(), None);
    }

    #[test]
    fn a_file_that_changed_since_stays_unless_forced() {
        let home = BackupHome::new();
        home.write(Some("old"), "new");
        fs::write(home.file(), "newer").unwrap();
        assert_eq!(home.undo(OnChange::Refuse).unwrap_err().kind, ErrorKind::Usage);
        assert_eq!(home.contents().as_deref(), Some("newer"));
        home.undo(OnChange::Discard).unwrap();
        assert_eq!(home.contents().as_deref(), Some("old"));
    }

    #[test]
    fn a_write_that_was_killed_on_the_way_leaves_nothing_to_undo() {
        let home = BackupHome::new();
        home.write(Some("old"), "new");
        fs::write(home.file(), "old").unwrap();
        home.undo(OnChange::Refuse).unwrap();
        assert_eq!(home.contents().as_deref(), Some("old"));
    }
}
