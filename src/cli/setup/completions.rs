//! `setup completions`: prints a shell's completions, puts them where the shell looks for them, or
//! takes them away again.

use crate::config::{Env, Paths, env, home_dir};
use crate::domain::{Error, ErrorKind, Result};
use crate::os::ancestors::ancestors;
use crate::os::file;
use crate::shell::hooks::Hook;
use crate::shell::hooks::place::{Folders, marked, ours, place};
use crate::shell::{self, Dialect};

use super::super::args::CompletionsArgs;
use super::super::{init, out};

/// Runs the command.
pub(super) fn run(args: &CompletionsArgs) -> Result<u8> {
    let env = Env::from_process();
    let shell = args.shell.unwrap_or_else(|| {
        shell::calling(ancestors().iter().map(String::as_str), env.get(env::SHELL))
    });
    match (args.install, args.uninstall) {
        (true, _) => install(shell, &env),
        (_, true) => uninstall(shell, &env),
        _ => {
            out::data(&script(shell)?)?;
            Ok(0)
        }
    }
}

fn script(shell: Dialect) -> Result<String> {
    Hook { shell, program: &init::program()?, cmd: "role", key: None }.completions()
}

fn install(shell: Dialect, env: &Env) -> Result<u8> {
    let (script, place) = (script(shell)?, place(shell, &folders(env)?)?);
    let old = file::load_for_edit(&place.file)?;
    if let Some(there) = &old {
        ours(&place.file, there)?;
    } else if let Some(folder) = place.file.parent() {
        let elsewhere = format!(
            "evaluate what `rolecall setup completions --shell {shell}` prints in a start-up file of yours instead"
        );
        file::could_write(folder).map_err(|error| error.hint(elsewhere))?;
        std::fs::create_dir_all(folder).map_err(|error| file::failed("making", folder, &error))?;
    }
    file::replace(
        &place.file,
        old.as_deref(),
        marked(&script).as_bytes(),
        &Paths::from_env(env)?.recovery_dir(),
    )?;
    out::say(&format!(
        "{shell} completes `rolecall` from its next start on: {}",
        place.file.display()
    ));
    if let Some((line, whereto)) = place.line {
        out::say(&format!("add this to {whereto}:\n  {line}"));
    }
    Ok(0)
}

fn uninstall(shell: Dialect, env: &Env) -> Result<u8> {
    let place = place(shell, &folders(env)?)?;
    match file::load(&place.file)? {
        Some(there) => {
            ours(&place.file, &there)?;
            file::remove(&place.file)?;
            out::say(&format!("took away {}", place.file.display()));
        }
        None => out::say(&format!("there is nothing at {}", place.file.display())),
    }
    Ok(0)
}

fn folders(env: &Env) -> Result<Folders> {
    let home = || {
        home_dir(env).ok_or_else(|| {
            Error::new(ErrorKind::Config, "this user has no home directory").hint("set HOME")
        })
    };
    let config = env
        .path(env::XDG_CONFIG_HOME)
        .map_or_else(|| home().map(|home| home.join(".config")), Ok)?;
    let data = env
        .path(env::XDG_DATA_HOME)
        .map_or_else(|| home().map(|home| home.join(".local/share")), Ok)?;
    Ok(Folders { config, data })
}
