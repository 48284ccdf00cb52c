//! `setup completions`: prints a shell's completions, installs them or removes them.

use std::path::Path;

use crate::config::{Env, Paths, env, home_dir};
use crate::domain::{Error, ErrorKind, Result};
use crate::os::atomic_file;
use crate::os::process::parents::parent_names;
use crate::shell::hooks::ShellHook;
use crate::shell::hooks::completion_block;
use crate::shell::hooks::completion_file::{UserDirs, check_mark, completion_file, with_mark};
use crate::shell::{self, Dialect};

use crate::cli::args::CompletionsArgs;
use crate::cli::cmd::init;
use crate::cli::ui;

/// Runs the command.
pub(super) fn run(args: &CompletionsArgs) -> Result<u8> {
    let env = Env::from_process();
    let shell =
        args.shell.or_else(|| shell_of(args.shell_script.as_deref()?)).unwrap_or_else(|| {
            shell::calling_shell(parent_names().iter().map(String::as_str), env.get(env::SHELL))
        });
    if let Some(file) = &args.shell_script {
        let script = if args.install { Some(script(shell)?) } else { None };
        return change_shell_script(file, shell, script.as_deref(), &env);
    }
    match (args.install, args.uninstall) {
        (true, _) => install(shell, &env),
        (_, true) => uninstall(shell, &env),
        _ => {
            ui::print_data(&script(shell)?)?;
            Ok(0)
        }
    }
}

/// The shell that reads a start-up file with this name, if only one does.
fn shell_of(file: &Path) -> Option<Dialect> {
    match file.file_name()?.to_str()? {
        ".bashrc" | ".bash_profile" | ".bash_login" => Some(Dialect::Bash),
        ".zshrc" | ".zprofile" | ".zshenv" | ".zlogin" => Some(Dialect::Zsh),
        "config.fish" => Some(Dialect::Fish),
        "config.nu" => Some(Dialect::Nushell),
        "rc.elv" => Some(Dialect::Elvish),
        ".xonshrc" | "rc.xsh" => Some(Dialect::Xonsh),
        _ => None,
    }
}

fn script(shell: Dialect) -> Result<String> {
    ShellHook { shell, program: &init::program_for_scripts()?, cmd: "role", key: None }
        .completions()
}

fn install(shell: Dialect, env: &Env) -> Result<u8> {
    let (script, target) = (script(shell)?, completion_file(shell, &user_folders(env)?)?);
    let old = atomic_file::load_for_edit(&target.path)?;
    if let Some(existing) = &old {
        check_mark(&target.path, existing)?;
    } else if let Some(folder) = target.path.parent() {
        let alternative = format!(
            "evaluate the output of `rolecall setup completions --shell {shell}` in a start-up file instead"
        );
        atomic_file::check_dir_writable(folder).map_err(|error| error.hint(alternative))?;
        std::fs::create_dir_all(folder)
            .map_err(|error| atomic_file::io_error("creating", folder, error))?;
    }
    atomic_file::replace(
        &target.path,
        old.as_deref(),
        with_mark(&script).as_bytes(),
        &Paths::from_env(env)?.recovery_dir(),
    )?;
    ui::print_message(&format!(
        "{shell} completes `rolecall` from its next start: {}",
        target.path.display()
    ));
    if let Some((line, file)) = target.setup_line {
        ui::print_message(&format!("add this to {file}:\n  {line}"));
    }
    Ok(0)
}

fn uninstall(shell: Dialect, env: &Env) -> Result<u8> {
    let target = completion_file(shell, &user_folders(env)?)?;
    match atomic_file::load(&target.path)? {
        Some(existing) => {
            check_mark(&target.path, &existing)?;
            atomic_file::remove(&target.path)?;
            ui::print_message(&format!("removed {}", target.path.display()));
        }
        None => ui::print_message(&format!("nothing to remove at {}", target.path.display())),
    }
    Ok(0)
}

/// Puts the script into a file of the user between marker lines, or removes it with them.
fn change_shell_script(file: &Path, shell: Dialect, script: Option<&str>, env: &Env) -> Result<u8> {
    let shown = file.display();
    let old = atomic_file::load_for_edit(file)?;
    let new = completion_block::replace(old.as_deref().unwrap_or_default(), script)
        .map_err(|error| error.context(shown.to_string()))?;
    if old.as_deref().unwrap_or_default() == new {
        ui::print_message(&match script {
            Some(_) => format!("{shown} already has these completions"),
            None => format!("there are no completions of rolecall in {shown}"),
        });
        return Ok(0);
    }
    atomic_file::replace(file, old.as_deref(), &new, &Paths::from_env(env)?.recovery_dir())?;
    ui::print_message(&match script {
        Some(_) => format!("{shell} completes `rolecall` from its next start: {shown}"),
        None => format!("removed the completions from {shown}"),
    });
    Ok(0)
}

fn user_folders(env: &Env) -> Result<UserDirs> {
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
    Ok(UserDirs { config, data })
}
