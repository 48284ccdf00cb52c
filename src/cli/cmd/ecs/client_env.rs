//! `ecs env`: prints the variables that a client of a slot needs.

use std::path::PathBuf;

use crate::config::{Env, Paths};
use crate::domain::{Error, ErrorKind, Result, ResultExt};
use crate::ops::ecs::{client, token_file};
use crate::server::SlotName;
use crate::shell::{ClientToken, Dialect, EnvFormat, PreviousEnv, endpoint_changes, render};

use crate::cli::args::{EcsEnvArgs, EcsEnvFormat, Globals};
use crate::cli::ui;

/// Runs the command.
pub(super) fn run(globals: &Globals, args: EcsEnvArgs) -> Result<u8> {
    let (env, paths) = (Env::from_process(), super::paths(globals)?);
    let slot = args.slot.clone().unwrap_or_default();
    let access = client::access(&paths, slot.clone())?;
    let file = match file_of_token(&env, &paths, &args, &slot)? {
        Some(file) => {
            token_file::save(&file, &access.token)?;
            let text = file.to_str().map(str::to_owned);
            Some(text.ok_or_else(|| not_unicode(&file))?)
        }
        None => None,
    };
    let token = file.as_deref().map_or(ClientToken::Text(&access.token), ClientToken::File);
    let previous = PreviousEnv::new(env.pairs());
    let (changes, preferred) = endpoint_changes(&access.url, token, &previous);
    let text = match args.format {
        EcsEnvFormat::Sh => {
            // Only a shell has variables that its programs would use first.
            if let Some(name) = preferred.first() {
                let message = format!("{name} is set: programs use it before the endpoint");
                let names = preferred.join(" ");
                ui::print_warning(
                    &Error::new(ErrorKind::Config, message).hint(format!("run `unset {names}`")),
                );
            }
            render(&changes, Dialect::Sh)?
        }
        EcsEnvFormat::Env => EnvFormat::Env.render(&changes)?,
        EcsEnvFormat::Json => EnvFormat::Json.render(&changes)?,
    };
    ui::print_data(&text)?;
    Ok(0)
}

/// Returns the file to write the token into: that of `--token-file`; for a shell, one in memory if
/// the system has a directory for it. Other programs, such as containers, may not see that.
fn file_of_token(
    env: &Env,
    paths: &Paths,
    args: &EcsEnvArgs,
    slot: &SlotName,
) -> Result<Option<PathBuf>> {
    match &args.token_file {
        // Programs read it from their own directories.
        Some(file) => std::path::absolute(file)
            .context(ErrorKind::Os, format_args!("writing {}", file.display()))
            .map(Some),
        None if args.format == EcsEnvFormat::Sh => Ok(token_file::path(env, paths, slot)),
        None => Ok(None),
    }
}

fn not_unicode(file: &std::path::Path) -> Error {
    Error::new(ErrorKind::Usage, format!("the name of {} is not Unicode", file.display()))
        .hint("name another file with --token-file")
}
