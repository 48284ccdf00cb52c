//! `ecs env`: prints the variables that a client of a slot needs.

use crate::config::Env;
use crate::domain::{Error, ErrorKind, Result};
use crate::ops::ecs::client;
use crate::shell::{Dialect, EnvFormat, PreviousEnv, endpoint_changes, render};

use crate::cli::args::{EcsEnvArgs, EcsEnvFormat, Globals};
use crate::cli::ui;

/// Runs the command.
pub(super) fn run(globals: &Globals, args: EcsEnvArgs) -> Result<u8> {
    let access = client::access(&super::paths(globals)?, args.slot.unwrap_or_default())?;
    let previous = PreviousEnv::new(Env::from_process().pairs());
    let (changes, preferred) = endpoint_changes(&access.url, &access.token, &previous);
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
