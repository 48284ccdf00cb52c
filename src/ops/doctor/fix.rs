//! What can be put right without asking again: nothing that loses anything.

use std::path::{Path, PathBuf};

use crate::awsconfig::sso_lint::{self, SsoProblemKind};
use crate::awsconfig::token_cache;
use crate::config::{Paths, edit};
use crate::domain::{Error, ErrorKind, Result, Timestamp};
use crate::ops::profiles::backup::{self, Undone, WriteRun};
use crate::ops::profiles::lock_aws_files;
use crate::os::atomic_file;

/// The command that writes, as it is typed behind the program's name; `--undo` behind it takes the
/// run back.
const COMMAND: &str = "doctor";

/// A change that is safe, and that a person can take back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fix {
    /// Permission bits.
    SetMode {
        /// Of which file or directory.
        path: PathBuf,
        /// The bits.
        mode: u32,
    },
    /// A token of ours that has ended, in the AWS CLI's cache.
    RemoveToken {
        /// The file, which stays.
        path: PathBuf,
    },
    /// Mistakes in the sign-in settings of an AWS config file, all of them in one run. The file as
    /// it was is kept for [`undo`].
    CorrectAwsConfig {
        /// The file.
        path: PathBuf,
        /// The sort of mistake that has to be gone then.
        code: SsoProblemKind,
    },
    /// A value in the person's configuration file.
    ChangeSetting {
        /// Its dotted key.
        key: String,
        /// The new value.
        value: String,
    },
}

/// Does it; the answer says what was done.
///
/// # Errors
/// When a file can't be changed.
pub fn apply_fix(paths: &Paths, now: Timestamp, mend: &Fix) -> Result<String> {
    match mend {
        Fix::CorrectAwsConfig { path, code } => {
            correct_aws_config(paths, path, *code, now)?;
            Ok(format!(
                "{} is corrected; `rolecall doctor --undo` takes it back",
                paths.abbreviate(path)
            ))
        }
        Fix::SetMode { path, mode } => {
            set_mode(path, *mode)?;
            Ok(format!("{} has mode {mode:04o} now", paths.abbreviate(path)))
        }
        Fix::RemoveToken { path } => {
            token_cache::remove_token(path)?;
            Ok(format!("the ended token is out of {}", paths.abbreviate(path)))
        }
        Fix::ChangeSetting { key, value } => {
            let file = &paths.config_file;
            let bytes = atomic_file::load(file)?.unwrap_or_default();
            let text = String::from_utf8(bytes).map_err(|_| {
                Error::new(ErrorKind::Config, format!("{}: not UTF-8", file.display()))
            })?;
            atomic_file::replace(
                file,
                Some(text.as_bytes()),
                edit::set(&text, file, key, value)?.as_bytes(),
                &paths.recovery_dir(),
            )?;
            Ok(format!("{key} is {value} now, in {}", paths.abbreviate(file)))
        }
    }
}

/// Corrects every mistake in an AWS config file that has only one right way. A second call finds
/// nothing left to do.
fn correct_aws_config(
    paths: &Paths,
    path: &Path,
    code: SsoProblemKind,
    now: Timestamp,
) -> Result<()> {
    let state_dir = paths.state_dir.as_path();
    let _alone = lock_aws_files(state_dir)?;
    let old = atomic_file::load(path)?.unwrap_or_default();
    let new = sso_lint::apply_fixes(&old);
    if let Some(new) = &new {
        atomic_file::check_writable(path)?;
        backup::save_backup(
            state_dir,
            path,
            Some(&old),
            new,
            WriteRun::begin(state_dir, COMMAND, now)?,
        )?;
        atomic_file::replace(path, Some(&old), new, &paths.recovery_dir())?;
    }
    let left = sso_lint::problems(new.as_deref().unwrap_or(&old));
    match left.iter().find(|problem| problem.kind == code && problem.is_fixable()) {
        Some(problem) => Err(Error::new(
            ErrorKind::Config,
            format!("line {} can't be changed without changing others", problem.line),
        )),
        None => Ok(()),
    }
}

/// Puts the AWS config file back to what it was before `doctor --fix` changed it last.
///
/// # Errors
/// [`Kind::NoMatch`] if nothing is known of it; [`Kind::Usage`] if the file changed since.
pub fn undo(paths: &Paths) -> Result<Undone> {
    let _alone = lock_aws_files(&paths.state_dir)?;
    backup::undo(&paths.state_dir, &paths.aws_config, COMMAND, false)
}

#[cfg(unix)]
fn set_mode(path: &std::path::Path, mode: u32) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let permissions = std::fs::Permissions::from_mode(mode);
    std::fs::set_permissions(path, permissions)
        .map_err(|error| atomic_file::io_error("changing the mode of", path, error))
}

#[cfg(not(unix))]
fn set_mode(_: &std::path::Path, _: u32) -> Result<()> {
    Ok(())
}
