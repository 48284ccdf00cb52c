//! Fixes that are safe to apply: none of them loses anything.

use std::path::{Path, PathBuf};

use crate::awsconfig::sso_lint::{self, SsoProblemKind};
use crate::awsconfig::token_cache;
use crate::config::{Paths, edit};
use crate::domain::{Error, ErrorKind, Result, Timestamp};
use crate::ops::profiles::backup::{self, OnChange, Undone, WriteRun};
use crate::ops::profiles::lock_aws_files;
use crate::os::{atomic_file, file_access};

/// The command that writes, as typed after the program's name; `--undo` reverts the run.
const COMMAND: &str = "doctor";

/// A change that is safe and that the user can revert.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fix {
    /// Set permission bits.
    SetMode {
        /// The file or directory.
        path: PathBuf,
        /// The new bits.
        mode: u32,
    },
    /// Remove an expired token that rolecall wrote into the AWS CLI's cache.
    RemoveToken {
        /// The file, which is kept.
        path: PathBuf,
    },
    /// Correct the mistakes in the sign-in settings of an AWS config file, all of them in one run.
    /// A backup is kept for [`undo`].
    CorrectAwsConfig {
        /// The file.
        path: PathBuf,
        /// The kind of mistake that has to be gone afterwards.
        code: SsoProblemKind,
    },
    /// Change a value in the user's configuration file.
    ChangeSetting {
        /// Its dotted key.
        key: String,
        /// The new value.
        value: String,
    },
}

/// Applies the fix. Returns what was done.
///
/// # Errors
/// If a file can't be changed.
pub fn apply_fix(paths: &Paths, now: Timestamp, mend: &Fix) -> Result<String> {
    match mend {
        Fix::CorrectAwsConfig { path, code } => {
            correct_aws_config(paths, path, *code, now)?;
            Ok(format!("corrected {}; `rolecall doctor --undo` undoes it", paths.abbreviate(path)))
        }
        Fix::SetMode { path, mode } => {
            file_access::set_mode(path, *mode)?;
            Ok(format!("{} now has mode {mode:04o}", paths.abbreviate(path)))
        }
        Fix::RemoveToken { path } => {
            token_cache::remove_token(path)?;
            Ok(format!("the expired token was removed from {}", paths.abbreviate(path)))
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
            Ok(format!("{key} is now {value} in {}", paths.abbreviate(file)))
        }
    }
}

/// Corrects every mistake in an AWS config file that has only one possible correction. A second
/// call changes nothing.
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
    let remaining = sso_lint::problems(new.as_deref().unwrap_or(&old));
    match remaining.iter().find(|problem| problem.kind == code && problem.is_fixable()) {
        Some(problem) => Err(Error::new(
            ErrorKind::Config,
            format!("line {} can't be changed without changing others", problem.line),
        )),
        None => Ok(()),
    }
}

/// Restores the AWS config file as it was before `doctor --fix` last changed it.
///
/// # Errors
/// [`ErrorKind::NoMatch`] if there is no backup; [`ErrorKind::Usage`] if the file has changed
/// since.
pub fn undo(paths: &Paths) -> Result<Undone> {
    let _alone = lock_aws_files(&paths.state_dir)?;
    backup::undo(&paths.state_dir, &paths.aws_config, COMMAND, OnChange::Refuse)
}
