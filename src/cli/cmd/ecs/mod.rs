//! `ecs`: a standing credentials endpoint, and the commands that manage it.

mod client_env;
mod event_printer;
mod foreground;
mod load;
mod run;
mod slots;

use serde_json::json;

use crate::config::{Env, Paths};
use crate::domain::Result;
use crate::ops::ecs::{client, token_file};

use crate::cli::args::{EcsArgs, EcsCommand, EcsUnloadArgs, Globals};
use crate::cli::{app, ui};

/// Runs the command.
pub(in crate::cli) fn run(globals: &Globals, args: EcsArgs) -> Result<u8> {
    match args.command {
        EcsCommand::Run(args) => run::run(globals, &args),
        EcsCommand::Load(args) => load::run(globals, args),
        EcsCommand::List { json } => slots::list(&paths(globals)?, json),
        EcsCommand::Profile { json } => slots::print_default(&paths(globals)?, json),
        EcsCommand::Unload(args) => unload(&paths(globals)?, args),
        EcsCommand::Env(args) => client_env::run(globals, args),
        EcsCommand::Status { json } => slots::print_status(&paths(globals)?, json),
        EcsCommand::Stop { json } => stop(&paths(globals)?, json),
    }
}

/// The files of rolecall; commands that only talk to the server need no configuration.
fn paths(globals: &Globals) -> Result<Paths> {
    app::paths(&Env::from_process(), globals)
}

fn unload(paths: &Paths, args: EcsUnloadArgs) -> Result<u8> {
    let slot = if args.all { None } else { Some(args.slot.unwrap_or_default()) };
    let closed = client::unload(paths, slot)?;
    token_file::remove(&Env::from_process(), paths, &closed)?;
    if args.json {
        ui::print_data(&format!("{}\n", json!({ "emptied": closed })))?;
        return Ok(0);
    }
    for slot in &closed {
        ui::print_message(&format!("the slot `{slot}` is empty"));
    }
    if closed.is_empty() {
        ui::print_message("every slot was empty already");
    }
    Ok(0)
}

/// Ends the server. With `--json`, prints what `ecs status --json` prints from then on.
fn stop(paths: &Paths, json: bool) -> Result<u8> {
    client::stop(paths)?;
    if json {
        ui::print_data("{\"running\":false}\n")?;
    } else {
        ui::print_message("the credentials endpoint has ended");
    }
    Ok(0)
}
