//! `init`: what a shell sources to get the function, the key and completions. Edits no file.

use std::path::Path;

use crate::config::{Env, env};
use crate::domain::Result;
use crate::shell::Dialect;
use crate::shell::hooks::{DIRENV_LIBRARY, ShellHook};

use crate::cli::args::{InitArgs, InitTarget};
use crate::cli::helpers::own_program;
use crate::cli::ui;

/// Runs the command.
pub(in crate::cli) fn run(args: InitArgs) -> Result<u8> {
    let InitTarget::Shell(shell) = args.target else {
        ui::print_data(DIRENV_LIBRARY)?;
        return Ok(0);
    };
    let key = match args.key {
        _ if args.no_key => None,
        Some(key) => Some(key),
        // Where keys can't follow one another, a single one of a person's is not taken unasked.
        None if matches!(shell, Dialect::Nushell | Dialect::Elvish) => None,
        None => Some("ctrl-x p".parse()?),
    };
    ui::print_data(
        &ShellHook { shell, program: &program_for_scripts()?, cmd: &args.cmd, key }.render()?,
    )?;
    Ok(0)
}

/// How a script finds this program: by its name where the shell would, else by where it lies.
///
/// # Errors
/// [`crate::domain::ErrorKind::Os`] when the program can't tell where it is.
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
