//! `init`: prints the script that gives a shell the function, the key and completions. Writes no
//! file.

use std::path::Path;

use crate::config::{Env, env};
use crate::domain::Result;
use crate::shell::Dialect;
use crate::shell::hooks::{DIRENV_LIBRARY, ShellHook};

use crate::cli::args::{InitArgs, InitTarget};
use crate::cli::ui;
use crate::os::process::own_program;

/// Runs the command.
pub(in crate::cli) fn run(args: InitArgs) -> Result<u8> {
    let InitTarget::Shell(shell) = args.target else {
        ui::print_data(DIRENV_LIBRARY)?;
        return Ok(0);
    };
    let key = match args.key {
        _ if args.no_key => None,
        Some(key) => Some(key),
        // A shell without key sequences gets no default key: a single key may be the user's own.
        None if matches!(shell, Dialect::Nushell | Dialect::Elvish) => None,
        None => Some("ctrl-x p".parse()?),
    };
    ui::print_data(
        &ShellHook { shell, program: &program_for_scripts()?, cmd: &args.cmd, key }.render()?,
    )?;
    Ok(0)
}

/// Returns how a script calls this program: by its name if PATH leads to it, else by its path.
///
/// # Errors
/// As [`own_program`].
pub(in crate::cli) fn program_for_scripts() -> Result<String> {
    let own = own_program()?;
    let real = |path: &Path| path.canonicalize().ok();
    let env = Env::from_process();
    let folders = env.get(env::PATH).unwrap_or_default().to_owned();
    let found = std::env::split_paths(&folders)
        .map(|folder| folder.join("rolecall"))
        .find(|file| file.is_file());
    match found.and_then(|found| real(&found)) {
        Some(found) if Some(&found) == real(&own).as_ref() => Ok("rolecall".to_owned()),
        _ => Ok(own.to_string_lossy().into_owned()),
    }
}
