//! The path of this program in profiles.

use std::path::{Path, PathBuf};

use crate::config::env;
use crate::domain::{Error, ErrorKind, Result};
use crate::ops::ctx::Ctx;
use crate::os::process::own_program;
use crate::os::short_path::without_spaces;

/// Returns the absolute path for `credential_process`: `config_profiles_binary`, else this program.
///
/// # Errors
/// [`ErrorKind::Config`] if the setting is not an absolute path, or a path can't be written into a
/// profile.
pub(in crate::ops) fn binary_path(ctx: &Ctx) -> Result<String> {
    let path = match &ctx.settings.config_profiles_binary {
        Some(path) if !path.is_absolute() => {
            return Err(Error::new(
                ErrorKind::Config,
                format!("config_profiles_binary: {} is not an absolute path", path.display()),
            )
            .hint("AWS tools run it from any directory: use the full path"));
        }
        Some(path) => path.clone(),
        None => without_spaces(&current_binary(ctx)?),
    };
    path.to_str()
        .map(str::to_owned)
        .ok_or_else(|| Error::new(ErrorKind::Config, format!("{} is not Unicode", path.display())))
}

/// Returns the path of this program in a directory of PATH, if there is one: package managers
/// replace what it points to.
fn current_binary(ctx: &Ctx) -> Result<PathBuf> {
    let own = own_program()?;
    let (Some(name), Some(list)) = (own.file_name(), ctx.env.path(env::PATH)) else {
        return Ok(own);
    };
    let real = canonical(&own);
    let directories = std::env::split_paths(&list).filter(|directory| directory.is_absolute());
    Ok(directories
        .map(|directory| directory.join(name))
        .find(|path| path.exists() && self::canonical(path) == real)
        .unwrap_or(own))
}

fn canonical(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}
