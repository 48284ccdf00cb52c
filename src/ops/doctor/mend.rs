//! What can be put right without asking again: nothing that loses anything.

use std::path::PathBuf;

use crate::awsconfig::token_cache;
use crate::config::{Paths, edit};
use crate::domain::{Error, Kind, Result};
use crate::os::file;

/// A change that is safe, and that a person can take back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mend {
    /// Permission bits.
    Mode {
        /// Of which file or directory.
        path: PathBuf,
        /// The bits.
        mode: u32,
    },
    /// A token of ours that has ended, in the AWS CLI's cache.
    Withdraw {
        /// The file, which stays.
        path: PathBuf,
    },
    /// A value in the person's configuration file.
    Setting {
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
pub fn mend(paths: &Paths, mend: &Mend) -> Result<String> {
    match mend {
        Mend::Mode { path, mode } => {
            set_mode(path, *mode)?;
            Ok(format!("{} has mode {mode:04o} now", paths.short(path)))
        }
        Mend::Withdraw { path } => {
            token_cache::withdraw(path)?;
            Ok(format!("the ended token is out of {}", paths.short(path)))
        }
        Mend::Setting { key, value } => {
            let file = &paths.config_file;
            let bytes = file::load(file)?.unwrap_or_default();
            let text = String::from_utf8(bytes).map_err(|_| Error::new(Kind::Config, format!("{}: not UTF-8", file.display())))?;
            file::replace(file, Some(text.as_bytes()), edit::set(&text, file, key, value)?.as_bytes(), &paths.recovery_dir())?;
            Ok(format!("{key} is {value} now, in {}", paths.short(file)))
        }
    }
}

#[cfg(unix)]
fn set_mode(path: &std::path::Path, mode: u32) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let permissions = std::fs::Permissions::from_mode(mode);
    std::fs::set_permissions(path, permissions).map_err(|error| file::failed("changing the mode of", path, &error))
}

#[cfg(not(unix))]
fn set_mode(_: &std::path::Path, _: u32) -> Result<()> {
    Ok(())
}
