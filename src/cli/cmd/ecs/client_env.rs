//! `ecs env`: prints the variables that a client of a slot needs, or a file that gives them to a
//! container.

use std::path::{Path, PathBuf};

use crate::config::{Env, Paths};
use crate::domain::{Error, ErrorKind, Result, ResultExt};
use crate::ops::ecs::messages::ClientAccess;
use crate::ops::ecs::recipes::{self, ContainerClient, compose, devcontainer};
use crate::ops::ecs::{client, token_file};
use crate::server::SlotName;
use crate::shell::{ClientToken, Dialect, EnvFormat, PreviousEnv, endpoint_changes, render};

use crate::cli::args::{EcsEnvArgs, EcsEnvFormat, Globals};
use crate::cli::ui;

/// The service of a Compose file if none is named.
const DEFAULT_SERVICE: &str = "app";

/// Runs the command.
pub(super) fn run(globals: &Globals, args: EcsEnvArgs) -> Result<u8> {
    if args.format == EcsEnvFormat::Token && args.token_file.is_some() {
        return Err(Error::new(ErrorKind::Usage, "--token-file prints the name of a file")
            .hint("use either `--format token` or --token-file"));
    }
    if !args.service.is_empty() && args.format != EcsEnvFormat::Compose {
        return Err(Error::new(ErrorKind::Usage, "--service names a service of a Compose file")
            .hint("add `--format compose`"));
    }
    let (env, paths) = (Env::from_process(), super::paths(globals)?);
    let slot = args.slot.clone().unwrap_or_default();
    let access = client::access(&paths, slot.clone())?;
    if args.format == EcsEnvFormat::Token {
        ui::print_data(access.token.expose())?;
        return Ok(0);
    }
    let file = file_of_token(&env, &paths, &args, &slot)?;
    let text = match args.format {
        EcsEnvFormat::Compose | EcsEnvFormat::Devcontainer => {
            render_for_container(globals, &args, &access, &file.ok_or_else(no_directory)?)?
        }
        _ => render_variables(&env, args.format, &access, file.as_deref())?,
    };
    ui::print_data(&text)?;
    Ok(0)
}

/// Renders a file for a container, which sees the directory of the token file.
fn render_for_container(
    globals: &Globals,
    args: &EcsEnvArgs,
    access: &ClientAccess,
    file: &Path,
) -> Result<String> {
    let client = ContainerClient::new(&access.url, file)?;
    recipes::check_directory(file)?;
    token_file::save(file, &access.token)?;
    if args.format == EcsEnvFormat::Devcontainer {
        return devcontainer::render(&client, &refresh_command(globals, args, file));
    }
    let default = [DEFAULT_SERVICE.to_owned()];
    let services = if args.service.is_empty() { &default[..] } else { &args.service };
    compose::render(&client, services)
}

/// Returns the words of this command, from any directory.
fn refresh_command(globals: &Globals, args: &EcsEnvArgs, file: &Path) -> Vec<String> {
    let mut words =
        ["rolecall", "ecs", "env", "--format", "devcontainer"].map(str::to_owned).to_vec();
    if let Some(slot) = &args.slot {
        words.extend(["-s".to_owned(), slot.to_string()]);
    }
    if args.token_file.is_some() {
        words.extend(["--token-file".to_owned(), file.display().to_string()]);
    }
    if let Some(file) = &globals.config {
        let file = std::path::absolute(file).unwrap_or_else(|_| file.into());
        words.extend(["--config".to_owned(), file.display().to_string()]);
    }
    words
}

/// Renders variables, after the token was written into its file, if it has one.
fn render_variables(
    env: &Env,
    format: EcsEnvFormat,
    access: &ClientAccess,
    file: Option<&Path>,
) -> Result<String> {
    let shown = file.map(|file| file.to_str().ok_or_else(|| not_unicode(file))).transpose()?;
    if let Some(file) = file {
        token_file::save(file, &access.token)?;
    }
    let token = shown.map_or(ClientToken::Text(&access.token), ClientToken::File);
    let previous = PreviousEnv::new(env.pairs());
    let (changes, preferred) = endpoint_changes(&access.url, token, &previous);
    match format {
        EcsEnvFormat::Env => EnvFormat::Env.render(&changes),
        EcsEnvFormat::Json => EnvFormat::Json.render(&changes),
        // Only a shell has variables that its programs would use first.
        _ => {
            if let Some(name) = preferred.first() {
                let message = format!("{name} is set: programs use it instead of the endpoint");
                let names = preferred.join(" ");
                ui::print_warning(
                    &Error::new(ErrorKind::Config, message).hint(format!("run `unset {names}`")),
                );
            }
            render(&changes, Dialect::Sh)
        }
    }
}

/// Returns the file to write the token into: that of `--token-file`; for a shell and a container,
/// one in memory if the system has a directory for it. Other programs may not see that.
fn file_of_token(
    env: &Env,
    paths: &Paths,
    args: &EcsEnvArgs,
    slot: &SlotName,
) -> Result<Option<PathBuf>> {
    match (&args.token_file, args.format) {
        // Programs read it from their own directories.
        (Some(file), _) => std::path::absolute(file)
            .context(ErrorKind::Os, format_args!("writing {}", file.display()))
            .map(Some),
        (None, EcsEnvFormat::Env | EcsEnvFormat::Json) => Ok(None),
        (None, _) => Ok(token_file::path(env, paths, slot)),
    }
}

/// The error for a container on a system that has no directory in memory.
fn no_directory() -> Error {
    let message = "a container needs a file with the token, and XDG_RUNTIME_DIR is not set";
    Error::new(ErrorKind::Usage, message)
        .hint("name a file, alone in its directory: --token-file rolecall-token/token")
}

fn not_unicode(file: &Path) -> Error {
    Error::new(ErrorKind::Usage, format!("the name of {} is not Unicode", file.display()))
        .hint("name another file with --token-file")
}
